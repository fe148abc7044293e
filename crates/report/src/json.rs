//! The JSON report, schema `shindan/1`.
//!
//! Stable: keys are only ever added within a schema version, and a reader must accept keys it does not know.
//! `findings` holds all findings, sorted by path, region and detector, those that do not count with their
//! `suppression`; lines and columns count from 1, columns in Unicode scalar values, the end column after the last
//! character. `coverage.skipped` says what was not analysed and why; `complete` is false if any of it could hold a
//! weakness. Nothing depends on time, place, threads or the names given on the command line.

use std::io::{self, Write};

use serde::Serialize;
use shindan_finding::{
    BaselineState, ClosedFinding, Confidence, Disposition, FileNote, FindingKind, Fingerprints,
    FunctionNote, FunctionStatus, JSON_SCHEMA, Location, Severity, StepKind, SuppressedBy,
};

use crate::Report;
use crate::escape::write_pretty;
use crate::ranking::{self, RankedUpgrade};
use crate::report::Entry;
use crate::vulnerability::VulnerabilityView;

pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    write_pretty(&Document::of(report), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    summary: Summary,
    findings: Vec<FindingView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    upgrades: Vec<UpgradeView<'a>>,
    coverage: CoverageView<'a>,
    statistics: StatisticsView<'a>,
    detectors: Vec<DetectorView<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

/// How many findings count, by severity, and how many do not, by what suppresses them.
#[derive(Serialize)]
struct Summary {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
    suppressed: SuppressedCounts,
}

#[derive(Serialize)]
struct SuppressedCounts {
    inline: usize,
    config: usize,
    baseline: usize,
    vex: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView<'a> {
    detector: &'a str,
    kind: FindingKind,
    severity: Severity,
    confidence: Confidence,
    cwe: &'a [u32],
    message: &'a str,
    location: LocationView<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flow: Vec<StepView<'a>>,
    enclosing: &'a str,
    /// The sink's tokens; what a baseline compares.
    sink: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    functions: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    approximations: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<SecretView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerability: Option<VulnerabilityView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprints: Option<FingerprintsView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<SuppressionView<'a>>,
    /// Present when a baseline was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<BaselineState>,
}

#[derive(Serialize)]
struct SecretView<'a> {
    masked: Option<&'a str>,
    hash: Option<&'a str>,
}

#[derive(Serialize)]
struct FingerprintsView<'a> {
    #[serde(rename = "findingHash/v1")]
    finding: &'a str,
    #[serde(rename = "contextFreeHash/v1")]
    context_free: &'a str,
}

impl<'a> From<&'a Fingerprints> for FingerprintsView<'a> {
    fn from(prints: &'a Fingerprints) -> Self {
        Self {
            finding: &prints.finding,
            context_free: &prints.context_free,
        }
    }
}

#[derive(Serialize)]
struct SuppressionView<'a> {
    by: SuppressedBy,
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationView<'a> {
    path: &'a str,
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<SnippetView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnippetView<'a> {
    first_line: u32,
    text: &'a str,
    /// Characters cut from the start of the region's first line, when it was very long.
    #[serde(skip_serializing_if = "is_zero")]
    cut: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde calls"
)]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[derive(Serialize)]
struct StepView<'a> {
    kind: StepKind,
    message: &'a str,
    location: LocationView<'a>,
}

/// The version of a package that closes most of the findings about it.
#[derive(Serialize)]
struct UpgradeView<'a> {
    ecosystem: &'static str,
    package: &'a str,
    version: &'a str,
    command: &'a str,
    /// The most urgent first.
    closes: Vec<ClosedView<'a>>,
}

#[derive(Serialize)]
struct ClosedView<'a> {
    detector: &'a str,
    path: &'a str,
}

#[derive(Serialize)]
struct CoverageView<'a> {
    complete: bool,
    functions: Vec<FunctionView<'a>>,
    skipped: Vec<NoteView<'a>>,
    notes: Vec<NoteView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionView<'a> {
    name: &'a str,
    runtime: &'a str,
    handler: &'a str,
    declared_by: &'a str,
    path: &'a str,
    scanned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct NoteView<'a> {
    path: &'a str,
    reason: &'a str,
    incomplete: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatisticsView<'a> {
    files: Vec<LanguageFiles<'a>>,
    lines: u64,
    bytes: u64,
    files_for_secrets: u32,
    vendored_files: u32,
    code_functions: u32,
    detectors: u32,
    /// Packages that were compared with advisories.
    packages: u32,
}

#[derive(Serialize)]
struct LanguageFiles<'a> {
    language: &'a str,
    files: u32,
}

/// A detector that ran; its texts are in the catalogue.
#[derive(Serialize)]
struct DetectorView<'a> {
    id: &'a str,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    cwe: &'a [u32],
    languages: &'a [String],
}

