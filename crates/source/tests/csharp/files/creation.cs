class C {
    Foo field = new() { A = 1 };
    Foo M() {
        var a = new Foo(1, x: 2) { A = b, [1] = c, [k, "l"] = d, Inner = { B = e, L = { f } } };
        var l = new List<int> { 1, 2 }; var d = new Dictionary<string, int> { { "a", 1 }, ["b"] = 2 };
        var anonymous = new { a.B, C = d, e, g?.H, 1 };
        var arrays = new[] { 1, 2 }; int[] sized = new int[n]; int[,] grid = new int[2, m]; var nested = new int[3][]; string[] direct = { "x" }; var full = new int[] { 1 };
        List<int> c = [1, .. more, f()];
        var w = p with { X = 1, Y = q };
        Span<byte> s = stackalloc byte[4]; var t = stackalloc[] { 1 };
        var g = new Outer.Inner<int>(); var empty = new Foo { };
        return new(3);
    }
}
