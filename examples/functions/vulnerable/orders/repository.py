from shop_shared import database

COLUMNS = "id, number, status, total, created_at"


def find_orders(customer, status, sort, limit):
    statement = (
        f"SELECT {COLUMNS} FROM orders"
        f" WHERE customer_id = %s AND status = '{status}'"
        f" ORDER BY {sort} LIMIT {limit}"
    )
    return database.fetch_all(statement, (customer,))


def find_order(order_id):
    return database.fetch_one(
        f"SELECT {COLUMNS} FROM orders WHERE id = %s",
        (order_id,),
    )
