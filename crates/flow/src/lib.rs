//! One abstract interpretation of a program for all detectors at once.
//!
//! A component of files is run, not searched: module bodies first, as a cold start does, then the functions that the
//! outside calls (handlers, routes), then every function that nothing reached. A value is a set of constants, objects,
//! library things and *taints* (data of a source, with the kinds of sink it is safe for). Calls into the program are
//! followed with their actual arguments; calls into libraries do what the catalogue's models say. Branches on constants
//! that cannot be taken are not entered; checks that leave on failure make the checked data safe.
//!
//! **Invariants.** Results depend on the input alone: budgets are counters, never clocks. Every approximation that a
//! budget forces is counted. Nothing here knows a detector: sinks come from the models, and everything else that a
//! detector may want to look at passes by its [`Observer`].

mod activate;
mod annotation;
mod api;
mod arguments;
mod builtin_javascript;
mod builtin_python;
mod call;
mod callback;
mod class;
mod collection;
mod condition;
mod construct;
mod csharp;
mod driver;
mod effect;
mod element;
mod execute;
mod fold;
mod format;
mod guard;
mod hand_built;
mod heap;
mod interpreter;
mod java;
mod library;
mod limits;
mod map;
mod markup;
mod member;
mod memory;
mod method;
mod method_call;
mod model;
mod module;
mod nominal;
mod observe;
mod overload;
mod parameter;
mod pattern;
mod ruby;
mod sink;
mod source;
mod text;
mod transfer;
mod value;

pub use api::{ApiId, Apis, Edge};
pub use arguments::Arguments;
pub use condition::Circumstances;
pub use driver::{Component, Report, analyse};
pub use heap::FuncRef;
pub use interpreter::{Broadened, Site};
pub use limits::Limits;
pub use model::{Models, ThreatModel, row_language};
pub use observe::{CallEvent, Hit, Observer, Property, View};
pub use pattern::Patterns;
pub use source::{SourceId, SourceInfo, Step, StepId, StepWord, Trace};
pub use value::{Const, Ref, Taint, Value, ValueId};
