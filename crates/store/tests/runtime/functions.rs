use std::collections::BTreeMap;

use serde_json::json;
use shindan_inspector::coverage::ScanStatus;
use shindan_inspector::{
    AccountId, Architecture, CoverageCriteria, FunctionArn, GroupKey, PackageType, Region,
    ScanStatusCode, ScanStatusReason, ScanType, Timestamp,
};
use shindan_store::{
    CoverageState, FunctionState, InventoryPackage, InventoryRow, Layer, Scope, Store,
};

use crate::database::TestDatabase;

/// 2026-11-29T17:00:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_795_971_600_000);
const HOUR: i64 = 60 * 60 * 1000;

fn account(last: u64) -> AccountId {
    AccountId::parse(&format!("{last:012}")).expect("twelve digits")
}

fn region() -> Region {
    Region::parse("eu-west-1").expect("a Region")
}

fn state(owner: AccountId, name: &str, runtime: &str) -> FunctionState {
    FunctionState {
        arn: FunctionArn::new(region(), owner, name).expect("a name"),
        origin: "directory".to_owned(),
        runtime: runtime.to_owned(),
        handler: "app.handler".to_owned(),
        role_arn: String::new(),
        package_type: PackageType::Zip,
        architecture: Architecture::Arm64,
        code_sha256: format!("code of {name}"),
        code_size: 10,
        kms_key: String::new(),
        vpc: None,
        tags: BTreeMap::from([("team".to_owned(), format!("of {name}"))]),
        layers: vec![Layer {
            arn: format!("arn:aws:lambda:eu-west-1:{owner}:layer:tools:1"),
            code_sha256: "layer".to_owned(),
        }],
        last_modified: NOW,
        last_invoked: None,
    }
}

const WATCHED: ScanStatus = ScanStatus {
    status_code: ScanStatusCode::Active,
    reason: ScanStatusReason::PendingInitialScan,
};
const EXCLUDED: ScanStatus = ScanStatus {
    status_code: ScanStatusCode::Inactive,
    reason: ScanStatusReason::ExcludedByTag,
};

/// Three functions of account 1 and one of account 2, watched for packages; `a` for code too, `c` excluded.
async fn filled(store: &Store) -> Vec<i64> {
    let mut ids = Vec::new();
    for (owner, name, runtime, status) in [
        (1, "a", "python3.12", WATCHED),
        (1, "b", "provided.al2", WATCHED),
        (1, "c", "nodejs22.x", EXCLUDED),
        (2, "d", "python3.12", WATCHED),
    ] {
        let number = store.function_number().await.expect("a number");
        let mut write = store.write().await.expect("begins");
        let state = state(account(owner), name, runtime);
        let id = write
            .put_function(&state, number, NOW)
            .await
            .expect("writes");
        let mut scans = vec![ScanType::Package];
        if name == "a" {
            scans.push(ScanType::Code);
        }
        for scan in scans {
            write
                .set_coverage(id, &state.arn, scan, status, NOW)
                .await
                .expect("covers");
            if status == WATCHED {
                let began = NOW.plus_millis(-10 * HOUR);
                write
                    .begin_watch(id, &state.arn, scan, began)
                    .await
                    .expect("watches");
            }
        }
        write.commit().await.expect("commits");
        ids.push(id);
    }
    ids
}

async fn names(store: &Store, criteria: serde_json::Value) -> Vec<String> {
    let criteria = CoverageCriteria::parse(&criteria).expect("valid");
    let scope = Scope::own(region(), account(1));
    let page = store
        .coverage(&scope, &criteria, None, 100)
        .await
        .expect("lists");
    assert_eq!(page.next, None);
    page.rows
        .iter()
        .map(|row| {
            let name = &row.resource.resource_metadata.lambda_function.function_name;
            format!("{name} {}", row.resource.scan_type)
        })
        .collect()
}

