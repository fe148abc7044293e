use std::fmt::Write;

use shindan_finding::{Finding, FlowStep, StepKind};

use super::frame::Frame;
use crate::clean;

/// Steps shown of a long flow, half from each end.
const MAX_STEPS: usize = 24;
const MAX_CODE: usize = 160;

/// The flow step by step, each with its place and its line of code; `None` if the frame shows it all.
pub(super) fn steps(finding: &Finding, frame: &Frame<'_>, width: usize) -> Option<String> {
    let flow = &finding.flow;
    if flow.is_empty() || (flow.len() <= 2 && flow.iter().all(|step| frame.shows(step))) {
        return None;
    }
    let mut text = String::new();
    let digits = flow.len().to_string().len();
    let hidden = flow.len().saturating_sub(MAX_STEPS);
    for (i, step) in flow.iter().enumerate() {
        if hidden > 0 && i == MAX_STEPS / 2 {
            let _ = writeln!(
                text,
                "{:digits$}  … {hidden} more steps; `--format json` has all",
                ""
            );
        }
        if hidden == 0 || i < MAX_STEPS / 2 || i >= MAX_STEPS / 2 + hidden {
            write_step(&mut text, i + 1, digits, step, width);
        }
    }
    text.truncate(text.trim_end().len());
    Some(text)
}

fn write_step(text: &mut String, number: usize, digits: usize, step: &FlowStep, width: usize) {
    let place = step.location.region;
    let message = if step.message.is_empty() {
        default_message(step.kind)
    } else {
        &step.message
    };
    let path = clean::line(&step.location.path);
    let _ = writeln!(
        text,
        "{number:>digits$}. {} … {path}:{}:{}",
        clean::message(message),
        place.start_line,
        place.start_column
    );
    let code = step
        .location
        .snippet
        .as_ref()
        .and_then(|s| s.lines().find(|(line, _)| *line == place.start_line));
    if let Some((_, code)) = code {
        let code = clean::line(code.trim());
        let _ = writeln!(
            text,
            "{:digits$}      {}",
            "",
            clean::clip(&code, width.saturating_sub(digits + 6).min(MAX_CODE))
        );
    }
}

const fn default_message(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Source => "untrusted data enters",
        StepKind::Propagate => "passed on",
        StepKind::Call => "passed into a call",
        StepKind::Return => "returned",
        StepKind::Sink => "reaches the sink",
    }
}
