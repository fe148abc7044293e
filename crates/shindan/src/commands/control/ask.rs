//! `shindan control ask`: the question to those who have to decide, with the facts of this organization.

use std::collections::BTreeMap;

use shindan_cloud::Policy;
use shindan_control::cost::{FreeTrials, Interval, forecast};
use shindan_control::decision::Event;
use shindan_control::evaluate::{Absence, Evaluation, evaluate};
use shindan_control::facts::{RegionFacts, Role};
use shindan_control::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};
use shindan_control::question::{Language, Question};
use shindan_inspector::{AccountId, ResourceScanType, Status};

use super::alternative::Alternative;
use super::check::scan_of;
use super::functions::Functions;
use super::inspector::gather;
use super::record::{Record, short, subject};
use super::{millis, now, prices, say_unread};
use crate::aws::Aws;
use crate::cli::control::{AskArgs, LanguageName};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::output::write_file;
use crate::terminal;

pub(super) async fn run(args: &AskArgs) -> Result<Exit, Complaint> {
    let Some(scan) = scan_of(args.control) else {
        return Err(Complaint::input(format!(
            "{} is about other resources than functions, which shindan knows nothing of",
            args.control
        ))
        .with_hint("ask about Inspector.3 or Inspector.4"));
    };
    let asked_by = short("--by", &args.by)?;
    let whom = args
        .whom
        .as_deref()
        .map(|whom| short("--whom", whom))
        .transpose()?;
    let table = prices::table(args.prices.as_deref())?;
    let at = now(&args.sources);
    let aws = Aws::open(&args.sources.aws, Policy::Scanner).await?;
    let record = Record::open(&args.sources.place).await?;
    let mut texts = Vec::new();
    let mut unread = Vec::new();
    let mut asked = Vec::new();
    for region in &aws.regions {
        let gathered = gather(&aws, region).await?;
        let check = match evaluate(args.control, &gathered.facts) {
            Evaluation::Checked(check) => check,
            Evaluation::Absent(Absence::Region) => {
                terminal::warn(&format!("{} does not exist in {region}", args.control));
                continue;
            }
            Evaluation::Absent(Absence::MemberAccount { administrator }) => {
                terminal::warn(&format!(
                    "{region}: the delegated administrator {administrator} has the finding; ask with its credentials"
                ));
                continue;
            }
        };
        let accounts = gathered.accounts();
        let listed = Functions::ask(&aws, &gathered.facts, &accounts, millis(at)).await?;
        let alternative = Alternative::ask(&record.store, &args.sources, region, &accounts).await?;
        let all = gathered
            .unread
            .iter()
            .chain(&listed.unread)
            .chain(&alternative.unread);
        unread.extend(all.map(|why| format!("{region}: {why}")));
        let functions = listed.scanned_by(&alternative, &[scan]);
        let enables = enables(scan, &gathered.facts);
        let forecast = forecast(
            &newly_scanned(&functions, &gathered.facts),
            &enables,
            month_from(at),
            // What is enabled later begins a trial then; the text says so, and the amount is that of a usual month.
            &FreeTrials::default(),
            &table,
        );
        let question = Question {
            scan,
            account: gathered.facts.caller.id,
            administers: matches!(gathered.facts.role, Ok(Role::DelegatedAdministrator { .. })),
            region,
            check: &check,
            functions: &functions,
            enables: &enables,
            forecast: &forecast,
            names: &gathered.names,
            asked_by: &asked_by,
            answer_by: args.answer_by,
        };
        texts.push(question.to_markdown(match args.language {
            LanguageName::En => Language::English,
            LanguageName::Ja => Language::Japanese,
        }));
        asked.push(subject(args.control, gathered.facts.caller.id, region));
    }
    if texts.is_empty() {
        return Err(Complaint::input("there is nothing to ask")
            .with_hint("name the Regions in question with --region"));
    }
    let text = texts.join("\n---\n\n");
    match &args.output {
        Some(path) => write_file(path, |out| out.write_all(text.as_bytes()))?,
        None => terminal::print(&text)?,
    }
    say_unread(&unread);
    if let Some(whom) = whom {
        for subject in &asked {
            if args.dry_run {
                terminal::note(&format!(
                    "it is not recorded that {whom} was asked about {}, as this is a dry run",
                    subject.control
                ));
            } else {
                let event = Event::Asked { whom: whom.clone() };
                record.append(subject, event, at).await?;
            }
        }
    }
    record.close().await;
    Ok(if unread.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// The scan types that would be enabled: the one in question, and standard scanning where it is off for somebody.
pub(super) fn enables(scan: FunctionScan, facts: &RegionFacts) -> Vec<FunctionScan> {
    let off = |scan: ResourceScanType| {
        let lacks = |scans: &Result<shindan_control::facts::ScanStates, _>| {
            scans
                .as_ref()
                .is_ok_and(|scans| scans[scan] == Status::Disabled)
        };
        let members = match &facts.role {
            Ok(Role::DelegatedAdministrator {
                members: Ok(members),
                ..
            }) => members.as_slice(),
            _ => &[],
        };
        lacks(&facts.caller.scans)
            || members
                .iter()
                .any(|m| m.relationship.is_member() && lacks(&m.account.scans))
    };
    match scan {
        FunctionScan::Standard => vec![FunctionScan::Standard],
        FunctionScan::Code if off(ResourceScanType::Lambda) => FunctionScan::ALL.to_vec(),
        FunctionScan::Code => vec![FunctionScan::Code],
    }
}

/// The functions with what scan types that are on already would cost left out: that is no news.
pub(super) fn newly_scanned(
    functions: &[FunctionFacts],
    facts: &RegionFacts,
) -> Vec<FunctionFacts> {
    let members = match &facts.role {
        Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            ..
        }) => members.as_slice(),
        _ => &[],
    };
    let all = std::iter::once(&facts.caller).chain(members.iter().map(|member| &member.account));
    let is_on: BTreeMap<AccountId, [bool; 2]> = all
        .filter_map(|account| {
            let scans = account.scans.as_ref().ok()?;
            let on = |scan| scans[scan] == Status::Enabled;
            Some((
                account.id,
                [ResourceScanType::Lambda, ResourceScanType::LambdaCode].map(on),
            ))
        })
        .collect();
    let mut functions = functions.to_vec();
    for function in &mut functions {
        let [standard, code] = is_on.get(&function.account).copied().unwrap_or_default();
        // A forecast has no word for what is paid already; what is excluded costs nothing either.
        let paid = Eligibility::Not(Ineligibility::ExcludedByTag);
        if standard {
            function.standard = paid;
        }
        if code {
            function.code = paid;
        }
    }
    functions
}

/// A month of 720 hours, as prices are for one, that begins now.
pub(super) fn month_from(at: jiff::Timestamp) -> Interval {
    Interval {
        from: at,
        to: at
            .checked_add(jiff::SignedDuration::from_hours(720))
            .unwrap_or(jiff::Timestamp::MAX),
    }
}
