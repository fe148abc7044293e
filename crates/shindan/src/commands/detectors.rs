//! `shindan detectors`: everything that can be found, one line each.

use std::fmt::Write;

use serde::Serialize;
use shindan_finding::{DetectorInfo, Severity};

use crate::catalogue_folder;
use crate::cli::{DetectorsArgs, ListFormat};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, ERROR, HELP, WARNING};

/// A detector as the JSON list has it.
#[derive(Serialize)]
struct Row {
    kind: &'static str,
    #[serde(flatten)]
    info: DetectorInfo,
    /// Detectors of Amazon's library with the same subject.
    covers: Vec<String>,
}

pub(crate) fn run(args: &DetectorsArgs) -> Result<Exit, Complaint> {
    let (catalogue, rules) = catalogue_folder::load(args.catalogue.as_deref())?;
    let code = catalogue.detectors.into_iter().map(|detector| Row {
        kind: "code",
        info: detector.info,
        covers: detector.covers,
    });
    let secrets = rules.iter().map(|rule| Row {
        kind: "secret",
        info: rule.info(),
        covers: Vec::new(),
    });
    let mut rows: Vec<Row> = code.chain(secrets).collect();
    rows.sort_by(|a, b| (a.kind, &a.info.id).cmp(&(b.kind, &b.info.id)));
    let text = match args.format {
        ListFormat::Text => table(&rows),
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&rows)
                .map_err(|error| Complaint::program(error.to_string()))?;
            json + "\n"
        }
    };
    terminal::print(&text)?;
    Ok(Exit::Clean)
}

fn table(rows: &[Row]) -> String {
    let ids = rows
        .iter()
        .map(|row| row.info.id.0.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let info = &row.info;
        let colour = match info.severity {
            Severity::Critical | Severity::High => ERROR,
            Severity::Medium => WARNING,
            Severity::Low | Severity::Info => HELP,
        };
        let cwe = info
            .cwe
            .first()
            .map_or_else(String::new, |n| format!("CWE-{n}"));
        let languages = if row.kind == "secret" {
            "secrets".to_owned()
        } else {
            info.languages
                .iter()
                .map(|l| short(l))
                .collect::<Vec<_>>()
                .join(" ")
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{BOLD}{:ids$}{BOLD:#}  {colour}{:8}{colour:#}  {cwe:8}  {DIM}{languages:8}{DIM:#}  {}",
            info.id.0,
            info.severity.name(),
            info.title
        );
    }
    let _ = writeln!(
        text,
        "\n{} detectors. `shindan explain DETECTOR` tells more about one.",
        rows.len()
    );
    text
}

fn short(language: &str) -> &str {
    match language {
        "python" => "py",
        "javascript" => "js",
        "typescript" => "ts",
        "csharp" => "cs",
        "ruby" => "rb",
        other => other,
    }
}
