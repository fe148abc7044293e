//! The report for people: every finding that counts with its code, its flow and its repair, then a summary.
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
use shindan_finding::{Finding, Severity};

use crate::{Report, TextStyle, clean};
use frame::Frame;

pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let renderer = renderer(report.style);
    for entry in report.entries().filter(|e| e.disposition.is_active()) {
        writeln!(out, "{}\n", finding(entry.finding, report, &renderer))?;
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

fn finding(finding: &Finding, report: &Report<'_>, renderer: &Renderer) -> String {
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
        for text in dependency::notes(vulnerability) {
            group = group.element(Level::NOTE.message(markdown::wrapped(&text, width)));
        }
    }
    for approximation in &finding.approximations {
        let text = format!("approximated: {}", clean::message(approximation));
        group = group.element(Level::NOTE.message(markdown::wrapped(&text, width)));
    }
    group = group.element(Level::NOTE.message(markdown::wrapped(&facts(finding), width)));
    let detector = report
        .outcome
        .detectors
        .iter()
        .find(|d| d.id == finding.detector);
    if let Some(detector) = detector.filter(|d| !d.fix.trim().is_empty()) {
        let mut fix = markdown::first_paragraph(&detector.fix);
        if fix.is_empty() {
            fix = format!("`shindan explain {}` shows how to repair it", detector.id.0);
        }
        group = group.element(Level::HELP.message(markdown::wrapped(&clean::line(&fix), width)));
    }
    frame.with_true_columns(renderer.render(&[group]))
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
