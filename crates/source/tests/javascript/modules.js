import 'side-effect';
import a from 'a';
import * as b from './b.js';
import c, { d, e as f, default as g, 'h-i' as j } from "c";
import k, * as l from 'l';
import data from './data.json' with { type: 'json' };
export const m = 1, n = 2;
export let { o, p: [q] } = r;
export function s() {}
export class T {}
export { a, b as u, c as default, d as 'string name' };
export { v, default as w } from 'x';
export * from 'y';
export * as z from 'z';
export default async function handler(event) { return event; }
const top = await fetch(a);
