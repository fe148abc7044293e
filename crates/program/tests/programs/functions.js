"use strict";
const later = () => hoisted(late);
exports.handler = async (event) => { const { body } = event; return parse(body); };
module.exports.named = function inner(n) { return n ? inner(n - 1) : 0; };
function hoisted(a, b = a, { c, d: [e, , ...f] = [], ...g }, ...rest) {
  var v;
  if (c) { let v = 1; use(() => v); }
  else { const v = 2; use(() => v); }
  for (var i = 0; i < rest.length; i++) { fns.push(function () { return i + e; }); }
  counter = 1;
  return later(function () { arguments[0]; this.x = g; return () => this; });
}
let late = 1;
new Thing(late).run(...late)["go"](`t ${late}`, tag`x${late}y`);
a.b.c[d](1).e++;
x = y ? (p(), q) : y ?? (z ||= w);
f(i++, i, i += 2, i);
delete a.b, delete a[c], typeof b, void f();
