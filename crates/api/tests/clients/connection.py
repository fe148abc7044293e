"""Clients for the server that the test started, each with the key of one account."""

import os
import unittest

import boto3
from botocore.config import Config

import conformance

ENDPOINT = os.environ["SHINDAN_ENDPOINT"]
REGION = "us-east-1"
MANAGEMENT = "111111111111"
ADMINISTRATOR = "222222222222"
MEMBER = "333333333333"
UNASSOCIATED = "444444444444"
STRANGER = "999999999999"


def credentials(name):
    return os.environ[f"SHINDAN_{name}"].split(":", 1)


def client(name, service="inspector2", **config):
    key, secret = credentials(name)
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(**config),
    )


class StrictTest(unittest.TestCase):
    """A test whose answers all fit the model."""

    service = "inspector2"

    def setUp(self):
        self.complaints = []

    def connect(self, name, **config):
        connected = client(name, self.service, **config)
        self.complaints.append(conformance.attach(connected))
        return connected

    def tearDown(self):
        found = [text for complaints in self.complaints for text in complaints.found]
        self.assertEqual(found, [])

    def refused(self, code, call, **request):
        with self.assertRaises(Exception) as caught:
            call(**request)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response
