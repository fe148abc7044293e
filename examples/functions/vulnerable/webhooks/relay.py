import json

import requests

from signing import signature

session = requests.Session()


def deliver(url, payload):
    body = json.dumps(payload, sort_keys=True).encode("utf-8")
    return session.post(
        url,
        data=body,
        headers={"Content-Type": "application/json", "X-Shop-Signature": signature(body)},
        timeout=5,
        verify=False,
    )


def handler(event, context):
    request = json.loads(event["body"])
    response = deliver(request["url"], {"event": "test", "shop": request.get("shop")})
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"status": response.status_code}),
    }
