import functools
import hashlib
import hmac
import os

import boto3

secrets = boto3.client("secretsmanager")


@functools.lru_cache(maxsize=1)
def signing_key():
    answer = secrets.get_secret_value(SecretId=os.environ["SIGNING_KEY_SECRET"])
    return answer["SecretString"].encode("utf-8")


def signature(body):
    return hmac.new(signing_key(), body, hashlib.sha256).hexdigest()
