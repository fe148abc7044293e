from string import Template

import repository

INVOICE = Template(
    "<!doctype html><title>Invoice</title>"
    "<h1>$greeting</h1><p>Order $number, total $total EUR</p>"
)


class UnknownOrder(Exception):
    pass


class OrderService:
    def __init__(self, store=repository):
        self.store = store

    def search(self, customer, status, sort, limit):
        rows = self.store.find_orders(customer, status, sort, min(limit, 100))
        return {"orders": rows, "count": len(rows)}

    def invoice(self, order_id, greeting):
        order = self.store.find_order(order_id)
        if order is None:
            raise UnknownOrder(order_id)
        return INVOICE.substitute(
            greeting=greeting,
            number=order["number"],
            total=order["total"],
        )
