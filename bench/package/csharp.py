"""Made-up classes of C#."""

import random

from .classes import Classes
from .words import WORDS


class CSharp(Classes):
    extension = "cs"
    string = "string"
    trim = "$\"{{{a}}}/{{{b}}}\".Trim()"
    trim_of = "string.Copy"
    replace = '{a}.Replace("{other}", "")'
    each = "foreach (var part in {a}.Split(','))"
    map_type = "var"
    map_new = "new Dictionary<string, string>()"
    put = '{word}Seen["{other}"] = {a};'
    get = '{word}Seen["{other}"]'

    @staticmethod
    def cased(name: str) -> str:
        return name[0].upper() + name[1:]

    def text(self) -> str:
        return f"using System.Collections.Generic;\n\nnamespace {self.folder.title()};\n\npublic static class {self.name}\n{{\n{self.body()}}}\n"

    @staticmethod
    def handler(draw: random.Random, modules: list[str], folder: str) -> str:
        return (f"using System.Collections.Generic;\nusing System.Diagnostics;\nusing Amazon.Lambda.Core;\n\nnamespace {folder.title()};\n\npublic class App\n{{\n"
                f"    public string Handle(Dictionary<string, string> input, ILambdaContext context)\n    {{\n        var value = {modules[0].title()}.Entry(input[\"{draw.choice(WORDS)}\"]);\n"
                f"        Process.Start(\"make\", input[\"{draw.choice(WORDS)}\"]);\n        return value.Length.ToString();\n    }}\n}}\n")
