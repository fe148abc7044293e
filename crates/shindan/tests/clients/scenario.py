"""The life of a function as a client of Amazon Inspector sees it, against `shindan serve`.

usage: scenario.py SHINDAN-BINARY

Everything goes through the unmodified boto3 and the program itself: serve, enable, push a vulnerable function, see its
findings and coverage, push the repaired one, see them closed, push the first again, see them back under the same ARN;
exclude by tag; suppress by filter; bring in a new advisory and see exactly the affected function compared again.
"""

import contextlib
import sys
import tempfile
import time

from shindan_server import REPAIRED, VULNERABLE, Server, advisory, package, wait_for


def findings(client, **criteria):
    pages = client.get_paginator("list_findings").paginate(filterCriteria=criteria)
    return [finding for page in pages for finding in page["findings"]]


def equals(value):
    return [{"comparison": "EQUALS", "value": value}]


def of(client, function, status):
    return findings(client, lambdaFunctionName=equals(function), findingStatus=equals(status))


def coverage(client, function):
    rows = client.list_coverage(filterCriteria={"lambdaFunctionName": equals(function)})
    return {row["scanType"]: row for row in rows["coveredResources"]}


def main(binary):
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as after:
        server = Server(binary, folder)
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0"))
        server.start()
        after.callback(server.process.kill)
        try:
            scenario(server)
        except BaseException:
            print((server.folder / "log").read_text()[-6000:], file=sys.stderr)
            raise
        server.stop()


