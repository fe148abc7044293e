//! ASFF: what is a finding, and what findings of Inspector become.

use serde_json::{Value, json};
use shindan_control::finding::WorkflowStatus;
use shindan_inspector::{AccountId, FindingArn, FindingDocument, FindingStatus, Region, Timestamp};
use shindan_security_hub::asff::{MAX_BYTES, check};
use shindan_security_hub::import::{Imported, Importer, admit, batch, merge};
use shindan_security_hub::{Finding, InspectorFinding, finding_of, imported_of};

use crate::model;
use crate::sample::{at, checked, finding, now, with};

#[test]
fn what_is_wrong_is_said_in_the_words_that_clients_know() {
    let long = "x".repeat(513);
    for (members, problem) in [
        (
            json!({ "Title": null }),
            "data should have required property 'Title'",
        ),
        (
            json!({ "Title": " " }),
            "data.Title should NOT be shorter than 1 characters",
        ),
        (
            json!({ "Title": "t".repeat(257) }),
            "data.Title should NOT be longer than 256 characters",
        ),
        (json!({ "Title": 1 }), "data.Title should be string"),
        (
            json!({ "Resources": [] }),
            "data.Resources should NOT have fewer than 1 items",
        ),
        (
            json!({ "Resources": vec![json!({ "Type": "Other", "Id": "x" }); 33] }),
            "data.Resources should NOT have more than 32 items",
        ),
        (
            json!({ "Resources": [{ "Id": "x" }] }),
            "data.Resources[0] should have required property 'Type'",
        ),
        (
            json!({ "Remediation": { "Recommendation": { "Text": long } } }),
            "data.Remediation.Recommendation.Text should NOT be longer than 512 characters",
        ),
        (
            json!({ "UpdatedAt": "yesterday" }),
            "data.UpdatedAt should match format \"date-time\"",
        ),
        (
            json!({ "AwsAccountId": "42" }),
            "data.AwsAccountId should match pattern \"^[0-9]{12}$\"",
        ),
        (
            json!({ "RecordState": "GONE" }),
            "data.RecordState should be equal to one of the allowed values",
        ),
        (
            json!({ "Confidence": 101 }),
            "data.Confidence should be <= 100",
        ),
        (
            json!({ "Confidence": 1.5 }),
            "data.Confidence should be integer",
        ),
        (
            json!({ "Severity": null }),
            "data should have required property 'Severity'",
        ),
        (
            json!({ "Severity": { "Original": "bad" } }),
            "data should match some schema in anyOf",
        ),
        (
            json!({ "NoSuchMember": 1 }),
            "data should NOT have additional properties",
        ),
        (
            json!({ "UserDefinedFields": { "a": 1 } }),
            "data.UserDefinedFields values should be string",
        ),
        (
            json!({ "SchemaVersion": "2020-01-01" }),
            "data.SchemaVersion should be equal to one of the allowed values",
        ),
        (
            json!({ "Note": { "Text": "n" } }),
            "data.Note should have required property 'UpdatedBy'",
        ),
    ] {
        let rejected = check(with(finding(), members)).expect_err(problem);
        assert_eq!(rejected.id, "finding-1");
        assert_eq!(rejected.code.as_str(), "InvalidInput");
        assert!(
            rejected
                .message
                .starts_with("Finding does not adhere to Amazon Finding Format. data"),
            "{rejected}"
        );
        assert!(
            rejected.message.contains(problem),
            "{rejected}\nis not: {problem}"
        );
    }
}

#[test]
fn the_size_of_a_finding_and_its_depth_are_bounded() {
    let size = checked(finding()).to_text().len();
    let filler = |bytes: usize| json!({ "Action": { "x": "a".repeat(bytes) } });
    let frame = ",\"Action\":{\"x\":\"\"}".len();
    let fits = MAX_BYTES - size - frame;
    assert!(check(with(finding(), filler(fits))).is_ok());
    let error = check(with(finding(), filler(fits + 1))).expect_err("too large");
    assert!(error.message.contains("240 KB"), "{error}");

    let mut deep = json!("x");
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let error = check(with(finding(), json!({ "Action": deep }))).expect_err("too deep");
    assert!(error.message.contains("deeper"), "{error}");
}

#[test]
fn a_batch_is_1_to_100_findings_that_have_names() {
    for body in [
        json!({}),
        json!({ "Findings": [] }),
        json!({ "Findings": vec![finding(); 101] }),
        json!({ "Findings": [with(finding(), json!({ "Id": " " }))] }),
        json!({ "Findings": ["text"] }),
    ] {
        assert!(batch(&body).is_err());
    }
    let body = json!({ "Findings": [finding(), with(finding(), json!({ "Title": null }))] });
    let findings = batch(&body).expect("a batch");
    assert!(findings[0].is_ok() && findings[1].is_err());
}

