class C {
    object M() {
        x = y = z; x += 1; x >>>= 2; x ??= y; handler += (s, e) => use(e);
        use(a && b || !c, a ?? b ?? c, a == b, a != b, a <= b, a | b & c ^ d, a << 1, a >>> 2, a % b, -a, +a, ~a);
        use(a ? b : c, a?.b.c(1)?[0].d, a!.b, a[1, 2], a[^1], a[1..^2], a[..], i++, --i);
        use((string)o, o as Foo, o is Foo, typeof(List<int>), sizeof(int), default(int), default(Foo), default, nameof(a.b), nameof(List<int>));
        f(out var r, out int t, out _, ref s, in u, name: 3);
        (int i, var j) = pair(); var (k, l) = pair(); (m, _) = (n: 1, 2); (var p, (q.r, s[0])) = nested();
        use(x => x + 1, async (a, b) => await a, static () => { return 1; }, delegate (int z) { return z; }, (int a = 1, params int[] b) => a);
        use(string.Format("a"), int.Parse(s), global::System.Console.Out, Foo<int>.Bar<string>(1), alias::B.C, base.M(), this.x, this[0]);
        use(checked(a + b), ref a, throw new E(), a ?? throw new E("x"), 1 + 2 + 3);
        use(0xFF, 1_000L, 0b11, 1.5e3, 2m, 'c', '\n', true, null);
        return await task;
    }
}
