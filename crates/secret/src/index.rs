use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::format::FileFormat;
use crate::rule::Rule;

/// The keywords of all rules in one automaton.
#[derive(Debug)]
pub(crate) struct Index {
    /// `None` when the keywords do not fit into an automaton, which takes gigabytes of them.
    pub(crate) automaton: Option<AhoCorasick>,
    /// For every pattern of the automaton the rules that it wakes.
    pub(crate) rules_of: Vec<Vec<u32>>,
    /// For every rule the file formats it looks into, one bit each.
    pub(crate) formats: Vec<u16>,
    /// For every rule the rule that must match close by.
    pub(crate) required_by: Vec<Option<u32>>,
}

impl Index {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut words: Vec<(&str, u32)> = rules
            .iter()
            .zip(0_u32..)
            .flat_map(|(rule, i)| rule.data.keywords.iter().map(move |w| (w.as_str(), i)))
            .collect();
        words.sort_unstable();
        words.dedup();

        let mut patterns: Vec<&str> = Vec::new();
        let mut rules_of: Vec<Vec<u32>> = Vec::new();
        for (word, rule) in words {
            match rules_of.last_mut() {
                Some(last) if patterns.last() == Some(&word) => last.push(rule),
                _ => {
                    patterns.push(word);
                    rules_of.push(vec![rule]);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .ascii_case_insensitive(true)
            .build(&patterns)
            .ok();
        let formats = rules
            .iter()
            .map(|rule| match rule.data.files.as_slice() {
                [] => u16::MAX,
                files => files.iter().fold(0, |bits, f| bits | format_bit(*f)),
            })
            .collect();
        let required_by = rules
            .iter()
            .map(|rule| {
                let id = rule.data.requires.as_deref()?;
                rules
                    .iter()
                    .zip(0..)
                    .find(|(r, _)| r.id() == id)
                    .map(|(_, i)| i)
            })
            .collect();
        Self {
            automaton,
            rules_of,
            formats,
            required_by,
        }
    }
}

/// The bit of a format in [`Index::formats`].
pub(crate) const fn format_bit(format: FileFormat) -> u16 {
    1 << format as u16
}