#[tokio::test]
async fn coverage_is_what_the_api_shows() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let ids = filled(&store).await;
        let mut write = store.write().await.expect("begins");
        let scanned = CoverageState {
            status: ScanStatus {
                status_code: ScanStatusCode::Active,
                reason: ScanStatusReason::Successful,
            },
            last_scanned_at: Some(NOW),
            scanned_content: "content".to_owned(),
            scanned_with: "advisories".to_owned(),
            notes: "big.zip: too large".to_owned(),
        };
        write
            .set_scanned(ids[0], ScanType::Package, &scanned, NOW)
            .await
            .expect("writes");
        assert_eq!(
            write.coverage_of(ids[0]).await.expect("reads")[&ScanType::Package],
            scanned
        );
        write.commit().await.expect("commits");
        let scope = Scope::own(region(), account(1));
        let page = store
            .coverage(&scope, &CoverageCriteria::default(), None, 1)
            .await
            .expect("lists");
        assert!(page.next.is_some());
        assert_eq!(page.rows[0].notes, "big.zip: too large");
        assert_eq!(
            page.rows[0].to_json(),
            json!({
                "resourceType": "AWS_LAMBDA_FUNCTION",
                "resourceId": "arn:aws:lambda:eu-west-1:000000000001:function:a:$LATEST",
                "accountId": "000000000001",
                "scanType": "PACKAGE",
                "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"},
                "resourceMetadata": {"lambdaFunction": {
                    "functionName": "a",
                    "functionTags": {"team": "of a"},
                    "layers": ["arn:aws:lambda:eu-west-1:000000000001:layer:tools:1"],
                    "runtime": "PYTHON_3_12",
                }},
                "lastScannedAt": 1_795_971_600,
            })
        );
        database.remove().await;
    }
}

