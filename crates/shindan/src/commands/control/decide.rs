//! `shindan control decide`: records who decided what, why, and until when; or shows what is recorded.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_control::decision::{Decision, Event, Outcome, Verdict};
use shindan_control::definition::ControlId;
use shindan_inspector::{AccountId, Region};

use super::check::decision_in_words;
use super::record::{Record, in_words, moment, short, state_in_words, subject};
use super::{answer, now};
use crate::aws::Aws;
use crate::cli::control::{DecideArgs, DecisionName};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::{account, region};
use crate::terminal::{self, BOLD, DIM};

pub(super) async fn run(args: &DecideArgs) -> Result<Exit, Complaint> {
    let at = now(&args.sources);
    let event = args
        .decision
        .map(|decision| event(args, decision))
        .transpose()?;
    let (account, regions) = place(args).await?;
    let record = Record::open(&args.sources.place).await?;
    let decisions = match (args.control, event) {
        (Some(control), Some(event)) => {
            decide(args, &record, control, account, &regions, event, at).await
        }
        _ => show(args.control, &record, account, &regions).await,
    };
    record.close().await;
    let decisions = decisions?;
    let value: Vec<Value> = decisions
        .iter()
        .map(|decision| json(decision, at))
        .collect();
    answer(args.answers.format, &value, || {
        let mut text = String::new();
        for decision in &decisions {
            write(&mut text, decision, at);
        }
        if decisions.is_empty() {
            text.push_str("nothing is recorded\n");
        }
        text
    })?;
    Ok(Exit::Clean)
}

async fn decide(
    args: &DecideArgs,
    record: &Record,
    control: ControlId,
    account: AccountId,
    regions: &[Region],
    event: Event,
    at: Timestamp,
) -> Result<Vec<Decision>, Complaint> {
    let mut decisions = Vec::new();
    for region in regions {
        let subject = subject(control, account, region);
        if args.dry_run {
            terminal::note(&format!(
                "would be recorded about {control} in account {account} and {region}: {}",
                in_words(&event)
            ));
            decisions.extend(record.decision(&subject).await?);
        } else {
            decisions.push(record.append(&subject, event.clone(), at).await?);
        }
    }
    if let Event::Decided(Verdict { outcome, .. }) = &event
        && !matches!(outcome, Outcome::Enable)
        && outcome.until().is_none()
    {
        terminal::warn(
            "the suppression has no end: nobody will be asked again; --until DATE gives it one",
        );
    }
    Ok(decisions)
}

async fn show(
    control: Option<ControlId>,
    record: &Record,
    account: AccountId,
    regions: &[Region],
) -> Result<Vec<Decision>, Complaint> {
    let mut decisions = Vec::new();
    for region in regions {
        let all = record.decisions(account, region).await?;
        decisions.extend(all.into_iter().filter(|decision| {
            control.is_none_or(|control| decision.subject().control == control)
        }));
    }
    Ok(decisions)
}

/// Where the finding is: as named, or the account of the credentials.
async fn place(args: &DecideArgs) -> Result<(AccountId, Vec<Region>), Complaint> {
    match &args.account {
        Some(text) if !args.sources.aws.regions.is_empty() => {
            let regions = args.sources.aws.regions.iter().map(|text| region(text));
            Ok((account(text)?, regions.collect::<Result<_, _>>()?))
        }
        Some(_) => Err(Complaint::input("--account needs --region too")
            .with_hint("name the Region of the finding, or leave --account out and AWS is asked")),
        None => {
            let aws = Aws::open(&args.sources.aws, Policy::Scanner).await?;
            Ok((aws.sessions.home(), aws.regions))
        }
    }
}

