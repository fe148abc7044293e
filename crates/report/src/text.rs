//! The report for people: every finding that counts with its code, its flow and its repair, then a summary.
//!
//! What was found in code and the secrets come first, in the order of their places; dependencies after them, the most
//! urgent first.
//!
//! Suppressed findings are counted, not shown. The layout of a finding is the one of the best compilers: severity,
//! detector and message; the sink marked in its code and, in the same frame, where the data came from; the steps
//! between; what to do. Nothing is silently clean: the summary says what was not looked at.

mod dependency;
mod flow;
mod frame;
pub(crate) mod markdown;
mod paint;
mod summary;

use std::io::{self, Write};

use annotate_snippets::{Group, Level, Renderer};
use shindan_finding::{Finding, Severity, Urgency};

use crate::report::Entry;
use crate::{Report, TextStyle, clean};
use frame::Frame;

pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let renderer = renderer(report.style);
    let mut entries: Vec<Entry<'_>> = (report.entries())
        .filter(|entry| entry.disposition.is_active())
        .collect();
    entries.sort_by_key(|entry| entry.rank);
    let ranked = entries.iter().filter(|entry| entry.rank.is_some()).count();
    for entry in &entries {
        writeln!(out, "{}\n", finding(entry, ranked, report, &renderer))?;
    }
    summary::write(report, out)
}

/// The renderer of code frames for a style.
pub(crate) fn renderer(style: TextStyle) -> Renderer {
    let renderer = if style.colour {
        Renderer::styled().hyperlink(false)
    } else {
        Renderer::plain()
    };
    // Terminals that tell no width, or a senseless one, must not squeeze the code away.
    renderer.term_width(style.width.clamp(40, 1_000))
}

/// `ranked` is how many findings have a rank.
fn finding(entry: &Entry<'_>, ranked: usize, report: &Report<'_>, renderer: &Renderer) -> String {
    let finding = entry.finding;
    let frame = Frame::of(finding);
    let title = level(finding.severity)
        .primary_title(clean::message(&finding.message))
        .id(clean::line(&finding.detector.0));
    let mut group: Group<'_> = title.elements(frame.elements());
    let width = report.style.width.saturating_sub(16).max(40);
    if let Some(steps) = flow::steps(finding, &frame, width) {
        group = group.element(Level::NOTE.with_name("flow").message(steps));
    }
    if let Some(masked) = &finding.masked {
        group = group.element(Level::NOTE.with_name("secret").message(clean::line(masked)));
    }
    if let Some(vulnerability) = &finding.vulnerability {
        let urgency = Urgency::of(finding).zip(entry.rank);
        let rank = urgency
            .map(|(urgency, rank)| format!("priority {rank} of {ranked}: {}", urgency.reasons()));
        for text in rank.into_iter().chain(dependency::notes(vulnerability)) {
            group = group.element(Level::NOTE.message(markdown::wrapped(&text, width)));
        }
    }
    for approximation in &finding.approximations {
        let text = format!("approximated: {}", clean::message(approximation));
        group = group.element(Level::NOTE.message(markdown::wrapped(&text, width)));
    }
    group = group.element(Level::NOTE.message(markdown::wrapped(&facts(finding), width)));
    if let Some(fix) = fix(finding, report) {
        group = group.element(Level::HELP.message(markdown::wrapped(&clean::line(&fix), width)));
    }
    frame.with_true_columns(renderer.render(&[group]))
}

/// Of a vulnerability what helps in this artifact, as others may have other packages with it.
fn fix(finding: &Finding, report: &Report<'_>) -> Option<String> {
    if let Some(vulnerability) = &finding.vulnerability {
        return Some(vulnerability.fix());
    }
    let mut detectors = report.outcome.detectors.iter();
    let detector = detectors.find(|d| d.id == finding.detector)?;
    if detector.fix.trim().is_empty() {
        return None;
    }
    let fix = markdown::first_paragraph(&detector.fix);
    Some(if fix.is_empty() {
        format!("`shindan explain {}` shows how to repair it", detector.id.0)
    } else {
        fix
    })
}

fn facts(finding: &Finding) -> String {
    let mut facts: Vec<String> = finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    facts.push(format!("{} confidence", finding.confidence));
    if let [only] = finding.functions.as_slice() {
        facts.push(format!("in Lambda function `{}`", clean::line(only)));
    } else if !finding.functions.is_empty() {
        let names: Vec<String> = finding
            .functions
            .iter()
            .map(|name| format!("`{}`", clean::line(name)))
            .collect();
        facts.push(format!("in Lambda functions {}", names.join(", ")));
    }
    facts.join(", ")
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Info => Level::INFO,
    };
    level.with_name(severity.name())
}
