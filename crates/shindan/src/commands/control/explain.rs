//! `shindan control list` and `shindan control explain`: what the controls are, without asking AWS anything.

use std::fmt::Write as _;

use serde_json::{Value, json};
use shindan_control::cost::{PriceSource, PriceTable};
use shindan_control::definition::{ControlId, Regions};
use shindan_control::function::FunctionScan;
use shindan_inspector::{Region, RuntimePolicy, runtime};

use super::check::scan_of;
use super::functions::scan_type;
use super::{answer, prices};
use crate::cli::control::{ExplainArgs, ListArgs};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{BOLD, DIM};

/// What a control means, beyond its definition.
struct Meaning {
    covers: &'static [&'static str],
    triggers: &'static [&'static str],
    limits: &'static [&'static str],
}

pub(super) fn list(args: &ListArgs) -> Result<Exit, Complaint> {
    let all: Vec<Value> = ControlId::ALL
        .into_iter()
        .map(|control| {
            let definition = control.definition();
            json!({
                "control": control,
                "title": definition.title,
                "severity": "HIGH",
                "scanType": control.scan_type(),
                "relatedRequirements": definition.related_requirements,
                "standards": definition.standards.iter().map(|s| s.name()).collect::<Vec<_>>(),
                "regions": regions_json(definition.regions),
            })
        })
        .collect();
    answer(args.answers.format, &all, || {
        let mut text = String::new();
        for control in ControlId::ALL {
            let definition = control.definition();
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "{BOLD}{control}{BOLD:#}  high  {}\n    {DIM}{}; {}{DIM:#}",
                definition.title,
                definition.related_requirements.join(", "),
                regions_in_words(definition.regions)
            );
        }
        text
    })?;
    Ok(Exit::Clean)
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Complaint> {
    let table = prices::table(args.prices.as_deref())?;
    let control = args.control;
    let definition = control.definition();
    let meaning = meaning(control);
    let known = prices_of(control, &table);
    let value = json!({
        "control": control,
        "title": definition.title,
        "description": definition.description,
        "severity": "HIGH",
        "scanType": control.scan_type(),
        "needs": control.scan_type().needs(),
        "relatedRequirements": definition.related_requirements,
        "configRule": definition.config_rule,
        "regions": regions_json(definition.regions),
        "covers": meaning.covers,
        "triggers": meaning.triggers,
        "limits": meaning.limits,
        "runtimes": scan_of(control).map(runtimes),
        "prices": known
            .iter()
            .map(|(region, scan, usd, source)| json!({
                "region": region,
                "scan": scan,
                "usdForFunctionAndMonth": usd,
                "unverified": *source == PriceSource::Unverified,
            }))
            .collect::<Vec<_>>(),
        "remediation": control.remediation_url(),
    });
    answer(args.answers.format, &value, || {
        text(control, &meaning, &known)
    })?;
    Ok(Exit::Clean)
}

type KnownPrice = (Region, FunctionScan, String, PriceSource);

fn prices_of(control: ControlId, table: &PriceTable) -> Vec<KnownPrice> {
    let Some(scan) = scan_of(control) else {
        return Vec::new();
    };
    let scans: &[FunctionScan] = match scan {
        FunctionScan::Standard => &[FunctionScan::Standard],
        // Code scanning is not to be had without standard scanning.
        FunctionScan::Code => &FunctionScan::ALL,
    };
    table
        .all()
        .filter(|(_, scan, _)| scans.contains(scan))
        .map(|(region, scan, price)| (region.clone(), scan, price.usd.to_string(), price.source))
        .collect()
}

fn runtimes(scan: FunctionScan) -> Vec<&'static str> {
    let mut names: Vec<&str> = runtime::named()
        .filter(|name| RuntimePolicy::AsInspector.covers(name, scan_type(scan)))
        .collect();
    if scan == FunctionScan::Standard {
        names.extend(["provided.al2", "provided.al2023"]);
    }
    names.sort_unstable();
    names
}

