import os

import psycopg2
from psycopg2.extras import RealDictCursor

_connection = None


def connection():
    global _connection
    if _connection is None or _connection.closed:
        _connection = psycopg2.connect(
            host=os.environ["DATABASE_HOST"],
            dbname=os.environ["DATABASE_NAME"],
            user=os.environ["DATABASE_USER"],
            password=os.environ["DATABASE_PASSWORD"],
            sslmode="verify-full",
            connect_timeout=5,
        )
        _connection.autocommit = True
    return _connection


def fetch_all(statement, parameters=None):
    with connection().cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement, parameters)
        return [dict(row) for row in cursor.fetchall()]


def fetch_one(statement, parameters=None):
    rows = fetch_all(statement, parameters)
    return rows[0] if rows else None


def execute(statement, parameters=None):
    with connection().cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
