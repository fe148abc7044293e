use std::time::Duration;

use shindan_inspector::{ResourceScanType, Status};
use shindan_service::{NoReports, Stop, Workers};
use shindan_store::QueueDepth;
use tokio::task::JoinHandle;

use crate::server::Server;
use crate::world::{World, deployment};

impl World {
    async fn depth(&self) -> QueueDepth {
        self.store
            .queue_depth(self.service.now())
            .await
            .expect("counts")
    }

    /// Workers that give back at once what is not done when they are to stop.
    fn run_impatient(&self, count: usize) -> (JoinHandle<()>, Stop) {
        let grace = Duration::from_millis(10);
        let (service, script) = (self.service.clone(), self.script.clone());
        let workers = Workers::new(service, script, NoReports, "impatient", grace);
        let stop = Stop::default();
        let running = {
            let stop = stop.clone();
            tokio::spawn(async move { workers.run(count, stop).await })
        };
        (running, stop)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_find_what_is_deployed_and_stop_when_told() {
    let world = World::new().await;
    let stop = Stop::default();
    let running = {
        let (workers, stop) = (world.workers.clone(), stop.clone());
        tokio::spawn(async move { workers.run(3, stop).await })
    };
    for number in 0..20 {
        let script = format!("code a.py 1 x\nnothing {number}");
        world.deploy(&format!("f{number}"), &script).await;
    }
    while world.depth().await != QueueDepth::default() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.stop();
    running.await.expect("ends");
    assert_eq!(world.findings().await.len(), 20);
    assert_eq!(world.script.take_asked().len(), 20);
    world.deploy("late", "nothing").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.depth().await.waiting, [1, 0, 0]);
}

#[tokio::test]
async fn a_job_that_is_not_done_in_time_is_given_back() {
    let world = World::new().await;
    world.deploy("orders", "slow").await;
    let (running, stop) = world.run_impatient(1);
    while world.depth().await.leased == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.stop();
    running.await.expect("ends");
    let depth = world.depth().await;
    assert_eq!((depth.waiting, depth.leased), ([1, 0, 0], 0));
    // The try did not count.
    let claimed = world.store.claim("next", world.service.now(), 60_000);
    assert_eq!(claimed.await.expect("claims").expect("work").delivery, 1);
}

#[tokio::test]
async fn no_more_is_scanned_at_a_time_than_there_are_places() {
    let world = World::new().await;
    for number in 0..5 {
        world.deploy(&format!("f{number}"), "slow").await;
    }
    let (running, stop) = world.run_impatient(2);
    while world.depth().await.leased < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.depth().await.leased, 2);
    stop.stop();
    running.await.expect("ends");
}

/// Deploys the same functions over and over while workers scan them.
async fn deploy_and_work_at_once(world: World) {
    let stop = Stop::default();
    let running = {
        let (workers, stop) = (world.workers.clone(), stop.clone());
        tokio::spawn(async move { workers.run(3, stop).await })
    };
    let mut deploying = tokio::task::JoinSet::new();
    for n in 0..4 {
        let service = world.service.clone();
        deploying.spawn(async move {
            for version in 0..12 {
                let script = format!("code a.py 1 x{version}");
                let mut deployment = deployment(&format!("f{n}"), &script);
                // The last version is one that is not to be scanned.
                if version == 11 && n == 0 {
                    let tag = ("InspectorExclusion", "LambdaStandardScanning");
                    deployment.tags.insert(tag.0.to_owned(), tag.1.to_owned());
                }
                service.deploy(deployment).await.expect("deploys");
            }
        });
    }
    // Meanwhile the account's settings are looked at again and again.
    for _ in 0..6 {
        world
            .switch(ResourceScanType::Lambda, Status::Enabling)
            .await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    while let Some(deployed) = deploying.join_next().await {
        deployed.expect("no panic");
    }
    while world.depth().await != QueueDepth::default() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        // Jobs that failed for a moment are due at once.
        world.pass(1000);
    }
    stop.stop();
    running.await.expect("ends");
    let active = world.findings().await;
    let active: Vec<&String> = active.iter().filter(|f| f.contains("ACTIVE")).collect();
    assert_eq!(
        active,
        [
            "f1 ACTIVE CWE-89 - SQL injection",
            "f2 ACTIVE CWE-89 - SQL injection",
            "f3 ACTIVE CWE-89 - SQL injection"
        ]
    );
    let coverage = world.coverage().await;
    for row in &coverage {
        let expected = if row.starts_with("f0 ") {
            "INACTIVE EXCLUDED_BY_TAG"
        } else {
            "ACTIVE SUCCESSFUL"
        };
        assert!(row.ends_with(expected), "{coverage:?}");
    }
    world.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deployments_and_workers_do_not_stand_in_each_others_way() {
    deploy_and_work_at_once(World::new().await).await;
}

/// The same on a server, when `SHINDAN_TEST_POSTGRES` holds its URL.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deployments_and_workers_lock_in_one_order_on_postgresql() {
    let Some(server) = Server::of_environment().await else {
        return;
    };
    for round in 0..6 {
        let database = server.database(&format!("stress_{round}")).await;
        let world = World::on(&database, tempfile::tempdir().expect("a folder")).await;
        for scan in [ResourceScanType::Lambda, ResourceScanType::LambdaCode] {
            world.switch(scan, Status::Enabling).await;
        }
        world.work().await;
        deploy_and_work_at_once(world).await;
        server.drop(&database).await;
    }
}
