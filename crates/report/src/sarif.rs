//! SARIF 2.1.0, as code-scanning services read it.
//!
//! One run. A rule per detector with results; a finding whose primary CWE is not its detector's gets a variant of
//! the rule, `detector/cwe-NNN`, because consumers read the CWE from the rule's first tag. Every result carries our
//! two fingerprints and what a later run needs to use the file as a baseline. Whatever was not analysed is an
//! execution notification. Severity maps to `level` and, on the rule, to the numeric `security-severity`.
//!
//! Invariant: borrowed all the way; the document is written from the outcome without an intermediate tree.

mod model;
mod result;
mod rules;

use std::io::{self, Write};

use shindan_finding::{FileNote, FunctionStatus};

use crate::escape::write_compact;
use crate::{Report, uri};
use model::{
    ArtifactLocation, Driver, Invocation, Level, Location, Log, Message, Notification,
    PhysicalLocation, Results, Run, Tool,
};
use rules::Rules;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

pub(crate) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "shindan",
                version: report.version,
                semantic_version: report.version,
                information_uri: HOME,
                rules: rules.descriptors(),
            },
        },
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: notifications(report),
        }],
        results: Results {
            report,
            rules: &rules,
        },
        column_kind: "unicodeCodePoints",
    };
    write_compact(
        &Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [run],
        },
        out,
    )
}

/// What was not analysed, then what is worth knowing.
fn notifications<'a>(report: &Report<'a>) -> Vec<Notification<'a>> {
    let coverage = &report.outcome.coverage;
    let of_note = |note: &'a FileNote| {
        let level = if note.incomplete {
            Level::Warning
        } else {
            Level::Note
        };
        notification(level, note.reason.clone(), &note.path)
    };
    let functions = coverage
        .functions
        .iter()
        .filter_map(|function| match &function.status {
            FunctionStatus::Scanned => None,
            FunctionStatus::NotScanned(why) => Some(notification(
                Level::Warning,
                format!("function `{}` was not scanned: {why}", function.name),
                &function.path,
            )),
        });
    coverage
        .skipped
        .iter()
        .map(of_note)
        .chain(functions)
        .chain(report.all_notes().into_iter().map(of_note))
        .collect()
}

fn notification(level: Level, text: String, path: &str) -> Notification<'_> {
    let location = Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation::new(uri::relative(path)),
            region: None,
            context_region: None,
        },
        logical_locations: None,
        message: None,
    };
    Notification {
        level,
        message: Message::new(text),
        locations: (!path.is_empty()).then_some([location]),
    }
}
