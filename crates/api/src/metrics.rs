//! How many requests were answered, how, and how long it took; in Prometheus's text format.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

/// Counts by operation and status. Both are words of this program, so there are few.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    answers: Mutex<BTreeMap<(Cow<'static, str>, u16), Answers>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    count: u64,
    time: Duration,
}

impl Metrics {
    pub(crate) fn count(&self, operation: Cow<'static, str>, status: u16, time: Duration) {
        let mut answers = self.answers.lock().unwrap_or_else(|lock| lock.into_inner());
        let answers = answers.entry((operation, status)).or_default();
        answers.count += 1;
        answers.time += time;
    }

    pub(crate) fn text(&self) -> String {
        let answers = self
            .answers
            .lock()
            .unwrap_or_else(|lock| lock.into_inner())
            .clone();
        let mut text = String::from(
            "# HELP shindan_api_requests_total Requests that were answered.\n# TYPE shindan_api_requests_total counter\n",
        );
        for ((operation, status), answers) in &answers {
            let _ = writeln!(
                text,
                "shindan_api_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {}",
                answers.count
            );
        }
        text.push_str(
            "# HELP shindan_api_request_seconds_total Time that answering took.\n# TYPE shindan_api_request_seconds_total counter\n",
        );
        for ((operation, status), answers) in &answers {
            let _ = writeln!(
                text,
                "shindan_api_request_seconds_total{{operation=\"{operation}\",status=\"{status}\"}} {:.6}",
                answers.time.as_secs_f64()
            );
        }
        text
    }
}
