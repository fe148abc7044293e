//! `shindan control`: the loop of a failed control, from the check to the decision and what follows from it.
//!
//! ```text
//! inspector    AWS -> the facts that controls are evaluated from
//! functions    AWS -> the functions that scanning would look at
//! alternative  what shindan scans itself
//! hub          findings of controls in Security Hub
//! record       decisions and what was done, in the service's database
//! prices       what scanning costs
//! check, explain, ask, decide, enable, suppress, score   one command each
//! driver       carries out a plan; all time in it is a parameter
//! ```
//!
//! Rules are `control`'s, calls `cloud`'s. Here is what lies between: which call gives which fact, what is shown, what is
//! asked before something is changed, and which exit code follows. What could not be read is said, never guessed.

pub(crate) mod alternative;
mod ask;
mod check;
mod decide;
mod driver;
mod enable;
mod explain;
pub(crate) mod functions;
mod hub;
pub(crate) mod inspector;
pub(crate) mod prices;
pub(crate) mod record;
mod score;
mod suppress;

use std::io::{BufRead, IsTerminal};

use serde::Serialize;
use shindan_inspector::Timestamp;

use crate::cli::ListFormat;
use crate::cli::control::{ControlArgs, ControlCommand, Sources};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::wait;
use crate::terminal::{self, BOLD};

pub(crate) fn run(args: &ControlArgs) -> Result<Exit, Complaint> {
    match &args.command {
        ControlCommand::List(args) => explain::list(args),
        ControlCommand::Explain(args) => explain::run(args),
        ControlCommand::Check(args) => wait(check::run(args)),
        ControlCommand::Ask(args) => wait(ask::run(args)),
        ControlCommand::Decide(args) => wait(decide::run(args)),
        ControlCommand::Enable(args) => wait(enable::run(args)),
        ControlCommand::Suppress(args) => wait(suppress::run(args)),
        ControlCommand::Score(args) => wait(score::run(args)),
    }
}

/// The time to decide by.
pub(crate) fn now(sources: &Sources) -> jiff::Timestamp {
    sources.now.unwrap_or_else(jiff::Timestamp::now)
}

/// The same as Inspector's rules take it.
pub(crate) fn millis(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millisecond())
}

/// Writes a result as JSON or text.
pub(crate) fn answer<T: Serialize>(
    format: ListFormat,
    value: &T,
    text: impl FnOnce() -> String,
) -> Result<(), Complaint> {
    let text = match format {
        ListFormat::Text => text(),
        ListFormat::Json => {
            serde_json::to_string_pretty(value)
                .map_err(|error| Complaint::program(error.to_string()))?
                + "\n"
        }
    };
    terminal::print(&text)
}

/// Says what could not be read.
pub(crate) fn say_unread(unread: &[String]) {
    for why in unread {
        terminal::warn(&format!("not known: {why}"));
    }
}

/// Asks whether to go on. Without anybody to ask it is refused.
fn confirm(question: &str, yes: bool) -> Result<bool, Complaint> {
    if yes {
        return Ok(true);
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(
            Complaint::input("nothing was changed: there is nobody to ask").with_hint(
                "give --yes to go on without asking, or --dry-run to see the plan alone",
            ),
        );
    }
    terminal::tell(&format!("{BOLD}{question}{BOLD:#} [y/N] "));
    let mut said = String::new();
    stdin
        .lock()
        .read_line(&mut said)
        .map_err(|error| Complaint::input(format!("the answer cannot be read: {error}")))?;
    Ok(matches!(
        said.trim().to_lowercase().as_str(),
        "y" | "yes" | "はい"
    ))
}

/// The worse of two ends, as exit codes count: a failure that is known outranks what is not known.
const fn worse(a: Exit, b: Exit) -> Exit {
    match (a, b) {
        (Exit::Findings, _) | (_, Exit::Findings) => Exit::Findings,
        (Exit::Incomplete, _) | (_, Exit::Incomplete) => Exit::Incomplete,
        _ => a,
    }
}
