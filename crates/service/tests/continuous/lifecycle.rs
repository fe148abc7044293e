use shindan_inspector::{ResourceScanType, Status, Timestamp};
use shindan_service::Deployed;

use crate::script::Asked;
use crate::world::{World, arn, layer, layer_arn};

const VULNERABLE: &str = "code src/app.py 7 execute(q)";
const REPAIRED: &str = "nothing";

#[tokio::test]
async fn new_detectors_look_at_what_others_looked_at() {
    let world = World::new().await;
    for name in ["orders", "mails", "gone"] {
        world.deploy(name, VULNERABLE).await;
    }
    world.work().await;
    world.service.remove(&arn("gone")).await.expect("removes");
    world.work().await;
    let again = |detectors: &'static str| world.service.scan_with_new_detectors(detectors);
    world.script.take_asked();
    assert_eq!(again("detectors 1").await.expect("asks"), 0);
    assert_eq!(again("detectors 2").await.expect("asks"), 2);
    // Asked for twice is scanned once.
    assert_eq!(again("detectors 2").await.expect("asks"), 2);
    assert_eq!(world.work().await, 2);
    assert_eq!(world.script.take_asked().len(), 2);
    assert_eq!(
        world.findings().await,
        [
            "gone CLOSED CWE-89 - SQL injection",
            "mails ACTIVE CWE-89 - SQL injection",
            "orders ACTIVE CWE-89 - SQL injection"
        ]
    );
}

#[tokio::test]
async fn a_weakness_is_found_closed_and_found_again_under_its_name() {
    let world = World::new().await;
    assert_eq!(world.deploy("orders", VULNERABLE).await, Deployed::Queued);
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE ACTIVE PENDING_INITIAL_SCAN",
            "orders CODE ACTIVE PENDING_INITIAL_SCAN"
        ]
    );
    assert_eq!(world.work().await, 1);
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE ACTIVE SUCCESSFUL",
            "orders CODE ACTIVE SUCCESSFUL"
        ]
    );
    let first = world.arns().await;

    world.pass(1000);
    assert_eq!(world.deploy("orders", REPAIRED).await, Deployed::Queued);
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );

    world.pass(Timestamp::DAY);
    // The same weakness, two lines further down.
    world.deploy("orders", "code src/app.py 9 execute(q)").await;
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
    let again = world.arns().await;
    assert!(first.keys().eq(again.keys()), "the name is another");
    let (_, json) = again.values().next().expect("one");
    let details = &json["codeVulnerabilityDetails"];
    assert_eq!(details["detectorId"], "python/sql-injection@v1.0");
    assert_eq!(details["detectorName"], "SQL injection");
    assert_eq!(details["filePath"]["startLine"], 9);
    assert_eq!(details["filePath"]["fileName"], "app.py");
    assert_eq!(
        json["resources"][0]["details"]["awsLambdaFunction"]["runtime"],
        "PYTHON_3_12"
    );
    assert_eq!(json["firstObservedAt"], 1_795_971_600);
}

#[tokio::test]
async fn nothing_changed_is_nothing_done() {
    let world = World::new().await;
    world.deploy("orders", VULNERABLE).await;
    world.work().await;
    world.script.take_asked();
    assert_eq!(
        world.deploy("orders", VULNERABLE).await,
        Deployed::Unchanged
    );
    // A tag that excludes nothing: noted, shown, and nothing scanned.
    let tag = ("team".to_owned(), "payments".to_owned());
    let with_tag = |d: &mut shindan_service::Deployment| d.tags.extend([tag.clone()]);
    assert_eq!(
        world.deploy_with("orders", VULNERABLE, with_tag).await,
        Deployed::Noted
    );
    assert_eq!(world.work().await, 0);
    assert!(world.script.take_asked().is_empty());
    let shown = world.arns().await;
    let (_, json) = shown.values().next().expect("one");
    assert_eq!(json["resources"][0]["tags"]["team"], "payments");
}

