use std::fmt::Display;

use annotate_snippets::renderer::{AnsiColor, Style};
use shindan_finding::Severity;

/// Styles text, or leaves it as it is.
#[derive(Clone, Copy)]
pub(super) struct Paint {
    colour: bool,
}

impl Paint {
    pub(super) const fn new(colour: bool) -> Self {
        Self { colour }
    }

    pub(super) fn bold(self, text: impl Display) -> String {
        self.styled(Style::new().bold(), text)
    }

    pub(super) fn dim(self, text: impl Display) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    pub(super) fn good(self, text: impl Display) -> String {
        self.styled(AnsiColor::BrightGreen.on_default().bold(), text)
    }

    pub(super) fn warning(self, text: impl Display) -> String {
        self.styled(AnsiColor::BrightYellow.on_default().bold(), text)
    }

    /// In the colour that code frames give the severity.
    pub(super) fn severity(self, severity: Severity, text: impl Display) -> String {
        let colour = match severity {
            Severity::Critical | Severity::High => AnsiColor::BrightRed,
            Severity::Medium => AnsiColor::BrightYellow,
            Severity::Low | Severity::Info => AnsiColor::BrightBlue,
        };
        self.styled(colour.on_default().bold(), text)
    }

    fn styled(self, style: Style, text: impl Display) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}
