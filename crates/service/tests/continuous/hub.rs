//! Security Hub beside continuous scanning: findings that are shown, controls that are checked.

use std::collections::BTreeMap;

use shindan_control::definition::Standard;
use shindan_inspector::{ResourceScanType, Status, Timestamp};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::{Filters, Hub, HubArn, Sort};
use shindan_store::{Job, Priority};

use crate::world::{World, account, region, scope};

/// Enables the hub as the API does.
async fn enable(world: &World) {
    let now = world.service.now();
    let mut jobs = world.store.job_numbers(2).await.expect("numbers");
    let mut write = world.store.write().await.expect("begins");
    let hub = Hub {
        arn: HubArn {
            region: region(),
            account: account(),
        },
        subscribed_at: now,
        auto_enable_controls: true,
        tags: BTreeMap::new(),
    };
    assert!(write.enable_hub(&hub).await.expect("writes"));
    let standard = Standard::FoundationalBestPractices;
    write
        .subscribe_hub(&region(), account(), standard, now)
        .await
        .expect("writes");
    write
        .check_controls_soon(&region(), account(), now, &mut jobs)
        .await
        .expect("enqueues");
    let job = Job::MirrorAccount {
        region: region(),
        account: account(),
    };
    let number = jobs.next().expect("one more");
    write
        .enqueue(&job, Priority::Soon, now, number)
        .await
        .expect("enqueues");
    write.commit().await.expect("commits");
}

/// What Security Hub shows: `TITLE RECORD COMPLIANCE`, sorted.
async fn shown(world: &World) -> Vec<String> {
    let page = world
        .store
        .hub_findings(
            &scope(),
            &Linking::None,
            &Filters::default(),
            &Sort::default(),
            None,
            100,
            world.service.now(),
        )
        .await
        .expect("lists");
    let mut said: Vec<_> = page
        .rows
        .iter()
        .map(|finding| {
            let text = |path: &[&str]| finding.text(path).unwrap_or("-").to_owned();
            let compliance = text(&["Compliance", "Status"]);
            format!(
                "{} {} {compliance}",
                text(&["Title"]),
                text(&["RecordState"])
            )
        })
        .collect();
    said.sort();
    said
}

fn controls(ec2: &str, ecr: &str, code: &str, standard: &str) -> Vec<String> {
    vec![
        format!("Amazon Inspector EC2 scanning should be enabled ACTIVE {ec2}"),
        format!("Amazon Inspector ECR scanning should be enabled ACTIVE {ecr}"),
        format!("Amazon Inspector Lambda code scanning should be enabled ACTIVE {code}"),
        format!("Amazon Inspector Lambda standard scanning should be enabled ACTIVE {standard}"),
    ]
}

#[tokio::test]
async fn what_is_found_is_shown_and_what_is_repaired_is_archived() {
    let world = World::new().await;
    world.deploy("before", "code a.py 1 execute(q)").await;
    world.work().await;
    enable(&world).await;
    world.deploy("after", "code b.py 1 execute(q)").await;
    world.work().await;
    let weakness = "CWE-89 - SQL injection";
    let findings = async || {
        let all = shown(&world).await;
        let all = all.into_iter().filter(|one| one.starts_with(weakness));
        all.collect::<Vec<_>>()
    };
    let active = format!("{weakness} ACTIVE -");
    assert_eq!(findings().await, [active.clone(), active.clone()]);
    world.pass(1000);
    world.deploy("after", "nothing").await;
    world.work().await;
    assert_eq!(findings().await, [active, format!("{weakness} ARCHIVED -")]);
    world.pass(1000);
    let arn = crate::world::arn("before");
    assert!(world.service.remove(&arn).await.expect("removes"));
    world.work().await;
    let archived = format!("{weakness} ARCHIVED -");
    assert_eq!(findings().await, [archived.clone(), archived]);
}

#[tokio::test]
async fn controls_are_checked_when_scanning_is_switched() {
    let world = World::switched_off().await;
    enable(&world).await;
    world.work().await;
    assert_eq!(
        shown(&world).await,
        controls("FAILED", "FAILED", "FAILED", "FAILED")
    );
    world.pass(1000);
    world
        .switch(ResourceScanType::Lambda, Status::Enabling)
        .await;
    world.work().await;
    assert_eq!(
        shown(&world).await,
        controls("FAILED", "FAILED", "FAILED", "PASSED")
    );
    world.pass(1000);
    world
        .switch(ResourceScanType::LambdaCode, Status::Enabling)
        .await;
    world.work().await;
    assert_eq!(
        shown(&world).await,
        controls("FAILED", "FAILED", "PASSED", "PASSED")
    );
    world.pass(1000);
    world
        .switch(ResourceScanType::LambdaCode, Status::Disabling)
        .await;
    world.work().await;
    assert_eq!(
        shown(&world).await,
        controls("FAILED", "FAILED", "FAILED", "PASSED")
    );
}

#[tokio::test]
async fn controls_are_checked_every_twelve_hours() {
    let world = World::new().await;
    enable(&world).await;
    world.work().await;
    let due = async || world.service.sweep().await.expect("sweeps").due_checks;
    assert_eq!(due().await, 0, "they were just checked");
    world.pass(12 * 3_600_000 - 1);
    assert_eq!(due().await, 0);
    world.pass(1);
    assert_eq!(due().await, 1);
    assert_eq!(due().await, 1, "until somebody checks");
    world.work().await;
    assert_eq!(due().await, 0);
    // The clock is set back: nobody waits until it has caught up.
    world.pass(-Timestamp::DAY);
    assert_eq!(due().await, 1);
}

#[tokio::test]
async fn what_a_disabled_hub_held_ends() {
    let world = World::new().await;
    enable(&world).await;
    world.work().await;
    let mut write = world.store.write().await.expect("begins");
    let now = world.service.now();
    write
        .disable_hub(&region(), account(), now)
        .await
        .expect("writes");
    write.commit().await.expect("commits");
    let ended = async || {
        world
            .service
            .sweep()
            .await
            .expect("sweeps")
            .ended_hub_findings
    };
    assert_eq!(ended().await, 0);
    world.pass(6 * Timestamp::DAY);
    assert_eq!(ended().await, 4, "archived: nobody checks them");
    world.pass(29 * Timestamp::DAY);
    assert_eq!(ended().await, 0);
    world.pass(Timestamp::DAY);
    assert_eq!(ended().await, 4, "removed");
}
