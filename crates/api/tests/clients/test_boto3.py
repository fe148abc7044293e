"""Every operation that is served, called by boto3 as anyone would."""

import datetime
import time
import unittest
import uuid

from connection import ADMINISTRATOR, MANAGEMENT, MEMBER, STRANGER, UNASSOCIATED, StrictTest

DESTINATION = {"bucketName": "reports", "keyPrefix": "a/b", "kmsKeyArn": "arn:aws:kms:us-east-1:111111111111:key/x"}


class AccountStatus(StrictTest):
    def test_enable_status_disable(self):
        client = self.connect("STRANGER")
        state = client.batch_get_account_status()["accounts"][0]
        self.assertEqual(state["accountId"], STRANGER)
        answer = client.enable(resourceTypes=["LAMBDA", "LAMBDA_CODE"])
        code = (answer["failedAccounts"] or [{"errorCode": None}])[0]["errorCode"]
        self.assertIn(code, (None, "ENABLE_IN_PROGRESS"))
        state = client.batch_get_account_status(accountIds=[STRANGER])["accounts"][0]
        self.assertEqual(state["resourceState"]["lambdaCode"]["status"], "ENABLING")
        answer = client.disable(resourceTypes=["LAMBDA"])
        self.assertEqual(answer["failedAccounts"][0]["errorCode"], "ENABLE_IN_PROGRESS")
        client.disable(resourceTypes=["EC2", "ECR"])

    def test_accounts_of_others(self):
        client = self.connect("ADMINISTRATOR")
        answer = client.batch_get_account_status(accountIds=[ADMINISTRATOR, MEMBER, STRANGER])
        self.assertEqual([one["accountId"] for one in answer["accounts"]], [ADMINISTRATOR, MEMBER])
        self.assertEqual(answer["failedAccounts"][0]["errorCode"], "ACCESS_DENIED")
        self.refused("AccessDeniedException", client.enable, resourceTypes=["EC2"])

    def test_permissions_and_trials(self):
        member = self.connect("MEMBER")
        permissions = member.list_account_permissions()["permissions"]
        self.assertEqual([one["operation"] for one in permissions], ["ENABLE_SCANNING"])
        stranger = self.connect("STRANGER")
        pages = stranger.get_paginator("list_account_permissions").paginate(PaginationConfig={"PageSize": 1})
        self.assertEqual(len([one for page in pages for one in page["permissions"]]), 2)
        self.assertEqual(stranger.list_account_permissions(service="EC2")["permissions"], [])
        stranger.enable(resourceTypes=["LAMBDA"])
        answer = stranger.batch_get_free_trial_info(accountIds=[STRANGER, MEMBER])
        trial = answer["accounts"][0]["freeTrialInfo"][0]
        self.assertEqual((trial["type"], trial["status"]), ("LAMBDA", "ACTIVE"))
        self.assertEqual(trial["end"] - trial["start"], datetime.timedelta(days=15))
        self.assertEqual(answer["failedAccounts"][0]["code"], "ACCESS_DENIED")


