#!/usr/bin/env python3
"""Writes the seed corpus of every fuzz target into corpus/TARGET/, out of this repository's own tests and examples.

The seeds are not committed: they follow the repository. Running this again adds what is new and keeps what the fuzzer
found. Names are hashes of the content, as libFuzzer's are. Needs Python 3.11 and nothing else.
"""

import hashlib
import io
import json
import random
import re
import string
import struct
import sys
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CORPUS = HERE / "corpus"

# As in fuzz/src/lib.rs.
MAX_SOURCE = 64 << 10
MAX_ARCHIVE = 256 << 10

ECMASCRIPT = {".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx"}
TEMPLATES = {".yaml", ".yml", ".json", ".tf"}
EXTENSIONS = {"python": "py", "javascript": "js", "typescript": "ts", "java": "java", "csharp": "cs", "ruby": "rb"}
ALPHABETS = {
    "base32": string.ascii_uppercase + "234567",
    "base36": string.ascii_lowercase + string.digits,
    "base62": string.ascii_letters + string.digits,
    "base64": string.ascii_letters + string.digits + "+/",
    "base64url": string.ascii_letters + string.digits + "-_",
    "hex": string.digits + "abcdef",
    "digits": string.digits,
    "lower": string.ascii_lowercase,
    "bech32": "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
}


def add(target: str, content: bytes) -> None:
    limit = MAX_ARCHIVE if target == "archive" else MAX_SOURCE
    if 0 < len(content) <= limit:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def sources(*extensions: str) -> list[Path]:
    """Files of tests and examples, sorted."""
    roots = [*sorted(ROOT.glob("crates/*/tests")), ROOT / "examples"]
    return [p for r in roots for p in sorted(r.rglob("*")) if p.suffix in extensions and p.is_file()]


def catalogue_examples() -> list[tuple[str, str]]:
    """(language, text) of every example of every detector."""
    found = []
    for path in sorted((ROOT / "catalogue" / "detectors").rglob("*.toml")):
        for example in tomllib.loads(path.read_text(encoding="utf-8")).get("example", []):
            language = example.get("language") or path.suffixes[0].removeprefix(".")
            found += [(language, example[kind]) for kind in ("bad", "good") if kind in example]
    return found


def rust_texts(path: Path) -> list[str]:
    """Raw string literals of a Rust test, which are mostly templates and programs."""
    return re.findall(r'r#"(.*?)"#', path.read_text(encoding="utf-8"), re.DOTALL)


def fixtures() -> list[str]:
    return [t for p in sorted(ROOT.glob("crates/*/tests/**/*.rs")) for t in rust_texts(p)]


def expand(text: str) -> str:
    """Fills in the placeholders of a secret's example; see crates/secret/src/example.rs."""
    rng = random.Random(text)

    def fill(match: re.Match) -> str:
        kind, *rest = match.group(1).split(":")
        if kind == "rand" and rest[0] in ALPHABETS:
            return "".join(rng.choices(ALPHABETS[rest[0]], k=int(rest[1])))
        if kind == "pem":
            body = "\n".join("".join(rng.choices(ALPHABETS["base64"], k=64)) for _ in range(int(rest[1])))
            return f"-----BEGIN {rest[0]}-----\n{body}\n-----END {rest[0]}-----"
        return "".join(rng.choices(ALPHABETS["base62"], k=6))

    return re.sub(r"\{\{([^{}]+)\}\}", fill, text)


