match event["action"]:
    case "create" | "update": a
    case "delete" as verb if ok: b
    case -1 | 1.5 | "a" "b" | b"c" | None | True: c
    case Color.RED | mod.Kind.X: d
    case Point(x, 0, y=Point(z)) as p: e
    case str() | int(): f
    case [first, *rest, [nested]] | (first, rest, nested): g
    case {"key": value, "other": {"deep": d}, **remaining}: h
    case ("GET" | "POST") as method: i
    case {"k": 1} as whole: j
    case [*_]: k
    case captured: l
match a, b:
    case _: m
match = case = type = 1