class Findings(StrictTest):
    def test_pages(self):
        client = self.connect("READER")
        first = client.list_findings(maxResults=100)
        self.assertEqual(len(first["findings"]), 25)
        pages = client.get_paginator("list_findings").paginate(PaginationConfig={"PageSize": 10})
        findings = [one for page in pages for one in page["findings"]]
        self.assertEqual(len(findings), 31)
        self.assertEqual(len({one["findingArn"] for one in findings}), 31)
        finding = findings[0]
        self.assertEqual(finding["awsAccountId"], MEMBER)
        self.assertIsInstance(finding["firstObservedAt"], datetime.datetime)

    def test_criteria_and_order(self):
        client = self.connect("MEMBER")
        criteria = {
            "findingType": [{"comparison": "EQUALS", "value": "PACKAGE_VULNERABILITY"}],
            "vulnerabilityId": [{"comparison": "PREFIX", "value": "CVE-2023-3086"}],
            "inspectorScore": [{"lowerInclusive": 7, "upperInclusive": 8}],
            "firstObservedAt": [{"startInclusive": datetime.datetime(2020, 1, 1)}],
            "resourceTags": [{"comparison": "EQUALS", "key": "team", "value": "red"}],
            "ecrImageTags": [{"comparison": "NOT_EQUALS", "value": "latest"}],
        }
        order = {"field": "VULNERABILITY_ID", "sortOrder": "DESC"}
        findings = client.list_findings(filterCriteria=criteria, sortCriteria=order)["findings"]
        ids = [one["packageVulnerabilityDetails"]["vulnerabilityId"] for one in findings]
        self.assertEqual(ids, [f"CVE-2023-{number}" for number in range(30869, 30860, -1)])
        none = {"ecrImageTags": [{"comparison": "EQUALS", "value": "latest"}]}
        self.assertEqual(client.list_findings(filterCriteria=none)["findings"], [])

    def test_strangers_see_nothing(self):
        client = self.connect("STRANGER")
        self.assertEqual(client.list_findings()["findings"], [])
        self.assertEqual(client.list_coverage()["coveredResources"], [])
        self.assertEqual(client.list_coverage_statistics()["totalCounts"], 0)

    def test_aggregations(self):
        client = self.connect("ADMINISTRATOR")
        for kind in ("FINDING_TYPE", "PACKAGE", "TITLE", "ACCOUNT", "AWS_LAMBDA_FUNCTION", "LAMBDA_LAYER"):
            with self.subTest(kind):
                answer = client.list_finding_aggregations(aggregationType=kind)
                self.assertEqual(answer["aggregationType"], kind)
                self.assertTrue(answer["responses"])
        pages = client.get_paginator("list_finding_aggregations").paginate(
            aggregationType="TITLE", PaginationConfig={"PageSize": 7}
        )
        self.assertEqual(len([one for page in pages for one in page["responses"]]), 31)
        answer = client.list_finding_aggregations(aggregationType="AWS_EC2_INSTANCE")
        self.assertEqual(answer["responses"], [])

    def test_details(self):
        client = self.connect("MEMBER")
        criteria = {"vulnerabilityId": [{"comparison": "EQUALS", "value": "CVE-2023-30861"}]}
        arn = client.list_findings(filterCriteria=criteria)["findings"][0]["findingArn"]
        missing = arn[:-32] + "0" * 32
        foreign = missing.replace(MEMBER, STRANGER)
        answer = client.batch_get_finding_details(findingArns=[arn, missing, foreign])
        self.assertEqual(answer["findingDetails"][0]["cisaData"]["action"], "Update.")
        codes = [one["errorCode"] for one in answer["errors"]]
        self.assertEqual(codes, ["FINDING_DETAILS_NOT_FOUND", "ACCESS_DENIED"])

    def test_snippets(self):
        criteria = {"findingType": [{"comparison": "EQUALS", "value": "CODE_VULNERABILITY"}]}
        member = self.connect("MEMBER")
        arn = member.list_findings(filterCriteria=criteria)["findings"][0]["findingArn"]
        answer = member.batch_get_code_snippet(findingArns=[arn, arn[:-32] + "0" * 32])
        self.assertIn("cursor.execute", answer["codeSnippetResults"][0]["codeSnippet"][0]["content"])
        self.assertEqual(answer["errors"][0]["errorCode"], "CODE_SNIPPET_NOT_FOUND")
        answer = self.connect("ADMINISTRATOR").batch_get_code_snippet(findingArns=[arn])
        self.assertEqual(answer["errors"][0]["errorCode"], "ACCESS_DENIED")

    def test_vulnerabilities(self):
        client = self.connect("READER")
        found = client.search_vulnerabilities(filterCriteria={"vulnerabilityIds": ["CVE-2023-30861"]})
        self.assertEqual(found["vulnerabilities"][0]["cisaData"]["action"], "Update.")
        none = client.search_vulnerabilities(filterCriteria={"vulnerabilityIds": ["CVE-1999-1"]})
        self.assertEqual(none["vulnerabilities"], [])


