"""Accounts of AWS as a source: discovery, change events, deletion and the reconciling poll, against moto.

usage: accounts.py SHINDAN-BINARY

moto stands in for AWS, `shindan serve` and `shindan scan --account` are its clients, and what they say is read by boto3 from
shindan. Every request to moto is counted: nothing may be downloaded twice.
"""

import collections
import contextlib
import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import threading

import boto3

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "../../../cloud/tests/cloud"))

try:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    import moto_world as aws
except ImportError as missing:
    print(f"the test against moto is NOT run: {missing} (PyPI: moto[server])", file=sys.stderr)
    sys.exit(0)

from shindan_server import REPAIRED, VULNERABLE, Server, advisory, free_port, wait_for

TEMPLATE = HERE / "../../../../deploy/cloudformation/events.yaml"


logging.getLogger("werkzeug").setLevel(logging.ERROR)


def injections(report):
    found = [finding for finding in report["findings"] if finding["detector"] == "command-injection"]
    return sorted(finding["location"]["path"] for finding in found)


class Moto:
    """moto, and how often what was asked of it."""

    def __init__(self):
        app = DomainDispatcherApplication(create_backend_app)
        self.downloads = collections.Counter()
        self.lists = 0

        def counted(environ, start_response):
            path, host = environ.get("PATH_INFO", ""), environ.get("HTTP_HOST", "")
            is_read = environ["REQUEST_METHOD"] == "GET"
            if is_read and "-tasks.s3." in host:
                self.downloads[host + path] += 1
            if is_read and path.rstrip("/").endswith("/functions"):
                self.lists += 1
            return app(environ, start_response)

        self.server = make_server("127.0.0.1", free_port(), counted, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def main(binary):
    moto = Moto()
    aws.URL = moto.url
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as after:
        server = Server(binary, folder)
        server.environment |= {
            "AWS_ACCESS_KEY_ID": aws.HOME_KEYS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": aws.HOME_KEYS["aws_secret_access_key"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0"))
        after.callback(lambda: server.process and server.process.kill())
        try:
            Scenario(moto, server).run()
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                print((server.folder / "log").read_text()[-8000:], file=sys.stderr)
            raise
        server.stop()


