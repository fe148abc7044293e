//! `shindan control suppress`: brings findings in Security Hub in line with what was decided.
//!
//! What a decision in force suppresses is suppressed, with a note that says who decided it and why. What this program
//! suppressed and no decision holds up any more is put back to NEW. What somebody else suppressed is left alone.

use std::fmt::Write as _;

use serde_json::{Value, json};
use shindan_cloud::Policy;
use shindan_cloud::security_hub::{FindingUpdate, Note, SecurityHub, Workflow};
use shindan_control::decision::{Decision, Event, Outcome, State, Verdict};
use shindan_control::finding::WorkflowStatus;
use shindan_inspector::Region;

use super::alternative::{Alternative, InPlace};
use super::check::scan_of;
use super::functions::Functions;
use super::hub::{self, ControlFinding, WRITER};
use super::inspector::{gather, known, printable};
use super::record::{Record, moment, outcome_in_words, short};
use super::{answer, confirm, millis, now, prices, say_unread, worse};
use crate::aws::Aws;
use crate::cli::ListFormat;
use crate::cli::control::SuppressArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD};

/// Characters of a note; more Security Hub does not take.
const MAX_NOTE: usize = 512;

/// A change to the findings of a control.
struct Change {
    decision: Decision,
    kind: Kind,
    findings: Vec<ControlFinding>,
    note: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Suppress,
    /// The end that was decided has come.
    Expire,
    /// Somebody took the decision back.
    Lift,
}

pub(super) async fn run(args: &SuppressArgs) -> Result<Exit, Complaint> {
    let at = now(&args.sources);
    let aws = Aws::open(&args.sources.aws, Policy::Remediator).await?;
    let record = Record::open(&args.sources.place).await?;
    let mut exit = Exit::Clean;
    let mut unread = Vec::new();
    let mut changes = Vec::new();
    let mut hubs = Vec::new();
    for region in &aws.regions {
        let hub = aws.home(region).await?.security_hub();
        let mut decisions = record.decisions(aws.sessions.home(), region).await?;
        for control in &args.controls {
            let decided = decisions.iter().any(|d| d.subject().control == *control);
            if !decided {
                return Err(Complaint::input(format!(
                    "nothing was decided about {control} in account {} and {region}",
                    aws.sessions.home()
                ))
                .with_hint(format!(
                    "record it first: shindan control decide {control} suppress --by … --why … --until …"
                )));
            }
        }
        decisions.retain(|decision| {
            args.controls.is_empty() || args.controls.contains(&decision.subject().control)
        });
        for decision in decisions {
            let control = decision.subject().control;
            let found = hub::of_control(&hub, control, decision.subject().account, region).await;
            let findings = match known(found)? {
                Ok(Some(findings)) => findings,
                Ok(None) => {
                    unread.push(format!("{region}: Security Hub is not enabled"));
                    exit = worse(exit, Exit::Incomplete);
                    continue;
                }
                Err((_, why)) => {
                    unread.push(format!("{region}: findings of {control}: {why}"));
                    exit = worse(exit, Exit::Incomplete);
                    continue;
                }
            };
            if findings.is_empty() && decision.in_force(at).is_some_and(suppresses) {
                unread.push(format!(
                    "{region}: Security Hub has no finding of {control} yet; it checks within a day"
                ));
                exit = worse(exit, Exit::Incomplete);
                continue;
            }
            if let Some(kind) = what_to_do(&decision, &findings, at) {
                let in_place = if kind == Kind::Suppress {
                    evidence(args, &aws, &record, region, &decision, at, &mut unread).await?
                } else {
                    None
                };
                let note = note(&decision, kind, in_place, at);
                hubs.push(hub.clone());
                changes.push(Change {
                    decision,
                    kind,
                    findings,
                    note,
                });
            }
        }
    }
    let is_text = args.answers.format == ListFormat::Text;
    if is_text {
        let mut text = String::new();
        for change in &changes {
            change.write(&mut text);
        }
        if changes.is_empty() {
            text.push_str("Security Hub is in line with what was decided\n");
        }
        terminal::print(&text)?;
    }
    say_unread(&unread);
    if args.dry_run || changes.is_empty() {
        if !is_text {
            let value: Vec<Value> = changes.iter().map(|c| c.json(&[], false)).collect();
            answer(args.answers.format, &value, String::new)?;
        }
        record.close().await;
        return Ok(exit);
    }
    if !confirm("Change these findings?", args.yes)? {
        terminal::note("nothing was changed");
        return Ok(Exit::Incomplete);
    }
    let mut values = Vec::new();
    for (change, hub) in changes.iter().zip(&hubs) {
        let refused = change.apply(hub).await?;
        let outcome = match refused.first() {
            None => format!("{}: {}", change.workflow(), change.note),
            Some(why) => format!("refused: {why}"),
        };
        let subject = change.decision.subject();
        record.note(subject, "UpdateFindings", outcome).await?;
        if refused.is_empty() {
            change.note_down(&record, at).await?;
        } else {
            exit = worse(exit, Exit::Findings);
            for why in &refused {
                terminal::warn(why);
            }
        }
        values.push(change.json(&refused, true));
    }
    answer(args.answers.format, &values, || {
        format!("{} changed\n", plural(changes.len(), "control"))
    })?;
    record.close().await;
    Ok(exit)
}

