import type { Handler } from 'aws-lambda';
import { type Event, Client, type Config as Settings } from './client';
import { type Only } from './only';
import fs = require('fs');
import Alias = ns.inner.Thing;
export type { Handler };
export type Name = string;
export { type Event, Client as default } from './client';
interface Shape { area(): number }
declare const injected: string;
declare function ambient(): void;
declare module 'm' { export const x: number }
declare global { interface Window { y: number } }
let a: Client, b: ns.Client, c: Promise<Client>, d: Map<string, Client>, e: Client[], f: string, g: Client | Other;
let h: readonly Client[], i: Client | undefined | null, j: Promise<string>, k: Array<Promise<ns.Client>>, l: typeof a;
let m: string[], n: (Client), o: { p: Client }, q: [Client];
const r = x as Client, s = <Client>x, t = x!, u = x satisfies Client, v = x as unknown as Client, w = f<Client>;
(x as any).y = 1; x! += 1; (<any>x) = 2;
function over(a: string): string;
function over(a: number): number;
function over(this: Client, a: any, b?: Client, ...c: Client[]): Promise<Client> { return a; }
const handler: Handler = async (event: Event): Promise<void> => {};
function isClient(x: unknown): x is Client { return true; }