// Writing to a text cannot fail.
fn text(control: ControlId, meaning: &Meaning, prices: &[KnownPrice]) -> String {
    let definition = control.definition();
    let mut text = format!(
        "{BOLD}{control}  {}{BOLD:#}\nseverity high, {}\n\n{}\n",
        definition.title,
        definition.related_requirements.join(", "),
        definition.description
    );
    let mut part = |title: &str, lines: &[String]| {
        let _ = writeln!(text, "\n{BOLD}{title}{BOLD:#}");
        for line in lines {
            let _ = writeln!(text, "  - {line}");
        }
    };
    let own = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    part("What enabling covers", &own(meaning.covers));
    part("When it scans", &own(meaning.triggers));
    part("What it leaves out", &own(meaning.limits));
    if let Some(scan) = scan_of(control) {
        part("Runtimes", &[runtimes(scan).join(", ")]);
        let mut costs = vec![
            "it is billed by function: hours of coverage, added up, divided by 720, times the price".to_owned(),
            "the first 15 days of each scan type in each account are free".to_owned(),
        ];
        costs.extend(prices.iter().map(|(region, scan, usd, source)| {
            let mark = match source {
                PriceSource::Unverified => ", unverified: compare it with the price list",
                PriceSource::Given => ", from --prices",
                PriceSource::Published => "",
            };
            format!(
                "{} in {region}: {usd} USD for a function and month{mark}",
                prices::name_of(*scan)
            )
        }));
        costs.push("`shindan cost` says what it comes to here".to_owned());
        part("What it costs", &costs);
    }
    part(
        "Who can change it",
        &own(&[
            "an account without organization itself; in an organization the delegated administrator, for all members",
            "the finding is in the delegated administrator's account only, and fails as long as one member lacks the scan type",
            "a suspended member without it has to be disassociated; enabling does not help there",
        ]),
    );
    let where_ = regions_in_words(definition.regions);
    part("Where", &[where_, control.remediation_url()]);
    text
}

fn regions_in_words(regions: Regions) -> String {
    match regions {
        Regions::Only(regions) => format!("in {} only", regions.join(", ")),
        Regions::AllBut([]) => "in every Region".to_owned(),
        Regions::AllBut(regions) => format!("in every Region but {}", regions.join(", ")),
    }
}

fn regions_json(regions: Regions) -> Value {
    match regions {
        Regions::Only(regions) => json!({ "only": regions }),
        Regions::AllBut(regions) => json!({ "allBut": regions }),
    }
}

fn meaning(control: ControlId) -> Meaning {
    match control {
        ControlId::Inspector1 => Meaning {
            covers: &[
                "packages of the operating system and of applications on EC2 instances with known vulnerabilities",
                "network paths that lead to instances from outside",
            ],
            triggers: &["instances are watched while they run; a new vulnerability is a new scan"],
            limits: &["shindan scans functions and is no alternative here"],
        },
        ControlId::Inspector2 => Meaning {
            covers: &["packages in container images in ECR with known vulnerabilities"],
            triggers: &[
                "an image is scanned when it is pushed, and again when a vulnerability becomes known",
            ],
            limits: &["shindan scans functions and is no alternative here"],
        },
        ControlId::Inspector3 => Meaning {
            covers: &[
                "the code that a team has written itself: injection, leaked data, weak or missing encryption, secrets in code",
                "Java, .NET, Node.js, Python and Ruby",
                "it needs Lambda standard scanning, which `shindan control enable` switches on in the same call, before it",
            ],
            triggers: &[
                "a function is found, deployed or updated, or one of its layers is",
                "no schedule and no scan on demand",
            ],
            limits: &[
                "only $LATEST, and only functions that were invoked or updated in the last 90 days",
                "functions with the tag InspectorExclusion=LambdaStandardScanning or InspectorCodeExclusion=LambdaCodeScanning",
                "functions that are encrypted with a key of your own, and container images",
            ],
        },
        ControlId::Inspector4 => Meaning {
            covers: &[
                "packages that functions and their layers bring along, with known vulnerabilities",
                "Java, .NET, Node.js, Python, Ruby, Go, and custom runtimes on Amazon Linux 2 and 2023",
            ],
            triggers: &[
                "a function is found, deployed or updated, or one of its layers is",
                "a vulnerability becomes known that concerns it",
            ],
            limits: &[
                "only $LATEST, and only functions that were invoked or updated in the last 90 days",
                "functions with the tag InspectorExclusion=LambdaStandardScanning",
                "functions that are encrypted with a key of your own, and what the runtime itself brings along",
            ],
        },
    }
}
