//! A function with findings of both kinds, coverage and usage.

use std::collections::BTreeMap;

use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::finding::{
    CodeFilePath, CodeVulnerabilityDetails, CvssScore, Epss, FunctionDetails,
    PackageVulnerabilityDetails, Recommendation, Remediation, Resource, VulnerablePackage,
};
use shindan_inspector::{
    Architecture, CodeLine, CodeSnippet, ExploitAvailable, FindingDocument, FindingType,
    FixAvailable, FunctionArn, Observed, PackageManager, PackageType, ScanStatusCode,
    ScanStatusReason, ScanType, Severity, SuggestedFix, Timestamp, Unseen,
};
use shindan_store::{FunctionState, Layer};

use crate::support::{Server, account, region};

const LAYER: &str = "arn:aws:lambda:us-east-1:123456789012:layer:tools:7";
const ROLE: &str = "arn:aws:iam::333333333333:role/orders";

/// 30 vulnerable packages and one weakness with a snippet, in the function `orders` of an account.
pub(crate) async fn findings(server: &Server, owner: i64, now: i64) {
    let now = Timestamp::from_millis(now);
    let arn = FunctionArn::new(region(), account(owner), "orders").expect("a name");
    let tags = BTreeMap::from([("team".to_owned(), "red".to_owned())]);
    let state = FunctionState {
        arn: arn.clone(),
        origin: "test".to_owned(),
        runtime: "python3.12".to_owned(),
        handler: "app.handler".to_owned(),
        role_arn: ROLE.to_owned(),
        package_type: PackageType::Zip,
        architecture: Architecture::Arm64,
        code_sha256: "c2hh".to_owned(),
        code_size: 3,
        kms_key: String::new(),
        vpc: None,
        tags: tags.clone(),
        layers: vec![Layer {
            arn: LAYER.to_owned(),
            code_sha256: String::new(),
        }],
        last_modified: now,
        last_invoked: None,
    };
    let details = FunctionDetails {
        function_name: "orders".to_owned(),
        runtime: "PYTHON_3_12".to_owned(),
        code_sha256: "c2hh".to_owned(),
        version: "$LATEST".to_owned(),
        execution_role_arn: ROLE.to_owned(),
        layers: vec![LAYER.to_owned()],
        vpc_config: None,
        package_type: PackageType::Zip,
        architectures: vec![Architecture::Arm64],
        last_modified_at: now,
    };
    let resource = Resource::function(&arn, tags, details);
    let packages: Vec<_> = (0..30).map(|number| package(&resource, number)).collect();
    let weakness = vec![weakness(server, &arn, &resource)];
    let number = server.store.function_number().await.expect("a number");
    let mut findings = Vec::new();
    for (scan, observed) in [(ScanType::Package, packages), (ScanType::Code, weakness)] {
        let ready = server.store.scan_findings(scan, observed, Unseen::Nothing);
        findings.push(ready.await.expect("makes ready"));
    }
    let mut write = server.store.write().await.expect("begins");
    let function = write
        .put_function(&state, number, now)
        .await
        .expect("writes");
    for scan in [ScanType::Package, ScanType::Code] {
        let status = ScanStatus {
            status_code: ScanStatusCode::Active,
            reason: ScanStatusReason::Successful,
        };
        write
            .set_coverage(function, &arn, scan, status, now)
            .await
            .expect("covers");
        let began = now.plus_millis(-60_000);
        write
            .begin_watch(function, &arn, scan, began)
            .await
            .expect("watches");
    }
    write
        .record_scan(function, &findings.iter().collect::<Vec<_>>(), now)
        .await
        .expect("records");
    write.commit().await.expect("commits");
}

fn document(resource: &Resource, finding_type: FindingType, title: String) -> FindingDocument {
    FindingDocument {
        finding_type,
        description: format!("About {title}"),
        title,
        remediation: Remediation {
            recommendation: Recommendation {
                text: "Upgrade.".to_owned(),
                url: Some("https://example.com/upgrade".to_owned()),
            },
        },
        severity: Severity::High,
        resources: vec![resource.clone()],
        inspector_score: Some(7.5),
        inspector_score_details: None,
        package_vulnerability_details: None,
        code_vulnerability_details: None,
        fix_available: FixAvailable::Yes,
        exploit_available: ExploitAvailable::No,
        exploitability_details: None,
        epss: None,
    }
}

fn package(resource: &Resource, number: u32) -> Observed {
    let id = format!("CVE-2023-{}", 30_861 + number);
    let title = format!("{id} - flask");
    let mut document = document(resource, FindingType::PackageVulnerability, title);
    document.epss = Some(Epss { score: 0.25 });
    document.package_vulnerability_details = Some(PackageVulnerabilityDetails {
        vulnerability_id: id.clone(),
        vulnerable_packages: vec![VulnerablePackage {
            name: "flask".to_owned(),
            version: "2.2.0".to_owned(),
            package_manager: Some(PackageManager::Pip),
            file_path: Some("requirements.txt".to_owned()),
            fixed_in_version: Some("2.2.5".to_owned()),
            remediation: None,
            source_lambda_layer_arn: (number == 0).then(|| LAYER.to_owned()),
        }],
        source: "NVD".to_owned(),
        source_url: None,
        cvss: vec![CvssScore {
            base_score: 7.5,
            scoring_vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N".to_owned(),
            version: "3.1".to_owned(),
            source: "NVD".to_owned(),
        }],
        related_vulnerabilities: Vec::new(),
        vendor_severity: Some("HIGH".to_owned()),
        vendor_created_at: Some(Timestamp::from_millis(1_700_000_000_000)),
        vendor_updated_at: None,
        reference_urls: Vec::new(),
    });
    Observed {
        identity: format!("{id} flask"),
        document,
        sealed_snippet: None,
    }
}

fn weakness(server: &Server, arn: &FunctionArn, resource: &Resource) -> Observed {
    let title = "CWE-89 - SQL injection".to_owned();
    let mut document = document(resource, FindingType::CodeVulnerability, title);
    document.code_vulnerability_details = Some(CodeVulnerabilityDetails {
        file_path: CodeFilePath {
            file_name: "app.py".to_owned(),
            file_path: "src/app.py".to_owned(),
            start_line: 3,
            end_line: 3,
        },
        detector_id: "python/sql-injection@v1.0".to_owned(),
        detector_name: "SQL injection".to_owned(),
        detector_tags: vec!["security".to_owned()],
        cwes: vec!["CWE-89".to_owned()],
        reference_urls: Vec::new(),
        rule_id: Some("python-sql-injection".to_owned()),
        source_lambda_layer_arn: None,
    });
    let snippet = CodeSnippet {
        start_line: 3,
        end_line: 3,
        code_snippet: vec![CodeLine {
            content: "cursor.execute('SELECT ' + name)".to_owned(),
            line_number: 3,
        }],
        suggested_fixes: vec![SuggestedFix {
            description: "Pass values as parameters.".to_owned(),
            code: None,
        }],
    };
    let plain = serde_json::to_vec(&snippet).expect("serialises");
    let identity = "sql-injection src/app.py";
    let keyring = &server.keyring;
    let sealed = shindan_api::seal::seal_snippet(keyring, arn.account, identity, [5; 12], &plain);
    Observed {
        identity: identity.to_owned(),
        document,
        sealed_snippet: Some(sealed.expect("seals")),
    }
}
