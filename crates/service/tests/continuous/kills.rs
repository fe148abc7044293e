//! Whatever is killed, and whenever: nothing is lost and nothing is doubled.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use shindan_inspector::{ResourceScanType, Status};

use crate::server::Server;
use crate::world::{World, deployment, index};

/// A future that is dropped after so many steps, as a killed process would leave it.
struct Killed<F> {
    inner: Pin<Box<F>>,
    steps: u32,
}

impl<F: Future> Future for Killed<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.steps == 0 {
            return Poll::Ready(None);
        }
        self.steps -= 1;
        match self.inner.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.steps == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

async fn killed_after<F: Future>(steps: u32, inner: F) -> Option<F::Output> {
    Killed {
        inner: Box::pin(inner),
        steps,
    }
    .await
}

/// Numbers that look random and are the same each time (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        u32::try_from(number % u64::from(limit)).expect("below a u32")
    }
}

const FUNCTIONS: usize = 5;

/// A world in which everything that runs may be killed.
struct Killer {
    world: World,
    numbers: Numbers,
    kills: u32,
}

impl Killer {
    /// Works with kills, then without.
    async fn work(&mut self, times: u32) {
        for _ in 0..times {
            let steps = 1 + self.numbers.below(70);
            let done = killed_after(steps, self.world.workers.do_next()).await;
            self.kills += u32::from(done.is_none());
            self.world.pass(70_000);
        }
    }

    /// Does something until it is done, whatever kills it; in between the work goes on.
    async fn insist<F: Future>(&mut self, mut begin: impl FnMut(&World) -> F) -> F::Output {
        loop {
            let steps = 1 + self.numbers.below(36);
            if let Some(done) = killed_after(steps, begin(&self.world)).await {
                return done;
            }
            self.kills += 1;
            self.work(1).await;
        }
    }

    async fn finish(&mut self) {
        self.work(8).await;
        for _ in 0..4 {
            self.world.work().await;
            self.world.pass(70_000);
        }
    }
}

/// Deploys, switches on, deploys anew, publishes advisories, with kills everywhere, and compares what is there in the end
/// with what an undisturbed run gives; how many kills there were.
async fn survive(seed: u64, world: World) -> u32 {
    let mut killer = Killer {
        world,
        numbers: Numbers(seed * 0x9E37_79B9 + 1),
        kills: 0,
    };
    let first = |n: usize| format!("code a.py 1 x{n}\ncode b.py 1 y\npackage flask {n}");
    let second = |n: usize| format!("code a.py 3 x{n}\ncode c.py 1 z\npackage flask {n}");
    for n in 0..FUNCTIONS {
        let deploy = |world: &World| {
            let service = world.service.clone();
            async move {
                service
                    .deploy(deployment(&format!("f{n}"), &first(n)))
                    .await
            }
        };
        killer.insist(deploy).await.expect("deploys");
    }
    for scan in [ResourceScanType::Lambda, ResourceScanType::LambdaCode] {
        killer.world.switch(scan, Status::Enabling).await;
    }
    killer.finish().await;
    for n in 0..FUNCTIONS {
        let deploy = |world: &World| {
            let service = world.service.clone();
            async move {
                service
                    .deploy(deployment(&format!("f{n}"), &second(n)))
                    .await
            }
        };
        killer.insist(deploy).await.expect("deploys");
    }
    let (old, new) = (index(&[]), index(&[("CVE-2026-1", "flask", "3")]));
    *killer.world.script.advisories.lock().expect("no panic") = ("new".to_owned(), new.clone());
    let publish = |world: &World| {
        let (service, old, new) = (world.service.clone(), old.clone(), new.clone());
        async move { service.advisories_changed(Some(&old), &new, "new").await }
    };
    killer.insist(publish).await.expect("notes them");
    killer.finish().await;
    let Killer { world, kills, .. } = killer;

    let dead = world.store.dead_letters(None, 9).await.expect("lists");
    assert!(dead.is_empty(), "seed {seed}: {dead:?}");
    let depth = world
        .store
        .queue_depth(world.service.now())
        .await
        .expect("counts");
    assert_eq!(depth, shindan_store::QueueDepth::default(), "seed {seed}");
    let mut expected = Vec::new();
    for n in 0..FUNCTIONS {
        expected.push(format!("f{n} ACTIVE CWE-89 - SQL injection"));
        expected.push(format!("f{n} ACTIVE CWE-89 - SQL injection"));
        // Versions below 3 are vulnerable.
        if n < 3 {
            expected.push(format!("f{n} ACTIVE CVE-2026-1 - flask"));
        }
        expected.push(format!("f{n} CLOSED CWE-89 - SQL injection"));
    }
    expected.sort();
    assert_eq!(world.findings().await, expected, "seed {seed}");
    let coverage = world.coverage().await;
    assert_eq!(coverage.len(), 2 * FUNCTIONS, "seed {seed}");
    assert!(
        coverage
            .iter()
            .all(|row| row.ends_with("ACTIVE SUCCESSFUL")),
        "seed {seed}: {coverage:?}"
    );
    // Every function is watched once.
    let before = hours(&world).await;
    world.pass(3_600_000);
    let after = hours(&world).await;
    for (before, after) in before.iter().zip(&after) {
        let grown = after - before;
        assert!((grown - 5.0).abs() < 1e-6, "seed {seed}: {before} {after}");
    }
    world.store.close().await;
    kills
}

async fn hours(world: &World) -> Vec<f64> {
    let said = world.hours().await;
    let number = |line: &String| line.rsplit(' ').next().expect("a number").parse();
    said.iter()
        .map(number)
        .collect::<Result<_, _>>()
        .expect("numbers")
}

#[tokio::test]
async fn a_kill_between_any_two_steps_loses_nothing_and_doubles_nothing() {
    let mut kills = 0;
    for seed in 0..24 {
        kills += survive(seed, World::switched_off().await).await;
    }
    assert!(kills > 200, "only {kills} kills");
}

/// The same on a server, when `SHINDAN_TEST_POSTGRES` holds its URL.
#[tokio::test]
async fn kills_do_no_harm_on_postgresql_either() {
    let Some(server) = Server::of_environment().await else {
        return;
    };
    for seed in 100..106 {
        let database = server.database(&format!("kills_{seed}")).await;
        let world = World::on(&database, tempfile::tempdir().expect("a folder")).await;
        survive(seed, world).await;
        server.drop(&database).await;
    }
}
