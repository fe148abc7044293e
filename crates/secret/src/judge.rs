//! Decides whether what a regex found is a secret.

use memchr::{memchr, memrchr};
use shindan_finding::Confidence;

use crate::entropy;
use crate::file_context::FileContext;
use crate::generic::is_generic;
use crate::placeholder::is_placeholder;
use crate::rule::Rule;
use crate::validate::validate;

/// A line that long was not written by hand: minified code, embedded data.
const MINIFIED_LINE: usize = 2000;

/// Bytes of a name on each side of where a match starts; what is longer is shown in part.
const LONGEST_NAME: usize = 64;

/// What a regex found.
pub(crate) struct Candidate<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) file: FileContext,
    pub(crate) text: &'a str,
    /// Where the regex's match starts: at the name, for rules that look for one.
    pub(crate) lead: usize,
    /// Where the value starts and ends.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl<'a> Candidate<'a> {
    /// The value; empty when it does not lie on character boundaries.
    pub(crate) fn value(&self) -> &'a str {
        self.text.get(self.start..self.end).unwrap_or("")
    }

    /// What the match has before the value.
    pub(crate) fn name(&self) -> &'a str {
        self.text.get(self.lead..self.start).unwrap_or("")
    }

    /// The whole identifier at the start of the match, which the regex may have entered in its middle; `None` where
    /// the value follows nothing that looks like a name.
    pub(crate) fn assigned_name(&self) -> Option<(usize, usize)> {
        let named =
            self.rule.data.near.is_some() || self.rule.data.validator.is_some_and(is_generic);
        let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(*b, b'_' | b'-' | b'.');
        let bytes = self.text.as_bytes();
        let back = bytes[..self.lead]
            .iter()
            .rev()
            .take(LONGEST_NAME)
            .take_while(|b| part(b))
            .count();
        let length = bytes[self.lead..self.start]
            .iter()
            .take(LONGEST_NAME)
            .take_while(|b| part(b))
            .count();
        (named && length > 0).then_some((self.lead - back, self.lead + length))
    }

    pub(crate) fn before(&self) -> &'a [u8] {
        &self.text.as_bytes()[..self.start]
    }

    pub(crate) fn after(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.end..]
    }
}

/// That it is a secret, and how sure that is.
pub(crate) struct Verdict {
    pub(crate) confidence: Confidence,
    pub(crate) doubt: Option<&'static str>,
}

/// What a validator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    Pass,
    /// Formally wrong, and yet worth a look.
    Doubt(&'static str),
    Fail,
}

/// `None` when it is no secret.
pub(crate) fn judge(candidate: &Candidate<'_>) -> Option<Verdict> {
    let rule = candidate.rule;
    let value = candidate.value();
    if value.is_empty()
        || continues_a_word(candidate)
        || is_placeholder(value)
        || rule.allows(value)
    {
        return None;
    }
    if !entropy::reaches(value, rule.data.entropy) {
        return None;
    }
    let doubt = match rule
        .data
        .validator
        .map_or(Check::Pass, |v| validate(v, candidate))
    {
        Check::Pass => None,
        Check::Doubt(reason) => Some(reason),
        Check::Fail => return None,
    };
    let sure = rule.confidence() == Confidence::High && doubt.is_none();
    if !sure && (candidate.file.generated || in_minified_line(candidate)) {
        return None;
    }
    let confidence = if doubt.is_some() {
        Confidence::Low
    } else {
        rule.confidence()
    };
    Some(Verdict { confidence, doubt })
}

/// Whether the value is a piece of a longer word, and so something else.
fn continues_a_word(candidate: &Candidate<'_>) -> bool {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let value = candidate.value().as_bytes();
    let at_start = value.first().is_some_and(word)
        && candidate.before().last().is_some_and(word)
        && !ends_in_escape(candidate.before());
    let at_end = value.last().is_some_and(word) && candidate.after().first().is_some_and(word);
    at_start || at_end
}

/// Whether the last letter belongs to `\n`, `\t` and the like, or to `%3D`.
fn ends_in_escape(before: &[u8]) -> bool {
    match before {
        [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        _ => false,
    }
}

fn in_minified_line(candidate: &Candidate<'_>) -> bool {
    let before = candidate.before();
    let after = candidate.after();
    let left = memrchr(b'\n', &before[before.len().saturating_sub(MINIFIED_LINE)..]);
    let right = memchr(b'\n', &after[..after.len().min(MINIFIED_LINE)]);
    let left = left.map_or(before.len().min(MINIFIED_LINE), |at| {
        before.len().min(MINIFIED_LINE) - at
    });
    let right = right.unwrap_or(after.len().min(MINIFIED_LINE));
    left + right >= MINIFIED_LINE
}
