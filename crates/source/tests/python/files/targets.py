a = 1
a = b = c = f()
a, b = 1, 2
[a, *b, c] = x
(a, (b, *_)), c.d = y
*a, b = z
a.b = a[0] = a[1:2] = v
x: int = 1
y: "list[int]"
z.w: Optional["Foo"] = None
(p): int | None = 1
s: "not an expression!" = 1
t: "a" "b" = 1
u: "List['int']" = []
for a, b in pairs: pass
with open(p) as f, lock, g() as (h, i), j as k[0]: pass
with (open(p) as f, lock): pass
del a, b.c, d[0], (e, f)
