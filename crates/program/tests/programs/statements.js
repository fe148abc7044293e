function statements(x, xs) {
  for (let i = 0; ; i++) { if (i > x) break; }
  for (const [k, v] of xs) { if (!k) continue; use(v); }
  for (const key in xs) use(xs[key]);
  do { x--; } while (x);
  outer: for (const a of xs) {
    for (const b of a) { if (b) continue outer; else break outer; }
  }
  block: { if (x) break block; use(x); }
  switch (x) {
    case 1: one();
    case "two": { two(); break; }
    default: other();
    case 3: const inner = 3; three(inner);
  }
  try { return risky(); } catch ({ message }) { log(message); } finally { close(); }
  try { risky(); } catch { throw new Error("no"); }
}
