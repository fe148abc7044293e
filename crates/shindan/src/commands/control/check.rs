//! `shindan control check`: which controls pass, which fail, and which accounts cause it.

use std::fmt::Write as _;

use serde_json::{Value, json};
use shindan_cloud::{Policy, Session};
use shindan_control::decision::{Decision, Outcome, State};
use shindan_control::definition::ControlId;
use shindan_control::evaluate::{Absence, Check, ComplianceStatus, Evaluation, evaluate};
use shindan_control::finding::WorkflowStatus;
use shindan_control::function::FunctionScan;
use shindan_inspector::{AccountId, ResourceScanType};

use super::alternative::{Alternative, InPlace};
use super::functions::Functions;
use super::inspector::{Gathered, gather, known, printable};
use super::record::{Record, outcome_in_words, state_in_words};
use super::{answer, hub, millis, now, prices, say_unread, worse};
use crate::aws::Aws;
use crate::cli::control::CheckArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, WARNING};

/// Accounts that are listed for a control; the rest is counted.
const MAX_ACCOUNTS: usize = 50;

/// The result for one control in one Region.
struct Checked {
    control: ControlId,
    region: String,
    evaluation: Evaluation,
    /// What Security Hub shows of it; an error in words.
    shown: Result<Option<WorkflowStatus>, String>,
    decision: Option<Decision>,
    /// How far shindan does it itself, where functions are concerned.
    in_place: Option<InPlace>,
}

pub(super) async fn run(args: &CheckArgs) -> Result<Exit, Complaint> {
    let controls = if args.controls.is_empty() {
        ControlId::ALL.to_vec()
    } else {
        args.controls.clone()
    };
    let at = now(&args.sources);
    let aws = Aws::open(&args.sources.aws, Policy::Scanner).await?;
    let record = Record::open(&args.sources.place).await?;
    let mut exit = Exit::Clean;
    let mut results = Vec::new();
    let mut text = String::new();
    let mut unread = Vec::new();
    for region in &aws.regions {
        let gathered = gather(&aws, region).await?;
        unread.extend(gathered.unread.iter().map(|why| format!("{region}: {why}")));
        if let Some(strangers) = &gathered.strangers {
            terminal::note(&format!("{region}: {strangers}"));
        }
        let decisions = record.decisions(aws.sessions.home(), region).await?;
        let accounts = gathered.accounts();
        let session = known(aws.home(region).await)?.ok();
        let mut functions = None;
        for &control in &controls {
            let evaluation = evaluate(control, &gathered.facts);
            let mut in_place = None;
            if let (Some(scan), Evaluation::Checked(check)) = (scan_of(control), &evaluation)
                && check.status != ComplianceStatus::Passed
            {
                if functions.is_none() {
                    let listed =
                        Functions::ask(&aws, &gathered.facts, &accounts, millis(at)).await?;
                    let alternative =
                        Alternative::ask(&record.store, &args.sources, region, &accounts).await?;
                    let all = listed.unread.iter().chain(&alternative.unread);
                    unread.extend(all.map(|why| format!("{region}: {why}")));
                    functions = Some((listed, alternative));
                }
                in_place = functions
                    .as_ref()
                    .map(|(functions, alternative)| alternative.in_place(&functions.list, scan));
            }
            let checked = Checked {
                control,
                region: region.to_string(),
                shown: shown(session.as_ref(), control, aws.sessions.home()).await?,
                decision: decisions
                    .iter()
                    .find(|decision| decision.subject().control == control)
                    .cloned(),
                evaluation,
                in_place,
            };
            exit = worse(exit, checked.exit());
            checked.write(&mut text, &gathered, at);
            results.push(checked.json(&gathered, at));
        }
    }
    record.close().await;
    let value = json!({
        "account": aws.sessions.home(),
        "controls": results,
        "unread": unread,
    });
    answer(args.answers.format, &value, || text)?;
    say_unread(&unread);
    Ok(exit)
}

/// What a control's scan type does with functions; none for those of other resources.
pub(super) const fn scan_of(control: ControlId) -> Option<FunctionScan> {
    match control.scan_type() {
        ResourceScanType::Lambda => Some(FunctionScan::Standard),
        ResourceScanType::LambdaCode => Some(FunctionScan::Code),
        ResourceScanType::Ec2 | ResourceScanType::Ecr | ResourceScanType::CodeRepository => None,
    }
}

async fn shown(
    session: Option<&Session>,
    control: ControlId,
    home: AccountId,
) -> Result<Result<Option<WorkflowStatus>, String>, Complaint> {
    let Some(session) = session else {
        return Ok(Ok(None));
    };
    let found = hub::of_control(&session.security_hub(), control, home, session.region()).await;
    Ok(match known(found)? {
        Ok(Some(findings)) => Ok(findings.first().map(|finding| finding.status.workflow)),
        Ok(None) => Err("Security Hub is not enabled here".to_owned()),
        Err((_, why)) => Err(why.message),
    })
}

impl Checked {
    /// A finding that is suppressed asks nobody for anything.
    fn is_suppressed(&self) -> bool {
        matches!(self.shown, Ok(Some(WorkflowStatus::Suppressed)))
    }

    fn exit(&self) -> Exit {
        match &self.evaluation {
            _ if self.is_suppressed() => Exit::Clean,
            Evaluation::Absent(_) => Exit::Clean,
            Evaluation::Checked(check) => match check.status {
                ComplianceStatus::Passed => Exit::Clean,
                ComplianceStatus::Failed => Exit::Findings,
                ComplianceStatus::Warning | ComplianceStatus::NotAvailable => Exit::Incomplete,
            },
        }
    }

