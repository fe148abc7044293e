//! Finds the keywords of all rules in one pass over a text.
//!
//! Every keyword has at least four bytes, so its first four, folded to one case and hashed, are one bit of a table
//! that stays in the first-level cache. Almost every position of a text fails that one test, several to a
//! nanosecond; an automaton over the same keywords is slower, because each of its steps waits for the last, and
//! takes milliseconds to build.

use crate::format::FileFormat;
use crate::rule::Rule;

/// Bits of the hash of a keyword's start: 8 KiB of table, of which a few hundred keywords fill half a percent.
const HASH_BITS: u32 = 16;

/// The keywords of all rules, and what else a scan asks about rules by number.
#[derive(Debug)]
pub(crate) struct Index {
    /// One bit for every hash of a keyword's start.
    starts: Vec<u64>,
    /// Sorted by folded start.
    keywords: Vec<Keyword>,
    /// For every rule the file formats it looks into, one bit each.
    pub(crate) formats: Vec<u16>,
    /// For every rule the rule that must match close by.
    pub(crate) required_by: Vec<Option<u32>>,
}

#[derive(Debug)]
struct Keyword {
    start: u32,
    text: String,
    rules: Vec<u32>,
}

impl Index {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut words: Vec<(u32, &str, u32)> = rules
            .iter()
            .zip(0..)
            .flat_map(|(rule, i)| {
                rule.data
                    .keywords
                    .iter()
                    .filter_map(move |w| Some((start_of(w.as_bytes())?, w.as_str(), i)))
            })
            .collect();
        words.sort_unstable();
        words.dedup();

        let mut starts = vec![0_u64; 1 << (HASH_BITS - 6)];
        let mut keywords: Vec<Keyword> = Vec::new();
        for (start, text, rule) in words {
            let hash = hash(start);
            starts[hash >> 6] |= 1 << (hash & 63);
            match keywords.last_mut() {
                Some(last) if last.text == text => last.rules.push(rule),
                _ => keywords.push(Keyword {
                    start,
                    text: text.to_owned(),
                    rules: vec![rule],
                }),
            }
        }
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
            starts,
            keywords,
            formats,
            required_by,
        }
    }

    /// Calls `found` for every keyword in the text, in any case, with its range and the rules that it wakes.
    pub(crate) fn for_each_keyword(
        &self,
        text: &[u8],
        mut found: impl FnMut(usize, usize, &[u32]),
    ) {
        let Ok(starts) = <&[u64; 1 << (HASH_BITS - 6)]>::try_from(self.starts.as_slice()) else {
            return;
        };
        for (at, window) in text.windows(4).enumerate() {
            let Some(start) = start_of(window) else {
                return;
            };
            let hash = hash(start);
            if starts[hash >> 6] >> (hash & 63) & 1 == 0 {
                continue;
            }
            let first = self.keywords.partition_point(|k| k.start < start);
            for keyword in self.keywords[first..]
                .iter()
                .take_while(|k| k.start == start)
            {
                let end = at + keyword.text.len();
                if text
                    .get(at..end)
                    .is_some_and(|t| t.eq_ignore_ascii_case(keyword.text.as_bytes()))
                {
                    found(at, end, &keyword.rules);
                }
            }
        }
    }
}

/// The bit of a format in [`Index::formats`].
pub(crate) const fn format_bit(format: FileFormat) -> u16 {
    1 << format as u16
}

/// The first four bytes with the case bit set; letters of both cases become equal, and so do some symbols.
fn start_of(bytes: &[u8]) -> Option<u32> {
    bytes
        .first_chunk::<4>()
        .map(|four| u32::from_le_bytes(*four) | 0x2020_2020)
}

/// Fibonacci hashing: the upper bits of the product mix all of the input.
const fn hash(start: u32) -> usize {
    (start.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}
