//! Source text to the surface tree: one adapter per language, one tree for all.
//!
//! **Invariants.** Parsing never fails: it returns a [`Tree`] and a list of [`ParseIssue`]s. A tree depends on the
//! bytes of its file alone. No sub-expression is dropped: what a language has and the tree has not becomes
//! [`ExprKind::Opaque`] with its operands inside, so that data still flows through it. No name is resolved here.
//! Nothing above this crate sees a parser's own types.

mod bounded_parse;
mod csharp;
mod depth;
mod java;
mod javascript;
mod names;
pub mod print;
mod python;
mod ruby;
pub mod tree;

use shindan_base::Interner;

pub use tree::{ParseIssue, Tree};

/// The deepest nesting of expressions and statements that an adapter follows; deeper parts become empty
/// [`tree::ExprKind::Opaque`]s and are reported. Hand-written code stays below 60; the bound keeps every later
/// recursive walk well inside a thread's stack.
pub const MAX_DEPTH: u32 = 500;

/// A language that a front-end exists for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Python 3.
    Python,
    /// JavaScript, with JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Java.
    Java,
    /// C#.
    CSharp,
    /// Ruby.
    Ruby,
    /// Text with Ruby in it, written as it is.
    Erb,
    /// A view of Rails, which escapes what it writes.
    RailsView,
    /// A HAML or Slim template, which do too.
    Haml,
}

/// Languages whose programs mean the same by the same tree, and share their library models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Python.
    Python,
    /// JavaScript and TypeScript.
    EcmaScript,
    /// Java.
    Java,
    /// C#.
    CSharp,
    /// Ruby.
    Ruby,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Python,
        Self::EcmaScript,
        Self::Java,
        Self::CSharp,
        Self::Ruby,
    ];

    /// Whether files use each other by the names of their classes and namespaces instead of importing files.
    #[must_use]
    pub fn is_nominal(self) -> bool {
        matches!(self, Self::Java | Self::CSharp | Self::Ruby)
    }
}

impl Language {
    /// The language of a file name, by its extension.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let Some((stem, extension)) = name.rsplit_once('.') else {
            return matches!(name, "Rakefile" | "Gemfile" | "Guardfile" | "Capfile")
                .then_some(Self::Ruby);
        };
        match extension.to_ascii_lowercase().as_str() {
            "py" | "pyw" => Some(Self::Python),
            "js" | "jsx" | "mjs" | "cjs" => Some(Self::JavaScript),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            "java" => Some(Self::Java),
            "cs" => Some(Self::CSharp),
            "rb" | "rake" | "ru" | "gemspec" => Some(Self::Ruby),
            // The extension before it says for which format a view is, and is a sign of Rails.
            "erb" if stem.contains('.') || path.contains("app/views/") => Some(Self::RailsView),
            "erb" | "rhtml" => Some(Self::Erb),
            "haml" | "slim" => Some(Self::Haml),
            _ => None,
        }
    }

    /// The family that it belongs to.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::Python => Family::Python,
            Self::JavaScript | Self::TypeScript | Self::Tsx => Family::EcmaScript,
            Self::Java => Family::Java,
            Self::CSharp => Family::CSharp,
            Self::Ruby | Self::Erb | Self::RailsView | Self::Haml => Family::Ruby,
        }
    }

    /// The name that users write in catalogues and on the command line: TypeScript's two dialects share one.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript | Self::Tsx => "typescript",
            Self::Java => "java",
            Self::CSharp => "csharp",
            Self::Ruby | Self::Erb | Self::RailsView | Self::Haml => "ruby",
        }
    }
}

/// Parses one file. `text` must be shorter than 4 GiB.
#[must_use]
pub fn parse(language: Language, text: &str, names: &Interner) -> Tree {
    match language {
        Language::Python => python::parse(text, names),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            javascript::parse(language, text, names)
        }
        Language::Java => java::parse(text, names),
        Language::CSharp => csharp::parse(text, names),
        Language::Ruby => ruby::parse(text, names),
        Language::Erb => ruby::erb::parse(language, text, false, names),
        Language::RailsView => ruby::erb::parse(language, text, true, names),
        Language::Haml => ruby::haml::parse(language, text, names),
    }
}
