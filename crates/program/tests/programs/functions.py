def outer(a, b: Event = None, *rest, key=[1], **named):
    """Docs."""
    counter = 0
    label = a

    def bump(step=label):
        nonlocal counter
        counter += step
        return counter, label

    if label:
        use(label)
    return bump


@app.route("/x", methods=["GET"])
@wrap
async def handler(event, context):
    await send(event["body"])
    result = await ask(*event, key=1, **context)
    return result


square = lambda x: x * x
table = sorted(rows, key=lambda row: row.id)


def swap(a, b):
    a, (b, *c), last = b, a, 1
    *head, tail = c
    first = second = a
    a.x = a["k"] = b[1:2]
    a.x += 1
    b[i()] -= 2
    return head, tail, first, second


def walrus(x):
    return f(x, (x := g()), x)


def generator():
    yield
    got = yield from walrus(1)
    yield got
