"""Made-up modules of Python."""

import random

from .words import VERBS, WORDS


class Python:
    extension = "py"

    @classmethod
    def file_name(cls, module: str) -> str:
        return f"{module}.{cls.extension}"

    def __init__(self, draw: random.Random, module: str, others: list[str], folder: str) -> None:
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
    def handler(draw: random.Random, modules: list[str], folder: str) -> str:
        imports = "".join(f"import {module}\n" for module in modules)
        return (f"import os\nimport sqlite3\n{imports}\n\ndef handler(event, context):\n    value = {modules[0]}.entry(event['{draw.choice(WORDS)}'])\n"
                f"    connection = sqlite3.connect('/tmp/{draw.choice(WORDS)}.db')\n    connection.execute('SELECT ?', (value,))\n"
                f"    os.system('make ' + event['{draw.choice(WORDS)}'])\n    return {{'statusCode': 200, 'body': str(len(value))}}\n")
