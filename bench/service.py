#!/usr/bin/env python3
"""How fast the service scans, beside the command.

usage: bench/service.py SHINDAN-BINARY [--functions 500] [--database URL]

Makes packages (the example applications, each with a line of its own), scans each with `shindan scan`, as many at once as
there are processors, and then has a server find the same packages in a watched folder and scan them. Both look for code,
secrets and vulnerable packages, with one thread a scan and the same advisories.
The server's time is from `enable`, so with its decisions about all functions, to the last `lastScannedAt` that coverage has.
Prints packages a second of both and their ratio, and what each package took of the processors, which is the same on a
machine that others use too. Needs boto3.
"""

import argparse
import concurrent.futures
import os
import pathlib
import resource
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
    before, begun = of_children(), time.time()
    with concurrent.futures.ThreadPoolExecutor(processors) as pool:
        list(pool.map(one, paths))
    return time.time() - begun, of_children() - before


def service(server, packages, count):
    (server.folder / "server.toml").write_text(
        f'[[watch]]\nfolder = "{packages}"\naccount = "{ACCOUNT}"\n'
        f'region = "{REGION}"\nruntime = "python3.12"\n')
    server.environment["SHINDAN_SERVER_CONFIG"] = str(server.folder / "server.toml")
    server.start()
    client = server.client(server.key("administrator"))
    wait_for("all are found", lambda: kept(server) == count and is_idle(server))
    before, begun = of_server(server), time.time()
    client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
    # Asking costs processor time too, and the server itself says when it was done.
    wait_for("all are scanned", lambda: covered(client, "SUCCESSFUL") == 2 * count, pause=2)
    spent = of_server(server) - before
    pages = client.get_paginator("list_coverage").paginate()
    done = max(row["lastScannedAt"] for page in pages for row in page["coveredResources"])
    server.stop()
    return done.timestamp() - begun, spent


def kept(server):
    """The packages that the server has copied from the watched folder."""
    return sum(1 for _ in (server.folder / "data").rglob("*.zip"))


def is_idle(server):
    before = of_server(server)
    time.sleep(1)
    return of_server(server) - before < 0.05


def of_children():
    """Processor seconds of the processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def of_server(server):
    """Processor seconds of the server and of its children that ended."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


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
        watched = service(server, packages, given.functions)
    for name, (seconds, processor) in (("command", alone), ("service", watched)):
        print(f"{name}: {given.functions / seconds:.1f}/s, {1000 * processor / given.functions:.1f} ms of a processor each")
    print(f"the service's throughput is {100 * alone[0] / watched[0]:.0f} % of the command's")


if __name__ == "__main__":
    main()
