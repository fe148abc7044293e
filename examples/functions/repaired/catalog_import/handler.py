import logging
import os
from urllib.parse import unquote_plus

import boto3

import archive
from shop_shared import database

logger = logging.getLogger()
logger.setLevel(logging.INFO)

s3 = boto3.client("s3")
WORKSPACE = "/tmp/imports"


def fetch(bucket, key):
    os.makedirs(WORKSPACE, exist_ok=True)
    local = os.path.join(WORKSPACE, os.path.basename(key))
    s3.download_file(bucket, key, local)
    return local


def store(product):
    database.execute(
        "INSERT INTO products (sku, title, price) VALUES (%s, %s, %s)"
        " ON CONFLICT (sku) DO UPDATE SET title = excluded.title, price = excluded.price",
        (product["sku"], product["title"], product["price"]),
    )


def on_upload(event, context):
    imported = 0
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        for product in archive.products(fetch(bucket, key), WORKSPACE):
            store(product)
            imported += 1
    logger.info("imported %d products", imported)
    return {"imported": imported}
