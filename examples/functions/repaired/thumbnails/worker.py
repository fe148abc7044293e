import json
import logging
import os

import boto3

from images import make_thumbnail

logger = logging.getLogger()
logger.setLevel(logging.INFO)

s3 = boto3.client("s3")
BUCKET = os.environ.get("IMAGE_BUCKET", "shop-images")
OWNER = os.environ.get("ACCOUNT_ID")


def process(job):
    image = job["image"]
    source = os.path.join("/tmp", os.path.basename(image))
    s3.download_file(BUCKET, image, source)
    target = make_thumbnail(source, job.get("size", "200x200"), job.get("format", "webp"))
    s3.upload_file(
        target,
        BUCKET,
        f"thumbnails/{image}",
        ExtraArgs={"ExpectedBucketOwner": OWNER},
    )


def handle(event, context):
    failures = []
    for record in event["Records"]:
        try:
            process(json.loads(record["body"]))
        except Exception:
            logger.exception("thumbnail failed for message %s", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