fn event(args: &DecideArgs, decision: DecisionName) -> Result<Event, Complaint> {
    let missing = |option: &str| Complaint::input(format!("{option} is missing"));
    let decided_by = short(
        "--by",
        args.by.as_deref().ok_or_else(|| missing("--by NAME"))?,
    )?;
    let why = short(
        "--why",
        args.why.as_deref().ok_or_else(|| missing("--why TEXT"))?,
    )?;
    let until = args.until.as_deref().map(end).transpose()?;
    let useless = |option: &str| {
        Err(Complaint::input(format!(
            "{option} says nothing about this decision; leave it out"
        )))
    };
    if args.alternative.is_some() && decision != DecisionName::Alternative {
        return useless("--alternative");
    }
    if until.is_some() && matches!(decision, DecisionName::Enable | DecisionName::Lift) {
        return useless("--until");
    }
    let outcome = match decision {
        DecisionName::Lift => {
            let why = short("--why", &format!("{why} ({decided_by})"))?;
            return Ok(Event::Lifted { why });
        }
        DecisionName::Enable => Outcome::Enable,
        DecisionName::Suppress => Outcome::Suppress { until },
        DecisionName::Alternative => Outcome::AcceptAlternative {
            alternative: short(
                "--alternative",
                args.alternative.as_deref().unwrap_or("shindan"),
            )?,
            until,
        },
    };
    Ok(Event::Decided(Verdict {
        outcome,
        decided_by,
        why,
    }))
}

/// The end of a decision: a time as it is, a day with all of it in the zone of this machine.
fn end(text: &str) -> Result<Timestamp, Complaint> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let after = |date: Date| {
        let next = date.tomorrow().ok()?;
        Some(next.to_zoned_datetime(TimeZone::system()).ok()?.timestamp())
    };
    text.parse::<Date>().ok().and_then(after).ok_or_else(|| {
        Complaint::input(format!(
            "--until {text}: neither a day such as 2027-03-31 nor a time such as 2027-03-31T09:00:00Z"
        ))
    })
}

/// A decision as JSON has it.
pub(super) fn json(decision: &Decision, at: Timestamp) -> Value {
    let subject = decision.subject();
    json!({
        "control": subject.control,
        "account": subject.account,
        "region": subject.region,
        "state": state_in_words(decision.state()),
        "inForce": decision.in_force(at).is_some(),
        "due": decision.is_due(at),
        "decision": decision.verdict().map(|verdict| json!({
            "outcome": match &verdict.outcome {
                Outcome::Enable => "enable",
                Outcome::Suppress { .. } => "suppress",
                Outcome::AcceptAlternative { .. } => "alternative",
            },
            "alternative": match &verdict.outcome {
                Outcome::AcceptAlternative { alternative, .. } => Some(alternative),
                _ => None,
            },
            "until": verdict.outcome.until(),
            "decidedBy": verdict.decided_by,
            "why": verdict.why,
        })),
        "history": decision.history().iter().map(|entry| json!({
            "at": entry.at,
            "by": entry.by,
            "what": in_words(&entry.event),
        })).collect::<Vec<_>>(),
    })
}

// Writing to a text cannot fail.
fn write(text: &mut String, decision: &Decision, at: Timestamp) {
    let subject = decision.subject();
    let _ = writeln!(
        text,
        "{BOLD}{}{BOLD:#}  account {}, {}: {}",
        subject.control,
        subject.account,
        subject.region,
        decision_in_words(decision, at)
    );
    for entry in decision.history() {
        let _ = writeln!(
            text,
            "    {DIM}{}  {}{DIM:#}  {}",
            moment(entry.at),
            entry.by,
            in_words(&entry.event)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_included_and_a_time_is_exact() {
        let day = end("2027-03-31").expect("a day");
        let next = "2027-04-01"
            .parse::<Date>()
            .and_then(|date| date.to_zoned_datetime(TimeZone::system()))
            .expect("a day");
        assert_eq!(day, next.timestamp());
        assert_eq!(
            end("2027-03-31T09:00:00Z").expect("a time").to_string(),
            "2027-03-31T09:00:00Z"
        );
        assert!(end("next year").is_err());
    }
}
