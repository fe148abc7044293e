//! The catalogue: detectors and library models as data.
//!
//! A catalogue is a folder of TOML files: `detectors/**/ID.toml` says what is wrong, why, how to repair it, and shows
//! it in examples that are its tests; `models/LANGUAGE/LIBRARY.toml` says what a library does to data. `docs/catalogue.md`
//! teaches the format. [`Builder`] reads the files and checks them against each other, [`Catalogue`] is the result:
//! plain data that serialises, so that the built-in one is compiled into the binary and costs no parsing at start.

mod builder;
mod condition;
mod detector;
mod folder;
mod model;
mod on_demand;
mod path;
mod raw;

pub use builder::{Builder, CatalogueError};
pub use condition::{ArgRef, Condition, Literal, Scope, Subject, Test};
pub use detector::{Check, Detector, Example, TaintRule, Trigger};
pub use folder::read_folder;
pub use model::{
    Entry, EntryMatch, Flow, Guard, Model, Moves, Place, ReturnUse, Sink, SourceKind, SourceRow,
};
pub use on_demand::{ByLanguage, OnDemand};
pub use path::{ApiPath, PathError, Segment};

use serde::{Deserialize, Serialize};

/// The languages that a catalogue row may name. TypeScript shares JavaScript's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowLanguage {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    JavaScript,
    /// Java.
    Java,
    /// C#.
    CSharp,
    /// Ruby.
    Ruby,
}

impl RowLanguage {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Python,
        Self::JavaScript,
        Self::Java,
        Self::CSharp,
        Self::Ruby,
    ];

    /// As catalogues write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Java => "java",
            Self::CSharp => "csharp",
            Self::Ruby => "ruby",
        }
    }

    /// The rows that apply to a language of that name; TypeScript has JavaScript's.
    #[must_use]
    pub fn of(language: &str) -> Option<Self> {
        if language == "typescript" {
            return Some(Self::JavaScript);
        }
        Self::ALL.into_iter().find(|l| l.name() == language)
    }
}

/// A checked set of detectors and models.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Catalogue {
    /// Sorted by id.
    pub detectors: Vec<Detector>,
    /// What libraries do; a language's sorted by file name.
    pub models: ByLanguage<Model>,
    /// The sink kinds that taint detectors define, sorted; a kind's index is its bit in a mask.
    pub sink_kinds: Vec<String>,
}

impl Catalogue {
    /// The bit of a sink kind.
    #[must_use]
    pub fn sink_bit(&self, kind: &str) -> Option<u8> {
        self.sink_kinds
            .binary_search_by(|k| k.as_str().cmp(kind))
            .ok()
            .map(|i| i as u8)
    }

    /// The detector of this id.
    #[must_use]
    pub fn detector(&self, id: &str) -> Option<&Detector> {
        self.detectors
            .binary_search_by(|d| d.info.id.0.as_str().cmp(id))
            .ok()
            .map(|i| &self.detectors[i])
    }
}
