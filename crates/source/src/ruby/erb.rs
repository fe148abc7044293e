//! ERB templates: text with Ruby between `<%` and `%>`.
//!
//! Everything that is no code is blanked, so that the Ruby parser sees one program with the offsets of the template.
//! What a tag writes to the page (`<%= x %>`) is a call of [`ESCAPED`] or [`UNESCAPED`] with its value; library models
//! name them. The whole template is one method, [`VIEW`], of the object whose variables it shows.

use memchr::memmem;
use shindan_base::{Interner, Span};

use crate::tree::{Function, Stmt, StmtKind};
use crate::{Language, Tree};

/// Writes a value to the page with the characters of HTML escaped: `<%= x %>` in a Rails view.
pub(super) const ESCAPED: &str = "__write_escaped__";
/// Writes a value to the page as it is: `<%== x %>`, and `<%= x %>` outside of Rails.
pub(super) const UNESCAPED: &str = "__write__";
/// The method that a template is.
const VIEW: &str = "__view__";

/// A tag that writes to the page.
pub(super) struct Output {
    /// Where its code starts.
    pub(super) start: u32,
    /// The function that it is a call of.
    pub(super) function: &'static str,
}

/// Parses a template; `escapes` says whether `<%= x %>` escapes.
pub(crate) fn parse(language: Language, text: &str, escapes: bool, names: &Interner) -> Tree {
    let (code, outputs) = code(text, escapes);
    as_view(
        super::read(language, text, &code, &outputs, names),
        text,
        names,
    )
}

/// Makes one method of everything that a template does.
pub(super) fn as_view(mut tree: Tree, text: &str, names: &Interner) -> Tree {
    let span = Span::new(0, text.len() as u32);
    let start = Span::new(0, 0);
    let body = std::mem::take(&mut tree.body);
    let name = Some(names.intern(VIEW));
    let view = Function {
        name,
        name_span: start,
        ..super::blocks::function(Vec::new(), body, span)
    };
    tree.body.push(Stmt {
        kind: StmtKind::Function(Box::new(view)),
        span,
    });
    tree
}

/// The template with everything blanked that is no code, and its tags that write.
fn code(text: &str, escapes: bool) -> (String, Vec<Output>) {
    let bytes = text.as_bytes();
    let mut code = vec![b' '; bytes.len()];
    let mut outputs = Vec::new();
    let mut at = 0;
    while let Some(open) = memmem::find(&bytes[at..], b"<%").map(|found| at + found) {
        keep_lines(bytes, &mut code, at, open);
        let mut start = open + 2;
        let sign = bytes.get(start).copied();
        if sign == Some(b'%') {
            // `<%%` stands for the text `<%`.
            at = start + 1;
            continue;
        }
        let close = memmem::find(&bytes[start..], b"%>");
        let end = close.map_or(bytes.len(), |found| start + found);
        at = (end + 2).min(bytes.len());
        if sign == Some(b'#') {
            keep_lines(bytes, &mut code, start, at);
            continue;
        }
        let mut function = None;
        if sign == Some(b'=') {
            start += 1;
            function = Some(if escapes { ESCAPED } else { UNESCAPED });
            if bytes.get(start) == Some(&b'=') {
                start += 1;
                function = Some(UNESCAPED);
            }
        } else if sign == Some(b'-') {
            start += 1;
        }
        let start = start.min(end);
        let trimmed = bytes[start..end].ends_with(b"-");
        let end_of_code = if trimmed { end - 1 } else { end };
        code[start..end_of_code].copy_from_slice(&bytes[start..end_of_code]);
        // A tag ends a statement, and a comment in it. Code that goes on where another tag ended stands on a new line.
        code[open] = b';';
        if close.is_some() {
            code[end] = b'\n';
        }
        if let Some(function) = function {
            let spaces = bytes[start..end_of_code]
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            outputs.push(Output {
                start: (start + spaces) as u32,
                function,
            });
        }
    }
    keep_lines(bytes, &mut code, at, bytes.len());
    // Only ASCII was written, and code was copied from the start to the end of a tag, which are ASCII too.
    let code = String::from_utf8(code).unwrap_or_default();
    (code, outputs)
}

/// Keeps the line ends of a part that is blanked, for what the parser says about lines.
fn keep_lines(bytes: &[u8], code: &mut [u8], from: usize, to: usize) {
    for found in memchr::memchr_iter(b'\n', &bytes[from..to]) {
        code[from + found] = b'\n';
    }
}
