"""Single files and packages of one difficult shape each, of any size: where an analysis that is not linear shows.

Every shape carries the event to a sink through the construct, so that the analysis cannot leave it out.
"""

from collections.abc import Callable

Files = dict[str, str]

SINK = "    os.system('x ' + {})\n"


def call_chain(n: int) -> Files:
    """Each function hands its argument to the next."""
    body = "".join(f"def f{i}(x):\n    return f{i + 1}(x + '{i}')\n\n" for i in range(n))
    return {"app.py": f"import os\n\ndef f{n}(x):\n    os.system(x)\n\n{body}def handler(event, context):\n    return f0(event['a'])\n"}


def branches(n: int) -> Files:
    """One function of many decisions in a row, each of which may change the value."""
    body = "".join(f"    if event.get('k{i}') == {i}:\n        x = x + '{i}'\n" for i in range(n))
    return {"app.py": "import os\n\ndef handler(event, context):\n    x = event['a']\n" + body + SINK.format("x")}


def locals_(n: int) -> Files:
    """Many variables alive at once through many decisions."""
    first = "".join(f"    v{i} = event['k{i}']\n" for i in range(n))
    body = "".join(f"    if v{i}:\n        v{i} = v{(i + 1) % n}\n" for i in range(n))
    return {"app.py": "import os\n\ndef handler(event, context):\n" + first + body + SINK.format("v0")}


def loops(n: int) -> Files:
    """Loops one after the other."""
    body = "".join(f"    for y in event['k{i}']:\n        x = x + y\n" for i in range(n))
    return {"app.py": "import os\n\ndef handler(event, context):\n    x = ''\n" + body + SINK.format("x")}


def fields(n: int) -> Files:
    """One object with many fields, written and read."""
    body = "".join(f"        self.f{i} = event['k{i}']\n" for i in range(n))
    uses = "".join(f"    os.system(b.f{i})\n" for i in range(n))
    return {"app.py": f"import os\n\nclass Box:\n    def __init__(self, event):\n{body}\n\ndef handler(event, context):\n    b = Box(event)\n{uses}"}


def objects(n: int) -> Files:
    """Many small objects, alive at once."""
    body = "".join(f"    b{i} = Box(event['k{i}'])\n" for i in range(n))
    uses = "".join(f"    os.system(b{i}.value)\n" for i in range(n))
    return {"app.py": f"import os\n\nclass Box:\n    def __init__(self, value):\n        self.value = value\n\ndef handler(event, context):\n{body}{uses}"}


def callers(n: int) -> Files:
    """Many handlers of one helper."""
    body = "".join(f"def h{i}(event, context):\n    return run(event['k{i}'], {i})\n\n" for i in range(n))
    return {"app.py": f"import os\n\ndef run(x, n):\n    if n > 3:\n        os.system(x)\n    return n\n\n{body}"}


def module_names(n: int) -> Files:
    """Many names of the module, each built on the one before."""
    body = "".join(f"N{i} = N{i - 1} + '{i}'\n" for i in range(1, n))
    uses = "".join(f"    os.system(event['a'] + N{i})\n" for i in range(0, n, 10))
    return {"app.py": f"import os\n\nN0 = 'a'\n{body}\n\ndef handler(event, context):\n{uses}"}


def table(n: int) -> Files:
    """One large literal of maps."""
    body = "".join(f"    'k{i}': {{'id': {i}, 'name': 'n{i}', 'tags': ['a', 'b']}},\n" for i in range(n))
    return {"app.py": "import os\n\nTABLE = {\n" + body + "}\n\ndef handler(event, context):\n    os.system(TABLE[event['a']]['name'] + event['b'])\n"}


def sum_(n: int) -> Files:
    """One long sum."""
    return {"app.py": "import os\n\ndef handler(event, context):\n    os.system(event['a']" + "".join(f" + 'part{i}'" for i in range(n)) + ")\n"}


