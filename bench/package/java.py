"""Made-up classes of Java."""

import random

from .classes import Classes
from .words import WORDS


class Java(Classes):
    extension = "java"
    string = "String"
    trim = "({a} + {b}).trim()"
    trim_of = "String.valueOf"
    replace = '{a}.replace("{other}", "")'
    each = 'for (String part : {a}.split(","))'
    map_type = "java.util.Map<String, String>"
    map_new = "new java.util.HashMap<>()"
    put = '{word}Seen.put("{other}", {a});'
    get = '{word}Seen.get("{other}")'

    def text(self) -> str:
        return f"package {self.folder};\n\npublic class {self.name} {{\n{self.body()}}}\n"

    @staticmethod
    def handler(draw: random.Random, modules: list[str], folder: str) -> str:
        return (f"package {folder};\n\nimport com.amazonaws.services.lambda.runtime.Context;\nimport com.amazonaws.services.lambda.runtime.RequestHandler;\n"
                f"import java.util.Map;\n\npublic class App implements RequestHandler<Map<String, String>, String> {{\n"
                f"    public String handleRequest(Map<String, String> event, Context context) {{\n        String value = {modules[0].title()}.entry(event.get(\"{draw.choice(WORDS)}\"));\n"
                f"        try {{\n            Runtime.getRuntime().exec(\"make \" + event.get(\"{draw.choice(WORDS)}\"));\n        }} catch (java.io.IOException error) {{\n"
                f"            throw new IllegalStateException(error);\n        }}\n        return String.valueOf(value.length());\n    }}\n}}\n")
