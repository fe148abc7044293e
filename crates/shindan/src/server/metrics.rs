//! What `/metrics` says of the queue and the advisories, in Prometheus's text format, beside what the API counts itself.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shindan_inspector::Timestamp;
use shindan_store::{QueueDepth, Store};

use crate::server::advisories::Advisories;
use crate::server::now;

/// How old the numbers may be: counting jobs is a statement that scrapes should not repeat at will.
const EVERY: Duration = Duration::from_secs(5);

/// The text of the last count. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Metrics(Arc<Mutex<String>>);

impl Metrics {
    /// The text.
    pub(crate) fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Counts every few seconds, for ever.
    pub(crate) async fn keep_counting(self, store: Store, advisories: Advisories) {
        loop {
            match store.queue_depth(now()).await {
                Ok(depth) => {
                    let text = text(&depth, now(), advisories.current().is_some());
                    *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
                }
                Err(error) => tracing::warn!(%error, "the queue cannot be counted"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

fn text(depth: &QueueDepth, now: Timestamp, has_advisories: bool) -> String {
    let mut text = String::from(
        "# HELP shindan_jobs Jobs by state; waiting ones by priority.\n# TYPE shindan_jobs gauge\n",
    );
    // Writing to a text cannot fail.
    for (priority, count) in ["now", "soon", "later"].into_iter().zip(depth.waiting) {
        let _ = writeln!(
            text,
            "shindan_jobs{{state=\"waiting\",priority=\"{priority}\"}} {count}"
        );
    }
    for (state, count) in [
        ("delayed", depth.delayed),
        ("leased", depth.leased),
        ("dead", depth.dead),
    ] {
        let _ = writeln!(text, "shindan_jobs{{state=\"{state}\"}} {count}");
    }
    let oldest = depth.oldest.map_or(0, |at| now.millis_since(at) / 1000);
    let _ = writeln!(
        text,
        "# HELP shindan_jobs_oldest_seconds Age of the oldest job that is not done.\n\
         # TYPE shindan_jobs_oldest_seconds gauge\nshindan_jobs_oldest_seconds {oldest}\n\
         # HELP shindan_advisories Whether there are advisories to compare packages with.\n\
         # TYPE shindan_advisories gauge\nshindan_advisories {}",
        u8::from(has_advisories)
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_comment_or_a_number() {
        let depth = QueueDepth {
            waiting: [3, 2, 1],
            dead: 4,
            oldest: Some(Timestamp::from_millis(1000)),
            ..QueueDepth::default()
        };
        let text = text(&depth, Timestamp::from_millis(61_000), true);
        assert!(text.contains("shindan_jobs{state=\"waiting\",priority=\"now\"} 3\n"));
        assert!(text.contains("shindan_jobs{state=\"dead\"} 4\n"));
        assert!(text.contains("\nshindan_jobs_oldest_seconds 60\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (_, number) = line.rsplit_once(' ').expect("a name and a number");
            assert!(number.parse::<u64>().is_ok(), "{line}");
        }
    }
}
