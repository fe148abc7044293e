use serde_json::json;
use shindan_inspector::{AggregationRequest, FilterCriteria, ScanType, Severity};
use shindan_store::Scope;

use crate::sample::{Fixture, Function, account, at, region};

/// Back to the schema of before counts were kept and titles numbered.
const BACK: &[&str] = &[
    "DROP INDEX finding_title_key",
    "ALTER TABLE finding ADD COLUMN title TEXT NOT NULL DEFAULT ''",
    "UPDATE finding SET title = (SELECT t.title FROM finding_title t WHERE t.id = finding.title_key / 8)",
    "ALTER TABLE finding DROP COLUMN title_key",
    "DROP TABLE finding_title",
    "CREATE INDEX finding_title ON finding (title)",
    "DROP TABLE finding_count",
    "CREATE INDEX finding_account ON finding (account_id)",
    "CREATE INDEX finding_account_counts ON finding (account_id)",
    "CREATE INDEX finding_function_counts ON finding (function_id)",
    "DELETE FROM _sqlx_migrations WHERE version >= 9",
];

#[tokio::test]
async fn an_older_database_gets_its_counts_and_titles() {
    for mut fixture in Fixture::each().await {
        let owner = account(111);
        for row in 1..=3 {
            let function = Function::new(row, owner, &format!("f{row}"));
            fixture.add(&function).await;
            let packages = vec![
                function.package("CVE-1", "flask", Severity::High),
                function.package("CVE-2", "flask", Severity::Low),
            ];
            fixture
                .record(&function, ScanType::Package, packages, at(0))
                .await;
            let code = vec![function.code("SQL injection", "a.py", Severity::Critical)];
            fixture.record(&function, ScanType::Code, code, at(0)).await;
        }
        let asked = async |fixture: &Fixture| {
            let scope = Scope::own(region(), owner);
            let mut said = Vec::new();
            for kind in ["TITLE", "ACCOUNT", "AWS_LAMBDA_FUNCTION"] {
                let request = AggregationRequest::parse(&json!({ "aggregationType": kind }));
                let page = fixture
                    .store
                    .aggregate(&scope, &request.expect("valid"), None, 100)
                    .await;
                said.push(format!("{:?}", page.expect("counts").rows));
            }
            let criteria = json!({ "title": [{ "comparison": "PREFIX", "value": "CVE-1" }] });
            let criteria = FilterCriteria::parse(&criteria).expect("valid");
            let page = fixture
                .store
                .findings(&scope, &criteria, None, None, 100)
                .await
                .expect("lists");
            assert_eq!(page.rows.len(), 3);
            said.push(format!("{:?}", page.rows));
            said
        };
        let before = asked(&fixture).await;
        for statement in BACK {
            fixture.run((*statement).to_owned()).await;
        }
        fixture.reopen().await;
        assert_eq!(asked(&fixture).await, before);
        fixture.end().await;
    }
}
