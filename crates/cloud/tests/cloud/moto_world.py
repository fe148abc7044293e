"""What the tests against moto need to happen in "AWS", by boto3. Arguments: the server's URL, a command, its arguments.

Prints JSON; also a module for other tests, which set `URL`. The code of functions is put where their `Location` says it
is, because moto does not.
"""

import io
import json
import sys
import urllib.parse
import zipfile

import boto3
import yaml

URL = ""
REGIONS = ["us-east-1", "ap-northeast-1"]
HOME_KEYS = {"aws_access_key_id": "AKIAEXAMPLEEXAMPLE00", "aws_secret_access_key": "placeholder"}


def client(service, region, account=None):
    keys = HOME_KEYS
    if account and account != home():
        role = f"arn:aws:iam::{account}:role/setup"
        got = client("sts", region).assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
        keys = {
            "aws_access_key_id": got["AccessKeyId"],
            "aws_secret_access_key": got["SecretAccessKey"],
            "aws_session_token": got["SessionToken"],
        }
    return boto3.client(service, region_name=region, endpoint_url=URL, **keys)


def home():
    return boto3.client("sts", region_name="us-east-1", endpoint_url=URL, **HOME_KEYS).get_caller_identity()["Account"]


def zipped(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return buffer.getvalue()


def store(functions, region, name, code):
    location = urllib.parse.urlparse(functions.get_function(FunctionName=name)["Code"]["Location"])
    s3 = client("s3", "us-east-1")
    bucket = location.hostname.split(".")[0]
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if bucket not in [known["Name"] for known in s3.list_buckets()["Buckets"]]:
        client("s3", region).create_bucket(Bucket=bucket, **where)
    key = urllib.parse.unquote(location.path.lstrip("/"))
    client("s3", region).put_object(Bucket=bucket, Key=key, Body=code, ACL="public-read")


def create(account, region, name, text, **more):
    iam = client("iam", region, account)
    try:
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName="run")["Role"]["Arn"]
    functions = client("lambda", region, account)
    code = zipped(text)
    functions.create_function(
        FunctionName=name, Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": code}, **more
    )
    store(functions, region, name, code)


def setup(template):
    organizations = client("organizations", "us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    member, closed = (
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in ["member", "closed"]
    )
    organizations.close_account(AccountId=closed)
    for account in [home(), member]:
        for region in REGIONS:
            create(account, region, "shared", "def handler(event, context): pass\n")
            create(account, region, "own", f"# {account} {region}\n", Tags={"InspectorExclusion": "LambdaStandardScanning"})
    layer = client("lambda", "us-east-1").publish_layer_version(LayerName="tools", Content={"ZipFile": zipped("# layer\n")})
    client("lambda", "us-east-1").update_function_configuration(FunctionName="own", Layers=[layer["LayerVersionArn"]])
    with open(template) as template:
        pattern = yaml.safe_load(template)["Resources"]["Rule"]["Properties"]["EventPattern"]
    queue = client("sqs", "us-east-1").create_queue(QueueName="shindan-events")["QueueUrl"]
    events = client("events", "us-east-1")
    events.put_rule(Name="shindan", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:us-east-1:{home()}:shindan-events"
    events.put_targets(Rule="shindan", Targets=[{"Id": "queue", "Arn": arn}])
    return {"home": home(), "member": member, "closed": closed, "queue": queue, "layer": layer["LayerVersionArn"]}


def update(account, region, name, text):
    functions = client("lambda", region, account)
    code = zipped(text)
    functions.update_function_code(FunctionName=name, ZipFile=code)
    store(functions, region, name, code)


def delete(account, region, name):
    client("lambda", region, account).delete_function(FunctionName=name)


def emit(call, request):
    entry = {
        "Source": "aws.lambda",
        "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps({
            "eventSource": "lambda.amazonaws.com",
            "eventName": call,
            "eventTime": "2026-11-29T17:00:00Z",
            "recipientAccountId": home(),
            "requestParameters": json.loads(request),
        }),
    }
    assert client("events", "us-east-1").put_events(Entries=[entry])["FailedEntryCount"] == 0


def send(body):
    queue = client("sqs", "us-east-1")
    queue.send_message(QueueUrl=queue.get_queue_url(QueueName="shindan-events")["QueueUrl"], MessageBody=body)


def left():
    queue = client("sqs", "us-east-1")
    url = queue.get_queue_url(QueueName="shindan-events")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(int(count) for count in queue.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values())


if __name__ == "__main__":
    URL = sys.argv[1]
    print(json.dumps(globals()[sys.argv[2]](*sys.argv[3:])))
