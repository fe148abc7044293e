//! `shindan control enable`: plans, shows, asks, carries out, and waits until everything is enabled.
//!
//! A plan is made from what is, so a run that was cut off is gone on with by running it again.

use std::fmt::Write as _;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_control::cost::{Forecast, FreeTrials, forecast};
use shindan_control::decision::{Event, Outcome, State};
use shindan_control::facts::Role;
use shindan_control::function::FunctionScan;
use shindan_control::plan::{Goal, Plan, PlanNote, Step, plan};
use shindan_control::progress::{Counts, Outcome as End, Patience, Report};
use shindan_inspector::ResourceScanType;

use super::ask::{month_from, newly_scanned};
use super::driver::carry_out;
use super::functions::Functions;
use super::inspector::{Gathered, gather, printable};
use super::prices::{amount, missing, range, range_in_words};
use super::record::{Record, short, subject};
use super::{answer, confirm, millis, now, prices, say_unread, worse};
use crate::aws::Aws;
use crate::cli::ListFormat;
use crate::cli::control::EnableArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, WARNING};

/// Accounts that one line names.
const MAX_NAMED: usize = 8;

/// What is to be done in a Region.
struct Intended {
    gathered: Gathered,
    plan: Plan,
    forecast: Option<Forecast>,
    unread: Vec<String>,
}

pub(super) async fn run(args: &EnableArgs) -> Result<Exit, Complaint> {
    let table = prices::table(args.prices.as_deref())?;
    let at = now(&args.sources);
    let aws = Aws::open(&args.sources.aws, Policy::Remediator).await?;
    let record = Record::open(&args.sources.place).await?;
    let goal = Goal::for_controls(args.controls.iter().copied(), !args.no_new_members);
    let mut all = Vec::new();
    for region in &aws.regions {
        refuse_against_decision(args, &record, &aws, region, at).await?;
        let gathered = gather(&aws, region).await?;
        if let Some(strangers) = &gathered.strangers {
            terminal::note(&format!("{region}: {strangers}"));
        }
        let plan = plan(&gathered.facts, &goal);
        let mut unread = gathered.unread.clone();
        let scans = newly_on(&plan);
        let has_enable = plan
            .steps
            .iter()
            .any(|step| matches!(step, Step::Enable { .. }));
        let forecast = if has_enable && !scans.is_empty() {
            let accounts = gathered.accounts();
            let functions = Functions::ask(&aws, &gathered.facts, &accounts, millis(at)).await?;
            unread.extend(functions.unread.iter().cloned());
            Some(forecast(
                &newly_scanned(&functions.list, &gathered.facts),
                &scans,
                month_from(at),
                &FreeTrials::default(),
                &table,
            ))
        } else {
            None
        };
        all.push(Intended {
            gathered,
            plan,
            forecast,
            unread,
        });
    }
    let is_text = args.answers.format == ListFormat::Text;
    if is_text {
        let mut text = String::new();
        for intended in &all {
            intended.write(&mut text);
        }
        terminal::print(&text)?;
    }
    for intended in &all {
        say_unread(&intended.unread);
    }
    let steps: usize = all.iter().map(|intended| intended.plan.steps.len()).sum();
    if args.dry_run || steps == 0 {
        let exit = all
            .iter()
            .fold(Exit::Clean, |exit, i| worse(exit, i.exit()));
        if !args.dry_run {
            for intended in all.iter().filter(|i| i.exit() == Exit::Clean) {
                applied(
                    args,
                    &record,
                    intended,
                    "everything was enabled already",
                    at,
                )
                .await?;
            }
        }
        if !is_text {
            let value: Vec<Value> = all.iter().map(|i| i.json(None)).collect();
            answer(args.answers.format, &value, String::new)?;
        }
        record.close().await;
        return Ok(exit);
    }
    if !confirm("Carry this out?", args.yes)? {
        terminal::note("nothing was changed");
        return Ok(Exit::Incomplete);
    }
    let patience = Patience {
        whole: SignedDuration::from_mins(i64::from(args.wait.max(1))),
        ..Patience::default()
    };
    let mut exit = Exit::Clean;
    let mut values = Vec::new();
    for intended in &all {
        let region = &intended.plan.region;
        let session = aws.home(region).await?;
        let mut line = Line::default();
        let report = carry_out(
            &intended.plan,
            &session.inspector(),
            &aws.effects,
            patience,
            |counts| line.show(region.as_str(), counts),
        )
        .await;
        exit = worse(exit, worse(intended.exit(), exit_of(&report)));
        for control in &args.controls {
            let subject = subject(*control, intended.plan.caller, region);
            record.note(&subject, "Enable", outcome(&report)).await?;
        }
        if report.succeeded() && intended.exit() == Exit::Clean {
            applied(
                args,
                &record,
                intended,
                "every account was read as enabled",
                at,
            )
            .await?;
        }
        if is_text {
            let mut text = String::new();
            write_report(&mut text, intended, &report);
            terminal::print(&text)?;
        }
        values.push(intended.json(Some(&report)));
    }
    if !is_text {
        answer(args.answers.format, &values, String::new)?;
    }
    record.close().await;
    Ok(exit)
}

