//! The names of one file, looked up without touching the shared table for most occurrences.
//!
//! Identifiers repeat: a small direct-mapped cache in front of the interner answers most look-ups without its lock,
//! which all parsing threads share.

use shindan_base::{Interner, Sym};

/// Slots for a small and for a large file.
const MIN_SLOTS: usize = 64;
const MAX_SLOTS: usize = 2048;
/// About this many bytes of source bring one new name.
const BYTES_PER_SLOT: usize = 64;
/// Longer texts are rarely repeated, and comparing them costs more than the interner does.
const MAX_CACHED: usize = 48;

/// Interns the texts of one file.
pub(crate) struct Names<'a> {
    interner: &'a Interner,
    /// As many as a power of two, so that a hash's upper bits choose one.
    slots: Vec<(&'a str, Sym)>,
    shift: u32,
}

impl<'a> Names<'a> {
    /// For a file of `length` bytes.
    pub(crate) fn new(interner: &'a Interner, length: usize) -> Self {
        let slots = (length / BYTES_PER_SLOT)
            .next_power_of_two()
            .clamp(MIN_SLOTS, MAX_SLOTS);
        Self {
            interner,
            slots: vec![("", Sym::EMPTY); slots],
            shift: u64::BITS - slots.ilog2(),
        }
    }

    /// The symbol of a text that lives as long as the parsed file.
    pub(crate) fn of(&mut self, text: &'a str) -> Sym {
        if text.len() > MAX_CACHED {
            return self.interner.intern(text);
        }
        let slot = &mut self.slots[(hash(text.as_bytes()) >> self.shift) as usize];
        if slot.0 != text {
            *slot = (text, self.interner.intern(text));
        }
        slot.1
    }

    /// The text of a symbol.
    pub(crate) fn text(&self, sym: Sym) -> &'a str {
        self.interner.text(sym)
    }

    /// The symbol of a text made on the way.
    pub(crate) fn of_temporary(&self, text: &str) -> Sym {
        self.interner.intern(text)
    }
}

/// A hash of the length and the outer eight bytes, which tell most identifiers of a file apart.
fn hash(bytes: &[u8]) -> u64 {
    let word = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(&head), Some(&tail)) => {
            u64::from(u32::from_le_bytes(head)) << 32 | u64::from(u32::from_le_bytes(tail))
        }
        _ => bytes.iter().fold(0, |word, &b| word << 8 | u64::from(b)),
    };
    (word ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_share_a_slot_keep_their_own_symbols() {
        let interner = Interner::new();
        let texts: Vec<String> = (0..4 * MAX_SLOTS)
            .map(|i| format!("name_{i}_end"))
            .collect();
        let mut names = Names::new(&interner, 0);
        for _ in 0..2 {
            for text in &texts {
                let sym = names.of(text);
                assert_eq!(interner.text(sym), text);
            }
        }
        assert_eq!(names.of(""), Sym::EMPTY);
    }
}
