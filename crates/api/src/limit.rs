//! How much one client may ask for.

use std::collections::BTreeMap;
use std::time::Duration;

use shindan_inspector::Timestamp;

/// Bounds of requests. The defaults fit Inspector's own.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// Bytes of a function's package. Lambda takes 50 MB zipped, 250 MB unpacked with layers.
    pub package: usize,
    /// Packages that are received at once; each may take its size in memory.
    pub packages_at_once: usize,
    /// Time to send the head of a request.
    pub head_time: Duration,
    /// Time to send a body, and to answer.
    pub request_time: Duration,
    /// Time to send a package.
    pub package_time: Duration,
    /// Requests a second of one access key, for long.
    pub rate: u32,
    /// Requests at once before the rate counts.
    pub burst: u32,
    /// Connections at once.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 10 * 1024 * 1024,
            package: 300 * 1024 * 1024,
            packages_at_once: 4,
            head_time: Duration::from_secs(10),
            request_time: Duration::from_secs(60),
            package_time: Duration::from_secs(600),
            rate: 50,
            burst: 200,
            connections: 1024,
        }
    }
}

/// A token bucket for each access key.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    rate: f64,
    burst: f64,
    buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    level: f64,
    at: Timestamp,
}

/// Access keys with a bucket. Only keys that exist and signed correctly get one.
const MAX_BUCKETS: usize = 10_000;

impl RateLimiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            rate: f64::from(limits.rate),
            burst: f64::from(limits.burst.max(1)),
            buckets: BTreeMap::new(),
        }
    }

    /// Lets a request through, or says after how many seconds to try again.
    pub(crate) fn admit(&mut self, key: &str, now: Timestamp) -> Result<(), u32> {
        if self.buckets.len() >= MAX_BUCKETS && !self.buckets.contains_key(key) {
            let (rate, burst) = (self.rate, self.burst);
            self.buckets
                .retain(|_, bucket| bucket.filled(now, rate, burst) < burst);
        }
        let (rate, burst) = (self.rate, self.burst);
        let bucket = self.buckets.entry(key.to_owned()).or_insert(Bucket {
            level: burst,
            at: now,
        });
        bucket.level = bucket.filled(now, rate, burst);
        bucket.at = now;
        if bucket.level < 1.0 {
            return Err(1);
        }
        bucket.level -= 1.0;
        Ok(())
    }
}

impl Bucket {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a bucket is full long before milliseconds need 53 bits"
    )]
    fn filled(&self, now: Timestamp, rate: f64, burst: f64) -> f64 {
        let seconds = now.millis_since(self.at) as f64 / 1000.0;
        (self.level + seconds * rate).min(burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let limits = Limits {
            rate: 2,
            burst: 3,
            ..Limits::default()
        };
        let mut limiter = RateLimiter::new(&limits);
        let at = Timestamp::from_millis;
        for _ in 0..3 {
            assert_eq!(limiter.admit("a", at(0)), Ok(()));
        }
        assert_eq!(limiter.admit("a", at(0)), Err(1));
        assert_eq!(limiter.admit("b", at(0)), Ok(()));
        assert_eq!(limiter.admit("a", at(400)), Err(1));
        assert_eq!(limiter.admit("a", at(600)), Ok(()));
        // A clock that jumps back gives nothing away and takes nothing.
        assert_eq!(limiter.admit("a", at(-9_999_999)), Err(1));
        assert_eq!(limiter.admit("a", at(60_000)), Ok(()));
    }
}
