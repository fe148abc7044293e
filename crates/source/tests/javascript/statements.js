#!/usr/bin/env node
// a comment
/* a block
   comment */
var a, b = 1;
let c = 2;
const d = 3;
{ let inner = 1; }
if (a) b; else if (c) { d; } else e;
if (a) {}
while (a) { continue; }
do { b; } while (c);
outer: for (const x of xs) { for (const y in ys) { if (y) continue outer; else break outer; } }
label: { break label; }
async function f() { for await (const x of xs) await x; }
switch (a) { case 1: case b: c(); break; default: d(); case 'e': { } }
throw new Error('x');
try { a(); } catch { b(); }
try { a(); } finally { c(); }
debugger;
;
function g(a, b) { return a + b; }
function* h() {}
async function* i() { return; }
with (o) { p; }
<!-- an old comment
return a;