def archive(files: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as out:
        for name, content in files:
            out.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return buffer.getvalue()


def streamed(name: str, content: bytes) -> bytes:
    """An archive written to a pipe: sizes stand behind the data."""
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = bytearray()

        def writable(self):
            return True

        def write(self, part):
            self.data += part
            return len(part)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(name, content)
    return bytes(pipe.data)


def seed_archives() -> None:
    for text in fixtures():
        for name in ("template.yaml", "main.tf", "serverless.yml"):
            add("archive", archive([(name, text.encode()), ("app.py", b"def handler(event, context): pass\n")]))
    for folder in sorted((ROOT / "examples").rglob("template.y*ml")):
        files = [(str(p.relative_to(folder.parent)), p.read_bytes()) for p in sorted(folder.parent.rglob("*")) if p.is_file()]
        add("archive", archive(files))
        add("archive", archive(files, zipfile.ZIP_DEFLATED))
        add("archive", archive([(folder.name, folder.read_bytes())]))
    small = archive([("app.py", b"import os\n"), ("a/b/c.js", b"x()")])
    jar = archive([("x/Y.class", b"\xca\xfe\xba\xbe"), ("lib/inner.zip", small)])
    layer = [(p, b"x = 1\n") for p in ("python/a.py", "python/lib/python3.12/site-packages/b/__init__.py",
                                       "nodejs/node_modules/c/index.js", "ruby/gems/3.3.0/d.rb", "java/lib/e.jar")]
    installed = [("six.py", b"x"), ("six-1.16.0.dist-info/RECORD", b"six.py,sha256=x,1\n"), ("six-1.16.0.dist-info/INSTALLER", b"pip\n"),
                 ("node_modules/a/package.json", b'{"name":"a","version":"1"}'), ("package-lock.json", b"{}")]
    for content in (small, jar, archive(layer), archive(installed), archive([]), streamed("app.py", b"print(1)\n" * 20),
                    archive([("in.zip", jar)], zipfile.ZIP_DEFLATED), b"#!/bin/sh\n" + small, small + b"trailing",
                    archive([("../up.py", b"x"), ("/abs.py", b"x"), ("a\\b.py", b"x"), ("dir/", b"")]),
                    archive([("zeros.bin", bytes(2 << 20))], zipfile.ZIP_DEFLATED)):
        add("archive", content)
    # A zip64 end of the central directory in front of the plain one.
    end = small.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HII", small[end + 10:end + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    plain = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    add("archive", small[:end] + record + locator + plain)


def seed_sources() -> None:
    for path in sources(".py"):
        add("python", path.read_bytes())
    for path in sources(*ECMASCRIPT):
        add("javascript", path.read_bytes())
    for path in sources(".java"):
        add("java", path.read_bytes())
    for path in sources(".cs"):
        add("csharp", path.read_bytes())
    for path in sources(".rb", ".erb"):
        add("ruby", path.read_bytes())
    for language, text in catalogue_examples():
        add(language if language in ("python", "java", "csharp", "ruby") else "javascript", text.encode())


def package(files: list[tuple[str, str]]) -> bytes:
    return "".join(f"-- {path} --\n{text.rstrip()}\n" for path, text in files).encode()


def seed_scans() -> None:
    for language, text in catalogue_examples():
        add("scan", package([(f"app.{EXTENSIONS.get(language, 'txt')}", text)]))
    for template in sorted((ROOT / "examples").rglob("template.y*ml")):
        head = (template.name, template.read_text(encoding="utf-8"))
        for folder in sorted(p for p in template.parent.iterdir() if p.is_dir()):
            files = [(str(p.relative_to(template.parent)), p.read_text(encoding="utf-8")) for p in sorted(folder.rglob("*")) if p.is_file()]
            add("scan", package(files))
            add("scan", package([head, *files]))
    for path in sources(".py", *ECMASCRIPT):
        add("scan", package([(path.name, path.read_text(encoding="utf-8"))]))


def seed_secrets() -> None:
    for path in sorted((ROOT / "catalogue" / "secrets").glob("*.toml")):
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
            for example in rule.get("example", []):
                for kind in ("bad", "good"):
                    if kind in example:
                        add("secret", f"{example.get('path', 'app.py')}\n{expand(example[kind])}".encode())
    for path in sources(".py", *ECMASCRIPT, *TEMPLATES):
        add("secret", f"{path.name}\n".encode() + path.read_bytes())


def seed_advisories() -> None:
    tests = (ROOT / "crates/advisory/tests/matching.rs").read_text()
    for record in re.findall(r'r#"(\{"id".*?)"#', tests, re.S):
        add("advisory", record.encode())
    for document in re.findall(r'r#"(.*?)"#', (ROOT / "crates/advisory/src/vex/tests.rs").read_text(), re.S):
        add("advisory", document.encode())
    add("index", bytes(30))
    for ecosystem in range(7):
        for versions in ("1.0\n1.0-rc1\n1.1", "1.0.0.RC1\n1.0\n1.0-1", "1!0.dev1\n2004d\n1.0+a"):
            add("version", bytes([ecosystem]) + versions.encode())
    add("version", b"\0pkg:maven/org.example/tool@1.0?type=jar#a/b")


def seed_inventories() -> None:
    for path in sorted((ROOT / "crates" / "inventory" / "tests").glob("*.rs")):
        # Pairs of a path and a content in tuples, which is how the tests write small packages.
        for name, text in re.findall(r'\("([\w./@-]+)", b?r?#?"(.*?)"#?\)', path.read_text(encoding="utf-8"), re.DOTALL):
            add("inventory", f"{name}\n{text}".replace("\\n", "\n").encode())


def seed_requests() -> None:
    vectors = json.loads((ROOT / "crates" / "sigv4" / "tests" / "vectors.json").read_text(encoding="utf-8"))
    for request in vectors["requests"]:
        lines = [request["method"], request["path"], request["query"], *(f"{k}:{v}" for k, v in request["headers"])]
        add("sigv4", ("\n".join(lines) + "\n\n" + request["body"]).encode())
        add("sigv4", dict(request["headers"])["Authorization"].encode())


def seed_criteria() -> None:
    """Every name in the definitions of criteria, as a text, a time and a number; one of each other kind."""
    fields = (ROOT / "crates" / "inspector" / "src" / "criteria" / "field.rs").read_text()
    for name in re.findall(r'= "(\w+)"', fields):
        for filters in (
            [{"comparison": how, "value": value} for how in ("EQUALS", "PREFIX", "NOT_EQUALS") for value in ("HIGH", "a")],
            [{"startInclusive": 1700000000, "endInclusive": 1700000001.5}],
            [{"lowerInclusive": 0.5, "upperInclusive": 9}],
        ):
            add("criteria", json.dumps({name: filters}).encode())
    equals = {"comparison": "EQUALS", "value": "flask"}
    package = {"name": equals, "version": equals, "filePath": equals, "epoch": {"lowerInclusive": 1}}
    for request in (
        {"vulnerablePackages": [package], "portRange": [{"beginInclusive": 0, "endInclusive": 65535}]},
        {"resourceTags": [{"comparison": "EQUALS", "key": "team", "value": "blue"}]},
        {"field": "SEVERITY", "sortOrder": "DESC"},
        {"aggregationType": "TITLE", "accountIds": [equals], "aggregationRequest": {"titleAggregation": {"titles": [equals]}}},
    ):
        add("criteria", json.dumps(request).encode())


def main() -> int:
    for seed in (seed_archives, seed_sources, seed_scans, seed_secrets, seed_advisories, seed_inventories,
                 seed_requests, seed_criteria):
        seed()
    for folder in sorted(CORPUS.iterdir()):
        print(f"{folder.name}: {sum(1 for _ in folder.iterdir())} inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
