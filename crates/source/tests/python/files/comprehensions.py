[x for x in xs]
{x for x in xs if x if not y}
{k: v for k, v in d.items()}
(x async for x in xs)
[[y for y in x] for x in xs for z in x if z]
[x for (a, *b), c.d in e]
[await f(x) async for x in xs]
[*x for x in xs]
