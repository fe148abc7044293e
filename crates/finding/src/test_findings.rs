//! Small findings for this crate's tests.

use shindan_package::Ecosystem;

use crate::{
    Confidence, DetectorId, Finding, FindingKind, FlowStep, Location, PackagePlace, Region,
    Severity, StepKind, Usage, Vulnerability, VulnerablePackage,
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

/// A vulnerability of one package.
pub(crate) fn dependency(id: &str, usage: Usage, severity: Severity) -> Finding {
    let package = VulnerablePackage {
        ecosystem: Ecosystem::PyPi,
        name: "tool".into(),
        version: "1.0".into(),
        purl: None,
        manager: "PIP".into(),
        evidence: "locked".into(),
        vendored: false,
        places: vec![PackagePlace {
            path: "requirements.txt".into(),
            line: Some(1),
            layer: None,
        }],
        fixed: vec!["1.1".into()],
        upgrade: "`pip install 'tool>=1.1'`".into(),
        usage,
    };
    Finding {
        kind: FindingKind::Dependency,
        detector: DetectorId(id.into()),
        severity,
        flow: Vec::new(),
        source: String::new(),
        vulnerability: Some(Box::new(Vulnerability {
            id: id.into(),
            aliases: Vec::new(),
            source: String::new(),
            url: String::new(),
            is_rated: true,
            score_tenths: None,
            vectors: Vec::new(),
            epss: None,
            known_exploit: None,
            published: None,
            modified: "2026-01-01T00:00:00Z".into(),
            packages: vec![package],
        })),
        ..code("requirements.txt", 1, "", "PyPI/tool")
    }
}
