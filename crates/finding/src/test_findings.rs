//! Small findings for this crate's tests.

use crate::{
    Confidence, DetectorId, Finding, FindingKind, FlowStep, Location, Region, Severity, StepKind,
};

fn location(path: &str, line: u32) -> Location {
    let region = Region {
        start_line: line,
        start_column: 5,
        end_line: line,
        end_column: 9,
    };
    Location {
        path: path.into(),
        region,
        snippet: None,
    }
}

/// An SQL injection.
pub(crate) fn code(path: &str, line: u32, enclosing: &str, sink: &str) -> Finding {
    Finding {
        kind: FindingKind::Code,
        detector: DetectorId("sql-injection".into()),
        message: "event data reaches an SQL statement".into(),
        severity: Severity::High,
        confidence: Confidence::High,
        cwe: vec![89],
        location: location(path, line),
        flow: vec![FlowStep {
            kind: StepKind::Source,
            location: location(path, 1),
            message: "event enters".into(),
        }],
        enclosing: enclosing.into(),
        functions: Vec::new(),
        approximations: Vec::new(),
        normalized_sink: sink.into(),
        source: "event".into(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: None,
    }
}

/// A hard-coded secret.
pub(crate) fn secret(path: &str, line: u32, enclosing: &str, hash: &str) -> Finding {
    Finding {
        kind: FindingKind::Secret,
        detector: DetectorId("aws-access-key".into()),
        message: "an AWS access key is in the code".into(),
        cwe: vec![798],
        flow: Vec::new(),
        source: String::new(),
        masked: Some("AKIA************WXYZ".into()),
        secret_hash: Some(hash.into()),
        ..code(path, line, enclosing, "AKIA************WXYZ")
    }
}