fn document(details: Value, kind: &str) -> FindingDocument {
    let document = json!({
        "type": kind,
        "description": "D".repeat(2000),
        "title": "T".repeat(1024),
        "remediation": { "recommendation": { "text": "Upgrade.\n".repeat(200), "Url": "https://example.com/fix" } },
        "severity": "HIGH",
        "inspectorScore": 7.5,
        "resources": [{
            "type": "AWS_LAMBDA_FUNCTION",
            "id": "arn:aws:lambda:ap-northeast-1:000000000001:function:orders:$LATEST",
            "partition": "aws",
            "region": "ap-northeast-1",
            "tags": { "team": "shop" },
            "details": { "awsLambdaFunction": {
                "functionName": "orders",
                "runtime": "PYTHON_3_12",
                "codeSha256": "x",
                "version": "$LATEST",
                "executionRoleArn": "arn:aws:iam::000000000001:role/orders",
                "layers": ["arn:aws:lambda:ap-northeast-1:000000000001:layer:tools:7"],
                "vpcConfig": { "subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"], "vpcId": "vpc-1" },
                "packageType": "ZIP",
                "architectures": ["X86_64"],
                "lastModifiedAt": 1_700_000_000,
            } },
        }],
        "fixAvailable": "YES",
        "exploitAvailable": "NO",
        "epss": { "score": 0.5 },
    });
    serde_json::from_value(with(document, details)).expect("a document")
}

pub(crate) fn package_finding(packages: usize) -> FindingDocument {
    let package = json!({
        "name": "flask",
        "version": "2.0.0",
        "packageManager": "PIP",
        "filePath": "requirements.txt",
        "fixedInVersion": "2.2.5",
        "remediation": "x".repeat(1000),
        "sourceLambdaLayerArn": "arn:aws:lambda:ap-northeast-1:000000000001:layer:tools:7",
    });
    let details = json!({
        "vulnerabilityId": "CVE-2023-30861",
        "source": "NVD",
        "sourceUrl": "https://nvd.example/CVE-2023-30861",
        "vulnerablePackages": vec![package; packages],
        "cvss": [{ "baseScore": 7.5, "scoringVector": "CVSS:3.1/AV:N", "version": "3.1", "source": "NVD" }],
        "relatedVulnerabilities": ["GHSA-m2qf-hxjv-5gpq", ""],
        "vendorSeverity": "HIGH",
        "vendorCreatedAt": 1_682_000_000,
        "referenceUrls": ["https://example.com/advisory"],
    });
    let exploit = json!({ "lastKnownExploitAt": 1_690_000_000 });
    document(
        json!({ "packageVulnerabilityDetails": details, "exploitabilityDetails": exploit, "exploitAvailable": "YES" }),
        "PACKAGE_VULNERABILITY",
    )
}

fn code_finding() -> FindingDocument {
    let details = json!({
        "filePath": { "fileName": "app.py", "filePath": "src/app.py", "startLine": 3, "endLine": 4 },
        "detectorId": "python/sql-injection@v1.0",
        "detectorName": "SQL injection",
        "detectorTags": ["security", "Python"],
        "cwes": ["CWE-89"],
        "referenceUrls": ["https://example.com/cwe-89"],
    });
    document(
        json!({ "codeVulnerabilityDetails": details }),
        "CODE_VULNERABILITY",
    )
}

pub(crate) fn inspector_finding(
    document: &FindingDocument,
    status: FindingStatus,
    updated_at: Timestamp,
) -> Finding {
    as_finding(document, status, updated_at, finding_of)
}

