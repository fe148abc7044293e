//! What a reader of one format makes of one file.
//!
//! A reader is a pure function of a path and bytes. It never fails: a file that is broken gives what was read before the
//! break, and a problem. Which file outranks which is no reader's business, see [`crate::merge`].

use shindan_package::Ecosystem;

use crate::digest::Sha1;
use crate::limits::{MOST_PACKAGES, MOST_PROBLEMS, TEXT_BYTES};
use crate::package::{Confidence, Evidence, PackageManager, Relation};

/// The packages of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub packages: Vec<Found>,
    /// Sentences about what could not be read.
    pub problems: Vec<String>,
}

/// One package as one file states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub ecosystem: Ecosystem,
    pub name: String,
    pub version: Option<String>,
    /// Counted from 1.
    pub line: Option<u32>,
    pub manager: PackageManager,
    pub evidence: Evidence,
    pub confidence: Confidence,
    pub relation: Relation,
    pub development: bool,
    /// The digest of the file, where that could tell more than the file does.
    pub sha1: Option<Sha1>,
}

impl Reading {
    /// A reading that found nothing because of `problem`.
    pub(crate) fn failed(problem: impl Into<String>) -> Self {
        let mut reading = Self::default();
        reading.problem(problem);
        reading
    }

    /// Adds a package whose name and version can be meant: not empty, not long, of one line.
    pub(crate) fn add(&mut self, found: Found) {
        if self.packages.len() >= MOST_PACKAGES {
            if self.packages.len() == MOST_PACKAGES && self.problems.len() < MOST_PROBLEMS {
                self.problem(format!(
                    "lists more than {MOST_PACKAGES} packages; the rest was left out"
                ));
            }
            return;
        }
        let is_text = |text: &str| {
            !text.is_empty() && text.len() <= TEXT_BYTES && !text.contains(char::is_control)
        };
        if is_text(&found.name) && found.version.as_deref().is_none_or(is_text) {
            self.packages.push(found);
        } else {
            self.problem("holds a package whose name or version is empty, too long or of several lines; it was left out");
        }
    }

    pub(crate) fn problem(&mut self, problem: impl Into<String>) {
        let problem = problem.into();
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl Found {
    /// A package of high confidence that nothing else is known about.
    pub(crate) fn new(
        ecosystem: Ecosystem,
        manager: PackageManager,
        evidence: Evidence,
        name: impl Into<String>,
    ) -> Self {
        Self {
            ecosystem,
            name: name.into(),
            version: None,
            line: None,
            manager,
            evidence,
            confidence: Confidence::High,
            relation: Relation::Unknown,
            development: false,
            sha1: None,
        }
    }

    /// The project that a lock file or manifest belongs to.
    pub(crate) fn subject(
        ecosystem: Ecosystem,
        manager: PackageManager,
        name: impl Into<String>,
    ) -> Self {
        Self::new(ecosystem, manager, Evidence::Subject, name)
    }

    pub(crate) fn version(mut self, version: impl Into<String>) -> Self {
        let version = version.into();
        self.version = (!version.is_empty()).then_some(version);
        self
    }

    pub(crate) fn line(mut self, line: impl Into<Option<u32>>) -> Self {
        self.line = line.into();
        self
    }

    pub(crate) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    pub(crate) fn relation(mut self, relation: Relation) -> Self {
        self.relation = relation;
        self
    }

    pub(crate) fn development(mut self, development: bool) -> Self {
        self.development = development;
        self
    }
}
