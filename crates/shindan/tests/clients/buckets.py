"""A server with TLS whose packages and reports are in buckets: moto's, so that nothing of AWS is needed.

usage: buckets.py SHINDAN-BINARY
"""

import datetime
import http.client
import ipaddress
import json
import logging
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

import boto3

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server
except ImportError as missing:
    print(f"the test against moto is NOT run: {missing} (PyPI: moto[server])", file=sys.stderr)
    sys.exit(0)

from shindan_server import ACCOUNT, REGION, VULNERABLE, Server, advisory, free_port, package, wait_for

logging.getLogger("werkzeug").setLevel(logging.ERROR)


def certificate(folder):
    """A key, and a certificate for this machine's address that it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shindan")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def refused(ask):
    try:
        ask()
    except (OSError, http.client.HTTPException):
        return True
    return False


def main(binary):
    moto = make_server("127.0.0.1", free_port(), DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=moto.serve_forever, daemon=True).start()
    moto_url = f"http://127.0.0.1:{moto.server_port}"
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    s3 = boto3.client("s3", region_name=REGION, endpoint_url=moto_url, **keys)
    for bucket in ["packages", "reports"]:
        s3.create_bucket(Bucket=bucket)

    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, folder, scheme="https")
        certificate(server.folder)
        settings = server.folder / "server.toml"
        settings.write_text(
            'packages = "s3://packages/of/shindan"\nreports = "s3"\n'
            f'[tls]\ncertificate = "{folder}/certificate.pem"\nkey = "{folder}/key.pem"\n'
        )
        server.environment |= {
            "SHINDAN_SERVER_CONFIG": str(settings),
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": moto_url,
            "AWS_ALLOW_HTTP": "true",
        }
        server.advise(advisory("PYSEC-2026-1", "leaky", "2.0"))
        try:
            story(server, s3)
        except BaseException:
            print((server.folder / "log").read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            if server.process:
                server.process.kill()


def story(server, s3):
    server.start()
    trusted = str(server.folder / "certificate.pem")

    # Who does not trust the certificate gets no word, and neither does who speaks without TLS.
    plain = f"http://127.0.0.1:{server.port}/readyz"
    assert refused(lambda: urllib.request.urlopen(plain, timeout=10))
    stranger = ssl.create_default_context()
    assert refused(lambda: urllib.request.urlopen(f"{server.url}/readyz", timeout=10, context=stranger))
    context = ssl.create_default_context(cafile=trusted)
    assert urllib.request.urlopen(f"{server.url}/readyz", timeout=10, context=context).status == 200

    key = server.key("administrator")
    client = server.client(key, verify=trusted)
    client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
    untrusted = subprocess.run(
        [server.binary, "push", str(server.zip(b"")), "--function", "orders", "--runtime", "python3.12"],
        env=server.environment | server.pushing(key), capture_output=True, text=True,
    )
    assert untrusted.returncode != 0 and "certificate" in untrusted.stderr.lower(), untrusted.stderr
    server.push(key, "orders", package(VULNERABLE, [("leaky", "1.0")]), SSL_CERT_FILE=trusted)
    stored = [one["Key"] for one in s3.list_objects_v2(Bucket="packages").get("Contents", [])]
    assert len(stored) == 1 and stored[0].startswith("of/shindan/"), stored

    wait_for("the function is scanned", lambda: scanned(client))
    titles = sorted(one["title"] for one in client.list_findings()["findings"])
    assert any("leaky" in title for title in titles) and any("CWE-78" in title for title in titles), titles
    report = client.create_findings_report(
        reportFormat="JSON",
        s3Destination={"bucketName": "reports", "keyPrefix": "june", "kmsKeyArn": KMS_KEY},
    )["reportId"]
    wait_for("the report is written", lambda: ended(client.get_findings_report_status(reportId=report)))
    [name] = [one["Key"] for one in s3.list_objects_v2(Bucket="reports").get("Contents", [])]
    assert name.startswith("june/"), name
    written = json.loads(s3.get_object(Bucket="reports", Key=name)["Body"].read())
    assert sorted(one["title"] for one in written["findings"]) == titles, written

    # What a bucket that is not there does to a report, it says.
    report = client.create_findings_report(
        reportFormat="CSV", s3Destination={"bucketName": "nobodys", "kmsKeyArn": KMS_KEY}
    )["reportId"]
    status = wait_for("the report ends", lambda: over(client.get_findings_report_status(reportId=report)))
    assert status["status"] == "FAILED" and status["errorCode"], status
    server.stop()


KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def scanned(client):
    rows = client.list_coverage()["coveredResources"]
    return len(rows) == 2 and all(row["scanStatus"]["reason"] == "SUCCESSFUL" for row in rows)


def ended(status):
    assert status["status"] in ["IN_PROGRESS", "SUCCEEDED"], status
    return status["status"] == "SUCCEEDED"


def over(status):
    return status if status["status"] != "IN_PROGRESS" else None


if __name__ == "__main__":
    main(sys.argv[1])
