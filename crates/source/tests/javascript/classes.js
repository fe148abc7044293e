class A {}
class B extends mixin(A) {
  static #count = 0;
  #secret;
  name = 'b';
  'quoted' = 1;
  42 = 2;
  [computed] = 3;
  static shared;
  static { B.#count = 1; var x; }
  constructor(a) { super(a); this.#secret = a; }
  method() { return super.method() + this.#secret; }
  async *generator() {}
  static create() { return new this(); }
  get value() { return this.#private(); }
  set value(v) { this.name = v; }
  #private() { return #secret in this; }
  [Symbol.iterator]() {}
  'quoted method'() {}
  accessor item = 1;
}
const C = class Named extends B {};
const D = class {};
@decorated @withArgs({ a: 1 }) class E { @bound method() {} @field x = 1; }
