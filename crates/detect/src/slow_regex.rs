//! Regular expressions that can take exponential or high polynomial time on a backtracking engine.
//!
//! A repetition is ambiguous when one text can be split among its rounds in several ways: a repeated group whose body
//! is itself a repetition (`(a+)+`), or whose alternatives start alike (`(a|ab)*`), with something after it that can fail.

/// Whether a pattern has an ambiguous repetition.
pub(crate) fn is_slow(pattern: &str) -> bool {
    let mut parser = Parser {
        chars: pattern.chars().collect(),
        at: 0,
        slow: false,
        depth: 0,
    };
    parser.alternatives();
    parser.slow
}

/// What a part of a pattern can match: the characters it may start with, roughly.
#[derive(Clone, Debug, Default)]
struct Shape {
    /// Ends in, or is, an unbounded repetition of this alphabet.
    repeats: Option<Alphabet>,
    /// Every text of it is made of this alphabet alone.
    only: Option<Alphabet>,
    /// Can match nothing.
    empty: bool,
}

/// A set of characters: sampled, which is enough to see that two overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Alphabet(Vec<bool>);

const SAMPLES: &str = "abzAZ059_ \t\n.,;:-+*/\\@#$%&=<>()[]{}!?\"'|^~`é";

impl Alphabet {
    fn of(test: impl Fn(char) -> bool) -> Self {
        Self(SAMPLES.chars().map(test).collect())
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| *a && *b)
    }

    fn union(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| *a || *b).collect())
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    slow: bool,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Vec<Vec<Shape>> {
        let mut branches = vec![self.sequence()];
        while self.eat('|') {
            branches.push(self.sequence());
        }
        branches
    }

    fn sequence(&mut self) -> Vec<Shape> {
        let mut parts: Vec<Shape> = Vec::new();
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            let Some(atom) = self.atom() else { continue };
            let repeated = self.quantifier();
            let shape = match repeated {
                Some((true, min)) => {
                    if let Some(body) = &atom.branches {
                        self.slow |= ambiguous(body);
                    }
                    Shape {
                        repeats: atom.shape.only.clone(),
                        only: atom.shape.only,
                        empty: min == 0 || atom.shape.empty,
                    }
                }
                Some((false, min)) => Shape {
                    empty: min == 0 || atom.shape.empty,
                    ..atom.shape
                },
                None => atom.shape,
            };
            parts.push(shape);
        }
        parts
    }

    /// Whether the quantifier is unbounded, and its minimum.
    fn quantifier(&mut self) -> Option<(bool, u32)> {
        let found = match self.peek()? {
            '*' => (true, 0),
            '+' => (true, 1),
            '?' => (false, 0),
            '{' => {
                let close = self.chars[self.at..].iter().position(|c| *c == '}')?;
                let body: String = self.chars[self.at + 1..self.at + close].iter().collect();
                let (min, max) = body.split_once(',').unwrap_or((&body, &body));
                let min: u32 = min.trim().parse().ok()?;
                let unbounded = max.trim().is_empty()
                    || max.trim().parse::<u32>().is_ok_and(|m| m > 25 && m != min);
                self.at += close;
                (unbounded, min)
            }
            _ => return None,
        };
        self.at += 1;
        if self.peek() == Some('?') {
            self.at += 1;
        } else if self.peek() == Some('+') {
            // Possessive: gives nothing back, so nothing is ambiguous.
            self.at += 1;
            return Some((false, found.1));
        }
        Some(found)
    }

    fn atom(&mut self) -> Option<Atom> {
        let c = self.peek()?;
        self.at += 1;
        let alphabet = match c {
            '(' => return self.group(),
            '[' => self.class(),
            '.' => Alphabet::of(|c| c != '\n'),
            '^' | '$' => return None,
            '\\' => {
                let escaped = self.peek()?;
                self.at += 1;
                if matches!(escaped, 'b' | 'B' | 'A' | 'Z' | 'z' | 'G') {
                    return None;
                }
                escape(escaped)
            }
            literal => Alphabet::of(|c| c == literal || (!SAMPLES.contains(literal) && c == 'é')),
        };
        Some(Atom {
            shape: Shape {
                repeats: None,
                only: Some(alphabet),
                empty: false,
            },
            branches: None,
        })
    }

    fn group(&mut self) -> Option<Atom> {
        self.depth += 1;
        if self.depth > 40 {
            self.at = self.chars.len();
            return None;
        }
        let mut assertion = false;
        if self.eat('?') {
            match self.peek() {
                Some('=' | '!') => assertion = true,
                Some('<') if matches!(self.chars.get(self.at + 1), Some('=' | '!')) => {
                    assertion = true
                }
                _ => {}
            }
            while let Some(c) = self.peek() {
                self.at += 1;
                if matches!(c, ':' | '>' | '=' | '!') {
                    break;
                }
                if c == ')' {
                    self.depth -= 1;
                    return None;
                }
            }
        }
        let branches = self.alternatives();
        self.eat(')');
        self.depth -= 1;
        if assertion {
            return None;
        }
        let mut only: Option<Alphabet> = None;
        let mut empty = false;
        for branch in &branches {
            empty |= branch.iter().all(|p| p.empty);
            for part in branch {
                let alphabet = part.only.clone()?;
                only = Some(only.map_or(alphabet.clone(), |o| o.union(&alphabet)));
            }
        }
        Some(Atom {
            shape: Shape {
                repeats: None,
                only,
                empty,
            },
            branches: Some(branches),
        })
    }

    fn class(&mut self) -> Alphabet {
        let negated = self.eat('^');
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut escapes: Vec<Alphabet> = Vec::new();
        let mut first = true;
        while let Some(c) = self.peek() {
            self.at += 1;
            if c == ']' && !first {
                break;
            }
            first = false;
            if c == '\\' {
                if let Some(e) = self.peek() {
                    self.at += 1;
                    escapes.push(escape(e));
                }
                continue;
            }
            if self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']') {
                let end = self.chars[self.at + 1];
                self.at += 2;
                ranges.push((c, end));
            } else {
                ranges.push((c, c));
            }
        }
        let inside = Alphabet::of(|c| ranges.iter().any(|(a, b)| *a <= c && c <= *b));
        let inside = escapes.iter().fold(inside, |all, e| all.union(e));
        if negated {
            Alphabet(inside.0.iter().map(|b| !b).collect())
        } else {
            inside
        }
    }
}

