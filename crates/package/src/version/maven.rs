//! Maven's order, `ComparableVersion`
//! (<https://maven.apache.org/pom.html#version-order-specification>).
//!
//! A version is a list of tokens, each with the separator in front of it. Tokens end at `.`, at `-` and where digits
//! meet anything else, which counts as `-`. Tokens that mean nothing (zero, `final`, `ga`, `release`) are dropped at
//! the end of the list and in front of `-`. At each place of the list, qualifiers of what comes before a release come
//! first, then the end of the list, other qualifiers, and numbers:
//!
//! `alpha < beta < milestone < rc = cr < snapshot < end < sp < other qualifiers < -number < .number`
//!
//! Where the published text and the library differ, this follows the library: `_` separates nothing, and qualifiers
//! behind `.` come before those behind `-`. The library's order is not transitive: it says
//! `2.9.0.RC1 < 2.9.0 < 2.9.0-1 < 2.9.0.RC1`. Here the first two hold and the third does not: zeros that lead to a
//! qualifier from before a release ([`Token::ZeroBefore`]) stay before the end of the list.

use std::cmp::Ordering;

use super::digits::{Digits, leading};

#[derive(Clone, Debug)]
pub(super) struct Version<'a>(Tokens<'a>);

type Tokens<'a> = Vec<Token<'a>>;

/// In the order of the tokens at one place of two versions; `End` is where one of them has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    Before(Separator, Known),
    /// Means nothing, and leads to `Before`.
    ZeroBefore(Separator),
    End,
    Release,
    After(Separator, Option<Folded<'a>>),
    HyphenNumber(Digits<'a>),
    DotNumber(Digits<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    Alpha,
    Beta,
    Milestone,
    Candidate,
    Snapshot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Separator {
    Dot,
    Hyphen,
}

impl<'a> Version<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        let mut separator = Separator::Dot;
        loop {
            let digits = leading(rest);
            let length = if digits > 0 {
                digits
            } else {
                rest.bytes()
                    .position(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
                    .unwrap_or(rest.len())
            };
            let (token, behind) = rest.split_at(length);
            let before_digit = behind.starts_with(|next: char| next.is_ascii_digit());
            let token = if token.is_empty() || digits > 0 {
                match separator {
                    Separator::Dot => Token::DotNumber(Digits::new(token)),
                    Separator::Hyphen => Token::HyphenNumber(Digits::new(token)),
                }
            } else {
                qualifier(token, separator, before_digit)
            };
            if separator == Separator::Hyphen {
                trim(&mut tokens);
            } else if matches!(token, Token::Before(..)) {
                lead_to_before(&mut tokens);
            }
            tokens.push(token);
            let Some(next) = behind.bytes().next() else {
                break;
            };
            (separator, rest) = match next {
                b'.' => (Separator::Dot, &behind[1..]),
                b'-' => (Separator::Hyphen, &behind[1..]),
                _ => (Separator::Hyphen, behind),
            };
        }
        trim(&mut tokens);
        Self(tokens)
    }
}

fn qualifier<'a>(text: &'a str, separator: Separator, before_digit: bool) -> Token<'a> {
    let is = |name: &str| text.eq_ignore_ascii_case(name);
    let known = if is("alpha") || before_digit && is("a") {
        Known::Alpha
    } else if is("beta") || before_digit && is("b") {
        Known::Beta
    } else if is("milestone") || before_digit && is("m") {
        Known::Milestone
    } else if is("rc") || is("cr") {
        Known::Candidate
    } else if is("snapshot") {
        Known::Snapshot
    } else if is("final") || is("ga") || is("release") {
        return Token::Release;
    } else if is("sp") {
        return Token::After(separator, None);
    } else {
        return Token::After(separator, Some(Folded(text)));
    };
    Token::Before(separator, known)
}

fn means_nothing(token: &Token<'_>) -> bool {
    match token {
        Token::DotNumber(number) | Token::HyphenNumber(number) => number.is_zero(),
        Token::Release => true,
        _ => false,
    }
}

fn trim(tokens: &mut Tokens<'_>) {
    while tokens.last().is_some_and(means_nothing) {
        tokens.pop();
    }
}

fn lead_to_before(tokens: &mut Tokens<'_>) {
    for token in tokens.iter_mut().rev() {
        if !means_nothing(token) {
            break;
        }
        *token = Token::ZeroBefore(match token {
            Token::HyphenNumber(_) => Separator::Hyphen,
            _ => Separator::Dot,
        });
    }
}

impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let shared = self.0.len().min(other.0.len());
        self.0[..shared].cmp(&other.0[..shared]).then_with(|| {
            let next = |version: &Self| version.0.get(shared).cloned().unwrap_or(Token::End);
            next(self).cmp(&next(other))
        })
    }
}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version<'_> {}

/// Text without regard to the case of ASCII letters.
#[derive(Clone, Debug)]
struct Folded<'a>(&'a str);

impl<'a> Ord for Folded<'a> {
    fn cmp(&self, other: &Self) -> Ordering {
        let folded = |text: &'a str| text.bytes().map(|byte| byte.to_ascii_lowercase());
        folded(self.0).cmp(folded(other.0))
    }
}

impl PartialOrd for Folded<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Folded<'_> {}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn the_order_of_qualifiers_and_numbers() {
        let ascending = [
            "1-alpha",
            "1-beta",
            "1-milestone",
            "1-rc",
            "1-snapshot",
            "1",
            "1-sp",
            "1-abc",
            "1-1",
            "1.1",
            "1.2-alpha1",
            "1.2",
            "1.10",
            "2.0.alpha1",
            "2",
        ];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
    }

    /// The library's order runs in a circle here.
    #[test]
    fn a_candidate_behind_zeros_comes_before_the_release_and_what_follows_it() {
        let ascending = ["2.9.0-RC1", "2.9.0.RC1", "2.9.0", "2.9.0-1"];
        for pair in ascending.windows(2) {
            assert!(Version::new(pair[0]) < Version::new(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_left_out() {
        for (a, b) in [
            ("1", "1.0.0"),
            ("1.0.FINAL", "1"),
            ("1-ga-1", "1-1"),
            ("1.0.x-0", "1.0.x"),
            ("1a1", "1-alpha-1"),
            ("1-cr2", "1rc2"),
            ("01.02", "1.2"),
        ] {
            assert_eq!(Version::new(a), Version::new(b));
        }
    }
}
