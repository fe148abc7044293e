"""Checks bills of materials against the official schemas and rules of CycloneDX and SPDX.

    python3 -m venv target/sbom
    target/sbom/bin/pip install 'cyclonedx-python-lib[json-validation]==11.12.0' spdx-tools==0.8.5
    target/sbom/bin/python crates/inventory/tests/sbom_schemas.py target/tmp/sbom-*.json

The schemas are not part of this project; the package `cyclonedx-python-lib` carries unchanged copies, and `spdx-tools`
holds the rules of SPDX in code.
"""

import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.json import json_parser
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document


def problems(path: str) -> list[str]:
    text = pathlib.Path(path).read_text("utf-8")
    document = json.loads(text)
    if document.get("bomFormat") == "CycloneDX":
        error = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"])).validate_str(text)
        return [] if error is None else [str(error)]
    try:
        messages = validate_full_spdx_document(json_parser.parse_from_file(path), "SPDX-2.3")
    except SPDXParsingError as error:
        return error.get_messages()
    return [f"{message.context.spdx_id}: {message.validation_message}" for message in messages]


def main(paths: list[str]) -> int:
    if not paths:
        print("usage: sbom_schemas.py FILE...", file=sys.stderr)
        return 2
    failed = 0
    for path in paths:
        found = problems(path)
        failed += bool(found)
        print(f"{path}: {f'{len(found)} errors' if found else 'valid'}")
        for problem in found[:20]:
            print(f"  {problem[:300]}")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
