enum Plain { A, B = 5, C, D = 'd', E = B << 1, F = -3, G, 'h-i' = 1 }
export const enum Fixed { X = "x" }
declare enum Ambient { Y }
namespace Tools {
  export const version = '1', [first] = list;
  export function run(x: string) { return x; }
  function internal() {}
  export class Runner {}
  export interface Options {}
  export namespace Deep { export let z = 1; }
  internal();
}
namespace Tools { export const more = 2; }
export namespace Outer.Inner { export const v = 1; }
namespace OnlyTypes { export type T = string; }
class Merged {}
namespace Merged { export const extra = 1; }
declare namespace Ghost { const x: number; }
export import Short = Tools.Runner;
export as namespace Global;
