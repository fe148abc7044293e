import base64
import json
from http.cookies import SimpleCookie

COOKIE = "cart"


def read_cart(headers):
    cookie = SimpleCookie(headers.get("cookie", ""))
    if COOKIE not in cookie:
        return {}
    return decode(cookie[COOKIE].value)


def decode(value):
    items = json.loads(base64.urlsafe_b64decode(value))
    return {str(sku): int(quantity) for sku, quantity in items.items()}


def encode(cart):
    return base64.urlsafe_b64encode(json.dumps(cart).encode("utf-8")).decode("ascii")


def cart_cookie(cart):
    return f"{COOKIE}={encode(cart)}; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax"
