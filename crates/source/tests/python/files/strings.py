"plain", 'it\'s', "\u8a3a\u65ad\N{BULLET}\x41\101\
joined", r"\d+", u"u", """three
lines"""
"a" 'b' r"\c"
f"", f"text", f"a{{b}}", f"{x}", f"a{x!r:>{width}.{precision}f}b{y:%H:%M}c"
f"{x = }", f"{a}{b}" "plain" f"{c}"
f"{f'{inner}' + 'q'}", f'{d["k"]}', rf"\d{n}"
"pre" f"post"
t"hello {name!s:{spec}}", t"none" t"{x}"
f"""multi
{line}
"""
