#!/usr/bin/env python3
"""Measures speed and memory of `shindan`: bench/README.md says what and how. Needs Python 3.11 and nothing else."""

import argparse
import json
import math
import os
import platform
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import corpus
import package
import shapes
from measure import Scan, run, scan, table

ROOT = corpus.ROOT
ALL = ("python", "javascript", "typescript")
SIZES = (1, 2, 4, 8)
# Sizes of the generated repository, in megabytes.
MEGABYTES = (5, 10, 20, 40)

# Processor time may grow by this much more than the input before a row is marked.
TOLERANCE = 1.3
# Times below this, in seconds, are mostly start-up and noise: no growth is read off them.
MEANINGFUL = 0.03
MARK = "SUPER-LINEAR"


class Bench:
    def __init__(self, shindan: str, folder: Path, times: int, copies: int) -> None:
        self.shindan, self.folder, self.times, self.copies = shindan, folder, times, copies
        self.start = 0.0
        self.results: dict = {}
        self.marks = 0
        # Whether the large repository costs more a megabyte the larger it is.
        self.grown = False

    def scan(self, name: str, jobs: int = 1) -> Scan:
        return scan(self.shindan, self.folder / name, self.folder / "report.json", self.times, jobs)

    def corpus(self, languages: tuple[str, ...], copies: int) -> str:
        name = f"{'-'.join(languages)}-{copies}"
        if not (self.folder / name).exists():
            corpus.write(self.folder / name, languages, copies)
        return name

    def keep(self, section: str, row: str, cost: Scan) -> None:
        self.results.setdefault(section, {})[row] = vars(cost)

    def growth(self, small: Scan, large: Scan, factor: float) -> tuple[str, str]:
        """How much faster than the input the processor time grows, start-up left out, and a mark."""
        before, after = small.cpu - self.start, large.cpu - self.start
        if before < MEANINGFUL and after < MEANINGFUL * factor:
            return "-", ""
        ratio = after / max(before, MEANINGFUL) / factor
        exponent = 1 + math.log(ratio, factor)
        if ratio <= TOLERANCE:
            return f"n^{exponent:.2f}", ""
        self.marks += 1
        return f"n^{exponent:.2f}", MARK


def start_up(bench: Bench) -> None:
    empty = bench.folder / "empty"
    empty.mkdir()
    one = bench.folder / "one"
    one.mkdir()
    (one / "app.py").write_text("def handler(event, context):\n    return event\n", encoding="utf-8")
    commands = {
        "shindan --version": ["--version"],
        "shindan detectors": ["detectors"],
        "shindan explain sql-injection": ["explain", "sql-injection"],
        "shindan scan (empty folder)": ["scan", str(empty), "--quiet"],
        "shindan scan (one function)": ["scan", str(one), "--quiet"],
    }
    rows = []
    for name, arguments in commands.items():
        costs = [run([bench.shindan, *arguments]) for _ in range(max(10, bench.times * 4))]
        wall = sorted(c.wall * 1000 for c in costs)
        cpu = min(c.cpu for c in costs)
        rows.append([name, f"{wall[0]:.1f}", f"{statistics.median(wall):.1f}", f"{wall[-1]:.1f}", f"{cpu * 1000:.1f}", f"{max(c.peak for c in costs):.0f}"])
        bench.results.setdefault("start-up", {})[name] = {"best_ms": wall[0], "median_ms": statistics.median(wall), "cpu_ms": cpu * 1000}
        if "one function" in name:
            bench.start = cpu
    table("Start-up (ms, MiB)", ["command", "best", "median", "worst", "CPU", "peak"], rows)


def throughput(bench: Bench) -> None:
    rows = []
    for languages in [*((language,) for language in ALL), ALL]:
        cost = bench.scan(bench.corpus(languages, bench.copies))
        name = languages[0] if len(languages) == 1 else "all"
        bench.keep("throughput", name, cost)
        work = max(cost.cpu - bench.start, 1e-3)
        rows.append([name, str(cost.files), str(cost.lines), f"{cost.bytes / 1e6:.2f}", f"{cost.wall:.2f}", f"{cost.cpu:.2f}",
                     f"{cost.lines / 1000 / work:.0f}", f"{cost.bytes / 1e6 / work:.2f}", f"{cost.peak:.0f}", str(cost.findings)])
    table(f"Throughput, {bench.copies} copies, --jobs 1 (rates: a CPU second after start-up)",
          ["language", "files", "lines", "MB", "wall s", "CPU s", "klines/s", "MB/s", "peak MiB", "findings"], rows)


