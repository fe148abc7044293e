//! The names of one file, looked up without touching the shared table for most occurrences.
//!
//! Identifiers repeat: a small direct-mapped cache in front of the interner answers most look-ups without its lock,
//! which all parsing threads share.

use shindan_base::{Interner, Sym};

const SLOTS: usize = 2048;
/// Longer texts are rarely repeated, and comparing them costs more than the interner does.
const MAX_CACHED: usize = 48;

/// Interns the texts of one file.
pub(super) struct Names<'a> {
    interner: &'a Interner,
    slots: Vec<(&'a str, Sym)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(interner: &'a Interner) -> Self {
        Self {
            interner,
            slots: vec![("", Sym::EMPTY); SLOTS],
        }
    }

    /// The symbol of a text that lives as long as the parsed file.
    pub(super) fn of(&mut self, text: &'a str) -> Sym {
        if text.len() > MAX_CACHED {
            return self.interner.intern(text);
        }
        let slot = &mut self.slots[slot_of(text.as_bytes())];
        if slot.0 != text {
            *slot = (text, self.interner.intern(text));
        }
        slot.1
    }

    /// The symbol of a text made on the way.
    pub(super) fn of_temporary(&self, text: &str) -> Sym {
        self.interner.intern(text)
    }
}

/// A slot by length and the outer eight bytes, which tell most identifiers of a file apart.
fn slot_of(bytes: &[u8]) -> usize {
    let word = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(&head), Some(&tail)) => {
            u64::from(u32::from_le_bytes(head)) << 32 | u64::from(u32::from_le_bytes(tail))
        }
        _ => bytes.iter().fold(0, |word, &b| word << 8 | u64::from(b)),
    };
    ((word ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 53) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_a_slot_keep_their_own_symbols() {
        let interner = Interner::new();
        let texts: Vec<String> = (0..4 * SLOTS).map(|i| format!("name_{i}_end")).collect();
        let mut names = Names::new(&interner);
        for _ in 0..2 {
            for text in &texts {
                let sym = names.of(text);
                assert_eq!(interner.text(sym), text);
            }
        }
        assert_eq!(names.of(""), Sym::EMPTY);
    }
}