def import_chain(n: int) -> Files:
    """Files that import each other in a row."""
    files = {f"m{i}.py": f"import m{i + 1}\n\ndef f(x):\n    return m{i + 1}.f(x)\n" for i in range(n)}
    files[f"m{n}.py"] = "import os\n\ndef f(x):\n    os.system(x)\n"
    files["app.py"] = "import m0\n\ndef handler(event, context):\n    return m0.f(event['a'])\n"
    return files


def lambdas(n: int) -> Files:
    """Many functions that one template declares, each in a folder of its own, with a layer for all."""
    resources = "".join(f"  F{i}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: f{i}/\n      Handler: app.handler\n"
                        f"      Runtime: python3.13\n      Layers: [!Ref Shared]\n" for i in range(n))
    layer = "  Shared:\n    Type: AWS::Serverless::LayerVersion\n    Properties:\n      ContentUri: layer/\n"
    code = "import os\nimport shared\nimport requests\nfrom store import load\n\ndef handler(event, context):\n    os.system(shared.f(load(event['a'])))\n"
    files = {"template.yaml": f"Transform: AWS::Serverless-2016-10-31\nResources:\n{layer}{resources}", "layer/python/shared.py": "def f(x):\n    return x\n"}
    for i in range(n):
        files[f"f{i}/app.py"] = code
        files[f"f{i}/store.py"] = "def load(x):\n    return x\n"
    return files


def promises(n: int) -> Files:
    """A long chain of callbacks."""
    body = "".join(f"    .then((x) => x + '{i}')\n" for i in range(n))
    return {"app.js": "const { exec } = require('child_process');\nexports.handler = async (event) => {\n  return Promise.resolve(event.a)\n"
                      + body + "    .then((x) => exec(x));\n};\n"}


def closures(n: int) -> Files:
    """Many closures over one variable."""
    body = "".join(f"  const g{i} = () => {{ shared = shared + event.k{i}; }};\n  g{i}();\n" for i in range(n))
    return {"app.js": "const { exec } = require('child_process');\nexports.handler = async (event) => {\n  let shared = '';\n" + body + "  exec(shared);\n};\n"}


def routes(n: int) -> Files:
    """A web application of many routes."""
    body = "".join(f"app.get('/r{i}/:id', async (req, res) => {{ const {{ id }} = req.params; const a = {{ id, n: {i} }}; "
                   f"res.send(await find(a.id)); }});\n" for i in range(n))
    return {"app.js": "const express = require('express');\nconst { exec } = require('child_process');\nconst app = express();\n"
                      "async function find(id) { return exec('find ' + id); }\n" + body + "module.exports = app;\n"}


def switch(n: int) -> Files:
    """One switch of many cases."""
    body = "".join(f"    case 'c{i}': x = x + event.k{i}; break;\n" for i in range(n))
    return {"app.js": "const { exec } = require('child_process');\nexports.handler = async (event) => {\n  let x = '';\n  switch (event.a) {\n"
                      + body + "  }\n  exec(x);\n};\n"}


def minified(n: int) -> Files:
    """One line of TypeScript without a line end."""
    body = "".join(f"function f{i}(a){{return a?f{(i + 7) % n}(a.b):a}};" for i in range(n))
    return {"app.ts": "import{exec}from'child_process';" + body + "export const handler=async(e)=>{exec(f0(e.a))}"}


# Name, shape, and the smallest of the three sizes that are measured; the others are twice and four times that.
SHAPES: list[tuple[str, Callable[[int], Files], int]] = [
    ("call chain", call_chain, 500),
    ("branches", branches, 500),
    ("live variables", locals_, 250),
    ("loops", loops, 250),
    ("fields", fields, 250),
    ("objects", objects, 250),
    ("callers", callers, 500),
    ("module names", module_names, 1000),
    ("table literal", table, 1000),
    ("long sum", sum_, 1000),
    ("import chain", import_chain, 200),
    ("many functions", lambdas, 100),
    ("promise chain", promises, 250),
    ("closures", closures, 250),
    ("routes", routes, 250),
    ("switch", switch, 250),
    ("minified", minified, 1000),
]
