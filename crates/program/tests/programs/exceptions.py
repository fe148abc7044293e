def plain(x):
    try:
        a = risky(x)
    except (ValueError, errors.Timeout) as e:
        log(e)
        raise
    except OSError:
        a = None
    else:
        use(a)
    return a


def cleanup(items):
    for item in items:
        try:
            if item.a:
                continue
            if item.b:
                break
            if item.c:
                return item
            if item.d:
                return items
            work(item)
        finally:
            close(item)
    with open(items) as f, lock:
        f.write(items)
    raise Failure(items) from None


def nested(x):
    try:
        try:
            return x()
        finally:
            inner()
    except Exception as error:
        raise Wrapped() from error
    finally:
        outer()