const fn suppresses(verdict: &Verdict) -> bool {
    !matches!(verdict.outcome, Outcome::Enable)
}

/// What keeps findings from being as was decided; none if nothing does.
fn what_to_do(
    decision: &Decision,
    findings: &[ControlFinding],
    at: jiff::Timestamp,
) -> Option<Kind> {
    let here = findings.iter().any(ControlFinding::is_suppressed_here);
    let open = findings
        .iter()
        .any(|finding| finding.status.workflow != WorkflowStatus::Suppressed);
    match (decision.state(), decision.in_force(at)) {
        (state, Some(verdict)) if suppresses(verdict) => {
            // Also when somebody opened it again: the decision holds.
            (open || state == State::Decided).then_some(Kind::Suppress)
        }
        (_, Some(_)) => here.then_some(Kind::Lift),
        (State::Decided | State::Applied, None) => Some(Kind::Expire),
        (State::Expired | State::Lifted | State::Asked, None) => here.then_some(Kind::Lift),
    }
}

/// How far shindan scans what the control's scan type would look at.
async fn evidence(
    args: &SuppressArgs,
    aws: &Aws,
    record: &Record,
    region: &Region,
    decision: &Decision,
    at: jiff::Timestamp,
    unread: &mut Vec<String>,
) -> Result<Option<InPlace>, Complaint> {
    let Some(scan) = scan_of(decision.subject().control) else {
        return Ok(None);
    };
    let gathered = gather(aws, region).await?;
    let accounts = gathered.accounts();
    let functions = Functions::ask(aws, &gathered.facts, &accounts, millis(at)).await?;
    let alternative = Alternative::ask(&record.store, &args.sources, region, &accounts).await?;
    let all = functions.unread.iter().chain(&alternative.unread);
    unread.extend(all.map(|why| format!("{region}: {why}")));
    Ok(Some(alternative.in_place(&functions.list, scan)))
}

