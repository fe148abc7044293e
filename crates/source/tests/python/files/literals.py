# Every literal.
x = None, True, False, ...
0, 1_000, 0xff, 0o17, 0b11, 9223372036854775807, 9223372036854775808, 0xffffffffffffffffff
1.5, 1e100, .5, 1_0.0_1, 2j, 1.5J
b"ab\x00\xff\\", rb"\n", b"a" b"\t", b""
[], [1, *xs], (), (1,), (1, 2), {1, *xs}, {}, {"a": 1, **rest, b: 2}
...
