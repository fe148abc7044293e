//! The ranges of npm (<https://github.com/npm/node-semver#ranges>).
//!
//! Alternatives divided by `||`, each a list of conditions that must all hold. Every condition becomes one or two
//! comparisons with a version; numbers left open (`1.x`) make intervals. A pre-release lies in a range only where a
//! comparison of the same alternative names a pre-release of the same three numbers, so that `^1.0.0` never means
//! `1.1.0-beta`.

use std::cmp::Ordering;

use super::semver::Version;

/// A range that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpmRange {
    alternatives: Vec<Vec<Comparison>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    orders: &'static [Ordering],
    version: String,
    /// Whether the range itself names a pre-release here; the `-0` of an interval's end is not one.
    names_pre_release: bool,
}

const LESS: &[Ordering] = &[Ordering::Less];
const LESS_OR_EQUAL: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const GREATER: &[Ordering] = &[Ordering::Greater];
const GREATER_OR_EQUAL: &[Ordering] = &[Ordering::Greater, Ordering::Equal];
const EQUAL: &[Ordering] = &[Ordering::Equal];

/// A version whose last numbers may be left open.
struct Partial<'a> {
    numbers: Vec<u64>,
    /// Behind a hyphen, without build metadata; empty for none.
    pre_release: &'a str,
}

impl NpmRange {
    /// `None` where the text is no range, such as a tag, a URL or a path.
    pub fn parse(text: &str) -> Option<Self> {
        let alternatives = text
            .split("||")
            .map(|alternative| conditions(alternative.trim()))
            .collect::<Option<_>>()?;
        Some(Self { alternatives })
    }

    pub fn contains(&self, version: &str) -> bool {
        self.holds(version, false)
    }

    /// The same with pre-releases wherever they lie (`includePrerelease` of npm).
    pub fn contains_with_pre_releases(&self, version: &str) -> bool {
        self.holds(version, true)
    }

    fn holds(&self, text: &str, pre_releases: bool) -> bool {
        let version = Version::new(text);
        self.alternatives.iter().any(|comparisons| {
            let holds = comparisons.iter().all(|comparison| {
                let bound = Version::new(&comparison.version);
                comparison.orders.contains(&version.cmp(&bound))
            });
            holds
                && (pre_releases
                    || !version.is_pre_release()
                    || comparisons.iter().any(|comparison| {
                        comparison.names_pre_release
                            && Version::new(&comparison.version).has_numbers_of(&version)
                    }))
        })
    }
}

fn conditions(text: &str) -> Option<Vec<Comparison>> {
    let mut comparisons = Vec::new();
    if let Some((low, high)) = text.split_once(" - ") {
        lower(&partial(low)?, &mut comparisons);
        up_to(&partial(high)?, &mut comparisons);
        return Some(comparisons);
    }
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let rest = word.trim_start_matches(['<', '>', '=', '~', '^']);
        let operator = &word[..word.len() - rest.len()];
        // An operator may stand apart from its version.
        let version = if rest.is_empty() {
            words.next().unwrap_or("*")
        } else {
            rest
        };
        condition(operator, &partial(version)?, &mut comparisons)?;
    }
    Some(comparisons)
}

fn condition(operator: &str, bound: &Partial<'_>, out: &mut Vec<Comparison>) -> Option<()> {
    let given = bound.numbers.len();
    match operator {
        "" | "=" | "==" if given == 3 => exact(EQUAL, bound, out),
        "" | "=" | "==" => between(bound, given, out),
        "~" | "~>" => between(bound, given.min(2), out),
        "^" => {
            let zeros = bound
                .numbers
                .iter()
                .take_while(|number| **number == 0)
                .count();
            between(bound, (zeros + 1).min(given), out);
        }
        ">=" => lower(bound, out),
        "<" if given == 0 => push(LESS, "0.0.0-0".to_owned(), out),
        "<" if given == 3 => exact(LESS, bound, out),
        "<" => push(LESS, format!("{}-0", bound.text()), out),
        "<=" => up_to(bound, out),
        ">" if given == 0 => push(LESS, "0.0.0-0".to_owned(), out),
        ">" if given == 3 => exact(GREATER, bound, out),
        ">" => push(GREATER_OR_EQUAL, bound.raised(given), out),
        _ => return None,
    }
    Some(())
}

/// From the bound up to where the number at `place`, counted from one, is raised.
fn between(bound: &Partial<'_>, place: usize, out: &mut Vec<Comparison>) {
    lower(bound, out);
    if place > 0 {
        push(LESS, format!("{}-0", bound.raised(place)), out);
    }
}

