//! The catalogue's regular expressions, compiled when they are first needed and shared by all threads.

use std::sync::{Arc, PoisonError, RwLock};

use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

/// Compiled regular expressions by their text.
#[derive(Default)]
pub struct Patterns {
    // Shared by pointer: a copy of a `Regex` starts with empty caches, and filling them costs more than most searches.
    compiled: RwLock<FxHashMap<String, Option<Arc<Regex>>>>,
}

impl Patterns {
    /// Whether a regular expression finds something in a text.
    #[must_use]
    pub fn finds(&self, pattern: &str, text: &str) -> bool {
        let known = self
            .compiled
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(pattern)
            .cloned();
        let regex = known.unwrap_or_else(|| {
            let regex = compile(pattern).map(Arc::new);
            self.compiled
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(pattern.to_owned(), regex.clone());
            regex
        });
        regex.is_some_and(|r| r.is_match(text.as_bytes()))
    }
}

/// Catalogues ask for names, which are nearly always ASCII; expressions that know of nothing else are a tenth of the
/// size. One that cannot be compiled so is compiled in full.
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    let ascii = RegexBuilder::new(pattern).unicode(false).build().ok();
    ascii.or_else(|| Regex::new(pattern).ok())
}
