//! The pass over a text: keywords open windows, windows run regexes, judged matches come out.
//!
//! Windows of a rule that overlap are joined before its regex runs, so a line full of one keyword costs one search
//! of the line, not one for each keyword.

use std::cmp::Reverse;

use memchr::{memchr, memrchr};
use shindan_base::Span;
use shindan_finding::Confidence;

use crate::file_context::FileContext;
use crate::format::Scope;
use crate::index::format_bit;
use crate::judge::{Candidate, judge};
use crate::mask::SecretValue;
use crate::rule::Rule;
use crate::rules::Rules;

/// Bytes before and after a keyword that a rule of scope `line` sees at most: room for the longest session tokens.
const LINE_REACH: (usize, usize) = (256, 4096);

/// The same for scope `lines`: room for a 8192-bit RSA key in PEM.
const LINES_REACH: (usize, usize) = (1024, 8192);

/// Joined windows stop growing here, so that a regex with a wide repetition cannot make long lines quadratic.
const JOINED_WINDOW: usize = 64 << 10;

/// How far apart a match and the one its rule requires may stand.
const REQUIRED_WITHIN: usize = 1024;

/// A secret in a text.
#[derive(Clone, Debug)]
pub struct SecretMatch<'r, 't> {
    /// What found it.
    pub rule: &'r Rule,
    /// The secret itself, without the name it is assigned to.
    pub span: Span,
    /// The name that it is assigned to, where the rule looks for one: `DB_PASSWORD`.
    pub name: Option<&'t str>,
    /// The value, for hashing; it must not outlive the scan, and cannot.
    pub value: SecretValue<'t>,
    /// A form for people.
    pub masked: String,
    /// The rule's confidence, lowered where something speaks against this match.
    pub confidence: Confidence,
    /// What speaks against it, in words.
    pub doubt: Option<&'static str>,
}

impl Rules {
    /// The secrets in `text`, by position; where rules overlap, the more specific one speaks.
    ///
    /// `path` tells by its name what kind of file it is. Of a text over 4 GiB the first 4 GiB are searched.
    #[must_use]
    pub fn scan<'r, 't>(&'r self, path: &str, text: &'t str) -> Vec<SecretMatch<'r, 't>> {
        let rules = self.as_slice();
        let index = self.index();
        let text = addressable(text);

        let file = FileContext::of(path);
        let format = format_bit(file.format);
        let mut search = Search {
            rules,
            text,
            file,
            found: Vec::new(),
        };
        let mut open = vec![Window::EMPTY; rules.len()];
        index.for_each_keyword(text.as_bytes(), |from, to, woken| {
            for &rule in woken {
                if index.formats[rule as usize] & format == 0
                    || open[rule as usize].covers(from, to)
                {
                    continue;
                }
                let current = &mut open[rule as usize];
                let next = Window::around(text, from, to, rules[rule as usize].data.scope);
                if current.end > next.start && next.end - current.start <= JOINED_WINDOW {
                    current.end = next.end.max(current.end);
                    current.whole = next.whole;
                } else {
                    let done = std::mem::replace(current, next);
                    search.run(rule, done);
                }
            }
        });
        for (window, rule) in open.into_iter().zip(0..) {
            search.run(rule, window);
        }

        let found = with_required(search.found, &index.required_by);
        most_specific(found, rules)
            .into_iter()
            .map(|found| {
                let value = SecretValue::new(&text[found.start..found.end]);
                SecretMatch {
                    rule: &rules[found.rule as usize],
                    span: Span::new(found.start as u32, found.end as u32),
                    name: found.name.and_then(|(from, to)| text.get(from..to)),
                    value,
                    masked: value.mask(),
                    confidence: found.confidence,
                    doubt: found.doubt,
                }
            })
            .collect()
    }
}

/// Part of the text that a rule still has to search.
#[derive(Clone, Copy)]
struct Window {
    start: usize,
    end: usize,
    /// Whether it reaches the end of its line, so that further keywords of the line add nothing.
    whole: bool,
}

impl Window {
    const EMPTY: Self = Self {
        start: 0,
        end: 0,
        whole: false,
    };

