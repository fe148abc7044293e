//! `shindan control score`: the security score as Security Hub computes it, from the findings that are there now.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_control::definition::ControlId;
use shindan_control::score::{ControlStatus, Tally};

use super::hub::{self, ControlFinding};
use super::inspector::known;
use super::{answer, say_unread};
use crate::aws::Aws;
use crate::cli::control::ScoreArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{BOLD, DIM};

pub(super) async fn run(args: &ScoreArgs) -> Result<Exit, Complaint> {
    let aws = Aws::open(&args.aws, Policy::Scanner).await?;
    let mut unread = Vec::new();
    // Over all Regions, as a Region that others are linked to sees it.
    let mut findings: BTreeMap<String, Vec<ControlFinding>> = BTreeMap::new();
    for region in &aws.regions {
        let session = match known(aws.home(region).await)? {
            Ok(session) => session,
            Err((_, why)) => {
                unread.push(format!("{region}: {why}"));
                continue;
            }
        };
        match known(hub::of_all(&session.security_hub(), region).await)? {
            Ok(Some(found)) => {
                for finding in found {
                    findings
                        .entry(finding.control.clone())
                        .or_default()
                        .push(finding);
                }
            }
            Ok(None) => unread.push(format!("{region}: Security Hub is not enabled")),
            Err((_, why)) => unread.push(format!("{region}: {why}")),
        }
    }
    let statuses: BTreeMap<&str, ControlStatus> = findings
        .iter()
        .map(|(control, findings)| {
            let status = ControlStatus::of(findings.iter().map(|finding| finding.status));
            (control.as_str(), status)
        })
        .collect();
    let tally = Tally::of(statuses.iter().map(|(control, status)| (*control, *status)));
    let inspector: Vec<(ControlId, ControlStatus)> = ControlId::ALL
        .into_iter()
        .map(|control| {
            let status = statuses.get(control.as_str()).copied();
            (control, status.unwrap_or(ControlStatus::NoData))
        })
        .collect();
    let value = json!({
        "account": aws.sessions.home(),
        "regions": aws.regions,
        "score": tally.score(),
        "passed": tally.passed,
        "failed": tally.failed,
        "unknown": tally.unknown,
        "controls": inspector
            .iter()
            .map(|(control, status)| json!({ "control": control, "status": status }))
            .collect::<Vec<Value>>(),
        "unread": unread,
    });
    answer(args.answers.format, &value, || {
        let mut text = match tally.score() {
            Some(score) => format!("{BOLD}{score} %{BOLD:#}"),
            None => format!("{BOLD}no score{BOLD:#}, as no control has a finding that counts"),
        };
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "  {} passed, {} failed, {} unknown; those without data do not count",
            tally.passed, tally.failed, tally.unknown
        );
        for (control, status) in &inspector {
            let _ = writeln!(
                text,
                "    {control}  {}  {DIM}{}{DIM:#}",
                in_words(*status),
                control.definition().title
            );
        }
        text
    })?;
    say_unread(&unread);
    Ok(if unread.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

const fn in_words(status: ControlStatus) -> &'static str {
    match status {
        ControlStatus::Passed => "Passed  ",
        ControlStatus::Failed => "Failed  ",
        ControlStatus::Unknown => "Unknown ",
        ControlStatus::NoData => "No data ",
        ControlStatus::Disabled => "Disabled",
    }
}