    // Writing to a text cannot fail.
    fn write(&self, text: &mut String, gathered: &Gathered, at: jiff::Timestamp) {
        let (control, region) = (self.control, &self.region);
        let title = control.definition().title;
        let (status, style) = match &self.evaluation {
            Evaluation::Absent(_) => ("NO FINDING", DIM),
            Evaluation::Checked(check) => (
                check.status.as_str(),
                match check.status {
                    ComplianceStatus::Passed => GOOD,
                    ComplianceStatus::Failed if !self.is_suppressed() => ERROR,
                    _ => WARNING,
                },
            ),
        };
        let _ = writeln!(
            text,
            "{BOLD}{control}{BOLD:#}  {style}{status}{style:#}  {region}  {title}"
        );
        match &self.evaluation {
            Evaluation::Absent(Absence::Region) => {
                let _ = writeln!(text, "    the control does not exist in {region}");
            }
            Evaluation::Absent(Absence::MemberAccount { administrator }) => {
                let _ = writeln!(
                    text,
                    "    the finding is in the account of the delegated administrator, {administrator}"
                );
            }
            Evaluation::Checked(check) => write_check(text, check, gathered),
        }
        match &self.shown {
            Ok(Some(workflow)) => {
                let _ = writeln!(text, "    Security Hub: workflow {}", workflow.as_str());
            }
            Ok(None) if matches!(self.evaluation, Evaluation::Checked(_)) => {
                let _ = writeln!(text, "    Security Hub: no finding yet");
            }
            Ok(None) => {}
            Err(why) => {
                let _ = writeln!(text, "    Security Hub: not known: {why}");
            }
        }
        if let Some(decision) = &self.decision {
            let _ = writeln!(text, "    decision: {}", decision_in_words(decision, at));
        }
        if let (Some(in_place), Some(scan)) = (self.in_place, scan_of(self.control)) {
            let InPlace { scanned, eligible } = in_place;
            if in_place.is_complete() {
                let _ = writeln!(
                    text,
                    "    an alternative is in place: shindan scans all {eligible} functions that {} would look at",
                    prices::name_of(scan)
                );
            } else {
                let _ = writeln!(
                    text,
                    "    shindan scans {scanned} of {eligible} functions that {} would look at",
                    prices::name_of(scan)
                );
            }
        }
        if matches!(self.exit(), Exit::Findings) && self.decision.is_none() {
            let next = match scan_of(control) {
                Some(_) => "ask",
                None => "decide",
            };
            let _ = writeln!(
                text,
                "    {DIM}next: shindan control explain {control}; shindan control {next} {control}{DIM:#}"
            );
        }
    }

    fn json(&self, gathered: &Gathered, at: jiff::Timestamp) -> Value {
        let mut value = json!({
            "control": self.control,
            "region": self.region,
            "title": self.control.definition().title,
        });
        match &self.evaluation {
            Evaluation::Absent(Absence::Region) => {
                value["absent"] = json!({ "because": "REGION" });
            }
            Evaluation::Absent(Absence::MemberAccount { administrator }) => {
                value["absent"] = json!({
                    "because": "MEMBER_ACCOUNT",
                    "administrator": administrator,
                });
            }
            Evaluation::Checked(check) => {
                value["status"] = json!(check.status);
                value["reasons"] = json!(check.reasons);
                let accounts = check.accounts.iter().map(|account| {
                    json!({
                        "account": account.account,
                        "name": gathered.names.get(&account.account),
                        "fails": account.cause.fails(),
                        "cause": printable(&account.cause.to_string()),
                    })
                });
                value["accounts"] = accounts.collect();
            }
        }
        match &self.shown {
            Ok(workflow) => value["workflow"] = json!(workflow),
            Err(why) => value["workflowUnread"] = json!(why),
        }
        if let Some(decision) = &self.decision {
            value["decision"] = super::decide::json(decision, at);
        }
        if let Some(in_place) = self.in_place {
            value["alternative"] = json!({
                "scanned": in_place.scanned,
                "eligible": in_place.eligible,
                "inPlace": in_place.is_complete(),
            });
        }
        value
    }
}

fn write_check(text: &mut String, check: &Check, gathered: &Gathered) {
    for account in check.accounts.iter().take(MAX_ACCOUNTS) {
        let _ = writeln!(
            text,
            "    {}: {}",
            gathered.named(account.account),
            printable(&account.cause.to_string())
        );
    }
    if check.accounts.len() > MAX_ACCOUNTS {
        let more = check.accounts.len() - MAX_ACCOUNTS;
        let _ = writeln!(text, "    and {more} more accounts; --format json has all");
    }
    if check.accounts.is_empty() {
        for reason in &check.reasons {
            let _ = writeln!(text, "    {}", printable(&reason.description));
        }
    }
}

/// A decision in one line: where it stands, and what it is.
pub(super) fn decision_in_words(decision: &Decision, at: jiff::Timestamp) -> String {
    let state = state_in_words(decision.state());
    match decision.verdict() {
        Some(verdict) => {
            let over = match (decision.is_due(at), decision.state(), &verdict.outcome) {
                (true, ..) => ", and that has passed: shindan control suppress lifts it",
                (false, State::Decided, Outcome::Enable) => {
                    ", still to be done: shindan control enable"
                }
                (false, State::Decided, _) => ", still to be done: shindan control suppress",
                _ => "",
            };
            format!(
                "{}, decided by {} ({}){over}",
                outcome_in_words(&verdict.outcome),
                verdict.decided_by,
                verdict.why
            )
        }
        None => state.to_owned(),
    }
}
