use std::time::Duration;

use shindan_service::{NoReports, Stop, Workers};
use shindan_store::QueueDepth;

use crate::world::World;

impl World {
    async fn depth(&self) -> QueueDepth {
        self.store
            .queue_depth(self.service.now())
            .await
            .expect("counts")
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
    let stop = Stop::default();
    let grace = Duration::from_millis(10);
    let script = world.script.clone();
    let workers = Workers::new(world.service.clone(), script, NoReports, "slow", grace);
    let running = {
        let stop = stop.clone();
        tokio::spawn(async move { workers.run(1, stop).await })
    };
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
