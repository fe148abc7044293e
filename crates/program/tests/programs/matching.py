def route(event, fallback):
    match event:
        case "a" | "b":
            return 1
        case Point(x=0, y=y) if y:
            return y
        case [first, *rest] | {"k": first, **rest}:
            return first, rest
        case other:
            return other


def partial(kind):
    match kind:
        case Kind.A:
            result = a()
        case 2 if b():
            result = c()
    return result
