const { a, b: c, d = 1, e: { f, g: [h] }, [k]: l, 'm-n': o, ...p } = q;
const [r, , s = 2, [t], ...[u, v]] = w;
({ a, b: c.d, e = 1, f: g = 2, [h]: i[j], ...k.l } = m);
[a, , b.c, d[e] = 1, ...f] = g;
[a, b] = [b, a];
for (const [k, v] of entries) {}
for (o.p in q) r();
for ({ s = 1 } of t);
for (var i = 0, n = 10; i < n; i++) {}
for (;;) break;
function f({ a, b: [c] = [] } = {}, [d], e = 1, ...rest) {}
const g = ({ a }, b = a, ...[c]) => a;
try { x(); } catch ({ message }) { y(message); } finally { z(); }
