//! Finds the Lambda functions that a repository's templates declare.
//!
//! A template is recognised by its content, never by its name: a byte search for words that every
//! template of a kind must contain comes first, since it decides for nearly every file at memory
//! speed, and only then is the file parsed. A file that looks like a template and cannot be parsed
//! leaves a note; it never ends the search.
//!
//! A function whose code is not in the artifact (in a bucket, in an image, not built yet) is still
//! listed, with the place and the reason, because an absent function is not a clean one.

mod asset;
mod cloudformation;
mod event;
mod intrinsic;
mod locate;
mod serverless;
mod terraform;
mod terraform_value;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;

use memchr::memmem;

use crate::artifact::{Artifact, Entry};
use crate::classify::Class;
use crate::layers::Language;
use crate::limits::Limits;
use crate::path::file_name;

pub use event::EventKind;

/// All functions that the templates of an artifact declare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// In the order of their templates' paths, and within a template in its order.
    pub functions: Vec<FunctionDecl>,
    /// Templates that could not be read, and what in them was not understood.
    pub notes: Vec<Note>,
}

/// A remark on one template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub path: String,
    pub text: String,
}

/// A Lambda function as a template declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionDecl {
    /// Its name within the template.
    pub name: String,
    pub kind: TemplateKind,
    pub runtime: Option<String>,
    pub handler: Option<String>,
    pub code: CodeLocation,
    /// In the order in which the template lists them.
    pub layers: Vec<LayerRef>,
    /// What calls it, as far as the template tells; sorted.
    pub events: Vec<EventKind>,
    /// Variables whose value stands in the template.
    pub environment: BTreeMap<String, String>,
    pub origin: Origin,
}

/// The tool a template is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKind {
    Sam,
    CloudFormation,
    Cdk,
    Terraform,
    Serverless,
}

/// Where something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub path: String,
    /// Counted from 1.
    pub line: u32,
}

/// Where a function's code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeLocation {
    /// A folder, file or archive of the artifact; empty for its top.
    Path(String),
    Inline(InlineCode),
    /// Not in the artifact.
    Elsewhere {
        what: String,
        why: String,
    },
}

/// Source code within a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineCode {
    pub template: String,
    /// As far as the runtime tells.
    pub language: Option<Language>,
    pub source: String,
    /// The line of the template on which the source starts, counted from 1.
    pub first_line: u32,
    /// Columns by which the template indents each line of the source.
    pub indent: u32,
    /// Whether each line of the source is one line of the template, so that positions can be mapped.
    pub lines_match: bool,
}

/// A layer as a function refers to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerRef {
    /// Its content is this folder or archive of the artifact.
    Path(String),
    /// Its content is not in the artifact.
    Elsewhere { what: String },
}

