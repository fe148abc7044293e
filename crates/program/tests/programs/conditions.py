def guards(a, b):
    if not a and (b or a.x) and 0 < a < b:
        one()
    elif b is None:
        two()
    elif a:
        three()
    else:
        four()
    value = a or b or "c"
    value = value and f(value)
    other = a if b and a else b
    assert a in b, f"no {a!r}"
    a and log(b)
    while a and not b:
        a = next(b)
        if a == 1:
            break
    else:
        done()
    return value