class Coverage(StrictTest):
    def test_coverage(self):
        client = self.connect("ADMINISTRATOR")
        pages = client.get_paginator("list_coverage").paginate(PaginationConfig={"PageSize": 1})
        covered = [one for page in pages for one in page["coveredResources"]]
        self.assertEqual([one["scanType"] for one in covered], ["PACKAGE", "CODE"])
        criteria = {
            "scanType": [{"comparison": "EQUALS", "value": "CODE"}],
            "lambdaFunctionName": [{"comparison": "EQUALS", "value": "orders"}],
        }
        found = client.list_coverage(filterCriteria=criteria)["coveredResources"]
        self.assertEqual(found[0]["resourceMetadata"]["lambdaFunction"]["runtime"], "PYTHON_3_12")

    def test_statistics(self):
        client = self.connect("MEMBER")
        self.assertEqual(client.list_coverage_statistics()["totalCounts"], 2)
        for key in ("SCAN_STATUS_CODE", "SCAN_STATUS_REASON", "ACCOUNT_ID", "RESOURCE_TYPE", "PROVIDER"):
            with self.subTest(key):
                answer = client.list_coverage_statistics(groupBy=key)
                self.assertEqual(answer["totalCounts"], 2)

    def test_usage(self):
        totals = self.connect("ADMINISTRATOR").list_usage_totals()["totals"]
        self.assertEqual(totals[0]["accountId"], MEMBER)
        kinds = [one["type"] for one in totals[0]["usage"]]
        self.assertEqual(kinds, ["LAMBDA_FUNCTION_HOURS", "LAMBDA_FUNCTION_CODE_HOURS"])
        self.assertEqual(self.connect("STRANGER").list_usage_totals(accountIds=[MEMBER])["totals"], [])


class Filters(StrictTest):
    def test_life_of_a_filter(self):
        client = self.connect("ADMINISTRATOR")
        name = f"filter {uuid.uuid4()}"
        criteria = {"severity": [{"comparison": "EQUALS", "value": "LOW"}]}
        arn = client.create_filter(
            name=name, action="SUPPRESS", filterCriteria=criteria, reason="noise", tags={"team": "red"}
        )["arn"]
        self.refused(
            "BadRequestException", client.create_filter, name=name, action="NONE", filterCriteria=criteria
        )
        client.update_filter(filterArn=arn, action="NONE", description="changed")
        kept = client.list_filters(arns=[arn])["filters"][0]
        self.assertEqual((kept["action"], kept["description"], kept["reason"]), ("NONE", "changed", "noise"))
        self.assertEqual(kept["criteria"], criteria)
        client.tag_resource(resourceArn=arn, tags={"a b": "c/d", "x": ""})
        client.untag_resource(resourceArn=arn, tagKeys=["team", "x"])
        self.assertEqual(client.list_tags_for_resource(resourceArn=arn)["tags"], {"a b": "c/d"})
        self.assertEqual(client.delete_filter(arn=arn)["arn"], arn)
        for call, request in (
            (client.delete_filter, {"arn": arn}),
            (client.update_filter, {"filterArn": arn}),
            (client.list_tags_for_resource, {"resourceArn": arn}),
        ):
            self.refused("ResourceNotFoundException", call, **request)

    def test_members_do_not_suppress(self):
        client = self.connect("MEMBER")
        self.refused(
            "AccessDeniedException", client.create_filter, name="f", action="SUPPRESS", filterCriteria={}
        )


class Organization(StrictTest):
    def test_members(self):
        client = self.connect("ADMINISTRATOR")
        client.associate_member(accountId=UNASSOCIATED)
        member = client.get_member(accountId=UNASSOCIATED)["member"]
        self.assertEqual(member["relationshipStatus"], "ENABLED")
        pages = client.get_paginator("list_members").paginate(PaginationConfig={"PageSize": 1})
        accounts = [one["accountId"] for page in pages for one in page["members"]]
        self.assertEqual(accounts, [MEMBER, UNASSOCIATED])
        client.disassociate_member(accountId=UNASSOCIATED)
        answer = self.refused("ValidationException", client.disassociate_member, accountId=UNASSOCIATED)
        self.assertIn("is not yet associated to it.", answer["Error"]["Message"])
        self.refused("AccessDeniedException", self.connect("MEMBER").get_member, accountId=MEMBER)

    def test_configuration(self):
        client = self.connect("ADMINISTRATOR")
        wanted = {"ec2": False, "ecr": False, "lambda": True, "lambdaCode": True}
        client.update_organization_configuration(autoEnable=wanted)
        kept = client.describe_organization_configuration()["autoEnable"]
        self.assertEqual({name: kept[name] for name in wanted}, wanted)
        client.update_organization_configuration(autoEnable={"ec2": False, "ecr": False})

    def test_delegated_administrator(self):
        client = self.connect("MANAGEMENT")
        listed = client.list_delegated_admin_accounts()["delegatedAdminAccounts"]
        self.assertEqual(listed, [{"accountId": ADMINISTRATOR, "status": "ENABLED"}])
        self.refused(
            "ConflictException", client.enable_delegated_admin_account, delegatedAdminAccountId=ADMINISTRATOR
        )
        self.refused(
            "ResourceNotFoundException", client.disable_delegated_admin_account, delegatedAdminAccountId=MANAGEMENT
        )
        member = self.connect("MEMBER")
        found = member.get_delegated_admin_account()["delegatedAdmin"]
        self.assertEqual(found, {"accountId": ADMINISTRATOR, "relationshipStatus": "ENABLED"})
        self.refused(
            "AccessDeniedException", member.enable_delegated_admin_account, delegatedAdminAccountId=MEMBER
        )


