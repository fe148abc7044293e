class C {
    void M() {
        use("a\tb\u0041\x41\"", @"c:\d""e", "x"u8, """raw "x" \n""");
        use("""
            first
              second
            """);
        use($"a{b,3:x}c{{d}}\n{e.f()}", $@"v""{g}\", @$"{h}", $"plain");
        use($"""
            x{y}
              z
            """, $$"""{a}{{b}}""");
        use($"{(a ? $"in{b}" : "c")}");
    }
}
