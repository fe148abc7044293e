//! Library models: what a library does to data.

use serde::{Deserialize, Serialize};
use shindan_finding::Confidence;

use crate::{ApiPath, ArgRef, Condition, RowLanguage};

/// What one file says about a library.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Model {
    /// File name without extension, for messages.
    pub name: String,
    /// Which programs it applies to.
    pub language: RowLanguage,
    /// An expression and the type whose members it has instead.
    pub types: Vec<(ApiPath, ApiPath)>,
    /// Where data enters.
    pub sources: Vec<SourceRow>,
    /// Where data does harm.
    pub sinks: Vec<Sink>,
    /// Calls whose result is safe for sinks of some kinds (`*`: for all).
    pub clears: Vec<(ApiPath, Vec<String>)>,
    /// Calls that undo an encoding: the result is dangerous again.
    pub restores: Vec<(ApiPath, Vec<String>)>,
    /// Calls that move data other than from all arguments and the receiver to the result.
    pub flows: Vec<(ApiPath, Vec<Flow>)>,
    /// Calls that check something.
    pub guards: Vec<Guard>,
    /// Functions of the program that the library or the runtime calls.
    pub entries: Vec<Entry>,
}

/// Which data a source yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// The event of a Lambda invocation.
    Event,
    /// An HTTP request.
    Http,
    /// An environment variable.
    Environment,
    /// A file.
    File,
    /// Standard input and command-line arguments.
    Input,
    /// A network connection.
    Socket,
    /// A database or AWS service that holds what others stored.
    Database,
    /// A parameter of an exported function.
    Library,
    /// A password, key or token.
    Credential,
    /// Personal or otherwise confidential data.
    Sensitive,
    /// An exception and its stack trace.
    Exception,
    /// A predictable random number.
    WeakRandom,
}

impl SourceKind {
    /// All kinds and the names that catalogues use.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Event, "event"),
        (Self::Http, "http"),
        (Self::Environment, "environment"),
        (Self::File, "file"),
        (Self::Input, "input"),
        (Self::Socket, "socket"),
        (Self::Database, "database"),
        (Self::Library, "library"),
        (Self::Credential, "credential"),
        (Self::Sensitive, "sensitive"),
        (Self::Exception, "exception"),
        (Self::WeakRandom, "weak-random"),
    ];

    /// Whether someone outside may choose the data, so that injection matters.
    #[must_use]
    pub fn is_untrusted(self) -> bool {
        matches!(
            self,
            Self::Event
                | Self::Http
                | Self::Environment
                | Self::File
                | Self::Input
                | Self::Socket
                | Self::Database
                | Self::Library
        )
    }
}

/// Where data enters: reading this expression yields it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceRow {
    /// The expression; of a call the result.
    pub path: ApiPath,
    /// Which data.
    pub kind: SourceKind,
}

/// Where data does harm.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sink {
    /// The kind, as a taint detector defines it.
    pub kind: String,
    /// The function that is called, or the place that is assigned to.
    pub path: ApiPath,
    /// An assignment instead of a call.
    pub assigned: bool,
    /// Which arguments: reference, property names into it, and whether everything inside counts (`.**`).
    pub args: Vec<Place>,
    /// All must hold.
    pub when: Vec<Condition>,
    /// None may hold.
    pub unless: Vec<Condition>,
    /// Instead of the detector's.
    pub confidence: Option<Confidence>,
}

/// An argument or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Alternatives: by position or name.
    pub refs: Vec<ArgRef>,
    /// Property names into it.
    pub path: Vec<String>,
    /// Everything inside counts too.
    pub deep: bool,
    /// The entry under the key that these positional arguments make together (flows only).
    pub keys: Vec<u32>,
}

/// A movement of data by a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// From an argument or the receiver; `None`: nothing reaches the target.
    pub from: Option<Place>,
    /// To an argument or the receiver; `None` is the result.
    pub to: Option<Place>,
    /// What of it.
    pub moves: Moves,
}

/// What a flow moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moves {
    /// The data in it: taint.
    Data,
    /// The very value.
    Value,
    /// The text of all arguments, joined as the parts of a path.
    PathParts,
}

/// A call that checks something: where it answers so, its subject is safe for some kinds of sink.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Guard {
    /// What is called.
    pub path: ApiPath,
    /// What it checks.
    pub on: ArgRef,
    /// The answer that means safe; `None`: it throws when not.
    pub answer: Option<bool>,
    /// Kinds of sink; `*` for all.
    pub clears: Vec<String>,
    /// All must hold.
    pub when: Vec<Condition>,
}

/// A function of the program that the library or the runtime calls with untrusted data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// How the function is recognised.
    pub matched: EntryMatch,
    /// What each parameter is: an API path, or `None` for nothing known.
    pub params: Vec<Option<ApiPath>>,
    /// What all further (or all named) parameters are.
    pub rest: Option<ApiPath>,
    /// What its result is used as.
    pub returns: Option<ReturnUse>,
}

/// How an entry function is recognised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum EntryMatch {
    /// It is an argument of a call of one of these.
    Argument(Vec<ApiPath>),
    /// One of these decorates it.
    Decorator(Vec<ApiPath>),
    /// It is a method of one of these names in a class with one of these bases.
    Method { bases: Vec<ApiPath>, names: String },
    /// Its first parameters have such names (regular expressions over the whole name), `self` not counted; and its own
    /// name is found by `function`, if given.
    Names {
        params: Vec<String>,
        function: Option<String>,
    },
}

/// What an entry's result is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnUse {
    /// The body of an HTML page.
    Html,
    /// A Lambda proxy response: `body` and `headers`.
    LambdaProxy,
    /// The name of a view, where `redirect:` leads elsewhere; the body itself where the handler or its class says so.
    View,
}
