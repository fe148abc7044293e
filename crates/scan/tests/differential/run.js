// Runs programs for real and tells which of their sinks marked text arrives in.
//
// Usage: run.js FOLDER COUNT INVOCATIONS: the programs are FOLDER/p0.js, FOLDER/p1.js, …; each process of a program sees so
// many invocations.
// Prints a line `PROGRAM LINE ARRIVED` for each line that called the sink, ARRIVED being 1 or 0.

const childProcess = require("child_process");
const fs = require("fs");
const Module = require("module");
const path = require("path");

// What the event holds is made of this character; no program writes it. No operation on texts changes it.
const MARK = "~";
// Loop bodies and functions that a program may begin in one invocation.
const STEPS = 3000;

const folder = process.argv[2];
const [count, invocations] = process.argv.slice(3).map(Number);
const arrived = new Map();
let program = 0;
let left = STEPS;

function event(number) {
  return {
    a: "~a ~b,~c,~d",
    b: "~",
    n: number % 2,
    yes: number !== 2,
    no: number === 2,
    items: ["~i", "~j,~k", "~~~"],
    map: { k: "~m", j: "~n", "~": "~o" },
    rows: [{ c: "~r" }, { c: "~s", d: "~t" }],
  };
}

function marked(value) {
  return Array.isArray(value) ? value.some(marked) : typeof value === "string" && value.includes(MARK);
}

Error.stackTraceLimit = 20;
childProcess.execSync = (value) => {
  const place = new RegExp(`p(\\d+)\\.js:(\\d+):`).exec(new Error().stack);
  if (place) {
    const key = `${place[1]} ${place[2]}`;
    arrived.set(key, arrived.get(key) || marked(value));
  }
  return "";
};

// Programs call this at the beginning of every function and every turn of a loop.
globalThis.__step = () => {
  left -= 1;
  if (left < 0) {
    throw new Error("too long");
  }
};

function load(name) {
  const file = path.join(folder, name);
  const module = new Module(file, null);
  module.filename = file;
  module.paths = [];
  // Strict, or a name that a program forgot to declare would be there for the others.
  const text = fs.readFileSync(file, "utf8").replaceAll("/*step*/", "__step();");
  module._compile(`"use strict";${text}`, file);
  return module.exports;
}

async function main() {
  for (const name of ["log", "error", "warn"]) {
    console[name] = () => {};
  }
  for (program = 0; program < count; program += 1) {
    for (let number = 0; number < 4; number += 1) {
      left = STEPS;
      try {
        const { handler } = load(`p${program}.js`);
        for (let again = 0; again < invocations; again += 1) {
          const ends = handler(event(number), {});
          // What never comes is not waited for.
          let timer;
          const late = new Promise((resolve) => (timer = setTimeout(resolve, 30)));
          await Promise.race([ends, late]);
          clearTimeout(timer);
        }
      } catch {
        // Whatever it throws is its own affair.
      }
    }
  }
  const lines = [...arrived].map(([place, isMarked]) => `${place} ${Number(isMarked)}\n`);
  process.stdout.write(lines.join(""), () => process.exit(0));
}

process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});
main();