fn lower(bound: &Partial<'_>, out: &mut Vec<Comparison>) {
    if bound.numbers.len() < 3 {
        push(GREATER_OR_EQUAL, bound.text() + "-0", out);
    } else {
        exact(GREATER_OR_EQUAL, bound, out);
    }
}

fn up_to(bound: &Partial<'_>, out: &mut Vec<Comparison>) {
    match bound.numbers.len() {
        0 => {}
        3 => exact(LESS_OR_EQUAL, bound, out),
        given => push(LESS, format!("{}-0", bound.raised(given)), out),
    }
}

fn exact(orders: &'static [Ordering], bound: &Partial<'_>, out: &mut Vec<Comparison>) {
    out.push(Comparison {
        orders,
        version: bound.text(),
        names_pre_release: !bound.pre_release.is_empty(),
    });
}

fn push(orders: &'static [Ordering], version: String, out: &mut Vec<Comparison>) {
    out.push(Comparison {
        orders,
        version,
        names_pre_release: false,
    });
}

impl Partial<'_> {
    fn at(&self, index: usize) -> u64 {
        self.numbers.get(index).copied().unwrap_or(0)
    }

    fn text(&self) -> String {
        let text = format!("{}.{}.{}", self.at(0), self.at(1), self.at(2));
        match self.pre_release {
            "" => text,
            pre_release => format!("{text}-{pre_release}"),
        }
    }

    /// With the number at this place, counted from one, raised and zeros behind it.
    fn raised(&self, place: usize) -> String {
        let number = |index: usize| match (index + 1).cmp(&place) {
            Ordering::Less => self.at(index),
            Ordering::Equal => self.at(index).saturating_add(1),
            Ordering::Greater => 0,
        };
        format!("{}.{}.{}", number(0), number(1), number(2))
    }
}

fn partial(text: &str) -> Option<Partial<'_>> {
    let text = text.trim().trim_start_matches(['v', '=']);
    let text = text.split_once('+').map_or(text, |(version, _)| version);
    let mut numbers = Vec::new();
    let mut rest = text;
    let mut is_open = false;
    while numbers.len() < 3 {
        let end = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, behind) = rest.split_at(end);
        if digits.is_empty() {
            is_open = true;
            rest = behind.strip_prefix(['x', 'X', '*']).unwrap_or(behind);
        } else {
            if !is_open {
                numbers.push(digits.parse().ok()?);
            }
            rest = behind;
        }
        match rest.strip_prefix('.') {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    let is_whole = numbers.len() == 3;
    let pre_release = rest.strip_prefix('-').unwrap_or(rest);
    let is_word = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    if !is_word(pre_release) || (!is_whole && !rest.is_empty()) {
        return None;
    }
    Some(Partial {
        numbers,
        pre_release,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::NpmRange;

    fn contains(range: &str, version: &str) -> bool {
        NpmRange::parse(range).expect(range).contains(version)
    }

    #[test]
    fn ranges_hold_what_npm_says() {
        for (range, inside, outside) in [
            ("^1.2.3", "1.9.0", "2.0.0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("~1.2", "1.2.9", "1.3.0"),
            ("1.x || >= 3", "3.4.5", "2.0.0"),
            ("1.0 - 2.1", "2.1.9", "2.2.0"),
            ("> 1.2", "1.3.0", "1.2.9"),
            ("<=2", "2.9.9", "3.0.0"),
            ("=1.2.3+build", "1.2.3", "1.2.4"),
            ("", "0.0.1", "1.0.0-a"),
        ] {
            assert!(contains(range, inside), "{inside} in {range}");
            assert!(!contains(range, outside), "{outside} in {range}");
        }
    }

    #[test]
    fn pre_releases_lie_only_in_ranges_that_name_one_of_the_same_numbers() {
        assert!(contains("^1.2.3-beta.1", "1.2.3-beta.2"));
        assert!(contains(">=1.0.0-0", "1.0.0-alpha"));
        assert!(!contains("^1.2.3-beta.1", "1.3.0-beta.2"));
        assert!(!contains("1.x", "1.0.0-beta"));
        let range = NpmRange::parse("1.x").expect("a range");
        assert!(range.contains_with_pre_releases("1.0.0-beta"));
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in [
            "latest",
            "file:../x",
            "https://registry.example/x.tgz",
            "1.2.3 @",
            "<>1",
        ] {
            assert_eq!(NpmRange::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(range in "([<>=~^| ]|[0-9x]{1,30}|[.-]|\\PC){0,12}", version in "\\PC{0,12}") {
            if let Some(range) = NpmRange::parse(&range) {
                let _ = range.contains(&version);
            }
        }
    }
}
