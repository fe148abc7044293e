//! Accounts, functions and findings to test with.

use std::collections::BTreeMap;

use shindan_inspector::finding::{
    CodeFilePath, CodeVulnerabilityDetails, Epss, FunctionDetails, PackageVulnerabilityDetails,
    Recommendation, Remediation, Resource, VulnerablePackage,
};
use shindan_inspector::{
    AccountId, Architecture, ExploitAvailable, FindingDocument, FindingType, FixAvailable,
    FunctionArn, Observed, PackageType, Region, ScanType, Severity, Timestamp, Unseen,
};
use shindan_store::{Recorded, Store};
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, AssertSqlSafe};

use crate::database::TestDatabase;

pub(crate) const DAY: i64 = Timestamp::DAY;

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

pub(crate) fn region() -> Region {
    Region::parse("us-east-1").expect("a Region")
}

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_number(number).expect("an account")
}

/// A function and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) row: i64,
    pub(crate) arn: FunctionArn,
    pub(crate) runtime: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) layers: Vec<String>,
}

impl Function {
    pub(crate) fn new(row: i64, owner: AccountId, name: &str) -> Self {
        Self {
            row,
            arn: FunctionArn::new(region(), owner, name).expect("a name"),
            runtime: "PYTHON_3_12".to_owned(),
            tags: BTreeMap::new(),
            layers: Vec::new(),
        }
    }

    pub(crate) fn resource(&self) -> Resource {
        let details = FunctionDetails {
            function_name: self.arn.name().to_owned(),
            runtime: self.runtime.clone(),
            code_sha256: "c2hh".to_owned(),
            version: "$LATEST".to_owned(),
            execution_role_arn: format!("arn:aws:iam::{}:role/{}", self.arn.account, self.row % 2),
            layers: self.layers.clone(),
            vpc_config: None,
            package_type: PackageType::Zip,
            architectures: vec![Architecture::Arm64],
            last_modified_at: at(self.row * 1000),
        };
        Resource::function(&self.arn, self.tags.clone(), details)
    }

    fn document(
        &self,
        finding_type: FindingType,
        title: &str,
        severity: Severity,
    ) -> FindingDocument {
        FindingDocument {
            finding_type,
            description: format!("About {title}"),
            title: title.to_owned(),
            remediation: Remediation {
                recommendation: Recommendation {
                    text: "Upgrade.".to_owned(),
                    url: None,
                },
            },
            severity,
            resources: vec![self.resource()],
            inspector_score: None,
            inspector_score_details: None,
            package_vulnerability_details: None,
            code_vulnerability_details: None,
            fix_available: FixAvailable::Yes,
            exploit_available: ExploitAvailable::No,
            exploitability_details: None,
            epss: None,
        }
    }

    /// A vulnerable package.
    pub(crate) fn package(&self, id: &str, name: &str, severity: Severity) -> Observed {
        let title = format!("{id} - {name}");
        let mut document = self.document(FindingType::PackageVulnerability, &title, severity);
        document.inspector_score = Some(7.5);
        document.epss = Some(Epss { score: 0.25 });
        document.package_vulnerability_details = Some(PackageVulnerabilityDetails {
            vulnerability_id: id.to_owned(),
            vulnerable_packages: vec![VulnerablePackage {
                name: name.to_owned(),
                version: "1.0".to_owned(),
                package_manager: None,
                file_path: Some("requirements.txt".to_owned()),
                fixed_in_version: None,
                remediation: None,
                source_lambda_layer_arn: None,
            }],
            source: "NVD".to_owned(),
            source_url: None,
            cvss: Vec::new(),
            related_vulnerabilities: Vec::new(),
            vendor_severity: None,
            vendor_created_at: None,
            vendor_updated_at: None,
            reference_urls: Vec::new(),
        });
        Observed {
            identity: format!("{id} {name}"),
            document,
            sealed_snippet: None,
        }
    }

    /// A weakness in code.
    pub(crate) fn code(&self, detector: &str, path: &str, severity: Severity) -> Observed {
        let title = format!("CWE-89 - {detector}");
        let mut document = self.document(FindingType::CodeVulnerability, &title, severity);
        document.code_vulnerability_details = Some(CodeVulnerabilityDetails {
            file_path: CodeFilePath {
                file_name: path.rsplit('/').next().unwrap_or_default().to_owned(),
                file_path: path.to_owned(),
                start_line: 1,
                end_line: 2,
            },
            detector_id: detector.to_owned(),
            detector_name: detector.to_owned(),
            detector_tags: vec!["security".to_owned()],
            cwes: vec!["CWE-89".to_owned()],
            reference_urls: Vec::new(),
            rule_id: None,
            source_lambda_layer_arn: None,
        });
        Observed {
            identity: format!("{detector} {path}"),
            document,
            sealed_snippet: Some(vec![1, 2, 3]),
        }
    }
}

/// A store with a second way in, for rows that other parts of the service write.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    raw: AnyPool,
    database: TestDatabase,
}

