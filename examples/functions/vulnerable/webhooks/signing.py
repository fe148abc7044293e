import hashlib
import hmac

SIGNING_KEY = b"shop-webhooks-2024-signing"


def signature(body):
    return hmac.new(SIGNING_KEY, body, hashlib.sha256).hexdigest()