#[tokio::test]
async fn criteria_find_what_they_say() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        filled(&store).await;
        let text =
            |comparison: &str, value: &str| json!([{"comparison": comparison, "value": value}]);
        let arn = "arn:aws:lambda:eu-west-1:000000000001:function:b:$LATEST";
        let all = ["a PACKAGE", "a CODE", "b PACKAGE", "c PACKAGE"];
        for (criteria, expected) in [
            (json!({}), all.as_slice()),
            (
                json!({"scanStatusCode": text("EQUALS", "INACTIVE")}),
                &["c PACKAGE"],
            ),
            (
                json!({"scanStatusCode": text("NOT_EQUALS", "INACTIVE")}),
                &["a PACKAGE", "a CODE", "b PACKAGE"],
            ),
            (
                json!({"scanStatusReason": text("EQUALS", "EXCLUDED_BY_TAG")}),
                &["c PACKAGE"],
            ),
            (
                json!({"scanStatusReason": text("EQUALS", "UNMANAGED_EC2_INSTANCE")}),
                &[],
            ),
            (
                json!({"scanStatusReason": text("NOT_EQUALS", "UNMANAGED_EC2_INSTANCE")}),
                &all,
            ),
            (json!({"scanType": text("EQUALS", "CODE")}), &["a CODE"]),
            (json!({"accountId": text("EQUALS", "000000000002")}), &[]),
            (json!({"resourceId": text("EQUALS", arn)}), &["b PACKAGE"]),
            (
                json!({"resourceId": text("NOT_EQUALS", arn)}),
                &["a PACKAGE", "a CODE", "c PACKAGE"],
            ),
            (json!({"resourceId": text("EQUALS", "i-0123456789")}), &[]),
            (
                json!({"lambdaFunctionName": text("EQUALS", "c")}),
                &["c PACKAGE"],
            ),
            (
                json!({"lambdaFunctionRuntime": text("EQUALS", "UNSUPPORTED")}),
                &["b PACKAGE"],
            ),
            (
                json!({"lambdaFunctionRuntime": text("NOT_EQUALS", "UNSUPPORTED")}),
                &["a PACKAGE", "a CODE", "c PACKAGE"],
            ),
            (
                json!({"lambdaFunctionRuntime": text("NOT_EQUALS", "NODEJS_22_X")}),
                &["a PACKAGE", "a CODE", "b PACKAGE"],
            ),
            (
                json!({"lambdaFunctionRuntime": text("NOT_EQUALS", "COBOL_85")}),
                &all,
            ),
            (
                json!({"lambdaFunctionTags": [
                    {"comparison": "EQUALS", "key": "team", "value": "of b"},
                    {"comparison": "EQUALS", "key": "team", "value": "of c"},
                ]}),
                &["b PACKAGE", "c PACKAGE"],
            ),
            (
                json!({"lambdaFunctionTags": [{"comparison": "EQUALS", "key": "Team"}]}),
                &[],
            ),
            (json!({"lastScannedAt": [{"startInclusive": 0}]}), &[]),
            (
                json!({"ec2InstanceTags": [{"comparison": "EQUALS", "key": "team"}]}),
                &[],
            ),
        ] {
            assert_eq!(
                names(&store, criteria.clone()).await,
                expected,
                "{criteria}"
            );
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn pages_hold_every_row_once_and_strangers_none() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        filled(&store).await;
        let scope = Scope::own(region(), account(1));
        let criteria = CoverageCriteria::default();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = store
                .coverage(&scope, &criteria, after.as_ref(), 1)
                .await
                .expect("lists");
            seen.extend(
                page.rows
                    .iter()
                    .map(|row| (row.function, row.resource.scan_type)),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 4);
        assert!(seen.is_sorted(), "{seen:?}");
        for scope in [
            Scope::own(Region::parse("us-east-1").expect("a Region"), account(1)),
            Scope::members(region(), account(3)),
        ] {
            let page = store
                .coverage(&scope, &criteria, None, 10)
                .await
                .expect("lists");
            assert!(page.rows.is_empty());
            let page = store.functions(&scope, None, 10).await.expect("lists");
            assert!(page.rows.is_empty());
            assert!(
                store
                    .usage(&scope, &[account(1)], NOW)
                    .await
                    .expect("sums")
                    .is_empty()
            );
        }
        let functions = store.functions(&scope, None, 2).await.expect("lists");
        let rest = store
            .functions(&scope, functions.next.as_ref(), 2)
            .await
            .expect("lists");
        assert_eq!(
            (functions.rows.len(), rest.rows.len(), rest.next),
            (2, 1, None)
        );
        assert_eq!(
            functions.rows[0].state,
            state(account(1), "a", "python3.12")
        );
        database.remove().await;
    }
}

#[tokio::test]
async fn statistics_count_by_what_is_asked() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        filled(&store).await;
        let scope = Scope::own(region(), account(1));
        let criteria = CoverageCriteria::default();
        for (group, expected) in [
            (None, "=4"),
            (Some(GroupKey::ScanStatusCode), "ACTIVE=3 INACTIVE=1"),
            (
                Some(GroupKey::ScanStatusReason),
                "PENDING_INITIAL_SCAN=3 EXCLUDED_BY_TAG=1",
            ),
            (Some(GroupKey::AccountId), "000000000001=4"),
            (Some(GroupKey::ResourceType), "AWS_LAMBDA_FUNCTION=4"),
        ] {
            let counts = store
                .coverage_statistics(&scope, &criteria, group)
                .await
                .expect("counts");
            let said: Vec<String> = counts
                .iter()
                .map(|count| format!("{}={}", count.value, count.count))
                .collect();
            assert_eq!(said.join(" "), expected);
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn spans_are_those_that_reach_into_a_time() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let ids = filled(&store).await;
        let mut write = store.write().await.expect("begins");
        write
            .end_watch(ids[1], ScanType::Package, NOW.plus_millis(-7 * HOUR))
            .await
            .expect("ends");
        write.commit().await.expect("commits");
        let scope = Scope::own(region(), account(1));
        let between = async |from: i64, to: i64| {
            let (from, to) = (NOW.plus_millis(from * HOUR), NOW.plus_millis(to * HOUR));
            let watched = store.watched(&scope, from, to).await.expect("read");
            let said = watched.iter().map(|watched| {
                let ended = watched
                    .span
                    .ended_at
                    .map(|at| at.millis_since(watched.span.began_at));
                let hours = ended.map(|millis| millis / HOUR);
                format!(
                    "{} {} {hours:?}",
                    watched.function.name(),
                    watched.scan_type
                )
            });
            said.collect::<Vec<_>>()
        };
        assert_eq!(
            between(-20, 0).await,
            ["a PACKAGE None", "a CODE None", "b PACKAGE Some(3)"]
        );
        assert_eq!(between(-7, 0).await, ["a PACKAGE None", "a CODE None"]);
        assert!(between(-20, -10).await.is_empty());
        database.remove().await;
    }
}

