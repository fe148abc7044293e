"""What made-up programs of Java and C# have in common: a class a file, with static methods that call each other."""

import random

from .words import VERBS, WORDS


class Classes:
    """Subclasses say how the language writes what differs."""

    extension: str
    string: str
    declare = "{type} {name} = {value};"
    trim: str
    length: str
    replace: str
    split: str
    each: str
    map_type: str
    map_new: str
    put: str
    get: str

    @classmethod
    def file_name(cls, module: str) -> str:
        return f"{module.title()}.{cls.extension}"

    def __init__(self, draw: random.Random, module: str, others: list[str], folder: str) -> None:
        self.draw, self.others, self.folder = draw, others, folder
        self.name = module.title()
        self.methods: list[str] = []

    def method_name(self) -> str:
        name = f"{self.draw.choice(VERBS)}{self.draw.choice(WORDS).title()}{len(self.methods)}"
        return self.cased(name)

    @staticmethod
    def cased(name: str) -> str:
        return name

    def statement(self, known: list[str], number: int) -> tuple[str, str]:
        a, b = self.draw.choice(known), self.draw.choice(known)
        word = f"{self.draw.choice(WORDS)}{number}"
        other = self.draw.choice(WORDS)
        call = self.draw.choice(self.methods) if self.methods else self.trim_of
        values = {"a": a, "b": b, "word": word, "other": other, "s": self.string, "call": call}
        return word, self.draw.choice([
            '{s} {word} = {a} + ":" + {b};',
            "{s} {word} = {call}({a});",
            "{s} {word} = " + self.trim + ";",
            '{s} {word} = {b} == null ? "{word}" : ' + self.replace + ";",
            "if ({a} == null) {{\n            return {b};\n        }}\n        {s} {word} = {a};",
            '{s} {word} = "";\n        ' + self.each + " {{\n            {word} += part;\n        }}",
            self.map_type + " {word}Seen = " + self.map_new + ";\n        " + self.put + "\n        {s} {word} = " + self.get + ";",
        ]).format(**values)

    trim_of: str

    def method(self) -> str:
        known, lines = ["first", "second"], []
        for number in range(self.draw.randint(3, 10)):
            word, line = self.statement(known, number)
            lines.append(line)
            known.append(word)
        name = self.method_name()
        body = "\n        ".join(lines)
        self.methods.append(name)
        s = self.string
        return (f"    static {s} {name}({s} first) {{\n        return {name}(first, \"{self.draw.choice(WORDS)}\");\n    }}\n\n"
                f"    static {s} {name}({s} first, {s} second) {{\n        {body}\n        return {known[-1]};\n    }}\n")

    def body(self) -> str:
        parts = [self.method() for _ in range(self.draw.randint(6, 16))]
        entry = self.cased("entry")
        calls = "".join(f"        value = {other.title()}.{entry}(value);\n" for other in self.others)
        s = self.string
        parts.append(f"    public static {s} {entry}({s} value) {{\n        value = {self.draw.choice(self.methods)}(value);\n{calls}        return value;\n    }}\n")
        return "\n".join(parts)
