def f(): pass
def g(a, /, b: int, c=1, *args: str, d, e: "Foo" = 2, **kwargs) -> dict[str, int]:
    """Says what."""
    return a
def bare(a, *, b): return
async def h():
    async for x in y:
        yield x
    async with a as b, c:
        await d
@decorate
# A comment with def in it.
@app.route("/", methods=["GET"])
def handler(event, context):
    def inner():
        yield 1
    return inner
def generator():
    x = yield
    return x
def outer(a=(lambda: (yield))): return lambda x, *y, z=1, **w: x
def typed[T: int, *Ts, **P](x: T) -> T: ...
def scopes():
    global a, b
    def deep():
        nonlocal c
type Alias[T] = list[T]
