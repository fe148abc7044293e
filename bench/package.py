"""Makes a package of any size that looks like a large repository: services of many files, each with handlers, classes and
helpers that import each other, with flows that are harmful and flows that are not.

No file is like another: names, the number of functions, what they do and whom they import are drawn from the seed of the
file. A service is of bounded size, as it is in real repositories; a larger package has more services. The same arguments
give the same bytes.
"""

import random
from pathlib import Path

WORDS = ("order invoice customer ticket report parcel session account label batch queue price stock route event audit "
         "voucher ledger image archive mail token quota region tenant policy budget device metric signal").split()
VERBS = "load save find build check parse render resolve merge split collect select filter prepare publish".split()
# Files of a service besides its handler.
MODULES = 8


class Python:
    extension = "py"

    def __init__(self, draw: random.Random, module: str, others: list[str]) -> None:
        self.draw, self.module, self.others = draw, module, others
        self.names: list[str] = []

    def name(self) -> str:
        return f"{self.draw.choice(VERBS)}_{self.draw.choice(WORDS)}_{len(self.names)}"

    def statement(self, known: list[str]) -> str:
        a, b = self.draw.choice(known), self.draw.choice(known)
        word = self.draw.choice(WORDS)
        call = self.draw.choice(self.names) if self.names else "str"
        return self.draw.choice([
            f"{word} = {a} + ':' + {b}",
            f"{word} = {{'{word}': {a}, 'kind': '{self.draw.choice(WORDS)}'}}['{word}']",
            f"{word} = f'{word}/{{{a}}}'.strip()",
            f"{word} = ','.join([part for part in [{a}, {b}] if part])",
            f"{word} = {call}({a})",
            f"{word} = {a}.replace('{self.draw.choice(WORDS)}', '') if {b} else '{word}'",
            f"if not {a}:\n        return {b}\n    {word} = {a}",
            f"for {word} in {a}.split(','):\n        LOG.info('%s', len({word}))",
            f"try:\n        {word} = str(int({a}))\n    except ValueError:\n        {word} = '0'",
        ])

    def function(self) -> str:
        known, lines = ["first", "second"], []
        for _ in range(self.draw.randint(3, 10)):
            line = self.statement(known)
            lines.append(line)
            for word in WORDS:
                if f"\n    {word} = " in f"\n    {line}" and word not in known:
                    known.append(word)
        name = self.name()
        body = "\n    ".join(lines)
        self.names.append(name)
        return f"def {name}(first, second='{self.draw.choice(WORDS)}'):\n    {body}\n    return {known[-1]}\n"

    def klass(self) -> str:
        word = self.draw.choice(WORDS).title()
        name = f"{word}{len(self.names)}"
        methods = "\n".join(
            f"    def {verb}(self, key):\n        self.{field}[key] = {self.draw.choice(self.names)}(key)\n        return self.{field}.get(key)\n"
            for verb, field in zip(self.draw.sample(VERBS, 3), ["seen", "known", "seen"]))
        return f"class {name}:\n    def __init__(self, client):\n        self.client = client\n        self.seen = {{}}\n        self.known = {{}}\n\n{methods}"

    def text(self) -> str:
        imports = "".join(f"from {other} import entry as {other}_entry\n" for other in self.others)
        parts = [self.function()]
        for _ in range(self.draw.randint(6, 16)):
            parts.append(self.klass() if self.draw.random() < 0.2 else self.function())
        calls = "".join(f"    value = {other}_entry(value)\n" for other in self.others)
        parts.append(f"def entry(value):\n    value = {self.draw.choice(self.names)}(value)\n{calls}    return value\n")
        return f"import logging\n{imports}\nLOG = logging.getLogger('{self.module}')\n\n\n" + "\n\n".join(parts)

    @staticmethod
    def handler(draw: random.Random, modules: list[str]) -> str:
        imports = "".join(f"import {module}\n" for module in modules)
        return (f"import os\nimport sqlite3\n{imports}\n\ndef handler(event, context):\n    value = {modules[0]}.entry(event['{draw.choice(WORDS)}'])\n"
                f"    connection = sqlite3.connect('/tmp/{draw.choice(WORDS)}.db')\n    connection.execute('SELECT ?', (value,))\n"
                f"    os.system('make ' + event['{draw.choice(WORDS)}'])\n    return {{'statusCode': 200, 'body': str(len(value))}}\n")


