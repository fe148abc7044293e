"""The AWS CLI against `shindan serve`: version 1 of the interpreter's environment, and version 2 where the system has it.

usage: cli.py SHINDAN-BINARY
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from shindan_server import REGION, VULNERABLE, Server, advisory, package, wait_for


def programs():
    """Paths of the CLIs that are there, each version once."""
    found = {}
    for path in (pathlib.Path(sys.executable).with_name("aws"), pathlib.Path("/usr/bin/aws")):
        if path.exists():
            said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
            found.setdefault(said.split("/")[1].split(".")[0], path)
    assert "1" in found, "no AWS CLI beside the interpreter"
    return found


def main(binary):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as after:
        server = Server(binary, folder)
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0"))
        server.start()
        after.callback(server.process.kill)
        key = server.key("administrator")
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "AWS_REGION": REGION,
                       "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": ""} | {
            name.upper(): value for name, value in key.items()}
        for version, program in programs().items():
            def aws(*arguments):
                done = subprocess.run(
                    [program, "inspector2", *arguments, "--output", "json",
                     "--endpoint-url", f"http://127.0.0.1:{server.port}"],
                    env=environment, capture_output=True, text=True)
                assert done.returncode == 0, (version, arguments, done.stderr)
                return json.loads(done.stdout) if done.stdout.strip() else {}

            use(server, key, aws, version)
            print(f"version {version} of the AWS CLI works")


def use(server, key, aws, version):
    state = aws("batch-get-account-status")["accounts"][0]["resourceState"]
    if state["lambda"]["status"] == "DISABLED":
        assert not aws("enable", "--resource-types", "LAMBDA", "LAMBDA_CODE")["failedAccounts"]
    # Version 2 of Debian is older than code scanning, and drops what it does not know.
    wait_for("scanning is enabled", lambda: all(
        kind["status"] == "ENABLED"
        for name, kind in aws("batch-get-account-status")["accounts"][0]["resourceState"].items()
        if name in ("lambda", "lambdaCode")))
    name = f"orders-{version}"
    server.push(key, name, package(VULNERABLE, [("leaky", "1.0")]))
    criteria = json.dumps({"lambdaFunctionName": [{"comparison": "EQUALS", "value": name}]})
    wait_for("there are findings", lambda: len(
        aws("list-findings", "--filter-criteria", criteria)["findings"]) > 1)
    assert len(aws("list-coverage", "--filter-criteria", criteria)["coveredResources"]) == 2
    counts = aws("list-finding-aggregations", "--aggregation-type", "AWS_LAMBDA_FUNCTION")["responses"]
    assert any(row["lambdaFunctionAggregation"]["functionName"] == name for row in counts), counts
    # An ARN in the path of a request, which has to stay encoded on its way.
    arn = aws("create-filter", "--name", name, "--action", "NONE", "--filter-criteria", criteria)["arn"]
    aws("tag-resource", "--resource-arn", arn, "--tags", "team=blue")
    assert aws("list-tags-for-resource", "--resource-arn", arn)["tags"] == {"team": "blue"}
    aws("delete-filter", "--arn", arn)


if __name__ == "__main__":
    main(sys.argv[1])
