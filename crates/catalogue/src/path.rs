//! API paths: how a catalogue names a thing of a library.
//!
//! `sqlite3.connect().cursor` is what `import sqlite3; sqlite3.connect(…).cursor` evaluates to, whatever the code calls
//! its variables. Segments: `.name`, `()` for the result of a call (a class's instance is the result of calling the
//! class, `new` or not), `("s3")` for the result of a call whose first argument is that constant, `[]` for any element,
//! and a leading `*` for a receiver that nothing is known of. A module name with dots in it stands in braces:
//! `{socket.io}`; other characters of npm names (`@aws-sdk/client-s3`) need no quoting.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A parsed API path; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ApiPath(pub Vec<Segment>);

/// One step of an API path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Segment {
    /// A module, global or member.
    Name(String),
    /// The result of a call.
    Call,
    /// The result of a call whose first argument is this constant.
    CallWith(String),
    /// An element.
    Index,
    /// A receiver that nothing is known of; only first.
    Any,
}

/// Why a text is no API path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no API path: {problem}")]
pub struct PathError {
    /// What was read.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl ApiPath {
    /// Parses the whole text.
    ///
    /// # Errors
    /// When it is empty, a name is missing, or a bracket does not close.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let fail = |problem| PathError {
            text: text.to_owned(),
            problem,
        };
        let mut segments = Vec::new();
        let mut rest = text.trim();
        let mut expects_name = true;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("()") {
                segments.push(Segment::Call);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("(\"") {
                let (value, after) = after
                    .split_once("\")")
                    .ok_or_else(|| fail("`(\"` needs a closing `\")`"))?;
                segments.push(Segment::CallWith(value.to_owned()));
                rest = after;
            } else if let Some(after) = rest.strip_prefix("[]") {
                segments.push(Segment::Index);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('.') {
                if expects_name {
                    return Err(fail("a name is missing"));
                }
                expects_name = true;
                rest = after;
                continue;
            } else if expects_name {
                let (name, after) = if let Some(after) = rest.strip_prefix('{') {
                    after
                        .split_once('}')
                        .ok_or_else(|| fail("`{` needs a closing `}`"))?
                } else {
                    rest.split_at(rest.find(['.', '(', '[']).unwrap_or(rest.len()))
                };
                if name.is_empty() {
                    return Err(fail("a name is missing"));
                }
                let any = name == "*" && segments.is_empty();
                segments.push(if any {
                    Segment::Any
                } else {
                    Segment::Name(name.to_owned())
                });
                rest = after;
            } else {
                return Err(fail("a `.`, `()` or `[]` is missing"));
            }
            expects_name = false;
        }
        if segments.is_empty() || expects_name {
            return Err(fail("it ends where a name should follow"));
        }
        if !matches!(segments[0], Segment::Name(_) | Segment::Any) {
            return Err(fail("it must start with a name or `*`"));
        }
        Ok(Self(segments))
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Name(name) => {
                    if i > 0 {
                        f.write_str(".")?;
                    }
                    if name.contains('.') {
                        write!(f, "{{{name}}}")?
                    } else {
                        f.write_str(name)?
                    }
                }
                Segment::Call => f.write_str("()")?,
                Segment::CallWith(value) => write!(f, "(\"{value}\")")?,
                Segment::Index => f.write_str("[]")?,
                Segment::Any => f.write_str("*")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_print_as_they_are_written() {
        for text in [
            "a",
            "os.path.join",
            "boto3.client(\"s3\").get_object",
            "@aws-sdk/client-s3.S3Client().send",
            "{socket.io}()",
            "os.environ[]",
            "*.execute",
        ] {
            assert_eq!(
                ApiPath::parse(text).map(|p| p.to_string()).as_deref(),
                Ok(text)
            );
        }
    }

    #[test]
    fn broken_paths_are_refused() {
        for text in ["", ".", "a.", "a..b", "()", "a(\"x", "{a", "a()b"] {
            assert!(ApiPath::parse(text).is_err(), "{text}");
        }
    }
}