/// What is written beside the findings.
fn note(decision: &Decision, kind: Kind, in_place: Option<InPlace>, at: jiff::Timestamp) -> String {
    let told = match (kind, decision.verdict()) {
        (Kind::Suppress, Some(verdict)) => {
            let mut told = format!(
                "{}, decided by {}: {}",
                capital(&outcome_in_words(&verdict.outcome)),
                verdict.decided_by,
                verdict.why
            );
            if let (Some(InPlace { scanned, eligible }), Some(scan)) = (
                in_place.filter(|in_place| in_place.scanned > 0),
                scan_of(decision.subject().control),
            ) {
                let _ = write!(
                    told,
                    ". Evidence: shindan scans {scanned} of {eligible} functions that {} would look at, seen {}",
                    prices::name_of(scan),
                    moment(at)
                );
            }
            told
        }
        (Kind::Expire, Some(verdict)) => format!(
            "The suppression that {} decided ({}) has come to its end; please decide again",
            verdict.decided_by, verdict.why
        ),
        (Kind::Lift, Some(_)) => "It was decided to enable the scan type".to_owned(),
        (Kind::Suppress | Kind::Expire | Kind::Lift, None) => {
            "The suppression was taken back".to_owned()
        }
    };
    let told: String = told
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if told.chars().nth(MAX_NOTE).is_none() {
        return told;
    }
    told.chars().take(MAX_NOTE - 1).chain(['…']).collect()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

impl Change {
    const fn workflow(&self) -> &'static str {
        match self.kind {
            Kind::Suppress => WorkflowStatus::Suppressed.as_str(),
            Kind::Expire | Kind::Lift => WorkflowStatus::New.as_str(),
        }
    }

    /// The findings that are to be changed: those that this program has not suppressed are not its to open.
    fn concerned(&self) -> impl Iterator<Item = &ControlFinding> {
        self.findings.iter().filter(|finding| match self.kind {
            Kind::Suppress => true,
            Kind::Expire | Kind::Lift => finding.is_suppressed_here(),
        })
    }

    /// Changes the findings; what was refused, in words.
    async fn apply(&self, hub: &SecurityHub) -> Result<Vec<String>, Complaint> {
        let ids: Vec<_> = self.concerned().map(|finding| finding.id.clone()).collect();
        let update = FindingUpdate {
            workflow: Some(match self.kind {
                Kind::Suppress => Workflow::Suppressed,
                Kind::Expire | Kind::Lift => Workflow::New,
            }),
            note: Some(Note {
                text: self.note.clone(),
                updated_by: WRITER.to_owned(),
            }),
        };
        match known(hub.update(&ids, &update).await)? {
            Ok(unprocessed) => Ok(unprocessed
                .iter()
                .map(|refused| {
                    printable(&format!(
                        "{}: {}: {}",
                        refused.id.id, refused.code, refused.message
                    ))
                })
                .collect()),
            Err((_, why)) => Ok(vec![why.message]),
        }
    }

    /// Appends to the history what has become of the decision.
    async fn note_down(&self, record: &Record, at: jiff::Timestamp) -> Result<(), Complaint> {
        let event = match (self.kind, self.decision.state()) {
            (Kind::Suppress, State::Decided) => {
                let id = self
                    .findings
                    .first()
                    .map_or("", |finding| finding.id.id.as_str());
                Event::Applied {
                    evidence: short("evidence", &format!("suppressed {id}"))?,
                }
            }
            (Kind::Expire, _) => Event::Expired,
            _ => return Ok(()),
        };
        record.append(self.decision.subject(), event, at).await?;
        Ok(())
    }

    // Writing to a text cannot fail.
    fn write(&self, text: &mut String) {
        let subject = self.decision.subject();
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}  account {}, {}: {} becomes {}\n    note: {}",
            subject.control,
            subject.account,
            subject.region,
            plural(self.concerned().count(), "finding"),
            self.workflow(),
            self.note
        );
    }

    fn json(&self, refused: &[String], carried_out: bool) -> Value {
        let subject = self.decision.subject();
        json!({
            "control": subject.control,
            "account": subject.account,
            "region": subject.region,
            "workflow": self.workflow(),
            "note": self.note,
            "findings": self.concerned().map(|finding| &finding.id.id).collect::<Vec<_>>(),
            "done": carried_out && refused.is_empty(),
            "refused": refused,
        })
    }
}

#[cfg(test)]
mod tests {
    use shindan_control::ShortText;
    use shindan_control::decision::Entry;
    use shindan_control::definition::ControlId;
    use shindan_inspector::AccountId;

    use super::super::record::subject;
    use super::*;

    fn short(text: &str) -> ShortText {
        ShortText::new(text).expect("short")
    }

    fn time(text: &str) -> jiff::Timestamp {
        text.parse().expect("a time")
    }

