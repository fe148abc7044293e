//! Grammars of programs, read from text files.
//!
//! A grammar says for each kind of thing (`text`: an expression that is a text, `do`: a statement) how it may be written.
//! One line is one rule, `kind: template`; a template of several lines stands indented below `kind:`. Behind the kind
//! may stand `x3` (three times as likely) and `limit=name` (left out, since docs/soundness.md lists what it shows as not found).
//! Lines that begin with `--` are comments. Between `«` and `»` a template has holes:
//!
//! | hole | what comes there |
//! |---|---|
//! | `text` | anything of this kind |
//! | `*do 1 3` | one to three of them, a line each |
//! | `=x text` | a new variable of this kind, for the rest of the template |
//! | `~x text` | the same; nothing is printed |
//! | `%x text` | a new variable that is not there yet |
//! | `+x text` | a new variable for what follows the template |
//! | `see x`, `hide x` | from here on, x is there, or no more |
//! | `$x` | the name of such a variable |
//! | `@text` | a variable that is there; `@x text` gives it the name x in the template |
//! | `@.text` | such a variable of the function at hand, `@^text` of a function around it, `@!text` of the module |
//! | `!name kind` | from here on, `name` is a variable of this kind; nothing is printed |
//! | `?kind` | only where a variable of this kind belongs to the function at hand; nothing is printed |
//! | `fn` | from here on, the template is inside a function |
//! | `end` | the function ends |
//! | `method` | the same, and the method before ends |

use std::collections::BTreeMap;

/// How to write one thing.
pub(crate) struct Rule {
    pub(crate) kind: String,
    pub(crate) weight: u32,
    /// The limit of the analysis that it shows.
    pub(crate) limit: Option<String>,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    /// Anything of a kind.
    Any(String),
    /// So many of a kind.
    Several(String, usize, usize),
    /// A new variable: its name in the template, its kind, and what becomes of it.
    New(String, String, Birth),
    /// A variable of the template is there, or not, from here on.
    Shown(String, bool),
    /// A variable of the template.
    Again(String),
    /// A variable that is there: its name in the template, its kind.
    Known(String, String, Reach),
    /// A name with a meaning.
    Declare(String, String),
    /// A condition.
    Needs(String),
    /// The inside of a function begins.
    Function,
    /// The inside of a function ends.
    End,
    /// The inside of a method begins, and that of the method before it ends.
    Method,
}

/// When a new variable is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Birth {
    Now,
    Silent,
    Later,
    After,
}

/// Whose variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reach {
    Any,
    Own,
    Outer,
    Module,
}

/// All rules, and which belong to a kind.
pub(crate) struct Grammar {
    pub(crate) rules: Vec<Rule>,
    by_kind: BTreeMap<String, Vec<usize>>,
}

impl Rule {
    /// Whether it needs nothing further to be written.
    pub(crate) fn is_leaf(&self) -> bool {
        let is_open = |p: &Piece| matches!(p, Piece::Any(_) | Piece::Several(..));
        !self.pieces.iter().any(is_open)
    }
}

impl Grammar {
    /// Reads a grammar, without the rules of limits unless they are wanted.
    pub(crate) fn read(text: &str, with_limits: bool) -> Self {
        let mut rules: Vec<Rule> = Vec::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.trim().is_empty() || line.starts_with("--") {
                continue;
            }
            let (head, rest) = line
                .split_once(':')
                .unwrap_or_else(|| panic!("no rule: {line}"));
            let mut template = rest.trim_start().to_owned();
            while template.is_empty() || rest.trim().is_empty() {
                let Some(more) = lines.next_if(|l| l.starts_with("    ")) else {
                    break;
                };
                if !template.is_empty() {
                    template.push('\n');
                }
                template.push_str(&more[4..]);
            }
            let mut words = head.split_whitespace();
            let mut rule = Rule {
                kind: words.next().unwrap_or_default().to_owned(),
                weight: 1,
                limit: None,
                pieces: pieces(&template),
            };
            for word in words {
                if let Some(limit) = word.strip_prefix("limit=") {
                    rule.limit = Some(limit.to_owned());
                } else if let Some(weight) = word.strip_prefix('x').and_then(|w| w.parse().ok()) {
                    rule.weight = weight;
                } else {
                    panic!("`{word}` in `{line}`");
                }
            }
            if with_limits || rule.limit.is_none() {
                rules.push(rule);
            }
        }
        let mut by_kind: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, rule) in rules.iter().enumerate() {
            by_kind.entry(rule.kind.clone()).or_default().push(i);
        }
        Self { rules, by_kind }
    }

    pub(crate) fn of_kind(&self, kind: &str) -> &[usize] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }
}

fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('«') {
        let (hole, after) = after
            .split_once('»')
            .unwrap_or_else(|| panic!("a hole has no end: {template}"));
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        pieces.push(piece(hole));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

fn piece(hole: &str) -> Piece {
    let words: Vec<&str> = hole.split_whitespace().collect();
    let (first, rest) = words.split_first().expect("a hole is not empty");
    let owned = |s: &str| s.to_owned();
    let mark = first.chars().next();
    match (mark, rest) {
        (Some('*'), [least, most]) => Piece::Several(
            owned(&first[1..]),
            least.parse().expect("a number"),
            most.parse().expect("a number"),
        ),
        (Some(mark @ ('=' | '~' | '%' | '+')), [kind]) => {
            let birth = match mark {
                '=' => Birth::Now,
                '~' => Birth::Silent,
                '%' => Birth::Later,
                _ => Birth::After,
            };
            Piece::New(owned(&first[1..]), owned(kind), birth)
        }
        (_, [label]) if matches!(*first, "see" | "hide") => {
            Piece::Shown(owned(label), *first == "see")
        }
        (Some('$'), []) => Piece::Again(owned(&first[1..])),
        (Some('@'), _) => {
            let (reach, name) = match first.as_bytes().get(1) {
                Some(b'.') => (Reach::Own, &first[2..]),
                Some(b'^') => (Reach::Outer, &first[2..]),
                Some(b'!') => (Reach::Module, &first[2..]),
                _ => (Reach::Any, &first[1..]),
            };
            match rest {
                [] => Piece::Known(String::new(), owned(name), reach),
                [kind] => Piece::Known(owned(name), owned(kind), reach),
                _ => panic!("a hole like no other: {hole}"),
            }
        }
        (Some('!'), [kind]) => Piece::Declare(owned(&first[1..]), owned(kind)),
        (Some('?'), []) => Piece::Needs(owned(&first[1..])),
        (_, []) if *first == "fn" => Piece::Function,
        (_, []) if *first == "end" => Piece::End,
        (_, []) if *first == "method" => Piece::Method,
        (_, []) => Piece::Any(owned(first)),
        _ => panic!("a hole like no other: {hole}"),
    }
}

#[test]
fn holes_are_read() {
    let grammar = Grammar::read(
        "-- a comment\ntext x3: «text».upper()\ndo limit=some:\n    for «=x text» in «list»:\n        «*do 1 2»\n",
        true,
    );
    assert_eq!(grammar.rules[0].weight, 3);
    assert_eq!(grammar.rules[1].limit.as_deref(), Some("some"));
    assert_eq!(grammar.of_kind("do"), [1]);
    assert_eq!(
        grammar.rules[1].pieces,
        [
            Piece::Text("for ".into()),
            Piece::New("x".into(), "text".into(), Birth::Now),
            Piece::Text(" in ".into()),
            Piece::Any("list".into()),
            Piece::Text(":\n    ".into()),
            Piece::Several("do".into(), 1, 2),
        ]
    );
}