#[tokio::test]
async fn an_exclusion_tag_closes_and_its_removal_scans_again() {
    let world = World::new().await;
    world
        .deploy("orders", "code a.py 1 x\npackage flask 1")
        .await;
    world.work().await;
    world.pass(3_600_000);
    let tag = |key: &str, value: &str| {
        let tag = (key.to_owned(), value.to_owned());
        move |d: &mut shindan_service::Deployment| d.tags.extend([tag])
    };
    let script = "code a.py 1 x\npackage flask 1";
    let code = tag("InspectorCodeExclusion", "LambdaCodeScanning");
    assert_eq!(
        world.deploy_with("orders", script, code).await,
        Deployed::Noted
    );
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE ACTIVE SUCCESSFUL",
            "orders CODE INACTIVE EXCLUDED_BY_TAG"
        ]
    );
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );
    world.pass(3_600_000);
    assert_eq!(world.hours().await, ["PACKAGE 2", "CODE 1"]);

    let standard = tag("InspectorExclusion", "LambdaStandardScanning");
    world.deploy_with("orders", script, standard).await;
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE INACTIVE EXCLUDED_BY_TAG",
            "orders CODE INACTIVE EXCLUDED_BY_TAG"
        ]
    );
    assert_eq!(world.deploy("orders", script).await, Deployed::Queued);
    world.work().await;
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE ACTIVE SUCCESSFUL",
            "orders CODE ACTIVE SUCCESSFUL"
        ]
    );
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
}

#[tokio::test]
async fn ninety_days_without_use_end_it_and_an_invocation_begins_it_anew() {
    let world = World::new().await;
    world.deploy("orders", VULNERABLE).await;
    world.deploy("busy", VULNERABLE).await;
    world.work().await;
    world.pass(89 * Timestamp::DAY);
    let now = world.service.now();
    world
        .service
        .invoked(&arn("busy"), now)
        .await
        .expect("notes");
    assert_eq!(world.service.sweep().await.expect("sweeps").expired, 0);
    world.pass(2 * Timestamp::DAY);
    assert_eq!(world.service.sweep().await.expect("sweeps").expired, 1);
    assert_eq!(
        world.findings().await,
        [
            "busy ACTIVE CWE-89 - SQL injection",
            "orders CLOSED CWE-89 - SQL injection"
        ]
    );
    let expired = "orders PACKAGE INACTIVE SCAN_ELIGIBILITY_EXPIRED".to_owned();
    assert!(world.coverage().await.contains(&expired));
    let now = world.service.now();
    world
        .service
        .invoked(&arn("orders"), now)
        .await
        .expect("notes");
    assert_eq!(world.work().await, 1);
    assert!(
        world
            .coverage()
            .await
            .contains(&"orders CODE ACTIVE SUCCESSFUL".to_owned())
    );
}

#[tokio::test]
async fn a_deleted_function_closes_its_findings_and_leaves_coverage() {
    let world = World::new().await;
    world.deploy("orders", VULNERABLE).await;
    world.work().await;
    assert!(world.service.remove(&arn("orders")).await.expect("removes"));
    assert!(!world.service.remove(&arn("orders")).await.expect("removes"));
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE INACTIVE RESOURCE_TERMINATED",
            "orders CODE INACTIVE RESOURCE_TERMINATED"
        ]
    );
    world.pass(4 * Timestamp::DAY);
    let swept = world.service.sweep().await.expect("sweeps");
    assert_eq!((swept.forgotten, swept.removed_findings), (1, 1));
    assert!(world.coverage().await.is_empty());
    assert!(world.findings().await.is_empty());
    // It can come back.
    world.deploy("orders", VULNERABLE).await;
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
}

#[tokio::test]
async fn switching_scanning_on_and_off_reaches_every_function() {
    let world = World::switched_off().await;
    world.deploy("a", VULNERABLE).await;
    world.deploy("b", VULNERABLE).await;
    assert_eq!(world.work().await, 0);
    assert!(world.coverage().await.is_empty());
    // Code scanning alone is of no effect.
    world
        .switch(ResourceScanType::LambdaCode, Status::Enabling)
        .await;
    world.work().await;
    assert!(world.coverage().await.is_empty());
    world
        .switch(ResourceScanType::Lambda, Status::Enabling)
        .await;
    assert_eq!(world.work().await, 3);
    assert_eq!(world.findings().await.len(), 2);
    let settings = world
        .store
        .account_settings(&crate::world::region(), crate::world::account())
        .await
        .expect("reads");
    assert_eq!(settings.stored(ResourceScanType::Lambda), Status::Enabled);
    world
        .switch(ResourceScanType::LambdaCode, Status::Disabling)
        .await;
    assert_eq!(world.work().await, 1);
    assert_eq!(
        world.findings().await,
        [
            "a CLOSED CWE-89 - SQL injection",
            "b CLOSED CWE-89 - SQL injection"
        ]
    );
    assert_eq!(
        world.coverage().await,
        ["a PACKAGE ACTIVE SUCCESSFUL", "b PACKAGE ACTIVE SUCCESSFUL"]
    );
    world
        .switch(ResourceScanType::Lambda, Status::Disabling)
        .await;
    world.work().await;
    assert!(world.coverage().await.is_empty());
}