#[tokio::test]
async fn usage_is_the_hours_of_the_open_spans() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let ids = filled(&store).await;
        let scope = Scope::own(region(), account(1));
        let mut write = store.write().await.expect("begins");
        let arn = state(account(1), "b", "").arn;
        // Ended after three hours; beginning again now adds nothing yet; a second beginning is none.
        write
            .end_watch(ids[1], ScanType::Package, NOW.plus_millis(-7 * HOUR))
            .await
            .expect("ends");
        for _ in 0..2 {
            write
                .begin_watch(ids[1], &arn, ScanType::Package, NOW)
                .await
                .expect("begins");
        }
        write.commit().await.expect("commits");
        let usage = store.usage(&scope, &[], NOW).await.expect("sums");
        let said: Vec<String> = usage
            .iter()
            .map(|u| format!("{} {} {}", u.account, u.scan_type, u.coverage_hours))
            .collect();
        assert_eq!(said, ["000000000001 PACKAGE 13", "000000000001 CODE 10"]);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_function_is_found_by_its_package_and_its_layer() {
    for database in TestDatabase::each().await {
        let store = database.open().await;
        let ids = filled(&store).await;
        let layer = "arn:aws:lambda:eu-west-1:000000000001:layer:tools:1";
        assert_eq!(
            store
                .functions_with_layer(&region(), layer)
                .await
                .expect("finds"),
            ids[..3]
        );
        let mut write = store.write().await.expect("begins");
        let package = |package: &str, version: &str| InventoryPackage {
            package: package.to_owned(),
            version: version.to_owned(),
        };
        let many = (0..500).map(|n| package(&format!("npm/p{n}"), "1"));
        let inventory = InventoryRow {
            content: "content".to_owned(),
            document: vec![0, 1, 255],
            updated_at: NOW,
        };
        for (id, packages) in [
            (
                ids[0],
                many.chain([package("npm/p0", "1"), package("npm/p0", "2")])
                    .collect(),
            ),
            (ids[1], vec![package("npm/p0", "3")]),
        ] {
            for _ in 0..2 {
                write
                    .put_inventory(id, &inventory, Vec::clone(&packages))
                    .await
                    .expect("writes");
            }
        }
        write.commit().await.expect("commits");
        assert_eq!(
            store.inventory(ids[0]).await.expect("reads"),
            Some(inventory)
        );
        let found = store
            .functions_with_package("npm/p0", None, 10)
            .await
            .expect("finds");
        let expected = [(ids[0], "1"), (ids[0], "2"), (ids[1], "3")];
        assert_eq!(
            found,
            expected.map(|(id, version)| (id, version.to_owned()))
        );
        let used = store
            .packages_in_use(&[
                "layer".to_owned(),
                "code of a".to_owned(),
                "other".to_owned(),
            ])
            .await
            .expect("finds");
        assert_eq!(used.into_iter().collect::<Vec<_>>(), ["code of a", "layer"]);
        database.remove().await;
    }
}
