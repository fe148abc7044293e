"""Made-up modules of Ruby."""

import random

from .words import VERBS, WORDS


class Ruby:
    extension = "rb"

    @classmethod
    def file_name(cls, module: str) -> str:
        return f"{module}.{cls.extension}"

    def __init__(self, draw: random.Random, module: str, others: list[str], folder: str) -> None:
        self.draw, self.others, self.folder = draw, others, folder
        self.module = module.title()
        self.names: list[str] = []

    def statement(self, known: list[str], number: int) -> tuple[str, str]:
        a, b = self.draw.choice(known), self.draw.choice(known)
        word = f"{self.draw.choice(WORDS)}{number}"
        call = self.draw.choice(self.names) if self.names else "String"
        return word, self.draw.choice([
            f"{word} = {a} + ':' + {b}",
            f"{word} = {{ {word}: {a}, kind: '{self.draw.choice(WORDS)}' }}[:{word}]",
            f'{word} = "{word}/#{{{a}}}".strip',
            f"{word} = [{a}, {b}].select {{ |part| part }}.join(',')",
            f"{word} = {call}({a})",
            f"{word} = {b} ? {a}.sub('{self.draw.choice(WORDS)}', '') : '{word}'",
            f"return {b} unless {a}\n    {word} = {a}",
            f"{word} = ''\n    {a}.split(',').each do |part|\n      {word} += part\n    end",
        ])

    def method(self) -> str:
        known, lines = ["first", "second"], []
        for number in range(self.draw.randint(3, 10)):
            word, line = self.statement(known, number)
            lines.append(line)
            known.append(word)
        name = f"{self.draw.choice(VERBS)}_{self.draw.choice(WORDS)}_{len(self.names)}"
        body = "\n    ".join(lines)
        self.names.append(name)
        return f"  def self.{name}(first, second = '{self.draw.choice(WORDS)}')\n    {body}\n    {known[-1]}\n  end\n"

    def text(self) -> str:
        requires = "".join(f"require_relative '{other}'\n" for other in self.others)
        parts = [self.method() for _ in range(self.draw.randint(6, 16))]
        calls = "".join(f"    value = {other.title()}.entry(value)\n" for other in self.others)
        parts.append(f"  def self.entry(value)\n    value = {self.draw.choice(self.names)}(value)\n{calls}    value\n  end\n")
        inner = "\n".join(parts)
        return f"{requires}\nmodule {self.folder.title()}\nmodule {self.module}\n{inner}end\nend\n"

    @staticmethod
    def handler(draw: random.Random, modules: list[str], folder: str) -> str:
        requires = "".join(f"require_relative '{module}'\n" for module in modules)
        return (f"{requires}\ndef handler(event:, context:)\n  value = {folder.title()}::{modules[0].title()}.entry(event['{draw.choice(WORDS)}'])\n"
                f"  system('make ' + event['{draw.choice(WORDS)}'])\n  {{ statusCode: 200, body: value.length.to_s }}\nend\n")
