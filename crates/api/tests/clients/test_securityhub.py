"""Every operation of Security Hub that is served, called by boto3 as anyone would."""

import datetime
import os
import time
import unittest

import conformance
from connection import ADMINISTRATOR, MANAGEMENT, MEMBER, REGION, STRANGER, UNASSOCIATED, StrictTest, client

FOUNDATIONAL = f"arn:aws:securityhub:{REGION}::standards/aws-foundational-security-best-practices/v/1.0.0"
PCI = f"arn:aws:securityhub:{REGION}::standards/pci-dss/v/4.0.1"
CONTROLS = [f"Inspector.{number}" for number in range(1, 5)]
SERVED = set(os.environ["SHINDAN_HUB_OPERATIONS"].split())


def tearDownModule():
    """Nothing that is served was left out."""
    answered = conformance.ANSWERED["securityhub"]
    # Only members by invitation may leave, and there are none here.
    lacking = [
        name
        for name in SERVED - {"DisassociateFromAdministratorAccount"}
        if 200 not in answered.get(name, ())
    ]
    assert not lacking, f"never answered with success: {lacking}"
    assert answered["DisassociateFromAdministratorAccount"], "never asked for"


class HubTest(StrictTest):
    service = "securityhub"

    def hub(self, name, **config):
        """A client of an account whose hub is enabled."""
        connected = self.connect(name, **config)
        try:
            connected.enable_security_hub()
        except connected.exceptions.ResourceConflictException:
            pass
        return connected

    def wait_for(self, look, what):
        """What the server's jobs bring about, which is soon."""
        for _ in range(300):
            found = look()
            if found:
                return found
            time.sleep(0.1)
        self.fail(f"{what} did not come")

    def findings(self, connected, **filters):
        shapes = {name: [{"Value": value, "Comparison": "EQUALS"}] for name, value in filters.items()}
        pages = connected.get_paginator("get_findings").paginate(Filters=shapes)
        return [one for page in pages for one in page["Findings"]]


class Hubs(HubTest):
    def test_life_of_a_hub(self):
        connected = self.connect("STRANGER")
        try:
            connected.disable_security_hub()
        except connected.exceptions.InvalidAccessException:
            pass
        self.refused("InvalidAccessException", connected.describe_hub)
        connected.enable_security_hub(Tags={"team": "red"}, ControlFindingGenerator="SECURITY_CONTROL")
        self.refused("ResourceConflictException", connected.enable_security_hub)
        hub = connected.describe_hub()
        arn = f"arn:aws:securityhub:{REGION}:{STRANGER}:hub/default"
        self.assertEqual((hub["HubArn"], hub["AutoEnableControls"]), (arn, True))
        self.assertEqual(connected.describe_hub(HubArn=arn)["HubArn"], arn)
        other = arn.replace(STRANGER, MEMBER)
        self.refused("ResourceNotFoundException", connected.describe_hub, HubArn=other)
        connected.update_security_hub_configuration(AutoEnableControls=False)
        self.assertFalse(connected.describe_hub()["AutoEnableControls"])
        generator = {"ControlFindingGenerator": "STANDARD_CONTROL"}
        self.refused("InvalidInputException", connected.update_security_hub_configuration, **generator)
        standards = connected.get_enabled_standards()["StandardsSubscriptions"]
        self.assertEqual([one["StandardsArn"] for one in standards], [FOUNDATIONAL])

        self.assertEqual(connected.list_tags_for_resource(ResourceArn=arn)["Tags"], {"team": "red"})
        connected.tag_resource(ResourceArn=arn, Tags={"stage": "prod"})
        connected.untag_resource(ResourceArn=arn, TagKeys=["team", "none"])
        self.assertEqual(connected.list_tags_for_resource(ResourceArn=arn)["Tags"], {"stage": "prod"})
        self.refused("ResourceNotFoundException", connected.list_tags_for_resource, ResourceArn=other)
        connected.disable_security_hub()
        self.refused("InvalidAccessException", connected.get_findings)
        connected.enable_security_hub(EnableDefaultStandards=False)
        self.assertEqual(connected.get_enabled_standards()["StandardsSubscriptions"], [])
        connected.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": FOUNDATIONAL}])