fn as_finding(
    document: &FindingDocument,
    status: FindingStatus,
    updated_at: Timestamp,
    write: impl Fn(&InspectorFinding<'_>) -> Finding,
) -> Finding {
    let arn =
        "arn:aws:inspector2:ap-northeast-1:000000000001:finding/00ff00ff00ff00ff00ff00ff00ff00ff";
    write(&InspectorFinding {
        arn: &FindingArn::parse(arn).expect("an ARN"),
        document,
        status,
        first_observed_at: at("2026-01-01T00:00:00Z"),
        last_observed_at: updated_at,
        updated_at,
    })
}

/// What an account imports of shindan's findings: the service takes it, twice is once, and what people set stays.
#[test]
fn an_account_may_import_findings_of_shindan() {
    for document in [package_finding(1), package_finding(10_000), code_finding()] {
        let asff = as_finding(&document, FindingStatus::Active, now(), imported_of).into_value();
        model::hold("AwsSecurityFinding", &asff);
        assert_eq!(
            asff["ProductArn"],
            "arn:aws:securityhub:ap-northeast-1:000000000001:product/000000000001/default"
        );
        assert_eq!(asff["Workflow"], Value::Null);
        let fields = asff["ProductFields"].as_object().expect("fields");
        assert!(fields.keys().all(|name| name.starts_with("shindan/")));
        assert_eq!(fields["shindan/FindingStatus"], "ACTIVE");

        let account = AccountId::from_number(1).expect("an account");
        let region = Region::parse("ap-northeast-1").expect("a Region");
        let importer = Importer::Client(account);
        let finding = check(asff).expect("within the format");
        admit(&finding, importer, &region).expect("its own");
        let Imported::New(mut stored) = merge(None, finding.clone(), importer, now()) else {
            panic!("it is not there yet");
        };
        assert_eq!(
            merge(Some(&stored), finding.clone(), importer, now()),
            Imported::Ignored
        );
        stored.finding = check(with(
            stored.finding.into_value(),
            json!({ "Workflow": { "Status": "SUPPRESSED" } }),
        ))
        .expect("within the format");
        let later = now().plus_millis(1000);
        let again = as_finding(&document, FindingStatus::Active, later, imported_of);
        let Imported::Updated(updated) = merge(Some(&stored), again, importer, later) else {
            panic!("it is newer");
        };
        assert_eq!(updated.finding.workflow(), WorkflowStatus::Suppressed);
    }
}

#[test]
fn findings_of_inspector_are_findings() {
    for document in [package_finding(1), package_finding(10_000), code_finding()] {
        for status in FindingStatus::ALL {
            let asff = inspector_finding(&document, *status, now());
            let checked = check(asff.clone().into_value()).expect("within the format");
            assert_eq!(checked, asff);
            model::hold("AwsSecurityFinding", &asff.clone().into_value());
            // Also as GetFindings shows it.
            let Imported::New(stored) = merge(None, asff, Importer::Service, now()) else {
                panic!("is new");
            };
            model::hold("AwsSecurityFinding", &stored.finding.into_value());
        }
    }
}

#[test]
fn what_others_read_of_inspectors_findings_is_where_they_look_for_it() {
    let asff = inspector_finding(&package_finding(1), FindingStatus::Active, now()).into_value();
    for (pointer, value) in [
        (
            "/ProductArn",
            json!("arn:aws:securityhub:ap-northeast-1::product/aws/inspector"),
        ),
        ("/GeneratorId", json!("AWSInspector")),
        (
            "/ProductFields/aws~1inspector~1FindingStatus",
            json!("ACTIVE"),
        ),
        (
            "/ProductFields/aws~1securityhub~1ProductName",
            json!("Inspector"),
        ),
        (
            "/Types/0",
            json!("Software and Configuration Checks/Vulnerabilities/CVE"),
        ),
        ("/Severity/Normalized", json!(70)),
        ("/Resources/0/Type", json!("AwsLambdaFunction")),
        (
            "/Resources/0/Details/AwsLambdaFunction/Runtime",
            json!("python3.12"),
        ),
        (
            "/Resources/0/Details/AwsLambdaFunction/Layers/0/Arn",
            json!("arn:aws:lambda:ap-northeast-1:000000000001:layer:tools:7"),
        ),
        ("/Vulnerabilities/0/Id", json!("CVE-2023-30861")),
        (
            "/Vulnerabilities/0/VulnerablePackages/0/FixedInVersion",
            json!("2.2.5"),
        ),
        (
            "/Vulnerabilities/0/LastKnownExploitAt",
            json!("2023-07-22T04:26:40.000Z"),
        ),
        ("/RecordState", json!("ACTIVE")),
        ("/Workflow/Status", json!("NEW")),
    ] {
        assert_eq!(asff.pointer(pointer), Some(&value), "{pointer}");
    }
    let code = inspector_finding(&code_finding(), FindingStatus::Closed, now()).into_value();
    for (pointer, value) in [
        ("/GeneratorDetails/Name", json!("SQL injection")),
        (
            "/Vulnerabilities/0/CodeVulnerabilities/0/FilePath/StartLine",
            json!(3),
        ),
        (
            "/Vulnerabilities/0/CodeVulnerabilities/0/Cwes/0",
            json!("CWE-89"),
        ),
        ("/RecordState", json!("ARCHIVED")),
    ] {
        assert_eq!(code.pointer(pointer), Some(&value), "{pointer}");
    }
    let suppressed =
        inspector_finding(&code_finding(), FindingStatus::Suppressed, now()).into_value();
    assert_eq!(
        suppressed.pointer("/Workflow/Status"),
        Some(&json!("SUPPRESSED"))
    );
}
