//! The languages of the generated programs: how they are written, run and left out.

use crate::grammar::Grammar;

/// A language, and what is needed to write and run its programs.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// The ending of its files.
    pub(crate) extension: &'static str,
    /// A statement that does nothing.
    pub(crate) nothing: &'static str,
    pub(crate) interpreter: &'static str,
    /// Runs programs and tells what arrived in their sinks.
    pub(crate) driver: &'static str,
    grammar: &'static str,
}

pub(crate) const PYTHON: Language = Language {
    name: "python",
    extension: "py",
    nothing: "pass",
    interpreter: "python3",
    driver: include_str!("run.py"),
    grammar: include_str!("python.grammar"),
};

pub(crate) const JAVASCRIPT: Language = Language {
    name: "javascript",
    extension: "js",
    nothing: "",
    interpreter: "node",
    driver: include_str!("run.js"),
    grammar: include_str!("javascript.grammar"),
};

pub(crate) const ALL: [Language; 2] = [PYTHON, JAVASCRIPT];

impl Language {
    /// How its programs are written.
    pub(crate) fn grammar(&self, with_limits: bool) -> Grammar {
        Grammar::read(self.grammar, with_limits)
    }
}
