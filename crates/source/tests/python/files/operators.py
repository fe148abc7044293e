a + b - c * d / e // f % g ** h @ i << j >> k & l | m ^ n
-a, +a, ~a, not a
a and b or c and not d
a and b and c and d and e
a == b, a != b, a < b, a <= b, a > b, a >= b, a is b, a is not b, a in b, a not in b
0 < f(x) <= 10
a < b == c is d
a < (b < (c < (d < e < f) < g) < h) < i
x if c else y
(n := len(a)) > 10
a += 1
b.c -= 1
d[0] *= 2; e /= 3; f //= 4; g %= 5; h **= 6; i @= j; k <<= 1; l >>= 1; m &= 1; n |= 1; o ^= 1