def scenario(server):
    administrator = server.key("administrator")
    scanner = server.key("scanner")
    client = server.client(administrator)

    # Nothing is on at first, and pushing does not switch it on.
    state = client.batch_get_account_status()["accounts"][0]["resourceState"]
    assert state["lambda"]["status"] == state["lambdaCode"]["status"] == "DISABLED", state
    enabled = client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
    assert not enabled["failedAccounts"], enabled
    wait_for("scanning is enabled", lambda: all(
        client.batch_get_account_status()["accounts"][0]["resourceState"][kind]["status"] == "ENABLED"
        for kind in ("lambda", "lambdaCode")
    ))

    # A vulnerable function: findings in code and packages, coverage of both kinds.
    server.push(scanner, "orders", package(VULNERABLE, [("leaky", "1.0"), ("sound", "1.0")]))
    first = wait_for("findings of both kinds", lambda: both_kinds(of(client, "orders", "ACTIVE")))
    rows = coverage(client, "orders")
    assert {kind: row["scanStatus"] for kind, row in rows.items()} == {
        kind: {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"} for kind in ("PACKAGE", "CODE")
    }, rows
    code = next(f for f in first if f["type"] == "CODE_VULNERABILITY")
    assert code["codeVulnerabilityDetails"]["filePath"]["filePath"] == "app.py", code
    assert code["codeVulnerabilityDetails"]["filePath"]["startLine"] == 4, code
    assert "CWE-78" in code["codeVulnerabilityDetails"]["cwes"], code
    dependency = next(f for f in first if f["type"] == "PACKAGE_VULNERABILITY")
    vulnerable, = dependency["packageVulnerabilityDetails"]["vulnerablePackages"]
    assert (vulnerable["name"], vulnerable["version"], vulnerable["fixedInVersion"]) == (
        "leaky", "1.0", "2.0"), vulnerable
    snippet = client.batch_get_code_snippet(findingArns=[code["findingArn"]])
    lines = snippet["codeSnippetResults"][0]["codeSnippet"]
    assert any("os.system" in line["content"] for line in lines), snippet

    # Lines above it do not make it another finding; neither does pushing the same again.
    server.push(scanner, "orders", package("# moved\n" + VULNERABLE, [("leaky", "1.0")]))
    wait_for("the line has moved", lambda: any(
        f["findingArn"] == code["findingArn"]
        and f["codeVulnerabilityDetails"]["filePath"]["startLine"] == 5
        for f in of(client, "orders", "ACTIVE")
    ))
    assert len(of(client, "orders", "ACTIVE")) == len(first)

    # Repaired: closed. Back again within a week: the same findings, not new ones.
    server.push(scanner, "orders", package(REPAIRED, [("leaky", "2.0")]))
    wait_for("all are closed", lambda: not of(client, "orders", "ACTIVE"))
    closed = of(client, "orders", "CLOSED")
    assert {f["findingArn"] for f in closed} == {f["findingArn"] for f in first}, closed
    server.push(scanner, "orders", package(VULNERABLE, [("leaky", "1.0")]))
    again = wait_for("they are back", lambda: both_kinds(of(client, "orders", "ACTIVE")))
    assert {f["findingArn"] for f in again} == {f["findingArn"] for f in first}
    for finding in again:
        before = next(f for f in first if f["findingArn"] == finding["findingArn"])
        assert finding["firstObservedAt"] == before["firstObservedAt"], finding

    # Excluded by tag: not watched, findings closed. Without the tag: watched again.
    server.push(scanner, "orders", package(VULNERABLE, [("leaky", "1.0")]),
                "--tag", "InspectorCodeExclusion=LambdaCodeScanning")
    wait_for("code is excluded", lambda: coverage(client, "orders")["CODE"]["scanStatus"]
             == {"statusCode": "INACTIVE", "reason": "EXCLUDED_BY_TAG"})
    wait_for("findings in code are closed", lambda: [
        f["type"] for f in of(client, "orders", "ACTIVE")] == ["PACKAGE_VULNERABILITY"])
    server.push(scanner, "orders", package(VULNERABLE, [("leaky", "1.0")]))
    wait_for("both are watched again", lambda: both_kinds(of(client, "orders", "ACTIVE")))

    # Suppressed by a filter, old findings and new ones; back when the filter goes.
    arn = client.create_filter(
        name="known", action="SUPPRESS", reason="accepted",
        filterCriteria={"vulnerabilityId": equals("PYSEC-2026-1")},
    )["arn"]
    wait_for("it is suppressed", lambda: [
        f["type"] for f in of(client, "orders", "SUPPRESSED")] == ["PACKAGE_VULNERABILITY"])
    server.push(scanner, "invoices", package(REPAIRED, [("leaky", "1.5")]))
    wait_for("a new one is suppressed too", lambda: of(client, "invoices", "SUPPRESSED"))
    assert not of(client, "invoices", "ACTIVE")
    client.delete_filter(arn=arn)
    wait_for("they are active again", lambda: of(client, "invoices", "ACTIVE")
             and not of(client, "orders", "SUPPRESSED"))

    # A new advisory: compared again is exactly what has the package, without a new push.
    server.push(scanner, "plain", package(REPAIRED, [("other", "1.0")]))
    wait_for("plain is scanned", lambda: coverage(client, "plain").get("PACKAGE", {}).get("scanStatus")
             == {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"})
    before = {name: coverage(client, name)["PACKAGE"]["lastScannedAt"]
              for name in ("orders", "invoices", "plain")}
    time.sleep(1.1)
    server.advise(advisory("PYSEC-2026-2", "other", "3.0"))
    wait_for("the new vulnerability is found", lambda: of(client, "plain", "ACTIVE"))
    after = {name: coverage(client, name)["PACKAGE"]["lastScannedAt"] for name in before}
    assert after["plain"] > before["plain"]
    assert {n: after[n] for n in ("orders", "invoices")} == {n: before[n] for n in ("orders", "invoices")}

    # Switched off: nothing is watched, and nothing is active.
    client.disable(resourceTypes=["LAMBDA"])
    wait_for("scanning is disabled", lambda: all(
        client.batch_get_account_status()["accounts"][0]["resourceState"][kind]["status"] == "DISABLED"
        for kind in ("lambda", "lambdaCode")
    ))
    wait_for("nothing is active", lambda: not findings(client, findingStatus=equals("ACTIVE")))
    print("the scenario holds")


def both_kinds(found):
    kinds = {finding["type"] for finding in found}
    return found if kinds == {"CODE_VULNERABILITY", "PACKAGE_VULNERABILITY"} else None


if __name__ == "__main__":
    main(sys.argv[1])
