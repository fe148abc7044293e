//! When functions were last invoked, from CloudWatch's metric `Invocations`.
//!
//! Inspector stops scanning a function that was neither invoked nor changed for 90 days; this is how to know. CloudWatch
//! charges for each metric that is read, so ask once a day, not at every poll.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use shindan_inspector::{FunctionArn, Timestamp};

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::session::Session;
use crate::signed::{Input, Paging};

/// How far back is looked.
const DAYS: i64 = 90;
/// Queries of one call, the most that `GetMetricData` takes. 90 points each are within its 100,800 points.
const QUERIES: usize = 500;
/// Seconds of a point: a day. Metrics of 90 days ago exist by the hour.
const PERIOD: i64 = 24 * 60 * 60;

/// When a function was last invoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastInvocation {
    /// Within the 24 hours before this time, which is never later than now.
    Before(Timestamp),
    /// Not within 90 days.
    NotRecently,
    /// It could not be read, which says nothing about the function. The text says why.
    Unknown(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricData {
    id: String,
    /// Beginnings of periods, in seconds.
    #[serde(default)]
    timestamps: Vec<Timestamp>,
    #[serde(default)]
    values: Vec<f64>,
    #[serde(default)]
    status_code: String,
}

impl Session {
    /// Reads when functions of this account and Region were last invoked. Every function that is asked for is in the
    /// answer.
    pub async fn last_invocations(
        &self,
        functions: &[FunctionArn],
    ) -> BTreeMap<FunctionArn, LastInvocation> {
        let now = self.shared.clock.timestamp();
        let mut found = BTreeMap::new();
        for batch in functions.chunks(QUERIES) {
            let answer = self.metric_data(batch, now).await;
            found.extend(read(batch, answer, now));
        }
        found
    }

    async fn metric_data(
        &self,
        functions: &[FunctionArn],
        now: Timestamp,
    ) -> Result<Vec<MetricData>, CloudError> {
        let queries: Vec<Value> = functions
            .iter()
            .enumerate()
            .map(|(at, function)| {
                let dimension = json!({ "Name": "FunctionName", "Value": function.name() });
                json!({
                    "Id": format!("f{at}"),
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/Lambda",
                            "MetricName": "Invocations",
                            "Dimensions": [dimension],
                        },
                        "Period": PERIOD,
                        "Stat": "Sum",
                    },
                })
            })
            .collect();
        let seconds = now.as_millis() / 1000;
        let body = json!({
            "MetricDataQueries": queries,
            "StartTime": seconds - DAYS * PERIOD,
            "EndTime": seconds,
            "ScanBy": "TimestampDescending",
        });
        let paging = Paging {
            items: "MetricDataResults",
            token: "NextToken",
        };
        self.list(Call::GetMetricData, Input::body(body), paging)
            .await
    }
}

/// What an answer, whose results may be spread over pages, says about the functions of a batch.
fn read(
    functions: &[FunctionArn],
    answer: Result<Vec<MetricData>, CloudError>,
    now: Timestamp,
) -> Vec<(FunctionArn, LastInvocation)> {
    let results = match answer {
        Ok(results) => results,
        Err(error) => {
            let reason = match error.kind {
                ErrorKind::AccessDenied => "cloudwatch:GetMetricData is not allowed".to_owned(),
                _ => error.to_string(),
            };
            let unknown = LastInvocation::Unknown(reason);
            return functions
                .iter()
                .map(|function| (function.clone(), unknown.clone()))
                .collect();
        }
    };
    let mut latest: BTreeMap<String, Option<Timestamp>> = BTreeMap::new();
    let mut forbidden = BTreeMap::new();
    for result in results {
        if matches!(&*result.status_code, "Forbidden" | "InternalError") {
            forbidden.insert(result.id, result.status_code);
            continue;
        }
        let invoked = result
            .timestamps
            .iter()
            .zip(&result.values)
            .filter(|(_, value)| **value > 0.0)
            .map(|(time, _)| *time)
            .max();
        let known = latest.entry(result.id).or_default();
        *known = invoked.max(*known);
    }
    functions
        .iter()
        .enumerate()
        .map(|(at, function)| {
            let id = format!("f{at}");
            let last = match (latest.get(&id), forbidden.get(&id)) {
                (Some(Some(begin)), _) => {
                    LastInvocation::Before(begin.plus_millis(PERIOD * 1000).min(now))
                }
                (Some(None), None) => LastInvocation::NotRecently,
                (_, Some(status)) => LastInvocation::Unknown(format!("CloudWatch says {status}")),
                (None, None) => LastInvocation::Unknown("CloudWatch left it out".to_owned()),
            };
            (function.clone(), last)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_971_600_000);

    fn functions(count: usize) -> Vec<FunctionArn> {
        (0..count)
            .map(|at| {
                let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:f{at}");
                FunctionArn::parse(&arn).expect("an ARN")
            })
            .collect()
    }

    fn results(text: &str) -> Vec<MetricData> {
        serde_json::from_str(text).expect("results")
    }

    #[test]
    fn pages_of_one_function_are_put_together_and_silence_is_not_never() {
        let answer = results(
            r#"[{"Id": "f0", "Timestamps": [1795910400, 1795824000], "Values": [0, 3], "StatusCode": "PartialData"},
                {"Id": "f0", "Timestamps": [1795737600], "Values": [9], "StatusCode": "Complete"},
                {"Id": "f1", "Timestamps": [], "Values": [], "StatusCode": "Complete"},
                {"Id": "f2", "StatusCode": "Forbidden"},
                {"Id": "f4", "Timestamps": [1795953600], "Values": [1], "StatusCode": "Complete"}]"#,
        );
        let read: Vec<_> = read(&functions(5), Ok(answer), NOW)
            .into_iter()
            .map(|(_, last)| last)
            .collect();
        assert_eq!(
            read[0],
            LastInvocation::Before(Timestamp::from_millis(1_795_910_400_000))
        );
        assert_eq!(read[1], LastInvocation::NotRecently);
        assert!(matches!(&read[2], LastInvocation::Unknown(why) if why.contains("Forbidden")));
        assert!(matches!(read[3], LastInvocation::Unknown(_)));
        // A period that has begun today ends in the future, and nothing was invoked there.
        assert_eq!(read[4], LastInvocation::Before(NOW));
    }
}
