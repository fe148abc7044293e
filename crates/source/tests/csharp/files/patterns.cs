class C {
    string M(object o) {
        if (o is string s && s.Length > 3) use(s);
        if (o is not null and not Foo { A.B: > 1, C: { } c } f) use(f);
        if (call() is (int a, "x") or [1, .., var last] or { Length: <= 3 }) use(a);
        if (this.x is var y && y is Point(var px, 2) { Z: null } p) use(p);
        if (o is int or long) use(o);
        switch (o) {
            case 1: case 2: two(); break;
            case string t when t.Length > 2: use(t); goto case 1;
            case (1 or 3) or 4: break;
            case Shape { Name: var n }: use(n); return n;
            case null: goto default;
            default: other(); break;
        }
        switch (a, b()) { case (1, _): break; case (_, string z): use(z); break; }
        var r = o switch { 1 or 2 => "a", string q => q, Shape { Size: > 3 and < 5 } => "c", (var l, var m) => l, _ when o.X => "d", _ => throw new E() };
        return kind() switch { Kind.A => first(out var w) ? w : null, _ => null };
    }
}
