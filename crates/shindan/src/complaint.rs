use std::path::Path;

use serde::{Deserialize, Serialize};

/// Why a command cannot do what it was asked: what happened, where, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Complaint {
    /// What happened and where, one line.
    pub(crate) what: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
    /// Who can repair it.
    pub(crate) blame: Blame,
}

/// Who can repair what went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Blame {
    /// Whoever gave the command: an argument, a file, a setting.
    Input,
    /// Whoever wrote the program.
    Program,
}

impl Complaint {
    /// Something given to the program cannot be used.
    pub(crate) fn input(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            blame: Blame::Input,
        }
    }

    /// The program failed.
    pub(crate) fn program(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: None,
            blame: Blame::Program,
        }
    }

    /// The operating system refused to do something with a file.
    pub(crate) fn file(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::input(format!(
            "{}: cannot be {doing}: {}",
            path.display(),
            error.kind()
        ))
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