    fn around(text: &str, from: usize, to: usize, scope: Scope) -> Self {
        let bytes = text.as_bytes();
        let (before, after) = match scope {
            Scope::Line => LINE_REACH,
            Scope::Lines => LINES_REACH,
        };
        let first = from.saturating_sub(before);
        let last = to.saturating_add(after).min(bytes.len());
        match scope {
            Scope::Lines => Self {
                start: first,
                end: last,
                whole: last == bytes.len(),
            },
            Scope::Line => {
                let newline = memchr(b'\n', &bytes[to..last]);
                Self {
                    start: memrchr(b'\n', &bytes[first..from]).map_or(first, |at| first + at + 1),
                    end: newline.map_or(last, |at| to + at),
                    whole: newline.is_some() || last == bytes.len(),
                }
            }
        }
    }

    fn covers(&self, from: usize, to: usize) -> bool {
        self.whole && from >= self.start && to <= self.end
    }
}

/// A match that passed its rule's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    start: usize,
    end: usize,
    rule: u32,
    name: Option<(usize, usize)>,
    confidence: Confidence,
    doubt: Option<&'static str>,
}

struct Search<'r, 't> {
    rules: &'r [Rule],
    text: &'t str,
    file: FileContext,
    found: Vec<Found>,
}

impl Search<'_, '_> {
    fn run(&mut self, number: u32, window: Window) {
        if window.start == window.end {
            return;
        }
        let rule = &self.rules[number as usize];
        let Some(regex) = rule.regex() else { return };
        for captures in regex.captures_iter(&self.text.as_bytes()[window.start..window.end]) {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            let value = captures.iter().skip(1).flatten().next().unwrap_or(whole);
            let candidate = Candidate {
                rule,
                file: self.file,
                text: self.text,
                lead: window.start + whole.start(),
                start: window.start + value.start(),
                end: window.start + value.end(),
            };
            if let Some(verdict) = judge(&candidate) {
                self.found.push(Found {
                    start: candidate.start,
                    end: candidate.end,
                    rule: number,
                    name: candidate.assigned_name(),
                    confidence: verdict.confidence,
                    doubt: verdict.doubt,
                });
            }
        }
    }
}

/// Drops matches whose rule requires a match of another rule close by where there is none.
fn with_required(mut found: Vec<Found>, required_by: &[Option<u32>]) -> Vec<Found> {
    found.sort_unstable_by_key(|f| (f.start, f.end, f.rule));
    found.dedup();
    let required = |f: &Found| required_by[f.rule as usize];
    if !found.iter().any(|f| required(f).is_some()) {
        return found;
    }
    let places: Vec<(u32, usize)> = {
        let mut places: Vec<_> = found.iter().map(|f| (f.rule, f.start)).collect();
        places.sort_unstable();
        places
    };
    found.retain(|f| {
        let Some(other) = required(f) else {
            return true;
        };
        let nearest =
            places.partition_point(|&p| p < (other, f.start.saturating_sub(REQUIRED_WITHIN)));
        places
            .get(nearest)
            .is_some_and(|&(rule, at)| rule == other && at <= f.end + REQUIRED_WITHIN)
    });
    found
}

/// Of overlapping matches the most specific: format rules before generic ones, then by confidence, then the longer,
/// then the rule that stands first.
fn most_specific(found: Vec<Found>, rules: &[Rule]) -> Vec<Found> {
    let rank = |f: &Found| {
        let rule = &rules[f.rule as usize];
        let generic = rule.data.validator.is_some_and(crate::generic::is_generic);
        (
            generic,
            Reverse(rule.confidence()),
            Reverse(f.end - f.start),
            f.rule,
        )
    };
    let mut out: Vec<Found> = Vec::with_capacity(found.len());
    for f in found {
        match out.last_mut() {
            Some(last) if f.start < last.end => {
                if rank(&f) < rank(last) {
                    *last = f;
                }
            }
            _ => out.push(f),
        }
    }
    out
}

/// The part of a text that 32-bit offsets can address.
fn addressable(text: &str) -> &str {
    let mut end = text.len().min(u32::MAX as usize);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
