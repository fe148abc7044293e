//! Usage as Inspector meters it: hours in which functions were watched.
//!
//! Source: the user guide's page on usage. The average number of functions of a month is the sum of their coverage hours
//! divided by 720; hours run from discovery to deletion or exclusion and go on when a function is included again. A free
//! trial is 15 days for each kind of scanning and runs from the first activation, whatever happens to the setting.

use jiff::civil::Time;
use jiff::tz::Offset;

use crate::Timestamp;

/// Hours of the month that costs are computed with.
pub const MONTH_HOURS: f64 = 720.0;

/// Days of a free trial.
pub const TRIAL_DAYS: i64 = 15;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;

/// A span in which one function was watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub began_at: Timestamp,
    /// Its end; `None` while it lasts.
    pub ended_at: Option<Timestamp>,
}

/// The first moment of the month, in UTC, that a moment lies in.
#[must_use]
pub fn month_of(now: Timestamp) -> Timestamp {
    let first = jiff::Timestamp::from_millisecond(now.as_millis())
        .ok()
        .and_then(|moment| {
            let first = Offset::UTC.to_datetime(moment).date().first_of_month();
            Offset::UTC
                .to_timestamp(first.to_datetime(Time::midnight()))
                .ok()
        });
    // Moments that no calendar has are their own month: nothing was watched before them.
    first.map_or(now, |first| Timestamp::from_millis(first.as_millisecond()))
}

/// Milliseconds of a span between two moments.
#[must_use]
pub fn watched_millis(span: Span, from: Timestamp, until: Timestamp) -> i64 {
    let end = span.ended_at.map_or(until, |end| end.min(until));
    end.millis_since(span.began_at.max(from))
}

/// Hours of a number of milliseconds.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a million functions watched for a year are 51 bits of milliseconds"
)]
pub fn hours(millis: i64) -> f64 {
    millis as f64 / HOUR_MILLIS as f64
}

/// The average number of functions of a month with this many coverage hours.
#[must_use]
pub fn average_functions(coverage_hours: f64) -> f64 {
    coverage_hours / MONTH_HOURS
}

/// A free trial of one kind of scanning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeTrial {
    /// The first activation.
    pub start: Timestamp,
    /// 15 days later.
    pub end: Timestamp,
}

impl FreeTrial {
    /// The trial that an activation begins.
    #[must_use]
    pub const fn since(activation: Timestamp) -> Self {
        Self {
            start: activation,
            end: activation.plus_millis(TRIAL_DAYS * Timestamp::DAY),
        }
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_active(self, now: Timestamp) -> bool {
        (self.start..self.end).contains(&now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29T17:00:00Z.
    const NOW: Timestamp = Timestamp::from_millis(1_795_971_600_000);
    /// 2026-11-01T00:00:00Z.
    const MONTH: Timestamp = Timestamp::from_millis(1_793_491_200_000);

    #[test]
    fn a_month_begins_on_its_first_day() {
        assert_eq!(month_of(NOW), MONTH);
        assert_eq!(month_of(MONTH), MONTH);
        assert_ne!(month_of(MONTH.plus_millis(-1)), MONTH);
        let never = Timestamp::from_millis(i64::MAX);
        assert_eq!(month_of(never), never);
    }

    #[test]
    fn only_the_part_of_a_span_in_the_month_counts() {
        let hour = |n: i64| MONTH.plus_millis(n * HOUR_MILLIS);
        let counted = |began, ended| {
            let span = Span {
                began_at: began,
                ended_at: ended,
            };
            hours(watched_millis(span, MONTH, hour(10)))
        };
        assert_eq!(counted(hour(-5), None), 10.0);
        assert_eq!(counted(hour(2), Some(hour(5))), 3.0);
        assert_eq!(counted(hour(-5), Some(hour(-1))), 0.0);
        assert_eq!(counted(hour(11), None), 0.0);
        assert_eq!(counted(hour(8), Some(hour(12))), 2.0);
    }

    #[test]
    fn a_function_watched_for_thirty_days_is_one_function() {
        let span = Span {
            began_at: MONTH,
            ended_at: None,
        };
        let watched = watched_millis(span, MONTH, MONTH.plus_millis(30 * Timestamp::DAY));
        assert_eq!(average_functions(hours(watched)), 1.0);
    }

    #[test]
    fn a_trial_ends_after_fifteen_days() {
        let trial = FreeTrial::since(MONTH);
        assert!(trial.is_active(MONTH));
        assert!(trial.is_active(MONTH.plus_millis(15 * Timestamp::DAY - 1)));
        assert!(!trial.is_active(MONTH.plus_millis(15 * Timestamp::DAY)));
    }
}
