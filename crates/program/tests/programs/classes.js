class Shape extends mixin(Base) {
  #id = next();
  color = "red";
  static count = this.zero;
  static { this.ready = true; }
  constructor(id) { super(id); this.#id = id; super.init(); }
  get id() { return this.#id; }
  set id(value) { this.#id = value; }
  static of(id) { return new Shape(id); }
  async load() { for await (const x of this) await x; }
  *[Symbol.iterator]() { yield this.#id; yield* this; }
}
const Named = class Self { make() { return Self; } };
const object = { plain: 1, [Named]: 2, method() { return super.method(); }, get g() { return 1; }, set g(v) {}, short, ...rest };