    fn decided(until: Option<&str>) -> Decision {
        let entry = Entry {
            at: time("2026-11-29T00:00:00Z"),
            by: short("tanaka"),
            event: Event::Decided(Verdict {
                outcome: Outcome::Suppress {
                    until: until.map(time),
                },
                decided_by: short("Yamada"),
                why: short("no functions yet"),
            }),
        };
        let subject = subject(
            ControlId::Inspector3,
            AccountId::from_number(1).expect("an account"),
            &Region::parse("ap-northeast-1").expect("a Region"),
        );
        Decision::begin(subject, entry).expect("begins")
    }

    fn finding(workflow: WorkflowStatus, by: Option<&str>) -> ControlFinding {
        use shindan_control::evaluate::ComplianceStatus;
        use shindan_control::finding::RecordState;
        use shindan_control::score::FindingStatus;
        ControlFinding {
            id: shindan_cloud::security_hub::FindingId {
                id: "f".to_owned(),
                product: "p".to_owned(),
            },
            control: "Inspector.3".to_owned(),
            status: FindingStatus {
                compliance: ComplianceStatus::Failed,
                workflow,
                record: RecordState::Active,
            },
            noted_by: by.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_done_follows_from_decision_and_finding() {
        use WorkflowStatus::{New, Suppressed};
        let now = time("2026-12-01T00:00:00Z");
        let later = time("2027-12-01T00:00:00Z");
        let open = decided(None);
        let mut applied = decided(Some("2027-01-01T00:00:00Z"));
        applied
            .append(Entry {
                at: now,
                by: short("tanaka"),
                event: Event::Applied {
                    evidence: short("suppressed f"),
                },
            })
            .expect("follows");
        let mut lifted = applied.clone();
        lifted
            .append(Entry {
                at: now,
                by: short("tanaka"),
                event: Event::Lifted {
                    why: short("we enable it"),
                },
            })
            .expect("follows");
        let ours = || vec![finding(Suppressed, Some(WRITER))];
        for (case, decision, findings, at, kind) in [
            (
                "decided",
                &open,
                vec![finding(New, None)],
                now,
                Some(Kind::Suppress),
            ),
            (
                "suppressed by hand already",
                &open,
                vec![finding(Suppressed, Some("yamada"))],
                now,
                Some(Kind::Suppress),
            ),
            ("applied", &applied, ours(), now, None),
            (
                "opened again by hand",
                &applied,
                vec![finding(New, Some("yamada"))],
                now,
                Some(Kind::Suppress),
            ),
            ("ended", &applied, ours(), later, Some(Kind::Expire)),
            (
                "ended, opened by hand",
                &applied,
                vec![finding(New, None)],
                later,
                Some(Kind::Expire),
            ),
            ("lifted", &lifted, ours(), now, Some(Kind::Lift)),
            (
                "lifted, suppressed by hand",
                &lifted,
                vec![finding(Suppressed, Some("yamada"))],
                now,
                None,
            ),
        ] {
            assert!(what_to_do(decision, &findings, at) == kind, "{case}");
        }
    }

    #[test]
    fn a_note_names_who_why_and_the_evidence_and_fits() {
        let now = time("2026-12-01T00:00:00Z");
        let in_place = Some(InPlace {
            scanned: 12,
            eligible: 12,
        });
        let written = note(&decided(None), Kind::Suppress, in_place, now);
        assert!(
            written.starts_with(
                "Suppress, decided by Yamada: no functions yet. Evidence: shindan scans 12 of 12 functions that Lambda \
                 code scanning would look at, seen 2026-12-01"
            ),
            "{written}"
        );
        let mut long = decided(None);
        let verdict = Verdict {
            outcome: Outcome::Suppress { until: None },
            decided_by: short("Yamada"),
            why: short(&"診".repeat(512)),
        };
        long.append(Entry {
            at: now,
            by: short("tanaka"),
            event: Event::Decided(verdict),
        })
        .expect("decided anew");
        assert_eq!(
            note(&long, Kind::Suppress, None, now).chars().count(),
            MAX_NOTE
        );
    }
}
