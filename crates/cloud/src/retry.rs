//! When a call is made again, and after how long.
//!
//! All calls go through [`Retry::run`], those of the SDKs too (their own retries are off), so that waiting, following the
//! service's clock and giving up are the same everywhere. Between attempts lies a random part of a span that doubles
//! ("full jitter"), or what `Retry-After` asks for if that is longer. Attempts and the whole wait are bounded; what was
//! waited is added up, not measured, so that tests see the same as users.

use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use shindan_inspector::{AccountId, Region};

use crate::call::Call;
use crate::credentials::Credentials;
use crate::effects::{Clock, Effects};
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;

/// How patient calls are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// How often a call is made at most.
    pub attempts: u32,
    /// The longest first wait; the next is twice as long.
    pub first: Duration,
    /// The longest wait that is not asked for by the service.
    pub longest: Duration,
    /// All waits of a call together.
    pub total: Duration,
}

impl Default for Backoff {
    /// Outlasts a minute of throttling and gives up before the user does.
    fn default() -> Self {
        Self {
            attempts: 16,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            total: Duration::from_secs(120),
        }
    }
}

impl Backoff {
    /// How long to wait after the attempt of this number, counted from 1; `None` to give up.
    fn wait(
        &self,
        attempt: u32,
        waited: Duration,
        random: f64,
        asked: Option<Duration>,
    ) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempt - 1);
        let span = self.first.saturating_mul(doubled).min(self.longest);
        let wait = span
            .mul_f64(random.clamp(0.0, 1.0))
            .max(asked.unwrap_or_default());
        (waited.saturating_add(wait) <= self.total).then_some(wait)
    }
}

/// How often trouble of a kind is tried at most; 1 is never again.
const fn tries(kind: ErrorKind) -> u32 {
    match kind {
        ErrorKind::Throttled | ErrorKind::Unavailable => u32::MAX,
        // Each of these has waited for the network already.
        ErrorKind::Timeout | ErrorKind::Unreachable => 3,
        // A name that is unknown mostly stays unknown.
        ErrorKind::NoSuchHost => 2,
        // A download that was changed on its way, or cut.
        ErrorKind::WrongHash => 2,
        _ => 1,
    }
}

/// What a call needs to be tried again.
#[derive(Clone, Copy)]
pub(crate) struct Retry<'a> {
    pub(crate) backoff: &'a Backoff,
    pub(crate) effects: &'a Effects,
    pub(crate) clock: &'a Clock,
    /// Gotten anew when the service says that they have expired.
    pub(crate) credentials: Option<&'a Credentials>,
    pub(crate) account: Option<AccountId>,
    pub(crate) region: &'a Region,
}

impl Retry<'_> {
    /// Makes a call until it succeeds or there is no use in going on.
    pub(crate) async fn run<T, F>(
        &self,
        call: Call,
        attempt: impl Fn() -> F,
    ) -> Result<T, CloudError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut made = 0;
        let mut waited = Duration::ZERO;
        let (mut followed_clock, mut renewed) = (false, false);
        loop {
            made += 1;
            let failure = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let kind = failure.kind();
            match (kind, failure.date, self.credentials) {
                (ErrorKind::ClockSkew, Some(date), _) if !followed_clock => {
                    followed_clock = true;
                    self.clock.follow(date);
                    continue;
                }
                (ErrorKind::CredentialsExpired, _, Some(credentials)) if !renewed => {
                    renewed = true;
                    credentials.forget().await;
                    // Boxed, because getting them can be a call itself.
                    Box::pin(credentials.get()).await?;
                    continue;
                }
                _ => {}
            }
            let wait = self.backoff.wait(
                made,
                waited,
                self.effects.random.unit(),
                failure.retry_after,
            );
            match wait {
                Some(wait) if made < tries(kind) => {
                    waited += wait;
                    self.effects.sleep.sleep(wait).await;
                }
                _ => return Err(self.give_up(call, &failure, made)),
            }
        }
    }

    /// The error of a failure.
    pub(crate) fn give_up(&self, call: Call, failure: &Failure, attempts: u32) -> CloudError {
        let mut message = failure.text();
        if failure.kind() == ErrorKind::ClockSkew {
            let seconds = self.clock.ahead() / 1000;
            message = format!("{message}; AWS is {seconds} s ahead of this machine");
        }
        CloudError {
            account: self.account,
            region: self.region.clone(),
            call,
            kind: failure.kind(),
            message,
            attempts,
            request_id: failure.request_id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_span_doubles_up_to_the_longest() {
        let backoff = Backoff::default();
        let spans: Vec<_> = (1..=8)
            .filter_map(|attempt| backoff.wait(attempt, Duration::ZERO, 1.0, None))
            .map(|span| span.as_millis())
            .collect();
        assert_eq!(spans, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
    }

    #[test]
    fn what_the_service_asks_for_is_waited_unless_it_is_too_long() {
        let backoff = Backoff::default();
        let asked = |seconds| {
            let asked = Some(Duration::from_secs(seconds));
            backoff.wait(1, Duration::ZERO, 0.5, asked)
        };
        assert_eq!(asked(7), Some(Duration::from_secs(7)));
        assert_eq!(asked(600), None);
    }

    proptest! {
        #[test]
        fn all_waits_together_stay_within_the_bound(
            randoms in prop::collection::vec(0.0..1.0_f64, 40),
            asked in prop::collection::vec(prop::option::of(0..50_u64), 40),
        ) {
            let backoff = Backoff::default();
            let mut waited = Duration::ZERO;
            let mut attempts = 1;
            while let Some(wait) = backoff.wait(
                attempts,
                waited,
                randoms[attempts as usize % 40],
                asked[attempts as usize % 40].map(Duration::from_secs),
            ) {
                waited += wait;
                attempts += 1;
            }
            prop_assert!(waited <= backoff.total);
            prop_assert!(attempts <= backoff.attempts);
        }
    }
}
