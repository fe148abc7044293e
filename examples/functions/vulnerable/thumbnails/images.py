import os
import subprocess


def make_thumbnail(source, size, image_format):
    stem, _ = os.path.splitext(source)
    target = f"{stem}-small.{image_format}"
    command = f"convert {source} -resize {size} -strip {target}"
    subprocess.run(command, shell=True, check=True, timeout=30)
    return target
