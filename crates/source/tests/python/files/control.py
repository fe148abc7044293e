if a: b
elif c: d
elif e:
    f
else: g
if a: b
else:
    if c: d
while a:
    if b: break
    continue
else:
    c
for x in y:
    pass
else:
    z
try:
    a
except: b
try:
    a
except ValueError: b
except (KeyError, m.Error) as e: c
else: d
finally: f
try: a
except* OSError as group: b
try: a
except A, B: c
raise
raise ValueError("x")
raise X from y
raise X from f(y)
assert a
assert a, "message"
return_ = 1; pass
exec("code")
