use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use shindan_finding::{Confidence, DetectorId, DetectorInfo, Severity};

use crate::example::Example;
use crate::format::RuleData;

/// Upper limit for one compiled regex and, again, for its lazily built automaton: room for every counted repetition
/// that a token format needs, and a bound for what a rule of a user can cost.
const REGEX_BYTES: usize = 2 << 20;

/// What one kind of secret looks like. Its regexes are compiled when a keyword is first seen.
#[derive(Debug)]
pub struct Rule {
    pub(crate) data: RuleData,
    regex: Arc<OnceLock<Option<Regex>>>,
    allow: OnceLock<Vec<Regex>>,
}

impl Rule {
    pub(crate) fn new(data: RuleData) -> Self {
        Self {
            data,
            regex: Arc::default(),
            allow: OnceLock::new(),
        }
    }

    /// Lets rules that look for the same thing in different files compile it once.
    pub(crate) fn share_regex(&mut self, with: &Self) {
        if self.data.regex == with.data.regex && self.data.near == with.data.near {
            self.regex = with.regex.clone();
        }
    }

    /// The stable name, such as `secret-aws-access-key-id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.data.id
    }

    /// One line for lists and messages.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.data.title
    }

    /// How bad such a secret in the open is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.data.severity
    }

    /// How sure a match is when nothing speaks against it.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.data.confidence
    }

    /// CWE numbers, the primary one first.
    #[must_use]
    pub fn cwe(&self) -> &[u32] {
        &self.data.cwe
    }

    /// What reports say about the rule.
    #[must_use]
    pub fn info(&self) -> DetectorInfo {
        let data = &self.data;
        DetectorInfo {
            id: DetectorId(data.id.clone()),
            title: data.title.clone(),
            severity: data.severity,
            confidence: data.confidence,
            cwe: data.cwe.clone(),
            description: data.description.clone(),
            fix: data.fix.clone(),
            references: data.references.clone(),
            languages: vec!["any".to_owned()],
        }
    }

    /// Texts that the rule must and must not flag.
    pub fn examples(&self) -> impl Iterator<Item = Example<'_>> {
        self.data.example.iter().map(Example::new)
    }

    /// `None` for a regex that does not compile, which only a rule that skipped its checks can have.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| compile(&self.pattern()).ok())
            .as_ref()
    }

    /// Whether the rule's allow list knows the value as harmless.
    pub(crate) fn allows(&self, value: &str) -> bool {
        let list = self.allow.get_or_init(|| {
            self.data
                .allow
                .iter()
                .filter_map(|p| compile(&format!("(?i){p}")).ok())
                .collect()
        });
        list.iter().any(|r| r.is_match(value.as_bytes()))
    }

    /// The regex as it runs: with `near`, the value must be assigned or passed to that name.
    fn pattern(&self) -> String {
        let value = &self.data.regex;
        match &self.data.near {
            None => value.clone(),
            Some(name) => format!(
                r#"(?i:{name})[\w.\-]{{0,32}}["'`]?\]?\s{{0,8}}(?:=>|:=|[=:,(>])\s{{0,8}}(?:[\w.]{{1,40}}\(\s?)?["'`]?(?:Bearer |Basic )?({value})"#
            ),
        }
    }
}

/// Byte regexes without Unicode classes: smaller automata, and every window of a text is valid input.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(REGEX_BYTES)
        .build()
}