def size(bench: Bench) -> None:
    rows, costs = [], {}
    for factor in SIZES:
        copies = max(1, bench.copies // 4) * factor
        costs[factor] = cost = bench.scan(bench.corpus(ALL, copies))
        bench.keep("size", str(factor), cost)
        growth, mark = ("", "") if factor == 1 else bench.growth(costs[1], cost, factor)
        if cost.findings != costs[1].findings * factor:
            mark += f" {cost.findings} findings, expected {costs[1].findings * factor}"
            bench.marks += 1
        rows.append([f"{factor}x", str(cost.files), str(cost.lines), f"{cost.wall:.2f}", f"{cost.cpu:.2f}", growth, f"{cost.peak:.0f}",
                     f"{cost.peak * 1024 / (cost.lines / 1000):.0f}", mark.strip()])
    table("Size: the same package several times, --jobs 1", ["size", "files", "lines", "wall s", "CPU s", "growth", "peak MiB", "KiB/kline", ""], rows)


def cores(bench: Bench) -> None:
    name = bench.corpus(ALL, bench.copies)
    rows, first = [], None
    counts = [n for n in (1, 2, 4, 8, 16) if n <= (os.cpu_count() or 1)]
    for jobs in counts:
        cost = bench.scan(name, jobs)
        bench.keep("cores", str(jobs), cost)
        first = first or cost
        rows.append([str(jobs), f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{first.wall / cost.wall:.2f}x", f"{cost.peak:.0f}"])
    table("Cores", ["--jobs", "wall s", "CPU s", "speed-up", "peak MiB"], rows)


def difficult(bench: Bench) -> None:
    rows = []
    for name, shape, smallest in shapes.SHAPES:
        costs = []
        for factor in (1, 2, 4):
            folder = bench.folder / f"{name.replace(' ', '-')}-{factor}"
            for path, text in shape(smallest * factor).items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
            costs.append(bench.scan(folder.name))
            bench.keep("shapes", f"{name} {smallest * factor}", costs[-1])
        growth, mark = bench.growth(costs[1], costs[2], 2)
        rows.append([name, str(smallest * 4), f"{costs[2].bytes / 1024:.0f}", *(f"{c.cpu:.2f}" for c in costs), growth, f"{costs[2].peak:.0f}", str(costs[2].findings), mark])
    table("Difficult shapes, at a quarter, half and all of n", ["shape", "n", "KiB", "CPU s 1/4", "1/2", "1", "growth", "peak MiB", "findings", ""], rows)


def growth(bench: Bench) -> None:
    rows, first = [], None
    for size in MEGABYTES:
        folder = bench.folder / f"package-{size}"
        package.write(folder, size * 1_000_000)
        cost = scan(bench.shindan, folder, bench.folder / "report.json", 1)
        shutil.rmtree(folder)
        bench.keep("growth", str(size), cost)
        megabytes = cost.bytes / 1e6
        each = ((cost.cpu - bench.start) / megabytes, cost.peak / megabytes)
        first = first or each
        ratios = [now / before for now, before in zip(each, first)]
        mark = MARK if max(ratios) > TOLERANCE else ""
        bench.grown |= bool(mark)
        rows.append([f"{megabytes:.1f} MB", str(cost.files), f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{each[0] * 1000:.0f}", f"{ratios[0]:.2f}x",
                     f"{cost.peak:.0f}", f"{each[1]:.1f}", f"{ratios[1]:.2f}x", str(cost.findings), mark])
    table("Growth: a large repository, doubled, --jobs 1",
          ["size", "files", "wall s", "CPU s", "ms/MB", "of first", "peak MiB", "MiB/MB", "of first", "findings", ""], rows)


SECTIONS = {"start-up": start_up, "throughput": throughput, "size": size, "cores": cores, "shapes": difficult, "growth": growth}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shindan", default=str(ROOT / "target" / "release" / "shindan"), help="the binary to measure")
    parser.add_argument("--copies", type=int, default=8, help="how large the packages are [default: 8]; a package of over 20,000 files is not read in whole")
    parser.add_argument("--times", type=int, default=3, help="runs of each scan, of which the best counts [default: 3]")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="one section; may be given several times")
    parser.add_argument("--json", type=Path, help="also write all numbers to this file")
    parser.add_argument("--strict", action="store_true", help=f"exit with 1 when a row is marked {MARK}")
    arguments = parser.parse_args()
    if not Path(arguments.shindan).is_file():
        parser.error(f"{arguments.shindan} is not there: cargo build --release, or --shindan PATH")
    print(f"{arguments.shindan} on {os.cpu_count()} processors, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="shindan-bench-") as folder:
        bench = Bench(arguments.shindan, Path(folder), arguments.times, arguments.copies)
        for name, section in SECTIONS.items():
            # Start-up is always measured: the other sections subtract it.
            if name == "start-up" or not arguments.only or name in arguments.only:
                section(bench)
    if arguments.json:
        arguments.json.write_text(json.dumps(bench.results, indent=1), encoding="utf-8")
    return 1 if bench.grown or (arguments.strict and bench.marks) else 0


if __name__ == "__main__":
    sys.exit(main())