impl Fixture {
    /// One of each kind that is there.
    pub(crate) async fn each() -> Vec<Self> {
        let mut fixtures = Vec::new();
        for database in TestDatabase::each().await {
            let store = database.open().await;
            let raw = AnyPoolOptions::new()
                .max_connections(1)
                .connect(&database.url);
            let raw = raw.await.expect("connects");
            fixtures.push(Self {
                store,
                raw,
                database,
            });
        }
        fixtures
    }

    /// As a process does that starts on this database.
    pub(crate) async fn reopen(&mut self) {
        self.store.close().await;
        self.store = self.database.open().await;
    }

    /// Ends it, and holds what is written twice against what it was written from.
    pub(crate) async fn end(self) {
        let counts = self.count(COUNTS_THAT_ARE_WRONG).await;
        assert_eq!(counts, 0, "rows of finding_count");
        let copies = self.count(COPIES_THAT_ARE_WRONG).await;
        assert_eq!(copies, 0, "rows of finding_package and finding_layer");
        self.raw.close().await;
        self.store.close().await;
        self.database.remove().await;
    }

    pub(crate) async fn run(&self, sql: String) {
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&self.raw).await;
        done.expect("the statement runs");
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.raw)
            .await
            .expect("counts")
    }

    pub(crate) async fn add(&self, function: &Function) {
        let Function { row, arn, .. } = function;
        self.run(format!(
            "INSERT INTO function (id, region, account_id, name, origin, runtime, handler, role_arn, package_type, architecture, \
             code_sha256, code_size, content, kms_key, vpc, last_modified, discovered_at, updated_at) VALUES \
             ({row}, '{}', {}, '{}', 'test', 'python3.12', 'a.b', '', 1, 0, '', 0, '', '', '', 0, 0, 0)",
            arn.region, arn.account.number(), arn.name()
        )).await;
        for (key, value) in &function.tags {
            self.run(format!("INSERT INTO function_tag (function_id, key, value) VALUES ({row}, '{key}', '{value}')")).await;
        }
        for (layer, position) in function.layers.iter().zip(0..) {
            self.run(format!("INSERT INTO function_layer (function_id, position, arn, code_sha256) VALUES ({row}, {position}, '{layer}', '')")).await;
        }
    }

    pub(crate) async fn associate(&self, member: AccountId, administrator: AccountId) {
        self.run(format!(
            "INSERT INTO member (region, account_id, administrator, relationship, updated_at) VALUES ('{}', {}, {}, 2, 0)",
            region(), member.number(), administrator.number()
        )).await;
    }

    pub(crate) async fn record(
        &self,
        function: &Function,
        scan: ScanType,
        observed: Vec<Observed>,
        now: Timestamp,
    ) -> Recorded {
        self.record_with(function, scan, observed, &Unseen::Nothing, now)
            .await
    }

    pub(crate) async fn record_with(
        &self,
        function: &Function,
        scan: ScanType,
        observed: Vec<Observed>,
        unseen: &Unseen,
        now: Timestamp,
    ) -> Recorded {
        let findings = self.store.scan_findings(scan, observed, unseen.clone());
        let findings = findings.await.expect("makes ready");
        let mut write = self.store.write().await.expect("begins");
        let recorded = write.record_scan(function.row, &[&findings], now).await;
        let recorded = recorded.expect("records");
        write.commit().await.expect("commits");
        recorded
    }
}

const COUNTS_THAT_ARE_WRONG: &str = "WITH counted AS (
        SELECT function_id, type, region_id, administrator, account_id,
            SUM(CASE WHEN severity = 0 THEN 1 ELSE 0 END) AS untriaged, SUM(CASE WHEN severity = 1 THEN 1 ELSE 0 END) AS informational,
            SUM(CASE WHEN severity = 2 THEN 1 ELSE 0 END) AS low, SUM(CASE WHEN severity = 3 THEN 1 ELSE 0 END) AS medium,
            SUM(CASE WHEN severity = 4 THEN 1 ELSE 0 END) AS high, SUM(CASE WHEN severity = 5 THEN 1 ELSE 0 END) AS critical,
            SUM(CASE WHEN exploit = 1 THEN 1 ELSE 0 END) AS exploits, SUM(CASE WHEN fix = 2 THEN 1 ELSE 0 END) AS fixes
        FROM finding WHERE status = 0 GROUP BY function_id, type, region_id, administrator, account_id)
    SELECT (SELECT count(*) FROM (SELECT * FROM finding_count EXCEPT SELECT * FROM counted) more)
        + (SELECT count(*) FROM (SELECT * FROM counted EXCEPT SELECT * FROM finding_count) less)";

const COPIES_THAT_ARE_WRONG: &str = "SELECT count(*) FROM (
        SELECT finding_id, region_id, administrator, account_id, status, severity FROM finding_package
        UNION ALL SELECT finding_id, region_id, administrator, account_id, status, severity FROM finding_layer) copy
    WHERE NOT EXISTS (SELECT 1 FROM finding f WHERE f.id = copy.finding_id AND f.region_id = copy.region_id
        AND f.administrator = copy.administrator AND f.account_id = copy.account_id AND f.status = copy.status
        AND f.severity = copy.severity)";
