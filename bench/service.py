#!/usr/bin/env python3
"""How fast the service scans, beside the command.

usage: bench/service.py SHINDAN-BINARY [--functions 500] [--database URL]

Makes packages (the example applications, each with a line of its own), scans each with `shindan scan`, as many at once as
there are processors, and then has a server find the same packages in a watched folder and scan them with as many workers.
Prints packages a second of both and their ratio. Needs boto3.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "crates/shindan/tests/clients"))

from shindan_server import ACCOUNT, REGION, Server, advisory, wait_for  # noqa: E402


def write_packages(folder, count):
    applications = sorted(
        path for kind in ("vulnerable", "repaired")
        for path in (ROOT / "examples/functions" / kind).rglob("*.py")
    )
    assert applications, "no example applications"
    for number in range(count):
        source = applications[number % len(applications)]
        with zipfile.ZipFile(folder / f"function-{number}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(source.parent.glob("*.py")):
                archive.writestr(path.name, f"# {number}\n{path.read_text()}")


def command(binary, folder, database, processors):
    def one(path):
        done = subprocess.run(
            [binary, "scan", "--quiet", "--jobs", "1", "--fail-on", "never", "--db", database,
             "--format", "json", str(path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert done.returncode in (0, 3), (path, done)

    paths = sorted(folder.glob("*.zip"))
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(processors) as pool:
        list(pool.map(one, paths))
    return time.monotonic() - begun


def service(server, packages, count, processors):
    (server.folder / "server.toml").write_text(
        f'workers = {processors}\n[[watch]]\nfolder = "{packages}"\naccount = "{ACCOUNT}"\n'
        f'region = "{REGION}"\nruntime = "python3.12"\n')
    server.environment["SHINDAN_SERVER_CONFIG"] = str(server.folder / "server.toml")
    server.start()
    client = server.client(server.key("administrator"))
    wait_for("all are found", lambda: covered(client, None) == 2 * count or covered(client, None) == 0)
    begun = time.monotonic()
    client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
    wait_for("all are scanned", lambda: covered(client, "SUCCESSFUL") == 2 * count)
    spent = time.monotonic() - begun
    server.stop()
    return spent


def covered(client, reason):
    criteria = {} if reason is None else {
        "scanStatusReason": [{"comparison": "EQUALS", "value": reason}]}
    return client.list_coverage_statistics(filterCriteria=criteria)["totalCounts"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--functions", type=int, default=500)
    arguments.add_argument("--database")
    given = arguments.parse_args()
    if given.database:
        os.environ["SHINDAN_DATABASE"] = given.database
    processors = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        server = Server(given.binary, folder)
        packages = server.folder / "packages"
        packages.mkdir()
        write_packages(packages, given.functions)
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0"))
        alone = command(given.binary, packages, str(server.database), processors)
        watched = service(server, packages, given.functions, processors)
    rate = given.functions / alone, given.functions / watched
    print(f"command {rate[0]:.1f}/s, service {rate[1]:.1f}/s: {100 * rate[1] / rate[0]:.0f} %")


if __name__ == "__main__":
    main()
