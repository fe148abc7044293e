import json

from shop_shared.responses import json_response
from shop_shared.sessions import cart_cookie, read_cart


def add_item(cart, item):
    sku = str(item["sku"])
    quantity = int(item.get("quantity", 1))
    cart[sku] = cart.get(sku, 0) + quantity
    return cart


def handler(event, context):
    cart = read_cart(event.get("headers") or {})
    if event["requestContext"]["http"]["method"] == "POST":
        cart = add_item(cart, json.loads(event["body"]))
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in sorted(cart.items())]
    return json_response(200, {"items": items}, {"Set-Cookie": cart_cookie(cart)})
