"""Runs a command and says what it cost."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    """Of one run: the command and all the processes it waited for."""
    wall: float
    cpu: float
    # Of the largest single process, in MiB.
    peak: float
    code: int


@dataclass
class Scan:
    """The best of several runs of one scan, and what it found."""
    wall: float
    cpu: float
    peak: float
    lines: int
    bytes: int
    files: int
    findings: int


def run(command: list[str], out: Path | None = None) -> Cost:
    with open(out or os.devnull, "wb") as stream:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, process.returncode)


def scan(shindan: str, folder: Path, report: Path, times: int, jobs: int = 1) -> Scan:
    """Scans a folder; the least wall and processor time of several runs, since whatever disturbs only adds."""
    command = [shindan, "scan", str(folder), "--format", "json", "--fail-on", "never", "--quiet", "--jobs", str(jobs)]
    costs = [run(command, report) for _ in range(times)]
    # 3: some file could not be read in whole, as some examples intend.
    bad = [c.code for c in costs if c.code not in (0, 3)]
    if bad:
        sys.exit(f"`{' '.join(command)}` ended with {bad[0]}")
    data = json.loads(report.read_text(encoding="utf-8"))
    statistics = data["statistics"]
    return Scan(
        wall=min(c.wall for c in costs),
        cpu=min(c.cpu for c in costs),
        peak=max(c.peak for c in costs),
        lines=statistics["lines"],
        bytes=statistics["bytes"],
        files=sum(f["files"] for f in statistics["files"]),
        findings=len(data["findings"]),
    )


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Prints a table; the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(row: list[str]) -> str:
        return "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip()

    print(f"\n{title}\n{line(header)}\n{'  '.join('-' * w for w in widths)}")
    for row in rows:
        print(line(row))
    sys.stdout.flush()
