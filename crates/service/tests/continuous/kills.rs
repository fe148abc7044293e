//! Whatever is killed, and whenever: nothing is lost and nothing is doubled.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::world::{World, deployment};

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

/// Deploys in two waves with kills everywhere, and compares what is there in the end with what an undisturbed run gives.
async fn survive(seed: u64) -> u32 {
    let mut kills = 0;
    let mut numbers = Numbers(seed * 0x9E37_79B9 + 1);
    let world = World::new().await;
    let first = |n: usize| format!("code a.py 1 x{n}\ncode b.py 1 y\nnothing {n}");
    let second = |n: usize| format!("code a.py 3 x{n}\ncode c.py 1 z\nnothing {n}");
    for wave in [first, second].map(|w| Box::new(w) as Box<dyn Fn(usize) -> String>) {
        for n in 0..FUNCTIONS {
            loop {
                let deployment = deployment(&format!("f{n}"), &wave(n));
                let steps = 1 + numbers.below(36);
                if let Some(done) = killed_after(steps, world.service.deploy(deployment)).await {
                    done.expect("deploys");
                    break;
                }
                kills += 1;
                // Between two tries the work goes on.
                let steps = 1 + numbers.below(70);
                let done = killed_after(steps, world.workers.do_next()).await;
                kills += u32::from(done.is_none());
                world.pass(70_000);
            }
        }
        for _ in 0..8 {
            let steps = 1 + numbers.below(70);
            let done = killed_after(steps, world.workers.do_next()).await;
            kills += u32::from(done.is_none());
            world.pass(70_000);
        }
        for _ in 0..3 {
            world.work().await;
            world.pass(70_000);
        }
    }
    assert!(
        world
            .store
            .dead_letters(None, 9)
            .await
            .expect("lists")
            .is_empty(),
        "seed {seed}"
    );
    let depth = world
        .store
        .queue_depth(world.service.now())
        .await
        .expect("counts");
    assert_eq!(depth, shindan_store::QueueDepth::default(), "seed {seed}");
    let mut expected = Vec::new();
    for n in 0..FUNCTIONS {
        expected.extend([
            format!("f{n} ACTIVE CWE-89 - SQL injection"),
            format!("f{n} ACTIVE CWE-89 - SQL injection"),
            format!("f{n} CLOSED CWE-89 - SQL injection"),
        ]);
    }
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
        kills += survive(seed).await;
    }
    assert!(kills > 200, "only {kills} kills");
}
