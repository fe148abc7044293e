//! Accounts as a source of functions, against an AWS that is made up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use shindan_inspector::{LayerArn, Timestamp};
use shindan_service::source::account::{
    Accounts, CallErrorKind, Change, ListedPackage, Looked, Place, Rhythm,
};

use crate::sky::{Sky, place};
use crate::world::{START, World, arn, layer_arn};

const BAD: &str = "code a.py 1 x";
const FOUND: &str = "CWE-89 - SQL injection";
const DAY: i64 = Timestamp::DAY;

async fn world() -> (World, Sky, Accounts<Sky>) {
    let (world, sky) = (World::new().await, Sky::default());
    let accounts = Accounts::new(world.service.clone(), Arc::new(sky.clone()));
    (world, sky, accounts)
}

async fn look(accounts: &Accounts<Sky>) -> Looked {
    accounts.look(&place(), false).await.expect("looks")
}

fn told(name: &str) -> Change {
    Change::Function(arn(name))
}

#[tokio::test]
async fn functions_of_an_account_come_change_and_go() {
    let (world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    sky.put_with("bills", "nothing", |function| {
        let tag = ("InspectorExclusion", "LambdaStandardScanning");
        function.tags = Ok(BTreeMap::from([(tag.0.to_owned(), tag.1.to_owned())]));
    });
    let looked = look(&accounts).await;
    assert_eq!((looked.functions, looked.changed), (2, 2));
    assert!(looked.is_complete);
    world.work().await;
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
    let coverage = world.coverage().await;
    assert!(
        coverage.contains(&"bills PACKAGE INACTIVE EXCLUDED_BY_TAG".to_owned()),
        "{coverage:?}"
    );

    // The next look changes nothing.
    let looked = look(&accounts).await;
    assert_eq!((looked.changed, looked.removed), (0, 0));

    sky.put("orders", "nothing any more");
    assert_eq!(look(&accounts).await.changed, 1);
    world.work().await;
    assert_eq!(world.findings().await, [format!("orders CLOSED {FOUND}")]);

    sky.delete("orders");
    assert_eq!(look(&accounts).await.removed, 1);
    let coverage = world.coverage().await;
    assert!(
        coverage.contains(&"orders PACKAGE INACTIVE RESOURCE_TERMINATED".to_owned()),
        "{coverage:?}"
    );
}

#[tokio::test]
async fn equal_code_and_layers_are_downloaded_once() {
    let (world, sky, accounts) = world().await;
    let tools = layer_arn("tools");
    sky.state()
        .layers
        .insert(tools.clone(), Bytes::from_static(b"code t.py 1 x"));
    for name in ["a", "b", "c", "d", "e"] {
        sky.put_with(name, "the same", |f| f.listed.layers = vec![tools.clone()]);
    }
    look(&accounts).await;
    assert_eq!(sky.take_asked("code").len(), 1);
    world.work().await;
    assert_eq!(
        world.findings().await.len(),
        5,
        "the layer is scanned with each"
    );

    // Whoever starts anew downloads nothing again, and neither does anyone who makes another function of it.
    let again = Accounts::new(world.service.clone(), Arc::new(sky.clone()));
    sky.put_with("f", "the same", |f| f.listed.layers = vec![tools.clone()]);
    look(&again).await;
    let asked = sky.take_asked("");
    assert!(
        !asked
            .iter()
            .any(|call| call.starts_with("code") || call.starts_with("layer")),
        "{asked:?}"
    );

    sky.put("a", "changed");
    look(&accounts).await;
    assert_eq!(sky.take_asked("code"), ["code a"]);
}

#[tokio::test]
async fn a_place_that_cannot_be_read_loses_nothing() {
    let (world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    look(&accounts).await;
    world.work().await;
    for call in ["list".to_owned(), format!("account {}", place())] {
        sky.fail(&call, CallErrorKind::Denied);
        sky.delete("orders");
        accounts.look(&place(), true).await.expect_err("it fails");
        sky.heal();
        sky.put("orders", BAD);
    }
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
}

#[tokio::test]
async fn a_list_that_lags_behind_removes_nothing() {
    let (world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    look(&accounts).await;
    world.work().await;
    sky.state().unlisted.push(arn("orders"));
    assert_eq!(look(&accounts).await.removed, 0);
    // Nor does a function that cannot be asked for.
    sky.fail("describe orders", CallErrorKind::Failed);
    let looked = look(&accounts).await;
    assert_eq!((looked.removed, looked.is_complete), (0, false));
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
}

#[tokio::test]
async fn code_that_cannot_be_had_is_covered_with_the_reason() {
    let (world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    sky.put("bills", "nothing");
    sky.fail("code orders", CallErrorKind::Denied);
    let looked = look(&accounts).await;
    assert!(looked.is_complete, "trying again soon would not help");
    world.work().await;
    let orders = |reason: &str| ["CODE", "PACKAGE"].map(|scan| format!("orders {scan} {reason}"));
    let coverage = async |reason: &str| {
        let mut rows = world.coverage().await;
        rows.retain(|row| row.starts_with("orders"));
        rows.sort();
        assert_eq!(rows, orders(reason));
    };
    coverage("INACTIVE ACCESS_DENIED").await;
    let row = world
        .store
        .function_named(&arn("orders"))
        .await
        .expect("asks")
        .expect("known");
    let why = world
        .store
        .missing_code(row.id)
        .await
        .expect("asks")
        .expect("a reason");
    assert_eq!(why.note, "code orders does not work");

    // Looking again changes nothing, but another reason is told.
    assert_eq!(look(&accounts).await.changed, 0);
    sky.fail("code orders", CallErrorKind::Failed);
    assert!(!look(&accounts).await.is_complete);
    world.work().await;
    coverage("INACTIVE INTERNAL_ERROR").await;

    sky.heal();
    look(&accounts).await;
    world.work().await;
    coverage("ACTIVE SUCCESSFUL").await;
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);

    // New code that cannot be had closes nothing.
    sky.put("orders", "nothing any more");
    sky.fail("describe orders", CallErrorKind::Denied);
    look(&accounts).await;
    world.work().await;
    coverage("INACTIVE ACCESS_DENIED").await;
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
}

#[tokio::test]
async fn a_function_that_may_not_be_described_keeps_its_code_and_tags() {
    let (world, sky, accounts) = world().await;
    sky.put_with("orders", BAD, |f| {
        f.tags = Ok(BTreeMap::from([("team".to_owned(), "web".to_owned())]))
    });
    look(&accounts).await;
    world.work().await;
    sky.fail("describe orders", CallErrorKind::Denied);
    assert_eq!(look(&accounts).await.changed, 0);
    sky.heal();
    sky.put_with("orders", BAD, |f| f.tags = Err("denied".to_owned()));
    assert_eq!(look(&accounts).await.changed, 0);
    assert_eq!(world.work().await, 0);
}

#[tokio::test]
async fn images_and_layers_that_are_gone_are_said() {
    let (world, sky, accounts) = world().await;
    sky.put_with("image", "", |f| {
        f.listed.package = ListedPackage::Image("sha256:0".to_owned());
        f.listed.runtime = String::new();
    });
    sky.put_with("orders", BAD, |f| f.listed.layers = vec![layer_arn("gone")]);
    look(&accounts).await;
    world.work().await;
    let coverage = world.coverage().await;
    assert!(
        coverage.contains(&"image PACKAGE INACTIVE UNSUPPORTED_CODE_ARTIFACTS".to_owned()),
        "{coverage:?}"
    );
    assert!(
        coverage.contains(&"orders CODE ACTIVE SUCCESSFUL".to_owned()),
        "{coverage:?}"
    );
    assert_eq!(sky.take_asked("code"), ["code orders"]);
}

#[tokio::test]
async fn functions_that_are_used_stay_watched_also_when_nobody_may_know() {
    let (world, sky, accounts) = world().await;
    world.pass(100 * DAY);
    for name in ["used", "unused", "unknown"] {
        sky.put(name, &format!("nothing {name}"));
    }
    sky.state()
        .invoked
        .insert(arn("used"), Timestamp::from_millis(START + 99 * DAY));
    accounts.look(&place(), true).await.expect("looks");
    world.work().await;
    let packages = async || {
        let mut rows = world.coverage().await;
        rows.retain(|row| row.contains("PACKAGE"));
        rows.sort();
        rows
    };
    assert_eq!(
        packages().await,
        [
            "unknown PACKAGE INACTIVE SCAN_ELIGIBILITY_EXPIRED",
            "unused PACKAGE INACTIVE SCAN_ELIGIBILITY_EXPIRED",
            "used PACKAGE ACTIVE SUCCESSFUL",
        ]
    );
    sky.fail("invocations", CallErrorKind::Denied);
    accounts.look(&place(), true).await.expect("looks");
    world.work().await;
    assert!(
        packages()
            .await
            .iter()
            .all(|row| row.ends_with("ACTIVE SUCCESSFUL"))
    );
}

#[tokio::test]
async fn events_are_done_once_their_effect_is_noted_and_block_no_other() {
    let (world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    sky.put("bills", BAD);
    for change in [
        told("bills"),
        told("orders"),
        told("orders"),
        told("nobody"),
    ] {
        sky.send(change);
    }
    sky.send(Change::Layer(place(), layer_arn("tools")));
    let mut elsewhere = place();
    elsewhere.region = shindan_inspector::Region::parse("us-east-1").expect("a Region");
    sky.send(Change::Layer(elsewhere, layer_arn("tools")));
    sky.fail("describe bills", CallErrorKind::Failed);
    assert_eq!(accounts.follow(&sky).await.expect("follows"), 5);
    assert_eq!(
        sky.take_asked("describe"),
        ["describe bills", "describe nobody", "describe orders"]
    );
    world.work().await;
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
    assert_eq!(sky.state().messages.len(), 1, "what failed comes again");

    sky.heal();
    assert_eq!(accounts.follow(&sky).await.expect("follows"), 1);
    sky.delete("orders");
    sky.send(told("orders"));
    // A queue that forgets nothing gives it out again, which changes nothing.
    sky.fail("done", CallErrorKind::Failed);
    accounts
        .follow(&sky)
        .await
        .expect_err("it is not taken off");
    sky.heal();
    assert_eq!(accounts.follow(&sky).await.expect("follows"), 1);
    world.work().await;
    assert_eq!(
        world.findings().await,
        [
            format!("bills ACTIVE {FOUND}"),
            format!("orders CLOSED {FOUND}")
        ]
    );
}

#[tokio::test]
async fn code_that_fails_in_an_event_comes_again() {
    let (_world, sky, accounts) = world().await;
    sky.put("orders", BAD);
    sky.send(told("orders"));
    sky.fail("code orders", CallErrorKind::Failed);
    assert_eq!(accounts.follow(&sky).await.expect("follows"), 0);
    // What is denied stays denied, and is in coverage.
    sky.fail("code orders", CallErrorKind::Denied);
    assert_eq!(accounts.follow(&sky).await.expect("follows"), 1);
}

#[tokio::test]
async fn what_was_seen_earlier_and_told_later_is_no_news() {
    let (world, sky, accounts) = world().await;
    sky.put_with("orders", "new", |f| {
        f.listed.last_modified = Timestamp::from_millis(START + 2000)
    });
    look(&accounts).await;
    sky.put_with("orders", BAD, |f| {
        f.listed.last_modified = Timestamp::from_millis(START + 1000)
    });
    assert_eq!(look(&accounts).await.changed, 0);
    world.work().await;
    assert!(world.findings().await.is_empty());
}

#[tokio::test]
async fn pushed_functions_are_not_the_accounts() {
    let (world, sky, accounts) = world().await;
    world.deploy("pushed", BAD).await;
    sky.put("orders", "nothing");
    assert_eq!(look(&accounts).await.removed, 0);
    sky.send(told("pushed"));
    accounts.follow(&sky).await.expect("follows");
    world.work().await;
    assert_eq!(world.findings().await, [format!("pushed ACTIVE {FOUND}")]);
}

#[tokio::test]
async fn of_two_servers_one_looks_and_nobody_before_it_is_due() {
    let (world, sky, accounts) = world().await;
    let rhythm = Rhythm {
        every: Duration::from_secs(3600),
        again: Duration::from_secs(600),
        parallel: 2,
    };
    let looks = async |owner: &str| {
        accounts.look_where_due(owner, rhythm).await;
        sky.take_asked("list").len()
    };
    sky.put("orders", BAD);
    assert_eq!(looks("a").await, 1);
    assert_eq!(looks("b").await, 0);
    world.pass(3_600_000);
    assert_eq!(looks("b").await, 1);
    // One that died in the middle of it is waited for, and no longer than its lease.
    world.pass(3_600_000);
    let name = format!("{}/{}", place().account, place().region);
    let every = shindan_store::LookIntervals {
        complete: 0,
        incomplete: 0,
    };
    let dead = world
        .store
        .take_source(&name, "dead", world.service.now(), 90_000, every);
    let dead = dead.await.expect("asks").expect("it is free");
    assert_eq!(looks("a").await, 0);
    world.pass(90_001);
    assert_eq!(looks("a").await, 1);
    let now = world.service.now();
    assert!(!world.store.hold_source(&dead, now, 1).await.expect("asks"));
    // What failed is tried again soon.
    world.pass(3_600_000);
    sky.fail("list", CallErrorKind::Failed);
    assert_eq!(looks("a").await, 1);
    world.pass(599_000);
    assert_eq!(looks("a").await, 0);
    world.pass(1000);
    assert_eq!(looks("a").await, 1);
    // A clock that jumps back stops nothing.
    world.pass(-30 * DAY);
    assert_eq!(looks("a").await, 1);
}

#[tokio::test]
async fn a_layer_that_could_not_be_had_is_scanned_once_it_can() {
    let (world, sky, accounts) = world().await;
    let tools: LayerArn = layer_arn("tools");
    sky.put_with("orders", "nothing", |f| {
        f.listed.layers = vec![tools.clone()]
    });
    look(&accounts).await;
    world.work().await;
    sky.state()
        .layers
        .insert(tools.clone(), Bytes::from_static(b"code t.py 1 x"));
    sky.send(Change::Layer(Place::of(&arn("orders")), tools));
    accounts.follow(&sky).await.expect("follows");
    world.work().await;
    assert_eq!(world.findings().await, [format!("orders ACTIVE {FOUND}")]);
}