/// Whoever suppressed a control in an account did so for a reason, which has to be taken back first.
async fn refuse_against_decision(
    args: &EnableArgs,
    record: &Record,
    aws: &Aws,
    region: &shindan_inspector::Region,
    at: jiff::Timestamp,
) -> Result<(), Complaint> {
    for control in &args.controls {
        let subject = subject(*control, aws.sessions.home(), region);
        let decision = record.decision(&subject).await?;
        let verdict = decision.as_ref().and_then(|decision| decision.in_force(at));
        match verdict {
            Some(verdict) if !matches!(verdict.outcome, Outcome::Enable) => {
                return Err(Complaint::input(format!(
                    "{region}: {} decided to suppress {control}: {}",
                    verdict.decided_by, verdict.why
                ))
                .with_hint(format!(
                    "take that back first: shindan control decide {control} lift --by … --why …"
                )));
            }
            None if !args.dry_run => terminal::note(&format!(
                "{region}: no decision about {control} is recorded; `shindan control decide {control} enable` does that"
            )),
            _ => {}
        }
    }
    Ok(())
}

/// Notes that a decision to enable was carried out, where there is one.
async fn applied(
    args: &EnableArgs,
    record: &Record,
    intended: &Intended,
    how: &str,
    at: jiff::Timestamp,
) -> Result<(), Complaint> {
    for control in &args.controls {
        let subject = subject(*control, intended.plan.caller, &intended.plan.region);
        let Some(decision) = record.decision(&subject).await? else {
            continue;
        };
        if decision.state() == State::Decided
            && matches!(
                decision.verdict().map(|v| &v.outcome),
                Some(Outcome::Enable)
            )
        {
            let types: Vec<_> = intended.plan.types.iter().map(|t| t.as_str()).collect();
            let evidence = short(
                "evidence",
                &format!("{} in {}: {how}", types.join(" and "), subject.region),
            )?;
            record
                .append(&subject, Event::Applied { evidence }, at)
                .await?;
        }
    }
    Ok(())
}

/// The scan types of functions that a plan switches on.
fn newly_on(plan: &Plan) -> Vec<FunctionScan> {
    FunctionScan::ALL
        .into_iter()
        .filter(|scan| {
            plan.types.contains(&match scan {
                FunctionScan::Standard => ResourceScanType::Lambda,
                FunctionScan::Code => ResourceScanType::LambdaCode,
            })
        })
        .collect()
}

impl Intended {
    /// What a plan alone says about the end: whether what is wanted can be had.
    fn exit(&self) -> Exit {
        self.plan
            .notes
            .iter()
            .map(|note| match note {
                PlanNote::NoCodeScanning { .. } | PlanNote::AskAdministrator { .. } => {
                    Exit::Findings
                }
                PlanNote::StatusUnreadable { .. } => Exit::Clean,
                PlanNote::RoleUnreadable(_)
                | PlanNote::MembersUnreadable(_)
                | PlanNote::AutoEnableUnreadable(_)
                | PlanNote::SuspendedUnreadable { .. } => Exit::Incomplete,
            })
            .fold(Exit::Clean, worse)
    }

    fn named(&self, accounts: &[shindan_inspector::AccountId]) -> String {
        let mut names: Vec<String> = accounts
            .iter()
            .take(MAX_NAMED)
            .map(|account| self.gathered.named(*account))
            .collect();
        if accounts.len() > MAX_NAMED {
            names.push(format!("and {} more", accounts.len() - MAX_NAMED));
        }
        names.join(", ")
    }

