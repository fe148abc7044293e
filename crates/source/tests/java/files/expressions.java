class Expressions {
    Object all(Object o, int i, String s, int[] xs) throws Exception {
        i = 1 + 2 * 3 - 4 / 5 % 6;
        i = i << 1 >> 2 >>> 3 & 4 | 5 ^ ~6;
        boolean b = i < 1 && i <= 2 || i > 3 == (i >= 4) != !true;
        i += 1; i -= 1; i *= 2; i /= 2; i %= 2; i &= 1; i |= 1; i ^= 1; i <<= 1; i >>= 1; i >>>= 1;
        i++; --i; i = -i + +i;
        xs[i++] = xs[0] = 5;
        this.field = o.field.other;
        s = "a" + 'b' + i + '\n' + "é\u0041\t\"";
        s = """
            select "x"
              from \
            t
            """;
        o = b ? s : (Object) i;
        o = (Runnable & Serializable) () -> {};
        o = new ArrayList<>();
        o = new a.b.C<String>(1, s) { int z = 1; void run() { all(o, z); } };
        o = outer.new Inner(2);
        o = new int[]{1, 2, 3};
        o = new String[2][i][];
        o = String.class; o = int[].class; o = a.b.C.class;
        Function<String, Integer> f = String::length;
        o = ArrayList::new; o = int[]::new; o = this::all; o = super::toString; o = List<String>::size; o = a.b()::c;
        f = x -> x.length();
        f = (x, y) -> { return x; };
        f = (final String x, int... y) -> x;
        foo(1).bar().baz("x")[0].qux;
        super.all(o); Outer.super.all(o); this.<String>all(s);
        if (o instanceof String t && t.length() > 1) use(t);
        if (!(o.get() instanceof final Point p)) return null;
        if (o instanceof Line(Point(int x1, var y1), Point q)) use(x1, q);
        b = o instanceof List<?>;
        return (o);
    }
    Object field = o instanceof String s ? s : null;
    long l = 0xFFL + 0b11 + 017 + 1_000L + 0xFFFF_FFFF;
    double d = 1.5 + 1e3 + .5f + 2d + 0x1p3;
    char c = '\'', quote = '"', unit = '\u00e9';
    String t = STR."a \{x + 1} b";
}
