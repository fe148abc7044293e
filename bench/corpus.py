"""Makes packages of any size out of this repository's own example functions and catalogue examples.

A package of N copies holds every application and every example N times, each copy in a folder of its own and under names
of its own, so that nothing that is remembered of one copy helps with the next. Only names that the project itself
defines are renamed, never a word of a library model, so that each copy has the same findings. The same arguments give
the same bytes.
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

EXTENSIONS = {"python": (".py",), "javascript": (".js", ".mjs", ".cjs", ".jsx"), "typescript": (".ts", ".tsx")}
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEFINED = re.compile(r"^(?:export )?(?:default )?(?:async )?(?:def|class|function|const|let|var|interface|type) ([A-Za-z_]\w*)", re.MULTILINE)
# Names that a runtime, not the project, gives a meaning to.
KEPT = {"handler", "lambda_handler", "handle", "main", "app", "exports", "module", "router", "config", "settings"}


def library_words() -> set[str]:
    """Every word of the models and detectors: renaming one of them would change what the code means."""
    words = set(KEPT)
    for folder in ("models", "detectors"):
        for path in sorted((ROOT / "catalogue" / folder).rglob("*.toml")):
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            for key in ("example", "description", "fix", "title", "references"):
                data.pop(key, None)
            words.update(WORD.findall(repr(data)))
    return words


def applications() -> dict[str, str]:
    """Path to text of the example applications: templates, code, manifests."""
    base = ROOT / "examples" / "functions"
    found = {}
    for path in sorted(base.rglob("*")):
        if path.is_file() and path.suffix in {s for group in EXTENSIONS.values() for s in group} | {".yaml", ".yml", ".json"}:
            found[str(path.relative_to(base))] = path.read_text(encoding="utf-8")
    return found


def examples() -> dict[str, str]:
    """Path to text of the catalogue's examples, one file each."""
    found = {}
    for path in sorted((ROOT / "catalogue" / "detectors").rglob("*.toml")):
        for number, example in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("example", [])):
            extension = EXTENSIONS.get(example["language"], (".txt",))[0]
            for kind in ("bad", "good"):
                if kind in example:
                    found[f"examples/{path.stem}_{number}_{kind}{extension}"] = example[kind]
    return found


def package(languages: tuple[str, ...]) -> dict[str, str]:
    """One copy of everything that is written in one of the languages, with the templates."""
    suffixes = tuple(s for language in languages for s in EXTENSIONS[language]) + (".yaml", ".yml", ".json")
    both = applications() | examples()
    return {path: text for path, text in both.items() if path.endswith(suffixes)}


def renamed(files: dict[str, str], copy: int, words: set[str]) -> dict[str, str]:
    """The same files with the project's own names changed."""
    own = {name for path, text in files.items() if not path.endswith((".yaml", ".yml", ".json")) for name in DEFINED.findall(text)}
    own = {name for name in own if len(name) > 3 and name not in words}

    def fresh(match: re.Match) -> str:
        word = match.group()
        return f"{word}_{copy}" if word in own else word

    code = tuple(s for group in EXTENSIONS.values() for s in group)
    return {path: WORD.sub(fresh, text) if path.endswith(code) else text for path, text in files.items()}


def write(folder: Path, languages: tuple[str, ...], copies: int) -> None:
    files, words = package(languages), library_words()
    for copy in range(copies):
        for path, text in renamed(files, copy, words).items():
            target = folder / f"copy{copy:04}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