    // Writing to a text cannot fail.
    fn write(&self, text: &mut String) {
        let plan = &self.plan;
        let types: Vec<_> = plan.types.iter().map(|t| t.as_str()).collect();
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}  {}, by account {}",
            plan.region,
            types.join(" and "),
            self.gathered.named(plan.caller)
        );
        for note in &plan.notes {
            let _ = writeln!(
                text,
                "    {WARNING}note{WARNING:#}  {}",
                printable(&note.to_string())
            );
        }
        for (number, step) in plan.steps.iter().enumerate() {
            let _ = writeln!(text, "    {}. {}", number + 1, self.step(step));
        }
        if plan.steps.is_empty() {
            let _ = writeln!(
                text,
                "    {}",
                if self.exit() == Exit::Clean {
                    "everything is enabled already"
                } else {
                    "nothing can be done here"
                }
            );
        }
        if let Some(forecast) = &self.forecast {
            let _ = writeln!(
                text,
                "    cost of a month, as far as it is new: {}; the first 15 days of each scan type in each account are free",
                range_in_words(&forecast.total)
            );
            for why in missing(&forecast.total.most) {
                let _ = writeln!(text, "    {DIM}{why}{DIM:#}");
            }
        }
    }

    fn step(&self, step: &Step) -> String {
        match step {
            Step::Enable { accounts, types } => {
                let types: Vec<_> = types.iter().map(|t| t.as_str()).collect();
                format!("enable {} in {}", types.join(" and "), self.named(accounts))
            }
            Step::UpdateOrganizationConfiguration { auto_enable } => {
                let on: Vec<_> = [
                    (auto_enable.ec2, "EC2"),
                    (auto_enable.ecr, "ECR"),
                    (auto_enable.lambda, "LAMBDA"),
                    (auto_enable.lambda_code, "LAMBDA_CODE"),
                    (auto_enable.code_repository, "CODE_REPOSITORY"),
                ]
                .into_iter()
                .filter_map(|(on, name)| on.then_some(name))
                .collect();
                format!("let accounts that join later have {}", on.join(", "))
            }
            Step::Disassociate { account } => format!(
                "disassociate {}, which is suspended and lacks a scan type",
                self.gathered.named(*account)
            ),
            Step::WaitUntilEnabled { accounts } => {
                format!("wait until it is enabled in {}", self.named(accounts))
            }
        }
    }

    fn json(&self, report: Option<&Report>) -> Value {
        let plan = &self.plan;
        let members = match &self.gathered.facts.role {
            Ok(Role::DelegatedAdministrator { .. }) => "delegatedAdministrator",
            Ok(Role::Member { .. }) => "member",
            Ok(Role::Standalone) => "standalone",
            Err(_) => "unknown",
        };
        json!({
            "region": plan.region,
            "account": plan.caller,
            "role": members,
            "types": plan.types,
            "steps": plan.steps,
            "notes": plan.notes.iter().map(|n| printable(&n.to_string())).collect::<Vec<_>>(),
            "cost": self.forecast.as_ref().map(|forecast| json!({
                "month": range(&forecast.total),
                "accounts": forecast
                    .by_account
                    .iter()
                    .map(|(account, amounts)| json!({
                        "account": account,
                        "expected": amount(&amounts.expected),
                    }))
                    .collect::<Vec<_>>(),
            })),
            "unread": self.unread,
            "report": report.map(report_json),
        })
    }
}

fn end_in_words(end: &End) -> String {
    match end {
        End::Done => "done".to_owned(),
        End::Refused(refusal) => format!("refused: {refusal}"),
        End::Unfinished(Some(trouble)) => format!("not finished: {trouble}"),
        End::Unfinished(None) => "not finished: there was no time left for it".to_owned(),
    }
}

fn report_json(report: &Report) -> Value {
    let ends = |ends: &std::collections::BTreeMap<shindan_inspector::AccountId, End>| {
        ends.iter()
            .map(|(account, end)| {
                json!({ "account": account, "done": *end == End::Done, "what": printable(&end_in_words(end)) })
            })
            .collect::<Vec<_>>()
    };
    json!({
        "succeeded": report.succeeded(),
        "canGoOn": report.can_go_on(),
        "accounts": ends(&report.accounts),
        "newMembers": report.auto_enable.as_ref().map(|end| printable(&end_in_words(end))),
        "disassociated": ends(&report.disassociated),
        "codeScanningMissing": report.code_scanning_missing,
        "stopped": report.stopped.as_deref().map(printable),
    })
}

