use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// An interned string. Equal strings of one [`Interner`] have equal `Sym`s.
///
/// The number depends on which thread interned first: compare for equality only, and sort by
/// the text, or output would change with the thread count. `Ord` is deliberately absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sym(u32);

impl Sym {
    /// The empty string in every interner.
    pub const EMPTY: Self = Self(0);
}

const SHARDS: usize = 16;

/// A table of strings that many threads may add to at once; reading takes no lock.
pub struct Interner {
    texts: boxcar::Vec<Box<str>>,
    shards: [Mutex<HashTable<u32>>; SHARDS],
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

impl Interner {
    /// A table that holds only [`Sym::EMPTY`].
    #[must_use]
    pub fn new() -> Self {
        let this = Self {
            texts: boxcar::Vec::with_capacity(4096),
            shards: std::array::from_fn(|_| Mutex::default()),
        };
        let empty = this.intern("");
        debug_assert_eq!(empty, Sym::EMPTY);
        this
    }

    /// The symbol of `text`, added if new.
    pub fn intern(&self, text: &str) -> Sym {
        let hash = FxBuildHasher.hash_one(text);
        let mut shard = self.shards[(hash >> 57) as usize % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(&i) = shard.find(hash, |&i| &*self.texts[i as usize] == text) {
            return Sym(i);
        }
        let i = self.texts.push(text.into()) as u32;
        shard.insert_unique(hash, i, |&i| {
            FxBuildHasher.hash_one(&*self.texts[i as usize])
        });
        Sym(i)
    }

    /// The symbol of `text` if some thread interned it already.
    pub fn get(&self, text: &str) -> Option<Sym> {
        let hash = FxBuildHasher.hash_one(text);
        let shard = self.shards[(hash >> 57) as usize % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        shard
            .find(hash, |&i| &*self.texts[i as usize] == text)
            .map(|&i| Sym(i))
    }

    /// The text of a symbol of this interner.
    ///
    /// # Panics
    /// If the symbol comes from another interner.
    #[must_use]
    pub fn text(&self, sym: Sym) -> &str {
        &self.texts[sym.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_a_symbol_across_threads() {
        let interner = Interner::new();
        let words: Vec<String> = (0..500).map(|i| format!("w{}", i % 50)).collect();
        let columns: Vec<Vec<Sym>> = std::thread::scope(|s| {
            let handles: Vec<_> = (0..4)
                .map(|_| s.spawn(|| words.iter().map(|w| interner.intern(w)).collect()))
                .collect();
            handles
                .into_iter()
                .map(|h| h.join().expect("no panic"))
                .collect()
        });
        for column in &columns {
            assert_eq!(column, &columns[0]);
        }
        assert_eq!(interner.text(columns[0][7]), "w7");
        assert_eq!(interner.get("absent"), None);
    }
}
