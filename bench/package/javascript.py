"""Made-up modules of JavaScript and TypeScript."""

import random

from .words import VERBS, WORDS


class JavaScript:
    extension = "js"
    type = ""

    @classmethod
    def file_name(cls, module: str) -> str:
        return f"{module}.{cls.extension}"

    def __init__(self, draw: random.Random, module: str, others: list[str], folder: str) -> None:
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
    def handler(cls, draw: random.Random, modules: list[str], folder: str) -> str:
        imports = "".join(f"import * as {module} from './{module}';\n" for module in modules)
        any_type = ": any" if cls.type else ""
        return (f"import {{ exec }} from 'child_process';\n{imports}\nexport const handler = async (event{any_type}, context{any_type}) => {{\n"
                f"  const value = {modules[0]}.entry(event.{draw.choice(WORDS)});\n  exec('make ' + event.{draw.choice(WORDS)});\n"
                f"  return {{ statusCode: 200, body: String(value.length) }};\n}};\n")


class TypeScript(JavaScript):
    extension = "ts"
    type = ": string"
