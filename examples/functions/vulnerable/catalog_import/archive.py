import csv
import tarfile
from pathlib import Path


def unpack(package, folder):
    with tarfile.open(package) as bundle:
        bundle.extractall(folder)
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