#[tokio::test]
async fn a_layer_update_scans_exactly_the_functions_that_use_it() {
    let world = World::new().await;
    let with = |name: &'static str, script: &'static str| {
        move |d: &mut shindan_service::Deployment| d.layers.push(layer(name, script))
    };
    world
        .deploy_with("a", "nothing a", with("tools", "code t.py 1 x"))
        .await;
    world
        .deploy_with("b", "nothing b", with("other", "nothing"))
        .await;
    world
        .deploy_with("c", "nothing c", with("tools", "code t.py 1 x"))
        .await;
    world.work().await;
    let before = world.arns().await;
    assert_eq!(before.len(), 2);
    let (_, json) = before.values().next().expect("one");
    let details = &json["codeVulnerabilityDetails"];
    assert_eq!(
        details["sourceLambdaLayerArn"],
        layer_arn("tools").to_string()
    );
    assert_eq!(details["filePath"]["filePath"], "layer:tools!/t.py");
    world.script.take_asked();
    let tools = layer_arn("tools");
    let package = bytes::Bytes::from_static(b"code t.py 5 x");
    let changed = world.service.layer_changed(&tools, package.clone());
    assert_eq!(changed.await.expect("notes"), 2);
    assert_eq!(world.work().await, 2);
    let asked = world.script.take_asked();
    let scanned = |function: &str| Asked::Scan(format!("nothing {function}code t.py 5 x"));
    assert_eq!(asked, [scanned("a"), scanned("c")]);
    // The layer's weakness moved, and is the same finding still.
    assert!(before.keys().eq(world.arns().await.keys()));
    let again = world.service.layer_changed(&tools, package);
    assert_eq!(again.await.expect("notes"), 0);
}

#[tokio::test]
async fn what_was_not_seen_is_not_closed() {
    let world = World::new().await;
    world.deploy("orders", "code a.py 1 x\ncode b.py 1 y").await;
    world.work().await;
    world.deploy("orders", "skip a.py").await;
    world.work().await;
    assert_eq!(
        world.findings().await,
        [
            "orders ACTIVE CWE-89 - SQL injection",
            "orders CLOSED CWE-89 - SQL injection"
        ]
    );
    let page = world
        .store
        .coverage(
            &crate::world::scope(),
            &shindan_inspector::CoverageCriteria::default(),
            None,
            10,
        )
        .await
        .expect("lists");
    assert_eq!(page.rows[1].notes, "a.py: too large");
}

#[tokio::test]
async fn a_package_that_is_no_archive_is_said_to_be_one() {
    let world = World::new().await;
    world.deploy("orders", VULNERABLE).await;
    world.work().await;
    world.deploy("orders", "unusable").await;
    assert_eq!(world.work().await, 1);
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE INACTIVE INVALID_ARTIFACT",
            "orders CODE INACTIVE INVALID_ARTIFACT"
        ]
    );
    // Nothing was seen, so nothing is closed; and nothing is scanned until something changes.
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
    assert_eq!(
        world.deploy("orders", "unusable").await,
        Deployed::Unchanged
    );
    world.deploy("orders", REPAIRED).await;
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );
}

#[tokio::test]
async fn a_scan_that_always_fails_ends_as_a_dead_letter_and_coverage_says_so() {
    let world = World::new().await;
    world.deploy("orders", "fail").await;
    let mut tries = 0;
    while world
        .store
        .dead_letters(None, 1)
        .await
        .expect("lists")
        .is_empty()
    {
        tries += world.work().await;
        world.pass(600_000);
    }
    assert_eq!(tries, 6);
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE INACTIVE INTERNAL_ERROR",
            "orders CODE INACTIVE INTERNAL_ERROR"
        ]
    );
    // A new deployment has all its tries again.
    assert_eq!(world.deploy("orders", REPAIRED).await, Deployed::Queued);
    assert_eq!(world.work().await, 1);
    assert_eq!(
        world.coverage().await,
        [
            "orders PACKAGE ACTIVE SUCCESSFUL",
            "orders CODE ACTIVE SUCCESSFUL"
        ]
    );
}
