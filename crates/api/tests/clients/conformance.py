"""Holds what a server sends against the model that botocore has of the API.

botocore forgives: members it does not know, nulls and wrong types vanish without a word. Here every answer is
compared with the shape that the model gives, and what does not fit is an error of the test.
"""

import json
import re
from dataclasses import dataclass, field

import botocore.session


@dataclass
class Complaints:
    """What does not fit, with the place in the document."""

    found: list = field(default_factory=list)

    def add(self, place, text):
        self.found.append(f"{place}: {text}")


# Operations that answered, by service, with the statuses they answered with.
ANSWERED = {}


def attach(client):
    """Compares every answer that the client gets from now on; the complaints."""
    complaints = Complaints()
    answered = ANSWERED.setdefault(client.meta.service_model.service_name, {})
    model = botocore.session.get_session().get_service_model(client.meta.service_model.service_name)

    def compare(http_response, parsed, **details):
        operation = details["model"]
        place = f"{operation.name} {http_response.status_code}"
        answered.setdefault(operation.name, set()).add(http_response.status_code)
        headers = http_response.headers
        if not headers.get("x-amzn-requestid"):
            complaints.add(place, "no request id")
        if headers.get("content-type") != "application/json":
            complaints.add(place, f"content type {headers.get('content-type')}")
        try:
            document = json.loads(http_response.content)
        except ValueError as error:
            complaints.add(place, f"no JSON: {error}")
            return
        if http_response.status_code == 200:
            shape = operation.output_shape
        else:
            shape = modelled_error(operation, parsed, http_response.status_code, complaints, place)
        if shape is not None:
            Comparison(complaints).value(place, shape, document)

    client.meta.events.register("after-call.*", compare)
    assert model is not None
    return complaints


# Errors that every service of AWS may answer before it looks at the operation.
COMMON = {
    "MissingAuthenticationTokenException": 403,
    "IncompleteSignatureException": 403,
    "InvalidSignatureException": 403,
    "UnrecognizedClientException": 403,
    "ExpiredTokenException": 403,
}


def modelled_error(operation, parsed, status, complaints, place):
    code = parsed.get("Error", {}).get("Code")
    if COMMON.get(code) == status:
        return None
    for shape in operation.error_shapes:
        if shape.name == code:
            expected = shape.metadata.get("error", {}).get("httpStatusCode")
            if expected not in (None, status):
                complaints.add(place, f"{code} has the status {expected} in the model")
            return shape
    complaints.add(place, f"{code} is not an error of the operation")
    return None


class Comparison:
    """Walks a document and its shape side by side."""

    def __init__(self, complaints):
        self.complaints = complaints

    def value(self, place, shape, value):
        if value is None:
            self.complaints.add(place, "null")
            return
        compare = getattr(self, shape.type_name, None)
        if compare is None:
            self.complaints.add(place, f"nobody knows how to compare {shape.type_name}")
        else:
            compare(place, shape, value)

    def expect(self, place, value, kinds, name):
        fits = isinstance(value, kinds) and not (bool not in kinds and isinstance(value, bool))
        if not fits:
            self.complaints.add(place, f"{value!r} where {name} belongs")
        return fits

    def bounded(self, place, shape, size, what):
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and size < least or most is not None and size > most:
            self.complaints.add(place, f"{what} {size} outside {least} to {most} of {shape.name}")

    def structure(self, place, shape, value):
        if not self.expect(place, value, (dict,), "a structure"):
            return
        members = {}
        for name, member in shape.members.items():
            if "location" not in member.serialization:
                members[member.serialization.get("name", name)] = (name, member)
        for name in value.keys() - members.keys():
            self.complaints.add(place, f"{shape.name} has no member {name}")
        for written, (name, member) in members.items():
            if written in value:
                self.value(f"{place}.{written}", member, value[written])
            elif name in shape.required_members and (shape.name, name) not in LEFT_OUT:
                self.complaints.add(place, f"{written} of {shape.name} is missing")

    def list(self, place, shape, value):
        if self.expect(place, value, (list,), "a list"):
            self.bounded(place, shape, len(value), "length")
            for at, item in enumerate(value):
                self.value(f"{place}[{at}]", shape.member, item)

    def map(self, place, shape, value):
        if self.expect(place, value, (dict,), "a map"):
            for key, item in value.items():
                self.value(f"{place} key", shape.key, key)
                self.value(f"{place}[{key}]", shape.value, item)

    def string(self, place, shape, value):
        if not self.expect(place, value, (str,), "a string"):
            return
        if shape.enum:
            if value not in shape.enum:
                self.complaints.add(place, f"{value!r} is not a value of {shape.name}")
            return
        self.bounded(place, shape, len(value), "length")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            self.complaints.add(place, f"{value!r} does not match {pattern}")

    def integer(self, place, shape, value):
        self.expect(place, value, (int,), "a whole number")

    long = integer

    def double(self, place, shape, value):
        self.expect(place, value, (int, float), "a number")

    float = double

    def boolean(self, place, shape, value):
        self.expect(place, value, (bool,), "true or false")

    def timestamp(self, place, shape, value):
        if shape.serialization.get("timestampFormat") == "iso8601":
            written = self.expect(place, value, (str,), "a time in ISO 8601")
            if written and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
                self.complaints.add(place, f"{value!r} is no time in ISO 8601 and UTC")
        else:
            self.expect(place, value, (int, float), "a number of seconds")


# The model wants an error in every state but has no value for none; AWS's own examples leave it out.
LEFT_OUT = {("State", "errorCode"), ("State", "errorMessage")}