/// How a carried out plan ends the command. Credentials that have ended are the user's to renew.
fn exit_of(report: &Report) -> Exit {
    let refused = report
        .accounts
        .values()
        .chain(&report.auto_enable)
        .chain(report.disassociated.values())
        .any(|end| matches!(end, End::Refused(_)));
    if refused || report.code_scanning_missing {
        Exit::Findings
    } else if report.stopped.is_some() {
        Exit::Unusable
    } else if report.succeeded() {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

/// The end in one line, for the audit log.
fn outcome(report: &Report) -> String {
    if report.succeeded() {
        return "done".to_owned();
    }
    let count =
        |wanted: fn(&End) -> bool| report.accounts.values().filter(|end| wanted(end)).count();
    format!(
        "{} of {} accounts enabled, {} refused{}",
        count(|end| *end == End::Done),
        report.accounts.len(),
        count(|end| matches!(end, End::Refused(_))),
        report
            .stopped
            .as_deref()
            .map_or_else(String::new, |why| format!("; stopped: {}", printable(why)))
    )
}

// Writing to a text cannot fail.
fn write_report(text: &mut String, intended: &Intended, report: &Report) {
    let region = &intended.plan.region;
    let (word, style) = match exit_of(report) {
        Exit::Clean => ("done", GOOD),
        Exit::Incomplete => ("not finished", WARNING),
        _ => ("not done", ERROR),
    };
    let done = report
        .accounts
        .values()
        .filter(|end| **end == End::Done)
        .count();
    let _ = writeln!(
        text,
        "{style}{word}{style:#}  {region}: {done} of {} accounts are enabled",
        report.accounts.len()
    );
    if report.code_scanning_missing {
        let _ = writeln!(
            text,
            "    {region} has no Lambda code scanning, so standard scanning alone was enabled"
        );
    }
    let ends = report
        .accounts
        .iter()
        .map(|(account, end)| (intended.gathered.named(*account), end));
    let new = report
        .auto_enable
        .iter()
        .map(|end| ("accounts that join later".to_owned(), end));
    let gone = report.disassociated.iter().map(|(account, end)| {
        (
            format!("disassociating {}", intended.gathered.named(*account)),
            end,
        )
    });
    for (what, end) in ends.chain(new).chain(gone) {
        if *end != End::Done {
            let _ = writeln!(text, "    {what}: {}", printable(&end_in_words(end)));
        }
    }
    if let Some(why) = &report.stopped {
        let _ = writeln!(text, "    stopped: {}", printable(why));
    }
    if report.can_go_on() {
        let _ = writeln!(text, "    run it again: it goes on from here");
    } else if report.succeeded() {
        let _ = writeln!(
            text,
            "    {DIM}Security Hub checks it again within a day; `shindan control check` asks now{DIM:#}"
        );
    }
}

/// A line of progress whenever something has changed.
#[derive(Default)]
struct Line {
    last: Option<Counts>,
}

impl Line {
    fn show(&mut self, region: &str, counts: Counts) {
        if self.last == Some(counts) {
            return;
        }
        self.last = Some(counts);
        let Counts {
            to_ask,
            enabling,
            enabled,
            refused,
        } = counts;
        terminal::note(&format!(
            "{region}: {enabled} enabled, {enabling} being enabled, {to_ask} to be asked for, {refused} refused"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_outranks_what_is_not_finished() {
        let report = |ends: Vec<End>| Report {
            accounts: (1..)
                .map(|n| shindan_inspector::AccountId::from_number(n).expect("an account"))
                .zip(ends)
                .collect(),
            auto_enable: None,
            disassociated: Default::default(),
            code_scanning_missing: false,
            stopped: None,
        };
        use shindan_control::progress::Refusal;
        let refused = || End::Refused(Refusal::OrganizationPolicy);
        assert_eq!(exit_of(&report(vec![End::Done])), Exit::Clean);
        assert_eq!(
            exit_of(&report(vec![End::Done, End::Unfinished(None)])),
            Exit::Incomplete
        );
        assert_eq!(
            exit_of(&report(vec![End::Unfinished(None), refused()])),
            Exit::Findings
        );
        let stopped = Report {
            stopped: Some("the credentials have expired".to_owned()),
            ..report(vec![End::Unfinished(None)])
        };
        assert_eq!(exit_of(&stopped), Exit::Unusable);
        assert_eq!(
            outcome(&stopped),
            "0 of 1 accounts enabled, 0 refused; stopped: the credentials have expired"
        );
    }
}