class JavaScript:
    extension = "js"
    type = ""

    def __init__(self, draw: random.Random, module: str, others: list[str]) -> None:
        self.draw, self.module, self.others = draw, module, others
        self.names: list[str] = []

    def statement(self, known: list[str], number: int) -> tuple[str, str]:
        a, b = self.draw.choice(known), self.draw.choice(known)
        word = f"{self.draw.choice(WORDS)}{number}"
        call = self.draw.choice(self.names) if self.names else "String"
        return word, self.draw.choice([
            f"const {word} = {a} + ':' + {b};",
            f"const {word} = {{ {word}: {a}, kind: '{self.draw.choice(WORDS)}' }}.{word};",
            f"const {word} = `{word}/${{{a}}}`.trim();",
            f"const {word} = [{a}, {b}].filter((part) => part).join(',');",
            f"const {word} = {call}({a});",
            f"const {word} = {b} ? {a}.replace('{self.draw.choice(WORDS)}', '') : '{word}';",
            f"if (!{a}) {{\n    return {b};\n  }}\n  const {word} = {a};",
            f"let {word} = '';\n  for (const part of {a}.split(',')) {{\n    {word} += part.length;\n  }}",
        ])

    def function(self) -> str:
        known, lines = ["first", "second"], []
        for number in range(self.draw.randint(3, 10)):
            word, line = self.statement(known, number)
            lines.append(line)
            known.append(word)
        name = f"{self.draw.choice(VERBS)}{self.draw.choice(WORDS).title()}{len(self.names)}"
        body = "\n  ".join(lines)
        self.names.append(name)
        return f"function {name}(first{self.type}, second{self.type} = '{self.draw.choice(WORDS)}') {{\n  {body}\n  return {known[-1]};\n}}\n"

    def klass(self) -> str:
        name = f"{self.draw.choice(WORDS).title()}{len(self.names)}"
        methods = "\n".join(
            f"  {verb}(key{self.type}) {{\n    this.seen.set(key, {self.draw.choice(self.names)}(key));\n    return this.seen.get(key);\n  }}\n"
            for verb in self.draw.sample(VERBS, 3))
        return f"class {name} {{\n  seen = new Map();\n\n{methods}}}\n"

    def text(self) -> str:
        imports = "".join(f"import {{ entry as {other}Entry }} from './{other}';\n" for other in self.others)
        parts = [self.function()]
        for _ in range(self.draw.randint(6, 16)):
            parts.append(self.klass() if self.draw.random() < 0.2 else self.function())
        calls = "".join(f"  value = {other}Entry(value);\n" for other in self.others)
        parts.append(f"export function entry(value{self.type}) {{\n  value = {self.draw.choice(self.names)}(value);\n{calls}  return value;\n}}\n")
        return imports + "\n" + "\n".join(parts)

    @classmethod
    def handler(cls, draw: random.Random, modules: list[str]) -> str:
        imports = "".join(f"import * as {module} from './{module}';\n" for module in modules)
        any_type = ": any" if cls.type else ""
        return (f"import {{ exec }} from 'child_process';\n{imports}\nexport const handler = async (event{any_type}, context{any_type}) => {{\n"
                f"  const value = {modules[0]}.entry(event.{draw.choice(WORDS)});\n  exec('make ' + event.{draw.choice(WORDS)});\n"
                f"  return {{ statusCode: 200, body: String(value.length) }};\n}};\n")


class TypeScript(JavaScript):
    extension = "ts"
    type = ": string"


LANGUAGES = (Python, JavaScript, TypeScript)


def service(number: int) -> dict[str, str]:
    """Path to text of one service."""
    language = LANGUAGES[number % len(LANGUAGES)]
    draw = random.Random(f"service {number}")
    modules = [f"{word}{i}" for i, word in enumerate(draw.sample(WORDS, MODULES))]
    files = {}
    for i, module in enumerate(modules):
        # A module imports some of those behind it, so that nothing goes round.
        others = draw.sample(modules[i + 1:], min(2, MODULES - i - 1))
        files[f"service{number:05}/{module}.{language.extension}"] = language(draw, module, others).text()
    files[f"service{number:05}/app.{language.extension}"] = language.handler(draw, modules[:3])
    return files


def write(folder: Path, size: int) -> int:
    """Writes services until there are so many bytes of them; how many bytes there are."""
    written = number = 0
    while written < size:
        for path, text in service(number).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written += len(text.encode())
        number += 1
    return written
