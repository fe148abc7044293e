//! What a finding says, in words that are the same for every language.

use shindan_base::{Interner, Sym};
use shindan_catalogue::SourceKind;
use shindan_flow::{SourceInfo, StepWord};

/// A source in words and as an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// For people: "the Lambda event (`event.body`)".
    pub words: String,
    /// For the fingerprint: `event:lambda.Event().body`.
    pub identity: String,
}

/// Describes a source; `api` is its API path as the catalogue writes it.
#[must_use]
pub fn describe(source: &SourceInfo, api: Option<&str>, names: &Interner) -> Described {
    let mut path = String::new();
    for part in &source.path {
        if *part == Sym::EMPTY {
            path.push_str("[]");
        } else {
            path.push('.');
            path.push_str(names.text(*part));
        }
    }
    let kind = SourceKind::ALL
        .iter()
        .find(|(k, _)| *k == source.kind)
        .map_or("", |(_, n)| *n);
    let identity = format!("{kind}:{}{path}", api.unwrap_or(""));
    let shown = match api {
        Some("lambda.Event()") => format!("event{path}"),
        Some(api) => format!("{}{path}", api.replace("()", "")),
        None => path.trim_start_matches('.').to_owned(),
    };
    let what = match source.kind {
        SourceKind::Event => "the Lambda event",
        SourceKind::Http => "the HTTP request",
        SourceKind::Environment => "the environment",
        SourceKind::File => "a file",
        SourceKind::Input => "the program's input",
        SourceKind::Socket => "the network",
        SourceKind::Database => "stored data",
        SourceKind::Library => "a parameter",
        SourceKind::Credential => "a credential",
        SourceKind::Sensitive => "confidential data",
        SourceKind::Exception => "an exception",
        SourceKind::WeakRandom => "a predictable random number",
    };
    let words = if shown.is_empty() {
        what.to_owned()
    } else {
        format!("{what} (`{shown}`)")
    };
    Described { words, identity }
}

/// A step of a flow in words.
#[must_use]
pub fn step_words(word: StepWord, source: &str, names: &Interner) -> String {
    match word {
        StepWord::Enters => format!("{source} enters"),
        StepWord::Assigned(name) => format!("assigned to `{}`", names.text(name)),
        StepWord::Through(name) if name == Sym::EMPTY => "passes through a call".to_owned(),
        StepWord::Through(name) => format!("passes through `{}`", names.text(name)),
        StepWord::Passed(name) => format!("passed to `{}`", names.text(name)),
        StepWord::Returned(name) => format!("returned by `{}`", names.text(name)),
        StepWord::Stored => "stored".to_owned(),
    }
}
