"""The AWS CLI, as people type it."""

import json
import os
import subprocess
import sys
import unittest

from connection import ENDPOINT, MEMBER, REGION, credentials

try:
    import awscli  # noqa: F401
except ImportError:
    awscli = None


@unittest.skipIf(awscli is None, "this Python has no awscli")
class CommandLine(unittest.TestCase):
    def aws(self, name, *arguments):
        key, secret = credentials(name)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": REGION,
        }
        command = [sys.executable, "-m", "awscli", "inspector2", *arguments]
        command += ["--endpoint-url", ENDPOINT, "--output", "json"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)

    def test_findings_of_all_pages(self):
        done = self.aws("READER", "list-findings", "--page-size", "10")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(json.loads(done.stdout)["findings"]), 31)

    def test_status(self):
        done = self.aws("ADMINISTRATOR", "batch-get-account-status", "--account-ids", MEMBER)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["accounts"][0]["accountId"], MEMBER)

    def test_errors_are_told(self):
        done = self.aws("MEMBER", "list-members")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("AccessDeniedException", done.stderr)


if __name__ == "__main__":
    unittest.main()
