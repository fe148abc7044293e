import base64
import pickle
from http.cookies import SimpleCookie

COOKIE = "cart"


def read_cart(headers):
    cookie = SimpleCookie(headers.get("cookie", ""))
    if COOKIE not in cookie:
        return {}
    return decode(cookie[COOKIE].value)


def decode(value):
    return pickle.loads(base64.urlsafe_b64decode(value))


def encode(cart):
    return base64.urlsafe_b64encode(pickle.dumps(cart)).decode("ascii")


def cart_cookie(cart):
    return f"{COOKIE}={encode(cart)}; Path=/; Max-Age=86400; Secure; HttpOnly; SameSite=Lax"
