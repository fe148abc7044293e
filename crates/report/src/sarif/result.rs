use shindan_finding::{BaselineState, Disposition, FlowStep, StepKind, SuppressedBy};

use super::model::{
    ArtifactLocation, CodeFlow, ContextRegion, Level, Location, LogicalLocation, Message,
    PartialFingerprints, PhysicalLocation, Region, ResultObject, ResultProperties, SnippetText,
    Suppression, SuppressionProperties, ThreadFlow, ThreadFlowLocation,
};
use super::rules::{Rules, security_tags};
use crate::report::Entry;
use crate::uri;
use crate::vulnerability::VulnerabilityView;

/// The result object of a finding.
pub(super) fn of<'a>(entry: Entry<'a>, rules: &'a Rules<'_>) -> ResultObject<'a> {
    let finding = entry.finding;
    let (rule_index, rule_id) = rules.of_finding(finding);
    let enclosing = LogicalLocation {
        fully_qualified_name: &finding.enclosing,
        kind: "function",
    };
    let location = Location {
        physical_location: physical(&finding.location),
        logical_locations: (!finding.enclosing.is_empty()).then_some([enclosing]),
        message: None,
    };
    ResultObject {
        rule_id,
        rule_index,
        level: Level::from(finding.severity),
        message: Message::new(&*finding.message),
        locations: [location],
        code_flows: code_flow(&finding.flow),
        partial_fingerprints: entry.fingerprints.map(PartialFingerprints),
        suppressions: suppression(entry.disposition),
        baseline_state: entry.baseline.map(BaselineState::name),
        properties: ResultProperties {
            tags: security_tags(&finding.cwe),
            detector: &finding.detector.0,
            kind: finding.kind,
            severity: finding.severity,
            confidence: finding.confidence,
            cwe: finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect(),
            functions: &finding.functions,
            approximations: &finding.approximations,
            masked: finding.masked.as_deref(),
            enclosing: &finding.enclosing,
            sink: finding.public_sink(),
            source: &finding.source,
            vulnerability: VulnerabilityView::of(&entry),
        },
    }
}

fn suppression(disposition: &Disposition) -> Option<[Suppression<'_>; 1]> {
    let Disposition::Suppressed { by, reason } = disposition else {
        return None;
    };
    let kind = match by {
        SuppressedBy::Inline => "inSource",
        SuppressedBy::Config | SuppressedBy::Baseline | SuppressedBy::Vex => "external",
    };
    Some([Suppression {
        kind,
        justification: reason,
        properties: SuppressionProperties { by: by.name() },
    }])
}

fn code_flow(flow: &[FlowStep]) -> Option<[CodeFlow<'_>; 1]> {
    if flow.is_empty() {
        return None;
    }
    let locations = flow.iter().map(|step| {
        let (kinds, importance): (&[&str], _) = match step.kind {
            StepKind::Source => (&["acquire", "taint"], "essential"),
            StepKind::Propagate => (&["taint"], "important"),
            StepKind::Call => (&["call", "taint"], "important"),
            StepKind::Return => (&["return", "taint"], "important"),
            StepKind::Sink => (&["danger"], "essential"),
        };
        let message = (!step.message.is_empty()).then(|| Message::new(&*step.message));
        let location = Location {
            physical_location: physical(&step.location),
            logical_locations: None,
            message,
        };
        ThreadFlowLocation {
            location,
            kinds,
            importance,
        }
    });
    Some([CodeFlow {
        thread_flows: [ThreadFlow {
            locations: locations.collect(),
        }],
    }])
}

fn physical(location: &shindan_finding::Location) -> PhysicalLocation<'_> {
    let place = location.region;
    let snippet = location.snippet.as_ref();
    PhysicalLocation {
        artifact_location: ArtifactLocation::new(uri::relative(&location.path)),
        // SARIF counts from 1; a place that is not known must not make the file invalid.
        region: Some(Region {
            start_line: place.start_line.max(1),
            start_column: place.start_column.max(1),
            end_line: place.end_line.max(1),
            end_column: place.end_column.max(1),
            snippet: snippet
                .and_then(|s| s.region_text(&place))
                .map(|text| SnippetText { text }),
        }),
        context_region: snippet.filter(|s| s.first_line > 0).map(|s| ContextRegion {
            start_line: s.first_line,
            end_line: s.lines().last().map_or(s.first_line, |(line, _)| line),
            snippet: SnippetText { text: &s.text },
        }),
    }
}
