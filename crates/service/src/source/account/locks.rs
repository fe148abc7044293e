//! One at a time, by name: two that want the same code must not both download it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

/// Locks with names. Those that nobody holds or waits for take no room for long.
#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>);

/// Names from which on those that nobody needs are thrown out.
const MANY: usize = 1024;

impl Locks {
    /// Waits for a lock.
    pub(super) async fn hold(&self, name: String) -> OwnedMutexGuard<()> {
        self.named(name).lock_owned().await
    }

    fn named(&self, name: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(&name).and_then(Weak::upgrade) {
            return lock;
        }
        if locks.len() >= MANY {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::default();
        locks.insert(name, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_held_by_one_and_others_are_free() {
        let locks = Locks::default();
        let held = locks.hold("a".to_owned()).await;
        assert!(locks.named("a".to_owned()).try_lock().is_err());
        assert!(locks.named("b".to_owned()).try_lock().is_ok());
        drop(held);
        assert!(locks.named("a".to_owned()).try_lock().is_ok());
    }

    #[tokio::test]
    async fn names_that_nobody_needs_are_thrown_out() {
        let locks = Locks::default();
        for number in 0..3 * MANY {
            drop(locks.hold(number.to_string()).await);
        }
        assert!(locks.0.lock().expect("no panic").len() <= MANY);
    }
}
