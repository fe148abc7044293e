//! What goes to the terminal, and how.
//!
//! Results go to the standard output, everything said about them to the standard error. Whether there are colours is
//! decided once, from the command line and the environment, by the rules that `anstream` knows.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::cli::ColorWhen;
use crate::complaint::Complaint;

/// Columns where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const HELP: Style = AnsiColor::Cyan.on_default().bold();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

/// Makes the choice of the command line hold for the process.
pub(crate) fn choose_colour(when: ColorWhen) {
    match when {
        ColorWhen::Auto => ColorChoice::Auto,
        ColorWhen::Always => ColorChoice::Always,
        ColorWhen::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Whether the standard output gets colours.
pub(crate) fn stdout_has_colour() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether colours were asked for whatever the destination.
pub(crate) fn colour_is_forced() -> bool {
    ColorChoice::global() == ColorChoice::Always
}

/// The columns of the terminal.
pub(crate) fn width() -> usize {
    if !io::stdout().is_terminal() {
        return DEFAULT_WIDTH;
    }
    terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0))
}

/// Whether someone watches the standard error.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Writes to the standard output; styles in the text are dropped where there are no colours.
pub(crate) fn print(text: &str) -> Result<(), Complaint> {
    let mut out = anstream::stdout().lock();
    survive_broken_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that has seen enough and closed the pipe, such as `head`, is no error.
pub(crate) fn survive_broken_pipe(result: io::Result<()>) -> Result<(), Complaint> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Complaint::input(format!(
            "the standard output cannot be written: {error}"
        ))),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says why a command cannot go on.
pub(crate) fn complain(complaint: &Complaint) {
    say(ERROR, "error", &complaint.what);
    if let Some(hint) = &complaint.hint {
        say(HELP, " help", hint);
    }
}

/// Says what went less well than wished.
pub(crate) fn warn(text: &str) {
    say(WARNING, "warning", text);
}

/// Says what may interest.
pub(crate) fn note(text: &str) {
    say(DIM, "note", text);
}

/// Writes prepared text to the standard error.
pub(crate) fn tell(text: &str) {
    // Nobody is left to be told when the standard error is gone.
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

fn say(style: Style, label: &str, text: &str) {
    let text: String = text
        .chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect();
    tell(&format!("{style}{label}:{style:#} {text}\n"));
}
