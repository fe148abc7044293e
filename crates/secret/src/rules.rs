use std::ops::Range;
use std::sync::OnceLock;

use toml::de::{DeTable, DeValue};

use crate::error::RuleError;
use crate::format::{RuleData, RuleFile};
use crate::index::Index;
use crate::rule::{Rule, compile};

/// The built-in rules, packed by the build script.
static BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/secret-rules.bin"));

/// A set of rules, ready to [scan](Self::scan).
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    index: OnceLock<Index>,
}

impl Rules {
    /// The rules that come with the program. Cheap: nothing is compiled yet.
    #[must_use]
    pub fn builtin() -> Self {
        let file: RuleFile =
            postcard::from_bytes(BUILTIN).expect("the build script wrote it with the same types");
        Self::new(file)
    }

    /// Rules of a TOML file; `file` is its name in messages.
    ///
    /// # Errors
    /// When the text is no TOML, a field is missing, unknown or of the wrong type, or a rule makes no sense.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, RuleError> {
        let data: RuleFile = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            RuleError::new(file, text, span, error.message().to_owned())
        })?;
        for (i, rule) in data.rule.iter().enumerate() {
            let earlier = &data.rule[..i];
            if let Err((field, message)) = check(rule, earlier) {
                return Err(RuleError::new(file, text, span_of(text, i, field), message));
            }
        }
        Ok(Self::new(data))
    }

    /// Adds other rules; one with a known id replaces the old one in its place.
    pub fn extend(&mut self, other: Self) {
        for rule in other.rules {
            match self.rules.iter_mut().find(|r| r.id() == rule.id()) {
                Some(old) => *old = rule,
                None => self.rules.push(rule),
            }
        }
        self.index = OnceLock::new();
    }

    /// All rules, in the order of their files.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|r| r.id() == id)
    }

    pub(crate) fn as_slice(&self) -> &[Rule] {
        &self.rules
    }

    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.rules))
    }

    fn new(file: RuleFile) -> Self {
        let mut rules: Vec<Rule> = Vec::with_capacity(file.rule.len());
        for mut rule in file.rule.into_iter().map(Rule::new) {
            rules.iter().for_each(|earlier| rule.share_regex(earlier));
            rules.push(rule);
        }
        Self {
            rules,
            index: OnceLock::new(),
        }
    }
}

/// Checks what the types cannot say; the error names the field.
fn check(rule: &RuleData, earlier: &[RuleData]) -> Result<(), (&'static str, String)> {
    let id = &rule.id;
    let id_byte = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if id.is_empty() || !id.bytes().all(id_byte) {
        return Err((
            "id",
            format!("`{id}` is no rule id; use lower-case letters, digits and `-`"),
        ));
    }
    if earlier.iter().any(|r| r.id == *id) {
        return Err(("id", format!("the id `{id}` is already taken in this file")));
    }
    if rule.keywords.is_empty() {
        return Err(("keywords", "a rule needs at least one keyword".to_owned()));
    }
    for word in &rule.keywords {
        if word.len() < 4 || word.contains(char::is_uppercase) || word.contains('\n') {
            let message = format!(
                "the keyword `{word}` must have at least 4 bytes, all lower case, in one line"
            );
            return Err(("keywords", message));
        }
    }
    if let Err(error) = compile(&rule.regex) {
        return Err(("regex", one_line(&error)));
    }
    let near = rule.near.iter().map(|p| ("near", p));
    for (field, pattern) in near.chain(rule.allow.iter().map(|p| ("allow", p))) {
        if let Err(error) = compile(pattern) {
            return Err((field, one_line(&error)));
        }
    }
    if !(0.0..=8.0).contains(&rule.entropy) {
        return Err((
            "entropy",
            "the entropy floor lies between 0 and 8 bits a character".to_owned(),
        ));
    }
    for example in &rule.example {
        if example.bad.is_some() == example.good.is_some() {
            return Err((
                "example",
                "an example has either `bad` or `good`".to_owned(),
            ));
        }
    }
    Ok(())
}

/// The last line of a regex error says what is wrong; those before draw the pattern.
fn one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or("").trim();
    format!(
        "not a valid regex: {}",
        last.strip_prefix("error: ").unwrap_or(last)
    )
}

/// Where a field of the n-th rule stands; the whole rule where it is absent.
fn span_of(text: &str, rule: usize, field: &str) -> Range<usize> {
    let Ok(document) = DeTable::parse(text) else {
        return 0..0;
    };
    let Some(DeValue::Array(list)) = document.get_ref().get("rule").map(toml::Spanned::get_ref)
    else {
        return 0..0;
    };
    let Some(item) = list.get(rule) else {
        return 0..0;
    };
    match item.get_ref() {
        DeValue::Table(table) => table.get(field).map_or(item.span(), toml::Spanned::span),
        _ => item.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"
[[rule]]
id = "secret-mine"
title = "t"
severity = "high"
confidence = "high"
cwe = [798]
description = "d"
fix = "f"
keywords = ["mine_"]
regex = '''mine_[a-z0-9]{20}'''
"#;

    #[test]
    fn a_rule_of_the_user_joins_the_builtin_ones() {
        let mut rules = Rules::builtin();
        let before = rules.iter().len();
        assert!(
            rules
                .scan("a.py", "x = 'mine_k3j9x0q7v2m5n8b1z4c6'")
                .is_empty()
        );
        rules.extend(Rules::from_toml(RULE, "mine.toml").expect("valid"));
        assert_eq!(rules.iter().len(), before + 1);
        assert_eq!(
            rules.scan("a.py", "x = 'mine_k3j9x0q7v2m5n8b1z4c6'").len(),
            1
        );
    }

    #[test]
    fn errors_point_at_the_field() {
        let cases = [
            (
                "'''mine_[a-z0-9]{20}'''",
                "'''mine_['''",
                "11:9",
                "unclosed character class",
            ),
            ("[\"mine_\"]", "[\"Mine_\"]", "10:12", "all lower case"),
            ("[\"mine_\"]", "[]", "10:12", "at least one keyword"),
            ("\"high\"", "\"hihg\"", "5:12", "unknown variant `hihg`"),
            ("\"secret-mine\"", "\"my rule\"", "3:6", "no rule id"),
            ("regex =", "regexp =", "11:1", "unknown field `regexp`"),
            ("title = \"t\"", "title = ", "4:9", ""),
        ];
        for (from, to, place, message) in cases {
            let text = RULE.replacen(from, to, 1);
            let error = Rules::from_toml(&text, "mine.toml")
                .expect_err(to)
                .to_string();
            assert!(
                error.starts_with(&format!("mine.toml:{place}: ")),
                "{error}"
            );
            assert!(error.contains(message), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn an_id_stands_once_in_a_file() {
        let error = Rules::from_toml(&RULE.repeat(2), "mine.toml").expect_err("twice");
        assert_eq!((error.line, error.column), (14, 6));
    }
}
