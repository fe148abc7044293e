'use strict';
const numbers = [0, -1, 1.0, 1.5, 1e3, 0x1f, 0b11, 0o17, 1_000, 9007199254740991, 9007199254740992, 1e400];
const big = [12n, 0xffn, 123456789012345678901234567890n];
const strings = ['a\tb', "é\u{1F600}\x41", 'line\
continued', '\ud800 lone'];
const words = [true, false, null, undefined, void 0, void f(), this];
const holes = [, 1, , ...rest];
const patterns = [/a[/]b\/c/gi, /x/];
const plain = `no holes`;
const holed = `a${x}b${y}${z}\n`;
const tagged = tag`raw \u{zzz} ${x} end`;
const object = {
  a: 1, 'b-c': 2, 3: 4, [d]: 5, e, undefined, ...f,
  g() { return g; }, async *h() {}, async i() {}, get j() { return 1; }, set j(v) {}, ['k' + 1]() {}, 'l'() {},
  m: function named() {}, n: () => ({}), __proto__: p,
};
