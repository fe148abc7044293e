#!/usr/bin/env python3
"""Compares findings with those of pip-audit over the same advisories.

    bench/pip_audit.py ADVISORIES [PACKAGES]

ADVISORIES is a folder with PyPI.zip in the layout of OSV's export. The records are served on the loopback interface
as OSV's query service does, with an evaluation of ranges of its own on top of `packaging`; pip-audit (from PATH) asks
for one version of each of PACKAGES (300) packages, and the release build of the example `matches` answers the same.
Withdrawn records count on neither side. Exits with 1 where the findings differ.
"""

import http.server
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import zipfile

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = pathlib.Path(__file__).resolve().parent.parent
MATCHES = ROOT / "target/release/examples/matches"
SHINDAN = ROOT / "target/debug/shindan"


def version(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def affected(record, name, installed):
    for entry in record.get("affected", []):
        package = entry.get("package", {})
        if package.get("ecosystem") != "PyPI" or canonicalize_name(package["name"]) != name:
            continue
        if any(version(listed) == installed for listed in entry.get("versions", [])):
            return True
        for span in entry.get("ranges", []):
            if span["type"] == "GIT":
                continue
            events = [(kind, text) for event in span["events"] for kind, text in event.items()]
            events.sort(key=lambda event: Version("0.dev0") if event[1] == "0" else Version(event[1]))
            inside = False
            for kind, text in events:
                if kind == "introduced" and (text == "0" or installed >= Version(text)):
                    inside = True
                elif kind == "fixed" and installed >= Version(text):
                    inside = False
                elif kind == "last_affected" and installed > Version(text):
                    inside = False
            if inside:
                return True
    return False


def serve(records):
    by_name = {}
    for record in records:
        for entry in record.get("affected", []):
            by_name.setdefault(canonicalize_name(entry["package"]["name"]), {})[record["id"]] = record

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            query = json.loads(self.rfile.read(int(self.headers["content-length"])))
            name = canonicalize_name(query["package"]["name"])
            installed = Version(query["version"])
            found = [r for r in by_name.get(name, {}).values() if affected(r, name, installed)]
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/v1/query"


def records_of(path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            record = json.loads(archive.read(name))
            for field in ("published", "modified", "withdrawn"):
                # pip-audit reads no other offset.
                if field in record:
                    record[field] = record[field].replace("+00:00", "Z")
            # pip-audit compares names as they are spelled.
            for entry in record.get("affected", []):
                entry["package"]["name"] = canonicalize_name(entry["package"]["name"])
            yield record


def main():
    folder = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    records = list(records_of(folder / "PyPI.zip"))
    versions = {}
    for record in records:
        for entry in record.get("affected", []):
            versions.setdefault(entry["package"]["name"], set()).update(
                text for text in entry.get("versions", []) if version(text)
            )
    choice = random.Random(5)
    names = sorted(name for name, known in versions.items() if known and ":" not in name)
    names = choice.sample(names, min(count, len(names)))
    packages = {name: choice.choice(sorted(versions[name])) for name in names}

    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        requirements = work / "requirements.txt"
        requirements.write_text("".join(f"{name}=={pin}\n" for name, pin in packages.items()))
        audit = subprocess.run(
            ["pip-audit", "-s", "osv", "--osv-url", serve(records), "-r", requirements, "--no-deps",
             "--disable-pip", "-f", "json", "--progress-spinner", "off"],
            capture_output=True, text=True)
        if not audit.stdout:
            sys.exit(f"pip-audit: {audit.stderr}")
        theirs = {
            canonicalize_name(package["name"]): [
                {found["id"], *found["aliases"]} for found in package.get("vulns", [])
            ]
            for package in json.loads(audit.stdout)["dependencies"]
        }
        subprocess.run(
            [SHINDAN, "db", "update", "--quiet", "--from", folder.resolve() / "PyPI.zip", "--db", work / "db"], check=True)
        lines = subprocess.run(
            [MATCHES, work / "db/advisories.index"], check=True, capture_output=True, text=True,
            input="".join(f"PyPI\t{name}\t{pin}\n" for name, pin in packages.items())).stdout
    ours = {name: [] for name in packages}
    for line in lines.splitlines():
        name, _, id, aliases, _ = line.split("\t")
        ours[name].append({id, *filter(None, aliases.split(","))})

    differences = 0
    for name, pin in packages.items():
        for found in theirs.get(name, []):
            if not any(found & known for known in ours[name]):
                differences += 1
                print(f"only pip-audit: {name} {pin} {sorted(found)}")
        for found in ours[name]:
            if not any(found & known for known in theirs.get(name, [])):
                differences += 1
                print(f"only shindan: {name} {pin} {sorted(found)}")
    print(f"{len(packages)} packages, {sum(map(len, theirs.values()))} findings of pip-audit, "
          f"{sum(map(len, ours.values()))} of shindan (one a CVE), {differences} differences")
    sys.exit(bool(differences))


if __name__ == "__main__":
    main()
