from shop_shared import database

COLUMNS = "id, number, status, total, created_at"
SORT_COLUMNS = {"created_at": "created_at", "total": "total DESC", "number": "number"}


def find_orders(customer, status, sort, limit):
    order = SORT_COLUMNS.get(sort, "created_at")
    statement = (
        f"SELECT {COLUMNS} FROM orders"
        " WHERE customer_id = %s AND status = %s"
        f" ORDER BY {order} LIMIT %s"
    )
    return database.fetch_all(statement, (customer, status, limit))


def find_order(order_id):
    return database.fetch_one(
        f"SELECT {COLUMNS} FROM orders WHERE id = %s",
        (order_id,),
    )
