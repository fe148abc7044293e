//! Knows what is in work, tells the parent how far it is, and stops the process when a file takes too long.
//!
//! In the common case progress costs no system call: a thread looks at the table ten times a second. Only when a
//! parent looks for the file that killed an earlier child is every file announced before it is worked on.
//! Time is counted in ticks of that thread, so that a process that was stopped or starved for a while is not taken for
//! one that hangs.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shindan_artifact::{Artifact, Class};
use shindan_inventory::Inventory;
use shindan_scan::{Progress, Stage};

use super::protocol::{Message, WorkStage, send};

const TICK: Duration = Duration::from_millis(100);
/// Ticks between two signs of life when nothing else is to be told.
const HEARTBEAT: u32 = 20;

/// How long one file may take, whatever its size.
const BASE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 20 });
/// How much longer for each mebibyte.
const PER_MEBIBYTE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 20 });
/// How long anything may take.
const LONGEST: Duration = Duration::from_secs(600);

/// How long `bytes` of input may take.
pub(super) fn allowance(bytes: u64) -> Duration {
    let per_kibibyte = PER_MEBIBYTE / 1024;
    let factor = u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
    (BASE + per_kibibyte.saturating_mul(factor)).min(LONGEST)
}

/// The work of a process, shared between its threads.
#[derive(Debug)]
pub(super) struct Work<W> {
    link: Mutex<W>,
    items: Mutex<Vec<Item>>,
    done: AtomicU32,
    announce: bool,
}

#[derive(Debug)]
struct Item {
    stage: WorkStage,
    path: String,
    age: Duration,
    allowed: Duration,
}

impl<W: Write + Send> Work<W> {
    pub(super) fn new(link: W, announce: bool) -> Self {
        Self {
            link: Mutex::new(link),
            items: Mutex::default(),
            done: AtomicU32::new(0),
            announce,
        }
    }

    /// Tells the parent. A parent that is gone takes the child with it, so nobody needs to hear of an error.
    pub(super) fn tell(&self, message: &Message) -> io::Result<()> {
        send(&mut *lock(&self.link), message)
    }

    pub(super) fn begin(&self, stage: WorkStage, steps: usize) {
        self.done.store(0, Ordering::Relaxed);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        let _ = self.tell(&Message::Begin { stage, steps });
    }

    pub(super) fn enter(&self, stage: WorkStage, path: &str, allowed: Duration) {
        lock(&self.items).push(Item {
            stage,
            path: path.to_owned(),
            age: Duration::ZERO,
            allowed,
        });
        if self.announce {
            let path = path.to_owned();
            let _ = self.tell(&Message::Enter { stage, path });
        }
    }

    pub(super) fn leave(&self, stage: WorkStage, path: &str) {
        let mut items = lock(&self.items);
        if let Some(at) = items
            .iter()
            .position(|i| i.stage == stage && i.path == path)
        {
            items.swap_remove(at);
        }
        drop(items);
        self.done.fetch_add(1, Ordering::Relaxed);
        if self.announce {
            let path = path.to_owned();
            let _ = self.tell(&Message::Leave { stage, path });
        }
    }

    /// Lets time pass; answers with what takes too long.
    fn grow_older(&self, passed: Duration) -> Option<(WorkStage, String, Duration)> {
        let mut items = lock(&self.items);
        for item in items.iter_mut() {
            item.age += passed;
        }
        items
            .iter()
            .filter(|item| item.age > item.allowed)
            .max_by_key(|item| item.age)
            .map(|item| (item.stage, item.path.clone(), item.allowed))
    }
}

impl<W: Write + Send + 'static> Work<W> {
    /// Starts the thread that watches.
    pub(super) fn watch(self: &Arc<Self>) -> io::Result<()> {
        let work = Arc::clone(self);
        let builder = std::thread::Builder::new()
            .name("watchdog".to_owned())
            .stack_size(256 << 10);
        builder.spawn(move || work.keep_watching()).map(drop)
    }

    fn keep_watching(&self) {
        let (mut told, mut silent) = (0, 0);
        let mut last = Instant::now();
        loop {
            std::thread::sleep(TICK);
            let passed = last.elapsed().min(2 * TICK);
            last = Instant::now();
            if let Some((stage, path, allowed)) = self.grow_older(passed) {
                let seconds = u32::try_from(allowed.as_secs()).unwrap_or(u32::MAX);
                let _ = self.tell(&Message::Stuck {
                    stage,
                    path,
                    seconds,
                });
                std::process::exit(1);
            }
            let done = self.done.load(Ordering::Relaxed);
            silent += 1;
            if done != told || silent >= HEARTBEAT {
                let _ = self.tell(&Message::Done { steps: done });
                (told, silent) = (done, 0);
            }
        }
    }
}

/// The pipeline's view of [`Work`].
pub(super) struct Reporter<'a, W> {
    work: &'a Work<W>,
    artifact: &'a Artifact,
    own_bytes: u64,
    /// Whether the parent wants the packages too.
    keeps_packages: bool,
}

impl<'a, W: Write + Send> Reporter<'a, W> {
    pub(super) fn new(work: &'a Work<W>, artifact: &'a Artifact, keeps_packages: bool) -> Self {
        let own = artifact
            .entries()
            .iter()
            .filter(|entry| entry.class == Class::FirstParty);
        Self {
            work,
            artifact,
            own_bytes: own.map(|entry| entry.size).sum(),
            keeps_packages,
        }
    }
}

impl<W: Write + Send> Progress for Reporter<'_, W> {
    fn begin(&self, stage: Stage, steps: usize) {
        self.work.begin(stage.into(), steps);
    }

    fn enter(&self, stage: Stage, path: &str) {
        let bytes = match stage {
            Stage::Read => self.artifact.entry(path).map_or(0, |entry| entry.size),
            // Only the first file of a group is named, and a group may be everything.
            Stage::Analyse => self.own_bytes,
        };
        self.work.enter(stage.into(), path, allowance(bytes));
    }

    fn leave(&self, stage: Stage, path: &str) {
        self.work.leave(stage.into(), path);
    }

    fn packages(&self, inventory: &Inventory) {
        if self.keeps_packages {
            let _ = self
                .work
                .tell(&Message::Inventory(Box::new(inventory.clone())));
        }
    }
}

/// A thread that panicked while it held the lock left nothing half done: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_what_is_still_in_work_and_over_its_time_is_stuck() {
        let work = Work::new(io::sink(), false);
        work.enter(WorkStage::Read, "quick.py", SECOND);
        work.enter(WorkStage::Read, "large.js", 60 * SECOND);
        work.enter(WorkStage::Read, "hangs.py", SECOND);
        assert_eq!(work.grow_older(SECOND), None);
        work.leave(WorkStage::Read, "quick.py");
        assert_eq!(
            work.grow_older(SECOND),
            Some((WorkStage::Read, "hangs.py".to_owned(), SECOND))
        );
    }

    #[test]
    fn larger_files_may_take_longer_within_bounds() {
        assert_eq!(allowance(0), BASE);
        assert!(allowance(1 << 20) > BASE + PER_MEBIBYTE / 2);
        assert_eq!(allowance(u64::MAX), LONGEST);
    }

    #[test]
    fn files_are_announced_only_when_asked() {
        for announce in [false, true] {
            let work = Work::new(Vec::new(), announce);
            work.enter(WorkStage::Read, "a.py", SECOND);
            work.leave(WorkStage::Read, "a.py");
            assert_eq!(lock(&work.link).is_empty(), !announce);
        }
    }
}
