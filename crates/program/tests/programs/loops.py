def loops(items, items2):
    for items, value in items:
        if not value:
            continue
        for x in value:
            if x:
                return x
        else:
            break
    else:
        finish()
    pairs = {k: v for k, v in items2.items() if v if k}
    flat = [items2 for row in items2 for items2 in row]
    callbacks = {lambda: n for n in flat}
    return any(x.ok for x in flat), pairs, callbacks
