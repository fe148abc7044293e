import def, { a as b } from "./m";
import * as ns from "ns";
import type { Shape } from "./types";
import "side";
export const one = 1, { two } = ns;
export function fn(this: Shape, x: Shape | null, y?: Array<string>): void {}
export default class Main { constructor(private readonly shape: Shape) {} }
export class Other {}
export { b as c, def };
export { q as r } from "./q";
export * from "./all";
export * as all from "./all";
const lazy = await import("./lazy");
const dynamic = import(b);
const cjs = require("./cjs") as Shape;
let untouched: Shape;
enum Color { Red, Green = 2 }
export async function handler(event: APIGatewayProxyEvent) { return (event.body!) satisfies string; }
