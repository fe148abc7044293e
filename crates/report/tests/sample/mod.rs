//! A small scan result that holds one of everything a report has to cope with.

use shindan_base::LineIndex;
use shindan_finding::{
    Confidence, Coverage, DetectorId, DetectorInfo, Disposition, FileNote, Finding, FindingKind,
    Fingerprints, FlowStep, FunctionNote, FunctionStatus, Location, Outcome, Region, Severity,
    Snippet, Statistics, StepKind, SuppressedBy, fingerprints,
};
use shindan_report::{Format, Report, TextStyle, render};

const APP: &str = "\
import db

def handler(event, context):
    name = event[\"queryStringParameters\"][\"name\"]
    order = event[\"order\"]
    rows = db.find(name)
    log.info(order)
    return db.run(
        \"SELECT * FROM t WHERE x = '\" + name,
        order,
    )
";

const DB: &str = "\
def find(name):
\tsql = \"SELECT * FROM t WHERE n = '%s'\" % name
\treturn cursor.execute(sql)
";

/// The name of a file that tries to rewrite the terminal and to point elsewhere.
const HOSTILE: &str = "src/a\u{1b}[2Jb\u{202e}c #1.js";

/// Everything that a report borrows.
pub(crate) struct Sample {
    pub(crate) outcome: Outcome,
    pub(crate) fingerprints: Vec<Fingerprints>,
    pub(crate) dispositions: Vec<Disposition>,
    pub(crate) notes: Vec<FileNote>,
}

impl Sample {
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            outcome: &self.outcome,
            fingerprints: &self.fingerprints,
            dispositions: &self.dispositions,
            baseline: None,
            notes: &self.notes,
            version: "1.2.3",
            style: TextStyle::default(),
        }
    }
}

