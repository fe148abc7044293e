#!/usr/bin/env python3
"""Adds to conformance data what the fixtures' projects have beside them: parents, modules, files with versions.

    bench/complete_fixtures.py FOLDER TARGET files/NAME=REPOSITORY...

FOLDER holds `cases.json` and the fixtures, TARGET becomes a copy of it. Each `files/NAME` is where the fixtures of one
project lie, and REPOSITORY a clone of that project. From its newest commit are taken the files below the `testdata`
folders in which fixtures lie, where FOLDER has none of that path. Compare the readers with either folder:

    cargo run -p shindan-inventory --example inventory_conformance -- TARGET
"""

import json
import pathlib
import shutil
import subprocess
import sys


def git(repository, *arguments):
    return subprocess.run(["git", "-C", repository, *arguments], stdout=subprocess.PIPE, check=True).stdout


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:3])
    shutil.copytree(source, target, dirs_exist_ok=True)
    fixtures = {case["fixture"] for case in json.loads((source / "cases.json").read_text("utf-8"))}
    for argument in sys.argv[3:]:
        prefix, repository = argument.split("=", 1)
        of_project = {fixture.removeprefix(f"{prefix}/") for fixture in fixtures if fixture.startswith(f"{prefix}/")}
        folders = {fixture.partition("/testdata/")[0] + "/testdata/" for fixture in of_project if "/testdata/" in fixture}
        added = 0
        for path in git(repository, "ls-tree", "-r", "-z", "--name-only", "HEAD").decode().split("\0"):
            place = target / prefix / path
            if place.exists() or not any(path.startswith(folder) for folder in folders):
                continue
            try:
                content = git(repository, "show", f"HEAD:{path}")
            except subprocess.CalledProcessError:
                print(f"{path} is not in the clone")
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            added += 1
        print(f"{prefix}: {added} files added below {len(folders)} folders")


if __name__ == "__main__":
    main()
