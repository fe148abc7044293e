//! Requests that were seen before.
//!
//! Who reads a signed request, from a log or a broken proxy, can send it again while its signature is current. For
//! requests that change something a [`ReplayWindow`] lets each signature in once. Reads need no window: repeating one
//! tells nobody more than the answer that was read with it.
//!
//! # Retries
//!
//! A client whose answer was lost cannot be told apart from an attacker if it tries again within the same second: time,
//! headers and so the signature are the same (`amz-sdk-request`, which counts attempts, is not signed by all clients).
//! It gets [`AwsError::Throttling`], on which all AWS clients wait and sign anew, and then it is let in, as it would be
//! one second later anyway. An attacker is never let in, since only the owner of the key can sign anew.
//! Whether the change is then made twice is up to the operation, as with AWS; this is no idempotency.
//!
//! A signature is taken when its request is admitted, so that two at once do not both pass. A request that had no
//! effect should give it back with [`ReplayWindow::forget`]. If its handler dies the signature stays taken, which costs
//! a client no more than a wait.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::access_key::AccessKeyId;
use crate::refusal::AwsError;
use crate::verify::{MAX_SKEW, Verified};

/// Signatures that were let in and are still current, of one process.
///
/// Several servers behind one address each let a request in once.
#[derive(Debug)]
pub struct ReplayWindow {
    /// The first is forgotten first. A signature covers its time, so the same one is found under the same time.
    seen: BTreeSet<Seen>,
    capacity: usize,
    /// What was signed before this second may have been forgotten.
    remembered_since: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    signed_at: i64,
    access_key_id: AccessKeyId,
    signature: [u8; 32],
}

/// The right to run a request, once.
#[derive(Debug)]
#[must_use = "give it back with `forget` if the request had no effect"]
pub struct Admission(Seen);

/// Why a request may not run now. Clients wait and sign anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    #[error("This very request has been received already. Sign it anew to repeat it.")]
    Repeated,
    /// Forgetting a current one instead would let it in again.
    #[error("Too many requests that change something in a short time. Try again later.")]
    Full,
}

impl ReplayWindow {
    /// `capacity` bounds the memory, at some 100 bytes each. What is let in within ten minutes must fit.
    pub fn new(capacity: usize) -> Self {
        ReplayWindow {
            seen: BTreeSet::new(),
            capacity,
            remembered_since: i64::MIN,
        }
    }

    /// Lets a verified request in if it is the first of its signature.
    pub fn admit(
        &mut self,
        request: &Verified<'_>,
        now: Timestamp,
    ) -> Result<Admission, NotAdmitted> {
        self.evict(now);
        let seen = Seen {
            signed_at: request.signed_at.as_second(),
            access_key_id: request.access_key_id,
            signature: request.signature.bytes(),
        };
        if seen.signed_at < self.remembered_since || self.seen.contains(&seen) {
            return Err(NotAdmitted::Repeated);
        }
        if self.seen.len() >= self.capacity {
            return Err(NotAdmitted::Full);
        }
        self.seen.insert(seen);
        Ok(Admission(seen))
    }

    /// Gives the signature back: the request had no effect and may come again.
    pub fn forget(&mut self, admission: Admission) {
        self.seen.remove(&admission.0);
    }

    /// Forgets what [`Verifier::verify`](crate::Verifier::verify) refuses by its time.
    fn evict(&mut self, now: Timestamp) {
        let oldest = now.as_second().saturating_sub(MAX_SKEW);
        // A clock that is set back must not let in what was forgotten.
        self.remembered_since = self.remembered_since.max(oldest);
        while self
            .seen
            .first()
            .is_some_and(|first| first.signed_at < self.remembered_since)
        {
            self.seen.pop_first();
        }
    }
}

impl NotAdmitted {
    pub fn aws_error(self) -> AwsError {
        match self {
            NotAdmitted::Repeated | NotAdmitted::Full => AwsError::Throttling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Signature;

    const START: i64 = 1_800_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(START + second).expect("in range")
    }

    fn request(signed_at: i64, digit: char) -> Verified<'static> {
        Verified {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".parse().expect("right"),
            region: "eu-west-1".to_owned(),
            service: "inspector2".to_owned(),
            signed_at: at(signed_at),
            signature: Signature::parse(digit.to_string().repeat(64).as_bytes()).expect("right"),
            body: b"".into(),
        }
    }

    #[test]
    fn second_of_the_same_is_refused_while_it_is_current() {
        let mut window = ReplayWindow::new(10);
        assert!(window.admit(&request(0, 'a'), at(0)).is_ok());
        for second in [0, 1, MAX_SKEW] {
            let refused = window.admit(&request(0, 'a'), at(second));
            assert_eq!(refused.err(), Some(NotAdmitted::Repeated), "{second}");
        }
        assert!(window.admit(&request(1, 'b'), at(1)).is_ok());
        let other = AccessKeyId::generate(crate::AccessKeyKind::Temporary, [1; 10]);
        assert!(
            window
                .admit(
                    &Verified {
                        access_key_id: other,
                        ..request(0, 'a')
                    },
                    at(1)
                )
                .is_ok()
        );
    }

    #[test]
    fn request_without_effect_may_come_again() {
        let mut window = ReplayWindow::new(10);
        let admission = window.admit(&request(0, 'a'), at(0)).expect("first");
        assert!(window.admit(&request(0, 'a'), at(0)).is_err());
        window.forget(admission);
        assert!(window.admit(&request(0, 'a'), at(0)).is_ok());
    }

    #[test]
    fn full_window_forgets_only_what_has_expired() {
        let mut window = ReplayWindow::new(2);
        assert!(window.admit(&request(0, 'a'), at(0)).is_ok());
        // From a clock that is ahead, so that it is current for longer.
        assert!(window.admit(&request(MAX_SKEW, 'b'), at(0)).is_ok());
        for second in [0, MAX_SKEW] {
            let refused = window.admit(&request(second, 'c'), at(second));
            assert_eq!(refused.err(), Some(NotAdmitted::Full));
        }
        let later = MAX_SKEW + 1;
        assert!(window.admit(&request(later, 'c'), at(later)).is_ok());
        assert_eq!(
            window.admit(&request(MAX_SKEW, 'b'), at(later)).err(),
            Some(NotAdmitted::Repeated)
        );
        assert_eq!(window.seen.len(), 2);
    }

    #[test]
    fn clock_that_is_set_back_lets_nothing_in_again() {
        let mut window = ReplayWindow::new(10);
        assert!(window.admit(&request(0, 'a'), at(0)).is_ok());
        assert!(window.admit(&request(400, 'b'), at(400)).is_ok());
        assert_eq!(
            window.admit(&request(0, 'a'), at(0)).err(),
            Some(NotAdmitted::Repeated)
        );
    }
}