/// Finds all functions that templates in the artifact declare.
#[must_use]
pub fn discover(artifact: &Artifact) -> Discovery {
    let mut found = Collector::new(artifact.limits());
    let mut terraform = terraform::Modules::default();
    for entry in artifact.entries() {
        if !may_be_template(entry, artifact.limits().template_bytes) {
            continue;
        }
        let Ok(content) = artifact.read(entry) else {
            continue;
        };
        let is_terraform = entry.path.ends_with(".tf");
        let guess = if is_terraform {
            None
        } else {
            guess(&entry.path, &content)
        };
        if guess.is_none() && !(is_terraform && terraform::is_wanted(&content)) {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&content) else {
            found.note(&entry.path, "looks like a template, but is not UTF-8");
            continue;
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Some(guess) = guess else {
            terraform.add(&entry.path, text, &mut found);
            continue;
        };
        match yaml::parse(text) {
            Err(error) => {
                found.note(
                    &entry.path,
                    format!("looks like a template, but cannot be parsed: {error}"),
                );
            }
            Ok(root) => match guess {
                Guess::CloudFormation => {
                    cloudformation::find(artifact, &entry.path, text, &root, &mut found)
                }
                Guess::Serverless => serverless::find(artifact, &entry.path, &root, &mut found),
            },
        }
    }
    terraform.find(artifact, &mut found);
    found.finish()
}

/// What has been found so far, and how much more may be.
struct Collector {
    found: Discovery,
    functions_left: usize,
    bytes_left: usize,
    members: usize,
    is_noted: bool,
}

impl Collector {
    fn new(limits: &Limits) -> Self {
        Self {
            found: Discovery::default(),
            functions_left: limits.functions,
            bytes_left: limits.declared_bytes,
            members: limits.members,
            is_noted: false,
        }
    }

    fn note(&mut self, path: &str, text: impl Into<String>) {
        self.found.notes.push(Note {
            path: path.to_owned(),
            text: text.into(),
        });
    }

    /// Whether another function may be added; when not, a note says so once.
    fn has_room(&mut self, path: &str) -> bool {
        let has_room = self.functions_left > 0 && self.bytes_left > 0;
        if !has_room && !self.is_noted {
            self.is_noted = true;
            self.note(path, "declares more functions than are listed; the rest was left out, here and in later templates");
        }
        has_room
    }

    fn add(&mut self, function: FunctionDecl) {
        self.functions_left = self.functions_left.saturating_sub(1);
        self.bytes_left = self.bytes_left.saturating_sub(size_of_texts(&function));
        self.found.functions.push(function);
    }

    fn finish(self) -> Discovery {
        let mut found = self.found;
        // Terraform modules come last, since a module is known only once all of its files are.
        found
            .functions
            .sort_by(|a, b| a.origin.path.cmp(&b.origin.path));
        found
            .notes
            .sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
        found
    }
}

fn size_of_texts(function: &FunctionDecl) -> usize {
    let code = match &function.code {
        CodeLocation::Path(path) => path.len(),
        CodeLocation::Inline(code) => code.source.len() + code.template.len(),
        CodeLocation::Elsewhere { what, why } => what.len() + why.len(),
    };
    let layers = function.layers.iter().map(|layer| match layer {
        LayerRef::Path(text) | LayerRef::Elsewhere { what: text } => text.len(),
    });
    let variables = function
        .environment
        .iter()
        .map(|(key, value)| key.len() + value.len());
    let names = [&function.runtime, &function.handler]
        .into_iter()
        .flatten()
        .map(String::len);
    code + function.name.len()
        + function.origin.path.len()
        + layers.chain(variables).chain(names).sum::<usize>()
}

enum Guess {
    CloudFormation,
    Serverless,
}

/// What a template must contain, whatever its layout.
fn guess(path: &str, content: &[u8]) -> Option<Guess> {
    let has = |word: &str| memmem::find(content, word.as_bytes()).is_some();
    if has("Resources") && (has("AWS::Serverless::Function") || has("AWS::Lambda::Function")) {
        return Some(Guess::CloudFormation);
    }
    let is_named_so = file_name(path).starts_with("serverless.");
    let has_shape = has("functions") && has("provider") && has("handler");
    (has_shape || is_named_so && has("provider")).then_some(Guess::Serverless)
}

/// Manifests of package managers and compilers are large, many, and no templates.
fn may_be_template(entry: &Entry, limit: u64) -> bool {
    const NEVER: [&str; 5] = [
        "package.json",
        "package-lock.json",
        "composer.lock",
        "npm-shrinkwrap.json",
        "tsconfig.json",
    ];
    entry.class == Class::Config
        && entry.container.is_empty()
        && entry.size <= limit
        && !NEVER.contains(&file_name(&entry.path))
        && ["yaml", "yml", "json", "template", "cfn", "tf"]
            .contains(&crate::path::extension(&entry.path).as_str())
}

impl fmt::Display for TemplateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sam => "sam",
            Self::CloudFormation => "cloudformation",
            Self::Cdk => "cdk",
            Self::Terraform => "terraform",
            Self::Serverless => "serverless",
        })
    }
}
