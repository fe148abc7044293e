import logging

from service import OrderService, UnknownOrder
from shop_shared.responses import html_response, json_response, not_found

logger = logging.getLogger()
logger.setLevel(logging.INFO)

orders = OrderService()


def search(event):
    query = event.get("queryStringParameters") or {}
    page = orders.search(
        customer=event["requestContext"]["authorizer"]["claims"]["sub"],
        status=query.get("status", "open"),
        sort=query.get("sort", "created_at"),
        limit=int(query.get("limit", 20)),
    )
    return json_response(200, page)


def invoice(event):
    order_id = int(event["pathParameters"]["orderId"])
    logger.info("invoice requested for order %d", order_id)
    greeting = (event.get("queryStringParameters") or {}).get("greeting", "Thank you")
    return html_response(200, orders.invoice(order_id, greeting))


ROUTES = {
    "/orders": search,
    "/orders/{orderId}/invoice": invoice,
}


def lambda_handler(event, context):
    route = ROUTES.get(event["resource"])
    if route is None:
        return not_found()
    try:
        return route(event)
    except UnknownOrder:
        return not_found()
    except ValueError:
        return json_response(400, {"message": "bad request"})