class Reports(StrictTest):
    def test_findings_report(self):
        client = self.connect("STRANGER")
        criteria = {"severity": [{"comparison": "EQUALS", "value": "HIGH"}]}
        report = client.create_findings_report(
            reportFormat="CSV", s3Destination=DESTINATION, filterCriteria=criteria
        )["reportId"]
        status = client.get_findings_report_status(reportId=report)
        self.assertEqual((status["status"], status["destination"]), ("IN_PROGRESS", DESTINATION))
        self.assertEqual(status["filterCriteria"], criteria)
        self.assertEqual(client.get_findings_report_status()["reportId"], report)
        client.cancel_findings_report(reportId=report)
        self.assertEqual(client.get_findings_report_status(reportId=report)["status"], "CANCELLED")
        unknown = str(uuid.uuid4())
        self.refused("ResourceNotFoundException", client.cancel_findings_report, reportId=unknown)

    def test_sbom_export(self):
        client = self.connect("STRANGER")
        criteria = {"lambdaFunctionTags": [{"comparison": "EQUALS", "key": "team", "value": "red"}]}
        report = client.create_sbom_export(
            reportFormat="CYCLONEDX_1_4", s3Destination=DESTINATION, resourceFilterCriteria=criteria
        )["reportId"]
        export = client.get_sbom_export(reportId=report)
        self.assertEqual((export["format"], export["filterCriteria"]), ("CYCLONEDX_1_4", criteria))
        client.cancel_sbom_export(reportId=report)
        # The same request in the same second has the same signature, and is taken for a replay.
        time.sleep(1.1)
        self.refused("ValidationException", client.cancel_sbom_export, reportId=report)


class Settings(StrictTest):
    def test_encryption_key(self):
        client = self.connect("STRANGER")
        which = {"scanType": "CODE", "resourceType": "AWS_LAMBDA_FUNCTION"}
        self.refused("ResourceNotFoundException", client.get_encryption_key, **which)
        key = "arn:aws:kms:us-east-1:999999999999:key/01234567-89ab-cdef-0123-456789abcdef"
        self.refused("AccessDeniedException", client.update_encryption_key, kmsKeyId=key, **which)
        client.reset_encryption_key(**which)

    def test_configuration(self):
        client = self.connect("ADMINISTRATOR")
        client.get_configuration()
        client.get_configuration(accountId=MEMBER)
        self.refused("AccessDeniedException", client.get_configuration, accountId=STRANGER)
        client.update_configuration()
        self.refused(
            "ValidationException", client.update_configuration, ecrConfiguration={"rescanDuration": "DAYS_30"}
        )


class Others(StrictTest):
    def test_operations_that_are_not_served(self):
        client = self.connect("STRANGER")
        self.refused("AccessDeniedException", client.list_cis_scans)
        self.refused("AccessDeniedException", client.get_ec2_deep_inspection_configuration)

    def test_wrong_values(self):
        client = self.connect("STRANGER", parameter_validation=False)
        answer = self.refused("ValidationException", client.enable, resourceTypes=["PARROT"])
        self.assertEqual(answer["reason"], "FIELD_VALIDATION_FAILED")
        self.assertEqual(answer["fields"][0]["name"], "resourceTypes")
        eleven = [{"comparison": "EQUALS", "value": str(n)} for n in range(11)]
        self.refused("ValidationException", client.list_findings, filterCriteria={"title": eleven})
        self.refused("ValidationException", client.list_findings, nextToken="forged")
        large = "x" * (10 * 1024 * 1024)
        self.refused("ValidationException", client.list_findings, nextToken=large)


if __name__ == "__main__":
    unittest.main()
