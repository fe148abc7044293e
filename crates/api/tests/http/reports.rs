//! What the job of a report writes.

use serde_json::{Value, json};
use shindan_api::report::{FindingsReport, ReportError, SbomExport};
use shindan_inspector::{Role, Timestamp};
use shindan_inventory::{Inventory, sbom};
use shindan_store::{InventoryRow, Report};

use crate::seed;
use crate::support::{ADMINISTRATOR, Key, MEMBER, NOW, STRANGER, Server};

async fn asked_for(server: &Server, key: &Key, path: &str, format: &str, rest: Value) -> Report {
    let mut body = json!({
        "reportFormat": format,
        "s3Destination": {"bucketName": "b", "kmsKeyArn": "k", "keyPrefix": "p/"},
    });
    for (name, value) in rest.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let made = server.call(key, path, &body).await.ok();
    let id = made["reportId"].as_str().expect("an id");
    let report = server.store.report_to_write(id).await.expect("reads");
    report.expect("there")
}

async fn written(server: &Server, report: &Report) -> Result<(String, String), ReportError> {
    let mut writing = FindingsReport::new(&server.store, report)?;
    let mut text = String::new();
    while let Some(piece) = writing.next().await? {
        text.push_str(std::str::from_utf8(&piece).expect("text"));
    }
    Ok((writing.key()?, text))
}

#[tokio::test]
async fn a_findings_report_holds_what_its_asker_may_see() {
    let server = Server::with_organization().await;
    seed::findings(&server, MEMBER, NOW).await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let create = "/reporting/create";
    let report = asked_for(&server, &administrator, create, "JSON", json!({})).await;
    let (key, text) = written(&server, &report).await.expect("writes");
    assert_eq!(key, format!("p/{}.json", report.id));
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["findings"].as_array().expect("a list").len(), 31);

    let criteria = json!({"filterCriteria": {"findingType": [{"comparison": "EQUALS", "value": "CODE_VULNERABILITY"}]}});
    let report = asked_for(&server, &administrator, create, "CSV", criteria).await;
    let (key, text) = written(&server, &report).await.expect("writes");
    assert_eq!(key, format!("p/{}.csv", report.id));
    let rows: Vec<_> = text.lines().collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows[0].starts_with("\"AWS Account Id\",\"Severity\""));
    assert!(rows[1].starts_with("\"333333333333\",\"HIGH\""), "{text}");
    assert!(rows[1].contains("\"src/app.py:3-3\""), "{text}");

    let stranger = server.key(STRANGER, Role::Administrator).await;
    let report = asked_for(&server, &stranger, create, "CSV", json!({})).await;
    let nothing = written(&server, &report).await.expect_err("nothing to see");
    assert_eq!(nothing.code(), "NO_FINDINGS_FOUND");
}

#[tokio::test]
async fn a_bill_of_materials_is_written_for_each_function_that_matches() {
    let server = Server::with_organization().await;
    seed::findings(&server, MEMBER, NOW).await;
    let document = sbom::Document {
        subject: "orders".to_owned(),
        tool_version: "1".to_owned(),
        serial: [0; 16],
        created: 0,
    };
    let scope =
        shindan_store::Scope::own(crate::support::region(), crate::support::account(MEMBER));
    let functions = server
        .store
        .functions(&scope, None, 10)
        .await
        .expect("reads");
    let row = InventoryRow {
        content: "c".to_owned(),
        document: sbom::write(&Inventory::default(), sbom::Format::CycloneDx16, &document).into(),
        updated_at: Timestamp::from_millis(NOW),
    };
    let mut write = server.store.write().await.expect("begins");
    write
        .put_inventory(functions.rows[0].id, &row, Vec::new())
        .await
        .expect("writes");
    write.commit().await.expect("commits");

    let key = server.key(MEMBER, Role::Administrator).await;
    let named = |comparison: &str, value: &str| json!({"resourceFilterCriteria": {"lambdaFunctionName": [{"comparison": comparison, "value": value}]}});
    let tagged = |value: &str| json!({"resourceFilterCriteria": {"lambdaFunctionTags": [{"comparison": "EQUALS", "key": "team", "value": value}]}});
    let image = json!({"resourceFilterCriteria": {"ecrImageTags": [{"comparison": "EQUALS", "value": "latest"}]}});
    for (format, member, version, criteria, matches) in [
        ("CYCLONEDX_1_4", "specVersion", "1.4", json!({}), true),
        (
            "SPDX_2_3",
            "spdxVersion",
            "SPDX-2.3",
            named("EQUALS", "orders"),
            true,
        ),
        ("SPDX_2_3", "spdxVersion", "SPDX-2.3", tagged("red"), true),
        ("CYCLONEDX_1_4", "", "", tagged("blue"), false),
        (
            "CYCLONEDX_1_4",
            "",
            "",
            named("NOT_EQUALS", "orders"),
            false,
        ),
        ("CYCLONEDX_1_4", "", "", image, false),
    ] {
        let what = format!("{format} {criteria}");
        let report = asked_for(&server, &key, "/sbomexport/create", format, criteria).await;
        let now = Timestamp::from_millis(NOW);
        let mut export = SbomExport::new(&server.store, &report, now).expect("begins");
        let next = export.next().await.expect("writes");
        assert_eq!(next.is_some(), matches, "{what}");
        if let Some((key, document)) = next {
            assert_eq!(
                key,
                format!(
                    "p/{format}_outputs_{}/account=333333333333/resource=AWS_LAMBDA_FUNCTION/orders.json",
                    report.id
                )
            );
            let document: Value = serde_json::from_slice(&document).expect("JSON");
            assert_eq!(document[member], version);
            assert!(export.next().await.expect("ends").is_none());
        }
    }
}
