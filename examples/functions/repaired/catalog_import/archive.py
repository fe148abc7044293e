import csv
import tarfile
from pathlib import Path

MAX_UNPACKED = 64 * 1024 * 1024


def unpack(package, folder):
    with tarfile.open(package) as bundle:
        if sum(member.size for member in bundle.getmembers()) > MAX_UNPACKED:
            raise ValueError("the package is too large")
        bundle.extractall(folder, filter="data")
    return Path(folder)


def products(package, folder):
    for sheet in sorted(unpack(package, folder).glob("*.csv")):
        with sheet.open(newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows, delimiter=";"):
                yield {
                    "sku": row["sku"].strip(),
                    "title": row["title"].strip(),
                    "price": row["price"].replace(",", "."),
                }
