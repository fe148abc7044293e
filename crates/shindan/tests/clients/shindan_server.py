"""A running `shindan serve` with a folder of its own, for the scripts beside this one."""

import io
import json
import os
import pathlib
import socket
import subprocess
import time
import zipfile

import boto3

ACCOUNT = "111122223333"
REGION = "us-east-1"
WAIT_SECONDS = 120

VULNERABLE = """\
import os

def handler(event, context):
    os.system("convert " + event["file"])
"""
REPAIRED = """\
import subprocess

def handler(event, context):
    subprocess.run(["convert", "--", event["file"]], check=True)
"""


def package(code, packages=()):
    """A deployment package: one module, and installed distributions as pip leaves them."""
    bytes_ = io.BytesIO()
    with zipfile.ZipFile(bytes_, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", code)
        for name, version in packages:
            archive.writestr(
                f"{name}-{version}.dist-info/METADATA",
                f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            )
            archive.writestr(f"{name}-{version}.dist-info/RECORD", "")
            archive.writestr(f"{name}-{version}.dist-info/INSTALLER", "pip\n")
    return bytes_.getvalue()


def advisory(identifier, package_name, fixed):
    return {
        "schema_version": "1.6.0",
        "id": identifier,
        "modified": "2026-01-02T00:00:00Z",
        "published": "2026-01-01T00:00:00Z",
        "summary": f"{package_name} is weak",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package_name},
                "ranges": [
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}
                ],
            }
        ],
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, binary, folder, scheme="http"):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.database = self.folder / "advisories"
        self.port = free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "SHINDAN_DATA": str(self.folder / "data"),
            "SHINDAN_DB": str(self.database),
            "SHINDAN_DATABASE": os.environ.get("SHINDAN_DATABASE", ""),
        }
        if not self.environment["SHINDAN_DATABASE"]:
            del self.environment["SHINDAN_DATABASE"]
        self.process = None

    def run(self, *arguments, **more):
        done = subprocess.run(
            [self.binary, *arguments],
            env=self.environment | more,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def advise(self, *records):
        folder = self.folder / "records"
        folder.mkdir(exist_ok=True)
        for record in records:
            (folder / f"{record['id']}.json").write_text(json.dumps(record))
        self.run("db", "update", "--from", str(folder), "--quiet")

    def key(self, role, account=ACCOUNT):
        made = self.run("access", "create", "--account", account, "--role", role, "--format", "json")
        made = json.loads(made)
        return {
            "aws_access_key_id": made["accessKeyId"],
            "aws_secret_access_key": made["secretAccessKey"],
        }

    def client(self, key, service="inspector2", **more):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            **key,
            **more,
        )

    def zip(self, content):
        path = self.folder / "package.zip"
        path.write_bytes(content)
        return path

    def pushing(self, key):
        """The environment in which a key pushes to this server."""
        return {
            "AWS_ACCESS_KEY_ID": key["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": key["aws_secret_access_key"],
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def push(self, key, function, content, *more, **environment):
        return self.run(
            "push", str(self.zip(content)), "--function", function, "--runtime", "python3.12",
            "--handler", "app.handler", *more, **self.pushing(key), **environment,
        )

    def start(self):
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}"],
            env=self.environment, stdout=log, stderr=log,
        )
        wait_for("the server is ready", lambda: subprocess.run(
            [self.binary, "serve", "--probe", "--listen", f"127.0.0.1:{self.port}"],
            env=self.environment, capture_output=True,
        ).returncode == 0)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, "the server did not stop in order"


def wait_for(what, is_so, pause=0.1):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        answer = is_so()
        if answer:
            return answer
        time.sleep(pause)
    raise AssertionError(f"waited {WAIT_SECONDS} s in vain until {what}")
