class Statements {
    int all(Object o, List<Cookie> cookies) {
        int a, b = 1, c[] = {2};
        final var v = compute();
        ;
        if (a > 1) b = 2; else if (a > 2) { b = 3; } else b = 4;
        while (b > 0) b--;
        do { b++; } while (b < 10);
        for (int i = 0, j = 1; i < j; i++, j--) { continue; }
        for (a = 0, b = 1; ; ) break;
        outer: for (Cookie cookie : cookies) { if (cookie == null) continue outer; break outer; }
        for (var x : new int[]{1}) use(x);
        switch (a) { case 1: case 2: b = 1; break; default: b = 2; case 3: }
        switch (o) {
            case null -> b = 0;
            case String s when s.isEmpty() -> { b = 1; }
            case Point(int x, Point(var y, _)) -> use(x, y);
            case A, B -> throw new E();
            default -> b = 9;
        }
        int r = switch (a) { case 1, 2 -> 10; case 3 -> { use(a); yield 20; } default -> throw new E(); };
        r = switch (a) { case 1: yield 1; default: if (b > 0) yield switch (b) { default -> 2; }; yield 3; };
        try { risky(); } catch (IOException | a.b.SqlException e) { throw e; } catch (final Exception e) { } finally { done(); }
        try (InputStream in = open(); var out = out(); existing) { copy(in, out); }
        try (Reader reader = new Reader()) { } catch (E e) { }
        synchronized (this) { a = 1; }
        assert a > 1; assert a > 1 : "small";
        class Local { int z = a; }
        record Pair(int x) {}
        { int inner; }
        throw new Error();
    }
    void labels() { a: { break a; } b: while (true) { continue b; } }
}