pub(crate) fn rendered(format: Format, report: &Report<'_>) -> String {
    let mut out = Vec::new();
    render(format, report, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}

/// The place of `needle`, on its nth line, in a file.
fn at(path: &str, text: &str, needle: &str, occurrence: usize) -> Location {
    let (offset, _) = text
        .match_indices(needle)
        .nth(occurrence)
        .expect("the needle is in the text");
    let lines = LineIndex::new(text);
    let (start_line, start_column) = lines.line_column(text, offset as u32);
    let (end_line, end_column) = lines.line_column(text, (offset + needle.len()) as u32);
    let region = Region {
        start_line,
        start_column,
        end_line,
        end_column,
    };
    Location {
        path: path.into(),
        region,
        snippet: Snippet::of(text, &lines, &region),
    }
}

fn step(kind: StepKind, location: Location, message: &str) -> FlowStep {
    FlowStep {
        kind,
        location,
        message: message.into(),
    }
}

fn finding(
    detector: &str,
    message: &str,
    severity: Severity,
    cwe: &[u32],
    location: Location,
    flow: Vec<FlowStep>,
) -> Finding {
    Finding {
        kind: FindingKind::Code,
        detector: DetectorId(detector.into()),
        message: message.into(),
        severity,
        confidence: Confidence::High,
        cwe: cwe.to_vec(),
        location,
        flow,
        enclosing: "handler".into(),
        functions: Vec::new(),
        approximations: Vec::new(),
        normalized_sink: "cursor.execute(sql)".into(),
        source: "event:queryStringParameters".into(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: None,
    }
}

fn detector(id: &str, title: &str, severity: Severity, cwe: &[u32]) -> DetectorInfo {
    DetectorInfo {
        id: DetectorId(id.into()),
        title: title.into(),
        severity,
        confidence: Confidence::High,
        cwe: cwe.to_vec(),
        description: format!("{title} lets an attacker do\nwhat the code never meant.\n\nMore words."),
        fix: "Keep data and instructions apart: hand the value over as a parameter and let the library do the quoting.\n\n```python\ncursor.execute(sql, (name,))\n```".into(),
        references: vec!["The manual, chapter 3".into(), format!("https://cwe.mitre.org/data/definitions/{}.html", cwe[0])],
        languages: vec!["Python".into(), "JavaScript".into()],
    }
}

fn function(name: &str, runtime: &str, handler: &str, status: FunctionStatus) -> FunctionNote {
    let (declared_by, path) = ("sam".into(), "template.yaml".into());
    FunctionNote {
        name: name.into(),
        runtime: runtime.into(),
        handler: handler.into(),
        declared_by,
        path,
        status,
    }
}

fn skipped(path: &str, reason: &str, incomplete: bool) -> FileNote {
    FileNote {
        path: path.into(),
        reason: reason.into(),
        incomplete,
    }
}

/// A flow over two files with a step between, in two Lambda functions.
fn across_files() -> Finding {
    let flow = vec![
        step(
            StepKind::Source,
            at("src/app.py", APP, "event[\"queryStringParameters\"]", 0),
            "query string of the event",
        ),
        step(
            StepKind::Call,
            at("src/app.py", APP, "db.find(name)", 0),
            "passed to `find`",
        ),
        step(
            StepKind::Propagate,
            at(
                "src/db.py",
                DB,
                "\"SELECT * FROM t WHERE n = '%s'\" % name",
                0,
            ),
            "formatted into a string",
        ),
        step(
            StepKind::Sink,
            at("src/db.py", DB, "cursor.execute(sql)", 0),
            "run as SQL here",
        ),
    ];
    let mut found = finding(
        "sql-injection",
        "event data becomes part of an SQL statement",
        Severity::High,
        &[89],
        at("src/db.py", DB, "cursor.execute(sql)", 0),
        flow,
    );
    found.enclosing = "find".into();
    found.functions = vec!["Orders".into(), "Reports".into()];
    found
}

/// Source and sink in one file, the sink over several lines, reported under another CWE than the detector's.
fn in_one_file() -> Finding {
    let call = "db.run(\n        \"SELECT * FROM t WHERE x = '\" + name,\n        order,\n    )";
    let flow = vec![
        step(
            StepKind::Source,
            at("src/app.py", APP, "event[\"order\"]", 0),
            "body of the event",
        ),
        step(
            StepKind::Sink,
            at("src/app.py", APP, call, 0),
            "run as a query",
        ),
    ];
    let mut found = finding(
        "sql-injection",
        "event data becomes part of a query",
        Severity::Critical,
        &[943, 89],
        at("src/app.py", APP, call, 0),
        flow,
    );
    found.functions = vec!["Orders".into()];
    found.confidence = Confidence::Medium;
    found.approximations =
        vec!["`db.run` is not known; its arguments are taken to reach the database".into()];
    found.normalized_sink = "db.run(\"SELECT * FROM t WHERE x = '\"+name,order,)".into();
    found
}

/// A name, a message and code that try to deceive whoever reads them, in a line of 20,000 characters.
fn hostile() -> Finding {
    let text = format!(
        "{}eval(\"\u{202e}\u{2066}x\u{1b}[31m\"){}\n",
        "var a=1;".repeat(1_500),
        "var b=2;".repeat(1_000)
    );
    let sink = "eval(\"\u{202e}\u{2066}x\u{1b}[31m\")";
    let mut found = finding(
        "code-injection",
        "[click](https://evil.example) \u{1b}]8;;evil\u{7}\u{202e}txt\nsecond line",
        Severity::Medium,
        &[95],
        at(HOSTILE, &text, sink, 0),
        Vec::new(),
    );
    found.enclosing = "a\u{202e}b".into();
    found.source = String::new();
    found
}

fn secret() -> Finding {
    let text = "KEY = \"AKIA************WXYZ\"\n";
    let mut found = finding(
        "aws-access-key",
        "an AWS access key is in the code",
        Severity::Low,
        &[798],
        at("src/keys.py", text, "AKIA************WXYZ", 0),
        Vec::new(),
    );
    found.kind = FindingKind::Secret;
    found.enclosing = "<module>".into();
    found.source = String::new();
    found.normalized_sink = "AKIAIOSFODNN7EXAMPLE".into();
    found.masked = Some("AKIA************WXYZ".into());
    found.secret_hash = Some("00112233445566778899aabbccddeeff".into());
    found
}

pub(crate) fn sample() -> Sample {
    let mut ignored = across_files();
    ignored.location = at("src/app.py", APP, "log.info(order)", 0);
    ignored.flow = Vec::new();
    ignored.ignored_inline = Some("audited".into());
    let mut known = secret();
    known.location.path = "src/old.py".into();
    known.location.snippet = None;
    let findings = vec![
        hostile(),
        ignored,
        in_one_file(),
        across_files(),
        secret(),
        known,
    ];
    let dispositions = vec![
        Disposition::Active,
        Disposition::Suppressed {
            by: SuppressedBy::Inline,
            reason: "audited".into(),
        },
        Disposition::Active,
        Disposition::Active,
        Disposition::Active,
        Disposition::Suppressed {
            by: SuppressedBy::Config,
            reason: "rotated".into(),
        },
    ];
    let mut skipped_files: Vec<_> = (0..6)
        .map(|i| skipped(&format!("lib/big{i}.js"), "larger than 2 MB", true))
        .collect();
    skipped_files.push(skipped(
        "node_modules/\u{1b}[31mx/i.js",
        "vendored code",
        false,
    ));
    let outcome = Outcome {
        coverage: Coverage {
            functions: vec![
                function(
                    "Orders",
                    "python3.12",
                    "src/app.handler",
                    FunctionStatus::Scanned,
                ),
                function(
                    "Legacy",
                    "java21",
                    "com.example.Legacy",
                    FunctionStatus::NotScanned("its code is at s3://bucket/key".into()),
                ),
            ],
            skipped: skipped_files,
            notes: vec![skipped("src/app.py", "decoded as Latin-1", false)],
        },
        detectors: vec![
            detector(
                "aws-access-key",
                "AWS access key in code",
                Severity::High,
                &[798],
            ),
            detector(
                "code-injection",
                "Code injection",
                Severity::High,
                &[95, 94],
            ),
            detector("sql-injection", "SQL injection", Severity::High, &[89]),
            detector("xxe", "XML external entities", Severity::High, &[611]),
        ],
        upgrades: Vec::new(),
        statistics: Statistics {
            files_by_language: vec![("Python".into(), 3), ("JavaScript".into(), 1)],
            lines: 1_234,
            bytes: 45_678,
            files_for_secrets: 7,
            vendored_files: 2_048,
            code_functions: 3,
            detectors: 4,
            packages: 0,
        },
        findings,
    };
    let fingerprints = fingerprints(&outcome.findings);
    let notes = vec![skipped(
        "shindan.toml",
        "line 6: the ignore rule for `xxe` matches no finding; remove it",
        false,
    )];
    Sample {
        outcome,
        fingerprints,
        dispositions,
        notes,
    }
}
