f()
f(1, *args, key=value, **kwargs)
f(a, *b, c, d=1, *e)
client.put_item(Item={"id": event["id"]})["x"].y.z(1)
f(x for x in xs)
a[0], a[1:2], a[::2], a[1:], a[:, 1:2], a[...], a[b, c], a[*b]
await f(await g)
print((yield), (yield 1), (yield from g()))