class Standards(HubTest):
    def test_subscriptions(self):
        connected = self.hub("STRANGER")
        pages = connected.get_paginator("describe_standards").paginate(PaginationConfig={"PageSize": 1})
        standards = [one for page in pages for one in page["Standards"]]
        self.assertEqual([one["StandardsArn"] for one in standards], [FOUNDATIONAL, PCI])
        self.assertEqual([one["EnabledByDefault"] for one in standards], [True, False])
        self.assertEqual(connected.describe_standards(Providers=["Azure"])["Standards"], [])
        request = [{"StandardsArn": PCI}]
        answer = connected.batch_enable_standards(StandardsSubscriptionRequests=request)
        subscription = answer["StandardsSubscriptions"][0]["StandardsSubscriptionArn"]
        self.assertEqual(subscription, f"arn:aws:securityhub:{REGION}:{STRANGER}:subscription/pci-dss/v/4.0.1")
        listed = connected.get_enabled_standards(StandardsSubscriptionArns=[subscription])
        self.assertEqual([one["StandardsStatus"] for one in listed["StandardsSubscriptions"]], ["READY"])
        pages = connected.get_paginator("get_enabled_standards").paginate(PaginationConfig={"PageSize": 1})
        self.assertEqual(len([one for page in pages for one in page["StandardsSubscriptions"]]), 2)

        pages = connected.get_paginator("describe_standards_controls").paginate(
            StandardsSubscriptionArn=subscription, PaginationConfig={"PageSize": 3}
        )
        controls = [one for page in pages for one in page["Controls"]]
        self.assertEqual([one["ControlId"] for one in controls], CONTROLS)
        arn = controls[2]["StandardsControlArn"]
        self.refused(
            "InvalidInputException", connected.update_standards_control, StandardsControlArn=arn, ControlStatus="DISABLED"
        )
        connected.update_standards_control(StandardsControlArn=arn, ControlStatus="DISABLED", DisabledReason="not now")
        controls = connected.describe_standards_controls(StandardsSubscriptionArn=subscription)["Controls"]
        self.assertEqual((controls[2]["ControlStatus"], controls[2]["DisabledReason"]), ("DISABLED", "not now"))
        answer = connected.batch_disable_standards(StandardsSubscriptionArns=[subscription])
        self.assertEqual(answer["StandardsSubscriptions"][0]["StandardsStatus"], "DELETING")
        self.refused(
            "ResourceNotFoundException", connected.describe_standards_controls, StandardsSubscriptionArn=subscription
        )
        self.refused(
            "InvalidInputException", connected.batch_disable_standards, StandardsSubscriptionArns=[subscription]
        )
        wrong = [{"StandardsArn": FOUNDATIONAL.replace("1.0.0", "9.9.9")}]
        self.refused("InvalidInputException", connected.batch_enable_standards, StandardsSubscriptionRequests=wrong)


