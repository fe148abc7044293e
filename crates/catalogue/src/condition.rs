//! Conditions on a call, an assignment or a comparison.

use serde::{Deserialize, Serialize};

use crate::{ApiPath, SourceKind};

/// One condition: something about the place that a check or sink looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// What is looked at.
    pub subject: Subject,
    /// What must hold of it.
    pub test: Test,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Subject {
    /// An argument, the first of the references that is given; then into it along property names.
    Argument {
        refs: Vec<ArgRef>,
        path: Vec<String>,
    },
    /// The receiver of a method call, then along property names.
    Receiver { path: Vec<String> },
    /// The value of an assignment, property or string.
    Value { path: Vec<String> },
    /// The left side of a comparison.
    Left,
    /// The right side of a comparison.
    Right,
    /// Either side of a comparison (holds when it holds of one).
    Either,
    /// The place in the code.
    Place,
}

/// How an argument is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgRef {
    /// By position, from 0.
    Position(u32),
    /// The last positional one.
    Last,
    /// By name.
    Named(String),
    /// Any argument (holds when it holds of one).
    Any,
    /// The receiver.
    This,
}

/// A constant of a catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// A string.
    Str(String),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// `None`, `null` or `undefined`.
    Null,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// It is certainly one of these constants.
    In(Vec<Literal>),
    /// It is certainly a constant and none of these.
    NotIn(Vec<Literal>),
    /// It is a constant string that the regular expression finds something in.
    Matches(String),
    /// It is a constant string that the regular expression finds nothing in.
    NotMatches(String),
    /// It is not given.
    Absent,
    /// It is given.
    Present,
    /// It is a constant string, bytes or number, not empty.
    Literal,
    /// It is not a constant.
    Dynamic,
    /// Something in it is not known to be safe for this kind of sink.
    Unsettled(String),
    /// It is a constant number below this.
    Below(i64),
    /// It is a constant number above this.
    Above(i64),
    /// It is certainly true or false as a condition.
    Truthy(bool),
    /// Data of one of these kinds is in it.
    Tainted(Vec<SourceKind>),
    /// It is what one of these API paths evaluates to.
    Type(Vec<ApiPath>),
    /// The function or its class has one of these annotations.
    Annotated(Vec<ApiPath>),
    /// It is a function of the program.
    Function,
    /// Its source text (a variable's name, say) is found by the regular expression.
    Text(String),
    /// It is a list or a map with no elements.
    Empty,
    /// The call's result is not used.
    ResultUnused,
    /// The call stands inside this.
    Within(Scope),
    /// The text of the enclosing scope is found by the regular expression.
    ScopeText(Scope, String),
    /// The name that the result is assigned to is found by the regular expression.
    AssignedTo(String),
}

/// A part of the code around a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// The body of a Lambda handler or route, called functions excluded.
    Handler,
    /// A loop of the enclosing function.
    Loop,
    /// Any function (not the module's top level).
    Function,
    /// The module's top level.
    Module,
    /// The file.
    File,
    /// The class.
    Class,
    /// An exception handler.
    Catch,
    /// The statement.
    Statement,
}
