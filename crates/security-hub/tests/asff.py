#!/usr/bin/env python3
"""Holds JSON values against botocore's model of Security Hub, strictly: no unknown member, no null, no wrong type.

Reads a line {"shape": NAME, "value": VALUE} and answers with a line: a JSON list of what is wrong.
botocore itself drops what it does not know, so that a client which reads an answer proves little about it.
"""

import json
import re
import sys

import botocore.session

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NUMBERS = {"integer": int, "long": int, "double": (int, float), "float": (int, float)}


class Model:
    def __init__(self):
        session = botocore.session.get_session()
        model = session.get_service_model("securityhub")
        self.shapes = model._service_description["shapes"]

    def problems(self, name, value, path="$"):
        """Yields what is wrong with a value of a shape."""
        shape = self.shapes[name]
        kind = shape["type"]
        if value is None:
            yield f"{path}: null is never sent"
        elif kind == "structure":
            yield from self.structure(name, shape, value, path)
        elif kind == "list":
            if not isinstance(value, list):
                yield f"{path}: is no list"
                return
            yield from bounds(shape, len(value), f"{path}: number of items")
            for number, item in enumerate(value):
                yield from self.problems(shape["member"]["shape"], item, f"{path}[{number}]")
        elif kind == "map":
            if not isinstance(value, dict):
                yield f"{path}: is no map"
                return
            yield from bounds(shape, len(value), f"{path}: number of entries")
            for key, item in value.items():
                yield from self.problems(shape["key"]["shape"], key, f"{path} key {key!r}")
                yield from self.problems(shape["value"]["shape"], item, f"{path}[{key!r}]")
        elif kind == "string":
            yield from text(shape, value, path)
        elif kind == "boolean":
            if not isinstance(value, bool):
                yield f"{path}: is no boolean"
        elif kind == "timestamp":
            if not isinstance(value, str) or not TIME.fullmatch(value):
                yield f"{path}: {value!r} is no ISO 8601 time in UTC"
        elif kind in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, NUMBERS[kind]):
                yield f"{path}: {value!r} is no {kind}"
            else:
                yield from bounds(shape, value, path)
        else:
            yield f"{path}: the checker does not know the type {kind}"

    def structure(self, name, shape, value, path):
        if not isinstance(value, dict):
            yield f"{path}: is no object"
            return
        members = {member.get("locationName", key): member for key, member in shape["members"].items()}
        for key in value.keys() - members.keys():
            yield f"{path}: {name} has no member {key}"
        for key in shape.get("required", []):
            if shape["members"][key].get("locationName", key) not in value:
                yield f"{path}: {name} needs {key}"
        for key, member in members.items():
            if key in value:
                yield from self.problems(member["shape"], value[key], f"{path}.{key}")


def bounds(shape, number, what):
    if number < shape.get("min", number):
        yield f"{what} {number} is less than {shape['min']}"
    if number > shape.get("max", number):
        yield f"{what} {number} is more than {shape['max']}"


def text(shape, value, path):
    if not isinstance(value, str):
        yield f"{path}: is no string"
    elif "enum" in shape:
        if value not in shape["enum"]:
            yield f"{path}: {value!r} is none of {shape['enum']}"
    else:
        yield from bounds(shape, len(value), f"{path}: length")
        if "pattern" in shape and not re.search(shape["pattern"], value):
            yield f"{path}: {value!r} does not match {shape['pattern']}"


def main():
    model = Model()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(list(model.problems(request["shape"], request["value"]))), flush=True)


if __name__ == "__main__":
    main()