class Controls(HubTest):
    def test_definitions(self):
        connected = self.hub("STRANGER")
        paginator = connected.get_paginator("list_security_control_definitions")
        for standard in ({}, {"StandardsArn": PCI}, {"Providers": ["AWS", "GCP"]}):
            pages = paginator.paginate(PaginationConfig={"PageSize": 3}, **standard)
            definitions = [one for page in pages for one in page["SecurityControlDefinitions"]]
            self.assertEqual([one["SecurityControlId"] for one in definitions], CONTROLS)
        definition = connected.get_security_control_definition(SecurityControlId="Inspector.3")
        title = definition["SecurityControlDefinition"]["Title"]
        self.assertEqual(title, "Amazon Inspector Lambda code scanning should be enabled")
        self.refused(
            "ResourceNotFoundException", connected.get_security_control_definition, SecurityControlId="IAM.9"
        )
        answer = connected.batch_get_security_controls(SecurityControlIds=["Inspector.4", "IAM.9"])
        self.assertEqual([one["SecurityControlStatus"] for one in answer["SecurityControls"]], ["ENABLED"])
        self.assertEqual([one["SecurityControlId"] for one in answer["UnprocessedIds"]], ["IAM.9"])

    def test_associations(self):
        connected = self.hub("STRANGER")
        pages = connected.get_paginator("list_standards_control_associations").paginate(
            SecurityControlId="Inspector.2"
        )
        listed = [one for page in pages for one in page["StandardsControlAssociationSummaries"]]
        self.assertIn(FOUNDATIONAL, [one["StandardsArn"] for one in listed])
        change = {
            "StandardsArn": FOUNDATIONAL,
            "SecurityControlId": "Inspector.2",
            "AssociationStatus": "DISABLED",
            "UpdatedReason": "no images here",
        }
        without_reason = {name: value for name, value in change.items() if name != "UpdatedReason"}
        answer = connected.batch_update_standards_control_associations(
            StandardsControlAssociationUpdates=[change, without_reason, change | {"StandardsArn": PCI}]
        )
        codes = [one["ErrorCode"] for one in answer["UnprocessedAssociationUpdates"]]
        self.assertEqual(codes, ["INVALID_INPUT", "RESOURCE_NOT_FOUND"])
        ids = [{"StandardsArn": arn, "SecurityControlId": "Inspector.2"} for arn in (FOUNDATIONAL, PCI)]
        answer = connected.batch_get_standards_control_associations(StandardsControlAssociationIds=ids)
        detail = answer["StandardsControlAssociationDetails"][0]
        self.assertEqual((detail["AssociationStatus"], detail["UpdatedReason"]), ("DISABLED", "no images here"))
        self.assertEqual(len(answer["UnprocessedAssociations"]), 1)
        change["AssociationStatus"] = "ENABLED"
        connected.batch_update_standards_control_associations(StandardsControlAssociationUpdates=[change])


class Findings(HubTest):
    def own(self, name, **members):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        finding = {
            "SchemaVersion": "2018-10-08",
            "Id": name,
            "ProductArn": f"arn:aws:securityhub:{REGION}:{STRANGER}:product/{STRANGER}/default",
            "GeneratorId": "a-rule",
            "AwsAccountId": STRANGER,
            "CreatedAt": now,
            "UpdatedAt": now,
            "Title": "Something is wrong",
            "Description": "It is described here.",
            "Severity": {"Label": "HIGH"},
            "Resources": [{"Type": "Other", "Id": "thing"}],
        }
        return finding | members

    def test_control_findings_and_what_customers_say_of_them(self):
        connected = self.hub("STRANGER")
        failed = self.wait_for(
            lambda: self.findings(connected, ComplianceSecurityControlId="Inspector.3"), "the check of Inspector.3"
        )
        finding = failed[0]
        self.assertEqual(len(failed), 1)
        self.assertEqual(finding["Compliance"]["Status"], "FAILED")
        self.assertEqual(finding["AwsAccountId"], STRANGER)
        identifier = {"Id": finding["Id"], "ProductArn": finding["ProductArn"]}
        answer = connected.batch_update_findings(
            FindingIdentifiers=[identifier, identifier | {"Id": "none"}, identifier],
            Workflow={"Status": "SUPPRESSED"},
            Note={"Text": "scanned elsewhere", "UpdatedBy": "me"},
            UserDefinedFields={"ticket": "1"},
            VerificationState="BENIGN_POSITIVE",
            Severity={"Label": "LOW"},
            Confidence=50,
            Criticality=10,
            Types=["Software and Configuration Checks"],
            RelatedFindings=[identifier],
        )
        self.assertEqual(answer["ProcessedFindings"], [identifier])
        codes = [one["ErrorCode"] for one in answer["UnprocessedFindings"]]
        self.assertEqual(codes, ["FindingNotFound", "DuplicatedFindingIdentifier"])
        finding = self.findings(connected, Id=finding["Id"])[0]
        self.assertEqual(finding["Workflow"]["Status"], "SUPPRESSED")
        self.assertEqual(finding["Note"]["Text"], "scanned elsewhere")
        self.refused("InvalidInputException", connected.batch_update_findings, FindingIdentifiers=[identifier])

    def test_imports(self):
        connected = self.hub("STRANGER")
        findings = [self.own(f"own-{number:03}") for number in range(99)]
        foreign = self.own("foreign", AwsAccountId=MEMBER)
        answer = connected.batch_import_findings(Findings=[*findings, foreign])
        self.assertEqual((answer["SuccessCount"], answer["FailedCount"]), (99, 1))
        self.assertEqual(answer["FailedFindings"][0]["ErrorCode"], "InvalidAccess")
        # The same again is the same.
        connected.batch_import_findings(Findings=findings)
        filters = {"Id": [{"Value": "own-", "Comparison": "PREFIX"}]}
        order = [{"Field": "Title", "SortOrder": "asc"}]
        pages = connected.get_paginator("get_findings").paginate(
            Filters=filters, SortCriteria=order, PaginationConfig={"PageSize": 10}
        )
        listed = [one["Id"] for page in pages for one in page["Findings"]]
        self.assertEqual(len(listed), 99)
        self.assertEqual(len(set(listed)), 99)
        too_many = [self.own(f"more-{number}") for number in range(101)]
        unchecked = self.hub("STRANGER", parameter_validation=False)
        self.refused("InvalidInputException", unchecked.batch_import_findings, Findings=too_many)
        self.refused("InvalidInputException", connected.get_findings, Filters=filters, NextToken="forged")
        self.refused("InvalidInputException", unchecked.get_findings, MaxResults=101)

    def test_findings_of_inspector_are_shown(self):
        member = self.hub("MEMBER")
        shown = self.wait_for(
            lambda: len(found := self.findings(member, ProductName="Inspector")) == 31 and found,
            "the findings of Inspector",
        )
        packages = [one for one in shown if one["Types"][0].endswith("/CVE")]
        self.assertEqual(len(packages), 30)
        self.assertEqual({one["Resources"][0]["Type"] for one in shown}, {"AwsLambdaFunction"})
        weakness = next(one for one in shown if not one["Types"][0].endswith("/CVE"))
        self.assertEqual(weakness["GeneratorDetails"]["Name"], "SQL injection")
        # The same findings that Inspector's own API lists.
        inspector = client("MEMBER")
        pages = inspector.get_paginator("list_findings").paginate()
        arns = {one["findingArn"] for page in pages for one in page["findings"]}
        self.assertEqual({one["Id"] for one in shown}, arns)
        self.assertEqual(self.findings(self.hub("STRANGER"), ProductName="Inspector"), [])


