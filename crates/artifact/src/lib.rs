//! Opens what users scan, and says what is in it.
//!
//! An [`Artifact`] is a folder, a zip archive or a single source file, with its nested archives and
//! attached layers, as one sorted list of [`Entry`]s that is the same for a folder and the zip of it.
//! All content is hostile: nothing is written to disk, no link is followed, no archive is unpacked,
//! every read is bounded by [`Limits`], and whatever was not looked at is named in a [`Skip`].
//!
//! [`classify_path`] and [`classify_content`] sort files into one's own, vendored, generated and so
//! on; [`discover()`] finds the Lambda functions that templates declare; [`import_roots`] tells where
//! the runtimes look for modules in a layer. Nothing here knows the grammar of a programming language.

mod artifact;
mod bytes;
mod classify;
mod discover;
mod folder;
mod layers;
mod limits;
mod opening;
mod parts;
mod path;
mod select;
mod skip;
mod zip;

pub use artifact::{Artifact, Entry, OpenError};
pub use classify::{
    Class, Classification, Reason, classify_content, classify_path, may_be_executable,
};
pub use discover::{
    CodeLocation, Discovery, EventKind, FunctionDecl, InlineCode, LayerRef, Note, Origin,
    TemplateKind, discover,
};
pub use layers::{ImportRoot, Language, import_roots};
pub use limits::Limits;
pub use parts::Parts;
pub use skip::{Skip, SkipReason, UnsafePath};