struct Atom {
    shape: Shape,
    branches: Option<Vec<Vec<Shape>>>,
}

fn escape(c: char) -> Alphabet {
    match c {
        'd' => Alphabet::of(|c| c.is_ascii_digit()),
        'D' => Alphabet::of(|c| !c.is_ascii_digit()),
        'w' => Alphabet::of(|c| c.is_ascii_alphanumeric() || c == '_'),
        'W' => Alphabet::of(|c| !(c.is_ascii_alphanumeric() || c == '_')),
        's' => Alphabet::of(char::is_whitespace),
        'S' => Alphabet::of(|c| !c.is_whitespace()),
        'n' => Alphabet::of(|c| c == '\n'),
        't' => Alphabet::of(|c| c == '\t'),
        literal => Alphabet::of(|c| c == literal),
    }
}

/// Whether repeating one of these branches is ambiguous.
fn ambiguous(branches: &[Vec<Shape>]) -> bool {
    for branch in branches {
        // `(x+)+`, `(x*y?)*`: one repetition, and all else can be nothing or is made of the same characters.
        for (i, part) in branch.iter().enumerate() {
            if let Some(alphabet) = &part.repeats {
                let others = branch.iter().enumerate().filter(|(j, _)| *j != i);
                let separable = others.clone().any(|(_, o)| {
                    !o.empty && o.only.as_ref().is_none_or(|a| !a.overlaps(alphabet))
                });
                if !separable {
                    return true;
                }
            }
        }
    }
    // `(a|ab)*`: two branches of one character each that overlap.
    for (i, a) in branches.iter().enumerate() {
        for b in &branches[i + 1..] {
            if let ([x], [y]) = (a.as_slice(), b.as_slice())
                && let (Some(x), Some(y)) = (&x.only, &y.only)
                && x.overlaps(y)
            {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_slow;

    #[test]
    fn nested_and_overlapping_repetitions_are_slow() {
        for pattern in [
            "^(a+)+$",
            "(a*)*b",
            "([a-zA-Z]+)*$",
            "(\\w|\\d)+x",
            "^(([a-z])+.)+[A-Z]([a-z])+$",
            "(?:a+){10,}",
            "(\\s+|x)+y",
            "(.*)*",
        ] {
            assert!(is_slow(pattern), "{pattern}");
        }
    }

    #[test]
    fn separated_repetitions_are_not() {
        for pattern in [
            "^[a-z]+$",
            "(a+b)+",
            "(\\d+,)*\\d+",
            "(?:[a-z]+\\.)+com",
            "(ab|cd)*",
            "^\\w+@\\w+\\.com$",
            "([^/]+/)*x",
            "(a{1,3})+",
            "a++b",
            "((",
            "[",
            "\\",
        ] {
            assert!(!is_slow(pattern), "{pattern}");
        }
    }
}