class Organization(HubTest):
    def test_administrator_and_members(self):
        management = self.connect("MANAGEMENT")
        administrator = self.hub("ADMINISTRATOR")
        answer = management.enable_organization_admin_account(AdminAccountId=ADMINISTRATOR)
        self.assertEqual(answer, answer | {"AdminAccountId": ADMINISTRATOR, "Feature": "SecurityHub"})
        self.refused(
            "InvalidInputException", management.enable_organization_admin_account, AdminAccountId=UNASSOCIATED
        )
        pages = management.get_paginator("list_organization_admin_accounts").paginate()
        accounts = [one for page in pages for one in page["AdminAccounts"]]
        self.assertEqual(accounts, [{"AccountId": ADMINISTRATOR, "Status": "ENABLED"}])

        administrator.update_organization_configuration(AutoEnable=True, AutoEnableStandards="DEFAULT")
        configuration = administrator.describe_organization_configuration()
        self.assertEqual((configuration["AutoEnable"], configuration["AutoEnableStandards"]), (True, "DEFAULT"))
        answer = administrator.create_members(
            AccountDetails=[
                {"AccountId": MEMBER, "Email": "m@example.com"},
                {"AccountId": UNASSOCIATED},
                {"AccountId": MANAGEMENT},
                {"AccountId": STRANGER},
            ]
        )
        refused = [one["AccountId"] for one in answer["UnprocessedAccounts"]]
        # The management account has to enable its hub itself; the other is of no organisation here.
        self.assertEqual(refused, [MANAGEMENT, STRANGER])
        pages = administrator.get_paginator("list_members").paginate(
            OnlyAssociated=True, PaginationConfig={"PageSize": 1}
        )
        members = [one for page in pages for one in page["Members"]]
        self.assertEqual([one["AccountId"] for one in members], [MEMBER, UNASSOCIATED])
        self.assertEqual({one["MemberStatus"] for one in members}, {"Enabled"})
        answer = administrator.get_members(AccountIds=[MEMBER, STRANGER])
        self.assertEqual([one["Email"] for one in answer["Members"]], ["m@example.com"])
        self.assertEqual([one["AccountId"] for one in answer["UnprocessedAccounts"]], [STRANGER])

        member = self.connect("MEMBER")
        self.assertEqual(member.get_administrator_account()["Administrator"]["AccountId"], ADMINISTRATOR)
        self.assertEqual(member.get_master_account()["Master"]["AccountId"], ADMINISTRATOR)
        self.assertNotIn("Administrator", administrator.get_administrator_account())
        denied = self.refused("InvalidAccessException", member.disassociate_from_administrator_account)
        self.assertIn("through its organization", denied["Error"]["Message"])
        self.refused("InvalidAccessException", member.list_members)
        self.refused("InvalidAccessException", member.create_members, AccountDetails=[{"AccountId": UNASSOCIATED}])

        # What is a member's, its administrator sees too.
        shown = self.wait_for(
            lambda: len(found := self.findings(administrator, ProductName="Inspector")) == 31 and found,
            "the member's findings",
        )
        self.assertEqual({one["AwsAccountId"] for one in shown}, {MEMBER})
        self.assertEqual(self.findings(self.connect("READER"), Id=shown[0]["Id"])[0]["Id"], shown[0]["Id"])

        self.refused("ResourceNotFoundException", administrator.disassociate_members, AccountIds=[STRANGER])
        answer = administrator.delete_members(AccountIds=[UNASSOCIATED])
        self.assertEqual([one["AccountId"] for one in answer["UnprocessedAccounts"]], [UNASSOCIATED])
        administrator.disassociate_members(AccountIds=[UNASSOCIATED])
        self.assertEqual(administrator.delete_members(AccountIds=[UNASSOCIATED])["UnprocessedAccounts"], [])
        everyone = administrator.list_members(OnlyAssociated=False)["Members"]
        self.assertEqual([one["AccountId"] for one in everyone], [MEMBER])
        self.aggregators(administrator, member)
        self.refused("AccessDeniedException", administrator.disable_security_hub)
        management.disable_organization_admin_account(AdminAccountId=ADMINISTRATOR)
        self.assertEqual(self.findings(administrator, ProductName="Inspector"), [])

    def aggregators(self, administrator, member):
        self.refused("AccessDeniedException", member.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS")
        made = administrator.create_finding_aggregator(
            RegionLinkingMode="SPECIFIED_REGIONS", Regions=["eu-west-1", "ap-northeast-1"]
        )
        arn = made["FindingAggregatorArn"]
        self.assertEqual(made["FindingAggregationRegion"], REGION)
        self.refused(
            "LimitExceededException", administrator.create_finding_aggregator, RegionLinkingMode="ALL_REGIONS"
        )
        found = administrator.get_finding_aggregator(FindingAggregatorArn=arn)
        self.assertEqual(found["Regions"], ["ap-northeast-1", "eu-west-1"])
        pages = administrator.get_paginator("list_finding_aggregators").paginate()
        listed = [one["FindingAggregatorArn"] for page in pages for one in page["FindingAggregators"]]
        self.assertEqual(listed, [arn])
        changed = administrator.update_finding_aggregator(FindingAggregatorArn=arn, RegionLinkingMode="ALL_REGIONS")
        self.assertEqual(changed["RegionLinkingMode"], "ALL_REGIONS")
        self.assertTrue(self.findings(administrator, ProductName="Inspector"))
        administrator.delete_finding_aggregator(FindingAggregatorArn=arn)
        self.refused("ResourceNotFoundException", administrator.get_finding_aggregator, FindingAggregatorArn=arn)


class NotServed(HubTest):
    def test_the_rest_says_so(self):
        connected = self.connect("STRANGER", parameter_validation=False, retries={"total_max_attempts": 1})
        model = connected.meta.service_model
        names = [name for name in model.operation_names if name not in SERVED]
        self.assertEqual(len(names), 86)
        for name in names:
            shape = model.operation_model(name).input_shape
            members = shape.members if shape else {}
            labels = {
                member: "x" for member, shape in members.items() if shape.serialization.get("location") == "uri"
            }
            with self.subTest(name), self.assertRaises(connected.exceptions.ClientError) as caught:
                connected._make_api_call(name, labels)
            error = caught.exception.response["Error"]
            self.assertIn("is not supported", error.get("Message", ""), error)


if __name__ == "__main__":
    unittest.main()