class Scenario:
    def __init__(self, moto, server):
        self.moto = moto
        self.server = server
        made = aws.setup(TEMPLATE)
        self.home, self.member, self.queue = made["home"], made["member"], made["queue"]
        self.places = [(account, region) for account in (self.home, self.member) for region in aws.REGIONS]
        # The layer of moto's world cannot be downloaded, and its tags exclude; here functions are to be scanned.
        aws.client("lambda", "us-east-1").update_function_configuration(FunctionName="own", Layers=[])
        for account, region in self.places:
            functions = aws.client("lambda", region, account)
            functions.untag_resource(Resource=self.arn(account, region, "own"), TagKeys=["InspectorExclusion"])
            aws.update(account, region, "own", f"# {account} {region}\n{VULNERABLE}")
        self.clients = {}

    def run(self):
        self.one_shot()
        self.discovery()
        self.events()
        self.reconciling()

    def arn(self, account, region, name):
        return f"arn:aws:lambda:{region}:{account}:function:{name}"

    def configure(self, poll_seconds):
        path = self.server.folder / "server.toml"
        path.write_text(f"""
[[aws]]
role = "shindan-scanner"
external-id = "a text that only we know"
accounts = "organization"
regions = {json.dumps(aws.REGIONS)}
queues = ["{self.queue}"]
poll-seconds = {poll_seconds}
endpoint = "{self.moto.url}"
""")
        self.server.environment["SHINDAN_SERVER_CONFIG"] = str(path)

    def client(self, place):
        if place not in self.clients:
            account, region = place
            self.clients[place] = boto3.client(
                "inspector2", region_name=region, endpoint_url=f"http://127.0.0.1:{self.server.port}",
                **self.server.key("administrator", account),
            )
        return self.clients[place]

    def findings(self, place, name, status="ACTIVE"):
        equals = lambda value: [{"comparison": "EQUALS", "value": value}]
        criteria = {"lambdaFunctionName": equals(name), "findingStatus": equals(status)}
        found = self.client(place).list_findings(filterCriteria=criteria)["findings"]
        # The code has lesser weaknesses too.
        return [finding for finding in found if "CWE-78" in finding["codeVulnerabilityDetails"]["cwes"]]

    def reasons(self, place, name):
        criteria = {"lambdaFunctionName": [{"comparison": "EQUALS", "value": name}]}
        rows = self.client(place).list_coverage(filterCriteria=criteria)["coveredResources"]
        return {row["scanType"]: row["scanStatus"]["reason"] for row in rows}

    def wait_for_reasons(self, place, name, reason):
        wait_for(f"{name} in {place} is {reason}", lambda: set(self.reasons(place, name).values()) == {reason})

    def scan(self, *more):
        done = subprocess.run(
            [self.server.binary, "scan", "--account", *more, "--endpoint-url", self.moto.url, "--format", "json"],
            env=self.server.environment, capture_output=True, text=True,
        )
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    def one_shot(self):
        everywhere = [flag for region in aws.REGIONS for flag in ("--region", region)]
        code, report, said = self.scan(self.home, self.member, *everywhere, "--role", "shindan-scanner")
        assert code == 1, (code, said)
        found = injections(report)
        assert found == sorted(f"{account}/{region}/own/app.py" for account, region in self.places), found
        assert "8 functions in 2 accounts and 2 Regions" in said, said
        assert sum(self.moto.downloads.values()) == 5, self.moto.downloads
        self.moto.downloads.clear()

        code, report, said = self.scan("--function", "own", "--function", "nobody", "--region", "us-east-1", "--fail-on", "never")
        assert code == 3 and "no function nobody was found" in said, (code, said)
        assert injections(report) == [f"{self.home}/us-east-1/own/app.py"], said
        self.moto.downloads.clear()

        # Without a role only the own account can be read, and the rest is scanned.
        code, report, said = self.scan(self.home, self.member, "--region", "us-east-1", "--fail-on", "never")
        assert code == 3 and f"account {self.member}, us-east-1, sts:AssumeRole" in said, (code, said)
        assert injections(report) == [f"{self.home}/us-east-1/own/app.py"], said
        self.moto.downloads.clear()

    def discovery(self):
        self.configure(3600)
        self.server.start()
        for place in self.places:
            self.client(place).enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
        for place in self.places:
            wait_for(f"own in {place} has a finding", lambda: self.findings(place, "own"))
            self.wait_for_reasons(place, "shared", "SUCCESSFUL")
            found, = self.findings(place, "own")
            assert found["resources"][0]["id"] == self.arn(*place, "own") + ":$LATEST", found
        assert sum(self.moto.downloads.values()) == 5, self.moto.downloads

    def send(self, call, place, request):
        account, region = place
        aws.send(json.dumps({
            "source": "aws.lambda", "account": account, "region": region, "time": "2026-11-29T17:00:00Z",
            "detail": {"eventName": call, "requestParameters": request},
        }))

    def events(self):
        home, far = self.places[0], self.places[3]
        listed = self.moto.lists
        aws.send("no event")

        aws.update(*far, "own", REPAIRED)
        self.send("UpdateFunctionCode20150331v2", far, {"functionName": "own"})
        wait_for("the repaired function has no findings", lambda: not self.findings(far, "own"))
        assert len(self.findings(far, "own", "CLOSED")) == 1

        aws.create(*home, "new", f"# new\n{VULNERABLE}")
        aws.emit("CreateFunction20150331", json.dumps({"functionName": "new"}))
        wait_for("the new function has a finding", lambda: self.findings(home, "new"))

        tag = {"InspectorExclusion": "LambdaStandardScanning"}
        resource = self.arn(*home, "new")
        aws.client("lambda", home[1]).tag_resource(Resource=resource, Tags=tag)
        aws.emit("TagResource20170331v2", json.dumps({"resource": resource, "tags": tag}))
        self.wait_for_reasons(home, "new", "EXCLUDED_BY_TAG")
        aws.client("lambda", home[1]).untag_resource(Resource=resource, TagKeys=list(tag))
        aws.emit("UntagResource20170331v2", json.dumps({"resource": resource, "tagKeys": list(tag)}))
        self.wait_for_reasons(home, "new", "SUCCESSFUL")

        # An event is a hint: what it says is looked at, not believed.
        aws.emit("DeleteFunction20150331", json.dumps({"functionName": "shared"}))
        aws.delete(*home, "new")
        aws.emit("DeleteFunction20150331", json.dumps({"functionName": "new"}))
        self.wait_for_reasons(home, "new", "RESOURCE_TERMINATED")
        self.wait_for_reasons(home, "shared", "SUCCESSFUL")
        wait_for("only what is no event is left", lambda: aws.left() <= 1)

        assert self.moto.lists == listed, "events need no list"
        assert sum(self.moto.downloads.values()) == 7, self.moto.downloads

    def reconciling(self):
        self.server.stop()
        near, far = self.places[1], self.places[2]
        aws.update(*near, "own", f"# near\n{REPAIRED}")
        aws.delete(*far, "own")
        image = aws.client("lambda", far[1], far[0])
        role = aws.client("iam", far[1], far[0]).get_role(RoleName="run")["Role"]["Arn"]
        image.create_function(
            FunctionName="image", PackageType="Image", Role=role,
            Code={"ImageUri": f"{far[0]}.dkr.ecr.{far[1]}.amazonaws.com/image@sha256:" + "0" * 64},
        )
        self.configure(2)
        self.server.start()
        wait_for("the poll sees what was repaired", lambda: not self.findings(near, "own"))
        self.wait_for_reasons(far, "own", "RESOURCE_TERMINATED")
        self.wait_for_reasons(far, "image", "UNSUPPORTED_CODE_ARTIFACTS")
        listed = self.moto.lists
        wait_for("it looks again and again", lambda: self.moto.lists >= listed + 8)
        assert sum(self.moto.downloads.values()) == 8, self.moto.downloads
        assert self.reasons(near, "shared") == {"PACKAGE": "SUCCESSFUL", "CODE": "SUCCESSFUL"}


main(sys.argv[1])