impl<'a> Document<'a> {
    fn of(report: &Report<'a>) -> Self {
        let outcome = report.outcome;
        let statistics = &outcome.statistics;
        let totals = report.totals();
        Self {
            schema: JSON_SCHEMA,
            tool: Tool {
                name: "shindan",
                version: report.version,
            },
            summary: Summary {
                critical: totals.of(Severity::Critical),
                high: totals.of(Severity::High),
                medium: totals.of(Severity::Medium),
                low: totals.of(Severity::Low),
                info: totals.of(Severity::Info),
                suppressed: SuppressedCounts {
                    inline: totals.inline,
                    config: totals.config,
                    baseline: totals.baseline,
                    vex: totals.vex,
                },
            },
            findings: report.entries().map(FindingView::of).collect(),
            upgrades: ranking::upgrades(report).iter().map(upgrade).collect(),
            coverage: CoverageView {
                complete: !outcome.coverage.is_incomplete(),
                functions: outcome
                    .coverage
                    .functions
                    .iter()
                    .map(FunctionView::of)
                    .collect(),
                skipped: outcome.coverage.skipped.iter().map(NoteView::of).collect(),
                notes: report.all_notes().into_iter().map(NoteView::of).collect(),
            },
            statistics: StatisticsView {
                files: statistics
                    .files_by_language
                    .iter()
                    .map(|(language, files)| LanguageFiles {
                        language,
                        files: *files,
                    })
                    .collect(),
                lines: statistics.lines,
                bytes: statistics.bytes,
                files_for_secrets: statistics.files_for_secrets,
                vendored_files: statistics.vendored_files,
                code_functions: statistics.code_functions,
                detectors: statistics.detectors,
                packages: statistics.packages,
            },
            detectors: outcome
                .detectors
                .iter()
                .map(|d| DetectorView {
                    id: &d.id.0,
                    title: &d.title,
                    severity: d.severity,
                    confidence: d.confidence,
                    cwe: &d.cwe,
                    languages: &d.languages,
                })
                .collect(),
        }
    }
}

fn upgrade<'a>(ranked: &RankedUpgrade<'a>) -> UpgradeView<'a> {
    let closed = |closed: &&'a ClosedFinding| ClosedView {
        detector: &closed.detector.0,
        path: &closed.path,
    };
    UpgradeView {
        ecosystem: ranked.upgrade.ecosystem.osv_name(),
        package: &ranked.upgrade.package,
        version: &ranked.upgrade.version,
        command: &ranked.upgrade.command,
        closes: ranked.closes.iter().map(closed).collect(),
    }
}

impl<'a> FindingView<'a> {
    fn of(entry: Entry<'a>) -> Self {
        let finding = entry.finding;
        let (masked, hash) = (finding.masked.as_deref(), finding.secret_hash.as_deref());
        let step = |step: &'a shindan_finding::FlowStep| StepView {
            kind: step.kind,
            message: &step.message,
            location: LocationView::of(&step.location),
        };
        Self {
            detector: &finding.detector.0,
            kind: finding.kind,
            severity: finding.severity,
            confidence: finding.confidence,
            cwe: &finding.cwe,
            message: &finding.message,
            location: LocationView::of(&finding.location),
            flow: finding.flow.iter().map(step).collect(),
            enclosing: &finding.enclosing,
            sink: finding.public_sink(),
            source: &finding.source,
            functions: &finding.functions,
            approximations: &finding.approximations,
            secret: (masked.is_some() || hash.is_some()).then_some(SecretView { masked, hash }),
            vulnerability: VulnerabilityView::of(&entry),
            fingerprints: entry.fingerprints.map(FingerprintsView::from),
            suppression: match entry.disposition {
                Disposition::Active => None,
                Disposition::Suppressed { by, reason } => Some(SuppressionView { by: *by, reason }),
            },
            baseline: entry.baseline,
        }
    }
}

impl<'a> LocationView<'a> {
    fn of(location: &'a Location) -> Self {
        let region = location.region;
        Self {
            path: &location.path,
            start_line: region.start_line,
            start_column: region.start_column,
            end_line: region.end_line,
            end_column: region.end_column,
            snippet: location.snippet.as_ref().map(|s| SnippetView {
                first_line: s.first_line,
                text: &s.text,
                cut: s.cut,
            }),
        }
    }
}

impl<'a> FunctionView<'a> {
    fn of(function: &'a FunctionNote) -> Self {
        let reason = match &function.status {
            FunctionStatus::Scanned => None,
            FunctionStatus::NotScanned(reason) => Some(reason.as_str()),
        };
        Self {
            name: &function.name,
            runtime: &function.runtime,
            handler: &function.handler,
            declared_by: &function.declared_by,
            path: &function.path,
            scanned: reason.is_none(),
            reason,
        }
    }
}

impl<'a> NoteView<'a> {
    fn of(note: &'a FileNote) -> Self {
        Self {
            path: &note.path,
            reason: &note.reason,
            incomplete: note.incomplete,
        }
    }
}
