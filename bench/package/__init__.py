"""Makes a package of any size that looks like a large repository: services of many files, each with handlers, classes and
helpers that import each other, with flows that are harmful and flows that are not.

No file is like another: names, the number of functions, what they do and whom they import are drawn from the seed of the
file. A service is of bounded size, as it is in real repositories; a larger package has more services. The same arguments
give the same bytes.
"""

import random
from pathlib import Path

from .csharp import CSharp
from .java import Java
from .javascript import JavaScript, TypeScript
from .python import Python
from .ruby import Ruby
from .words import WORDS

# Files of a service besides its handler.
MODULES = 8
LANGUAGES = (Python, JavaScript, TypeScript, Java, CSharp, Ruby)


def service(number: int) -> dict[str, str]:
    """Path to text of one service."""
    language = LANGUAGES[number % len(LANGUAGES)]
    draw = random.Random(f"service {number}")
    modules = [f"{word}{i}" for i, word in enumerate(draw.sample(WORDS, MODULES))]
    folder = f"service{number:05}"
    files = {}
    for i, module in enumerate(modules):
        # A module imports some of those behind it, so that nothing goes round.
        others = draw.sample(modules[i + 1:], min(2, MODULES - i - 1))
        files[f"{folder}/{language.file_name(module)}"] = language(draw, module, others, folder).text()
    files[f"{folder}/{language.file_name('app')}"] = language.handler(draw, modules[:3], folder)
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
