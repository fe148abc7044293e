//! How long to wait, and how much longer each time.

use jiff::{SignedDuration, Timestamp};

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After the first trouble; it doubles each time.
    pub first_delay: SignedDuration,
    pub longest_delay: SignedDuration,
    /// Between two looks at the status of an account.
    pub poll: SignedDuration,
    /// For how long `ACCESS_DENIED` may mean that a membership has not become known everywhere yet.
    pub denied: SignedDuration,
    /// For how long after `Enable` a type may still be read as `DISABLED`.
    pub settling: SignedDuration,
    /// For everything. Large accounts are known to take longer than five minutes.
    pub whole: SignedDuration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_delay: SignedDuration::from_secs(2),
            longest_delay: SignedDuration::from_secs(60),
            poll: SignedDuration::from_secs(10),
            denied: SignedDuration::from_mins(3),
            settling: SignedDuration::from_mins(2),
            whole: SignedDuration::from_mins(30),
        }
    }
}

impl Patience {
    /// The delay after so many troubles.
    pub(super) fn delay(&self, tries: u32) -> SignedDuration {
        // More doublings than that are beyond any longest delay, and must not overflow.
        let doublings = tries.saturating_sub(1).min(16);
        let delay = self.first_delay.saturating_mul(1 << doublings);
        delay.min(self.longest_delay)
    }
}

/// A time so much later, or the last there is.
pub(super) fn later(now: Timestamp, delay: SignedDuration) -> Timestamp {
    now.checked_add(delay).unwrap_or(Timestamp::MAX)
}
