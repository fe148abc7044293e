#!/usr/bin/env python3
"""Writes vectors.json, for vectors.rs: requests signed by botocore, AWS's own client library.

Run it with any botocore installed: python3 crates/sigv4/tests/vectors.py
The requests are made up; keys and token are the ones of AWS's documentation or plainly placeholders.
"""
import datetime
import hashlib
import json
import pathlib
from unittest import mock
from urllib.parse import quote

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = "AKIAIOSFODNN7EXAMPLE"
SESSION_KEY = "ASIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "placeholder/session+token=" * 20
ARN = "arn:aws:inspector2:eu-west-1:123456789012:owner/123456789012/filter/0123abcd"
JSON = [("Content-Type", "application/json")]
# Sent by all botocore clients; the first three are not signed or signed as the client likes.
USUAL = [
    ("User-Agent", "Boto3/1.43.11 md/Botocore#1.43.11"),
    ("amz-sdk-invocation-id", "0f7a3c4e-0000-4000-8000-000000000000"),
    ("amz-sdk-request", "attempt=1"),
]


def sha256(body):
    return hashlib.sha256(body.encode()).hexdigest()


def label(text):
    return quote(text, safe="-._~")


def request(name, method="POST", path="/", query=(), headers=(), body="", service="inspector2",
            region="eu-west-1", token=False, time="20260829T123600Z"):
    return {"name": name, "method": method, "path": path, "query": list(query), "headers": list(headers),
            "body": body, "service": service, "region": region, "token": token, "time": time}


REQUESTS = [
    request("empty body", path="/describeorganizationconfiguration"),
    request("empty object", path="/findings/list", headers=JSON, body="{}"),
    request("body", path="/findings/list", headers=JSON, body='{"maxResults": 7, "nextToken": "a/b+c=="}'),
    request("unicode body", path="/filters/create", headers=JSON, body='{"name": "Prüfung ✓ 検査 \U0001f600"}'),
    request("body with line ends", path="/filters/create", headers=JSON, body="{\r\n\t\"a\": 1\n}\n"),
    request("large body", path="/filters/create", headers=JSON, body='{"a": "' + "x" * 3000 + '"}'),
    request("arn in path", "GET", f"/tags/{label(ARN)}"),
    request("arn in path with star and colon", "GET", f"/tags/{label(ARN + ':*')}"),
    request("unicode in path", "GET", f"/tags/{label('Prüfung/検査')}"),
    request("space and percent in path", "GET", f"/tags/{label('a b%20c')}"),
    request("unreserved in path", "GET", "/tags/-._~09AZaz"),
    request("unencoded colon in path", "GET", "/tags/arn:aws:x,y;z=1@2"),
    request("slash at the end", "GET", "/tags/"),
    request("list in query", "DELETE", f"/tags/{label(ARN)}", [("tagKeys", "a b"), ("tagKeys", "c/d")]),
    request("unsorted list in query", "DELETE", f"/tags/{label(ARN)}", [("tagKeys", "z"), ("tagKeys", "a"), ("tagKeys", "Z")]),
    request("unicode in query", "DELETE", "/tags/a", [("tagKeys", "Prüfung"), ("tagKeys", "検査 ✓")]),
    request("plus, percent and ampersand in query", "DELETE", "/tags/a", [("tagKeys", "a+b"), ("tagKeys", "100%"), ("tagKeys", "x&y=z")]),
    request("empty value in query", "GET", "/usage", [("nextToken", "")]),
    request("names in query that share a beginning", "GET", "/usage", [("a-b", "1"), ("a", "2"), ("a1", "3"), ("A", "4")]),
    request("unreserved in query", "GET", "/usage", [("-._~", "~_.-"), ("q", "!*'()")]),
    request("session token", path="/findings/list", headers=JSON, body="{}", token=True),
    request("session token and arn", "GET", f"/tags/{label(ARN)}", token=True),
    request("usual headers", path="/findings/list", headers=USUAL + JSON, body="{}"),
    request("signed hash of the body", path="/findings/list", headers=JSON + [("X-Amz-Content-SHA256", sha256("{}"))], body="{}"),
    request("headers of the javascript client", path="/findings/list", body="{}", headers=USUAL + JSON + [
        ("content-length", "2"), ("x-amz-user-agent", "aws-sdk-js/3.900.0"), ("x-amz-content-sha256", sha256("{}"))]),
    request("signed hash, session token and query", "DELETE", f"/tags/{label(ARN)}", [("tagKeys", "c/d"), ("tagKeys", "a b")],
            headers=[("x-amz-content-sha256", sha256(""))], token=True),
    request("unsigned body", path="/findings/list", headers=JSON + [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")], body="{}"),
    request("blanks in a header", path="/findings/list", headers=[("X-Amz-Meta", "  a   b\t c  ")]),
    request("header twice", path="/findings/list", headers=[("X-Amz-Meta", "b"), ("X-Amz-Meta", "a")]),
    request("empty header", path="/findings/list", headers=[("X-Amz-Meta", "")]),
    request("another service and region", "POST", "/findings/import", headers=JSON, body="{}", service="securityhub", region="us-gov-west-1"),
    request("json 1.1", headers=[("X-Amz-Target", "AWSOrganizationsV20161128.ListAccounts"), ("Content-Type", "application/x-amz-json-1.1")],
            body="{}", service="organizations", region="us-east-1"),
    request("first second of a day", path="/findings/list", time="20270101T000000Z"),
    request("put and patch", "PATCH", "/findingsv2", headers=JSON, body="{}", service="securityhub"),
]


def sign(case):
    host = f"{case['service']}.{case['region']}.amazonaws.com"
    credentials = Credentials(SESSION_KEY if case["token"] else KEY, SECRET, TOKEN if case["token"] else None)
    query = "&".join(f"{label(k)}={label(v)}" for k, v in case["query"])
    url = f"https://{host}{case['path']}" + ("?" + query if query else "")
    made = AWSRequest(case["method"], url, data=case["body"].encode())
    for name, value in case["headers"]:
        made.headers[name] = value  # Appends.
    now = datetime.datetime.strptime(case["time"], "%Y%m%dT%H%M%SZ")
    with mock.patch("botocore.auth.get_current_datetime", return_value=now):
        botocore.auth.SigV4Auth(credentials, case["service"], case["region"]).add_auth(made)
    return {"name": case["name"], "method": case["method"], "path": case["path"], "query": query,
            "headers": [["host", host]] + [[k, v] for k, v in made.headers.items()], "body": case["body"],
            "service": case["service"], "region": case["region"], "time": case["time"]}


def main():
    lines = [json.dumps(sign(case)) for case in REQUESTS]
    text = '{"secret": %s, "token": %s, "requests": [\n%s\n]}\n' % (json.dumps(SECRET), json.dumps(TOKEN), ",\n".join(lines))
    pathlib.Path(__file__).with_suffix(".json").write_text(text)


main()
