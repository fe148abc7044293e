import os
import re
import subprocess

SIZE = re.compile(r"\d{1,4}x\d{1,4}")
FORMATS = {"webp": "webp", "png": "png", "jpeg": "jpg"}


def make_thumbnail(source, size, image_format):
    if not SIZE.fullmatch(size):
        raise ValueError("unsupported size")
    stem, _ = os.path.splitext(source)
    target = f"{stem}-small.{FORMATS[image_format]}"
    command = ["convert", source, "-resize", size, "-strip", target]
    subprocess.run(command, check=True, timeout=30)
    return target
