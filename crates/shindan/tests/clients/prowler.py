"""Prowler's checks of Inspector against `shindan serve`, with everything else answered by moto.

usage: prowler.py SHINDAN-BINARY PROWLER MOTO-SERVER

Prowler asks the server for account status, findings, coverage and details of vulnerabilities, with boto3 and keys of the
server. Its verdicts must be those that the state of the server deserves.
"""

import contextlib
import csv
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

import boto3
from shindan_server import REGION, REPAIRED, VULNERABLE, Server, advisory, free_port, package, wait_for

# The account that moto's STS says it is.
ACCOUNT = "123456789012"
CHECKS = (
    "inspector2_is_enabled",
    "inspector2_active_findings_exist",
    "inspector2_active_findings_no_known_exploited_vulnerabilities",
    "inspector2_active_findings_kev_within_due_date",
    "inspector2_active_findings_within_max_age",
    "inspector2_coverage_recently_scanned",
    "inspector2_coverage_scan_status_active",
)


def main(binary, prowler, moto):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as after:
        server = Server(binary, folder)
        records = server.folder / "records"
        records.mkdir()
        (records / "known_exploited_vulnerabilities.json").write_text(json.dumps({
            "catalogVersion": "2026.01.05",
            "dateReleased": "2026-01-05T00:00:00Z",
            "count": 1,
            "vulnerabilities": [{
                "cveID": "CVE-2026-0001", "vendorProject": "leaky", "product": "leaky",
                "vulnerabilityName": "leaky is weak", "dateAdded": "2026-01-05",
                "shortDescription": "weak", "requiredAction": "Upgrade.",
                "dueDate": "2026-01-26", "knownRansomwareCampaignUse": "Unknown", "notes": "",
            }],
        }))
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0") | {"aliases": ["CVE-2026-0001"]})
        port = free_port()
        other = subprocess.Popen([moto, "-H", "127.0.0.1", "-p", str(port)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after.callback(other.kill)
        wait_for("moto answers", lambda: answers(port))
        server.start()
        after.callback(server.process.kill)
        key = server.key("administrator", ACCOUNT)
        client = server.client(key)
        others = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ENDPOINT_URL_INSPECTOR2": f"http://127.0.0.1:{server.port}",
        }
        a_function_that_moto_knows(others["AWS_ENDPOINT_URL"])

        def verdicts():
            return run(prowler, folder, key, others)

        found = verdicts()
        assert found["inspector2_is_enabled"] == {"FAIL"}, found

        client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
        wait_for("scanning is enabled", lambda: client.batch_get_account_status()
                 ["accounts"][0]["resourceState"]["lambdaCode"]["status"] == "ENABLED")
        server.push(server.key("scanner", ACCOUNT), "orders", package(REPAIRED))
        wait_for("it is scanned", lambda: scanned(client))
        found = verdicts()
        for check in ("inspector2_is_enabled", "inspector2_active_findings_exist",
                      "inspector2_active_findings_no_known_exploited_vulnerabilities",
                      "inspector2_coverage_recently_scanned", "inspector2_coverage_scan_status_active"):
            assert found[check] == {"PASS"}, (check, found)

        server.push(server.key("scanner", ACCOUNT), "orders", package(VULNERABLE, [("leaky", "1.0")]))
        wait_for("there are findings", lambda: client.list_findings()["findings"])
        found = verdicts()
        assert found["inspector2_is_enabled"] == {"PASS"}, found
        assert found["inspector2_active_findings_exist"] == {"FAIL"}, found
        assert found["inspector2_active_findings_within_max_age"] == {"PASS"}, found
        assert "FAIL" in found["inspector2_active_findings_no_known_exploited_vulnerabilities"], found
        assert "FAIL" in found["inspector2_active_findings_kev_within_due_date"], found
        print("Prowler agrees")


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def scanned(client):
    rows = client.list_coverage()["coveredResources"]
    return rows and all(row["scanStatus"]["reason"] == "SUCCESSFUL" for row in rows)


def a_function_that_moto_knows(endpoint):
    """Prowler asks for Lambda scanning only where there are functions."""
    def client(service):
        return boto3.client(service, region_name=REGION, endpoint_url=endpoint,
                            aws_access_key_id="any", aws_secret_access_key="any")

    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    client("lambda").create_function(
        FunctionName="orders", Runtime="python3.12", Role=role, Handler="app.handler",
        Code={"ZipFile": package(REPAIRED)})


def run(prowler, folder, key, others):
    out = tempfile.mkdtemp(dir=folder)
    environment = {"PATH": os.environ["PATH"], "HOME": folder} | others | {
        name.upper(): value for name, value in key.items()}
    done = subprocess.run(
        [prowler, "aws", "--checks", *CHECKS, "--region", REGION, "-M", "csv", "-o", out,
         "--no-banner", "--ignore-exit-code-3"],
        env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for path in pathlib.Path(out).glob("*.csv"):
        with path.open() as lines:
            for row in csv.DictReader(lines, delimiter=";"):
                found.setdefault(row["CHECK_ID"], set()).add(row["STATUS"])
    assert found, done.stdout + done.stderr
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
