//! `shindan explain`: all that the catalogue says about a detector, or the database about a vulnerability.

mod advisory;

use std::fmt::Write;

use shindan_catalogue::Catalogue;
use shindan_finding::DetectorInfo;
use shindan_secret::Rules;

use crate::catalogue_folder;
use crate::cli::ExplainArgs;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD};

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Complaint> {
    let (catalogue, rules) = catalogue_folder::load(args.catalogue.as_deref())?;
    let id = args.id.as_str();
    let text = if let Some(detector) = catalogue.detector(id) {
        let examples = detector.examples.get().iter().map(|example| Sample {
            bad: example.bad,
            place: &example.language,
            code: example.code.clone(),
        });
        page(&detector.info, &detector.covers, examples)
    } else if let Some(rule) = rules.get(id) {
        let examples = rule.examples().map(|example| Sample {
            bad: example.is_bad(),
            place: example.path(),
            code: example.text(),
        });
        page(&rule.info(), &[], examples)
    } else if advisory::is_id(id) {
        advisory::page(id, &args.place)?
    } else {
        return Err(unknown(id, &catalogue, &rules));
    };
    terminal::print(&text)?;
    Ok(Exit::Clean)
}

/// An example on a page.
struct Sample<'a> {
    bad: bool,
    /// Language or file.
    place: &'a str,
    code: String,
}

fn page<'a>(
    info: &DetectorInfo,
    covers: &[String],
    examples: impl Iterator<Item = Sample<'a>>,
) -> String {
    let cwe: Vec<String> = info
        .cwe
        .iter()
        .map(|number| format!("CWE-{number}"))
        .collect();
    let facts = [
        format!("{} severity", info.severity),
        format!("{} confidence", info.confidence),
        cwe.join(", "),
        info.languages.join(", "),
    ];
    let mut page = format!(
        "{BOLD}{}{BOLD:#}: {}\n{DIM}{}{DIM:#}\n",
        info.id,
        info.title,
        facts.join(" · ")
    );
    section(&mut page, "What is wrong", &info.description);
    section(&mut page, "How to repair it", &info.fix);
    for example in examples {
        let (style, word) = if example.bad {
            (ERROR, "Bad")
        } else {
            (GOOD, "Good")
        };
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "\n{style}{word}{style:#} {DIM}({}){DIM:#}\n",
            example.place
        );
        indented(&mut page, &example.code, 4);
    }
    if !info.references.is_empty() {
        section(&mut page, "Further reading", &info.references.join("\n"));
    }
    if !covers.is_empty() {
        section(
            &mut page,
            "Covers in Amazon's detector library",
            &covers.join("\n"),
        );
    }
    let ignoring = format!(
        "in the code:      shindan: ignore[{0}] and the reason, as a comment beside it\n\
         in shindan.toml:  [[ignore]] with detector = \"{0}\", path, reason, expires",
        info.id
    );
    section(&mut page, "How to ignore a finding", &ignoring);
    page
}

fn section(page: &mut String, title: &str, text: &str) {
    let _ = write!(page, "\n{BOLD}{title}{BOLD:#}\n");
    indented(page, text, 2);
}

fn indented(page: &mut String, text: &str, by: usize) {
    for line in text.trim_matches('\n').lines() {
        if line.trim().is_empty() {
            page.push('\n');
        } else {
            let _ = writeln!(page, "{:by$}{line}", "");
        }
    }
}

fn unknown(id: &str, catalogue: &Catalogue, rules: &Rules) -> Complaint {
    let known = catalogue
        .detectors
        .iter()
        .map(|detector| detector.info.id.0.as_str())
        .chain(rules.iter().map(shindan_secret::Rule::id));
    let complaint = Complaint::input(format!("there is no detector `{id}`"));
    match nearest(id, known) {
        Some(meant) => complaint.with_hint(format!("did you mean `{meant}`?")),
        None => complaint.with_hint(
            "`shindan detectors` lists all of them; vulnerabilities have ids such as CVE-2021-44228",
        ),
    }
}

/// The id that was probably meant: one that contains the text, or differs by few letters.
fn nearest<'k>(id: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let id = id.to_ascii_lowercase().replace('_', "-");
    let mut best: Option<(f64, &str)> = None;
    for candidate in known {
        let likeness = if id.len() >= 3 && candidate.contains(&id) {
            1.0 + 1.0 / candidate.len() as f64
        } else {
            strsim::normalized_damerau_levenshtein(&id, candidate)
        };
        if likeness > 0.6 && best.is_none_or(|(so_far, _)| likeness > so_far) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_recognised() {
        let known = [
            "sql-injection",
            "nosql-injection",
            "secret-aws-access-key-id",
        ];
        for (typed, meant) in [
            ("sql-injektion", Some("sql-injection")),
            ("SQL_injection", Some("sql-injection")),
            ("aws", Some("secret-aws-access-key-id")),
            ("weather", None),
        ] {
            assert_eq!(nearest(typed, known.into_iter()), meant, "{typed}");
        }
    }
}
