//! What this crate needs of the world beside the network: time, sleep and randomness, all of them parameters.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use shindan_inspector::Timestamp;

/// Randomness for the jitter of retries.
pub trait Random: fmt::Debug + Send + Sync {
    /// The next number from 0 to 1, 1 excluded.
    fn unit(&self) -> f64;
}

/// Time, sleep and randomness.
#[derive(Clone, Debug)]
pub struct Effects {
    pub time: SharedTimeSource,
    /// Sleeps between attempts. The timeouts of connections are real time whatever this is.
    pub sleep: SharedAsyncSleep,
    pub random: Arc<dyn Random>,
}

impl Effects {
    /// The clock of the system, tokio's sleep, and the caller's randomness.
    pub fn system(random: impl Random + 'static) -> Self {
        Self {
            time: SharedTimeSource::default(),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            random: Arc::new(random),
        }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.time.now()
    }

    /// Waits.
    pub async fn wait(&self, duration: Duration) {
        self.sleep.sleep(duration).await;
    }
}

/// The clock that requests are signed with: the given one, set right by what AWS said the time is.
///
/// All clients of one set of sessions share it, so one refused request is enough.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    time: SharedTimeSource,
    /// How far AWS is ahead, in milliseconds.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    pub(crate) fn new(time: SharedTimeSource) -> Self {
        Self {
            time,
            ahead: Arc::default(),
        }
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        Timestamp::from_millis(millis(self.time.now())).plus_millis(self.ahead())
    }

    /// How far AWS is ahead of the clock of this machine.
    pub(crate) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Goes by what a service said its time is.
    pub(crate) fn follow(&self, service: Timestamp) {
        let ahead = service.as_millis().saturating_sub(millis(self.time.now()));
        self.ahead.store(ahead, Ordering::Relaxed);
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let shift = Duration::from_millis(self.ahead().unsigned_abs());
        let now = self.time.now();
        let shifted = if self.ahead() < 0 {
            now.checked_sub(shift)
        } else {
            now.checked_add(shift)
        };
        shifted.unwrap_or(now)
    }
}

fn millis(time: SystemTime) -> i64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::time::StaticTimeSource;

    use super::*;

    #[test]
    fn a_clock_follows_the_service_in_both_directions() {
        let clock = Clock::new(StaticTimeSource::from_secs(1_000_000).into());
        for seconds in [1_000_600, 999_400] {
            clock.follow(Timestamp::from_millis(seconds * 1000));
            assert_eq!(clock.timestamp().as_millis(), seconds * 1000);
            assert_eq!(millis(clock.now()), seconds * 1000);
        }
    }
}
