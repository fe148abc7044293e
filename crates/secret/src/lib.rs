//! Finds secrets in text: access keys, tokens, private keys, passwords.
//!
//! One pass over the text looks for the keywords of all rules; only around a keyword does a rule's regex run, and what
//! it finds must pass the entropy floor, the allow lists and the rule's validator. Rules are data
//! (`catalogue/secrets/*.toml`), packed at build time and compiled on first use.
//!
//! Invariants: a secret's value stays in the scanned text. A [`SecretMatch`] only borrows it, as a [`SecretValue`]
//! that cannot be printed or serialised; what leaves is its [mask](SecretValue::mask) and its
//! [keyed hash](SecretValue::keyed_hash). The work is linear in the text, and no text makes it panic.

mod entropy;
mod error;
mod example;
mod file_context;
mod format;
mod generic;
mod index;
mod judge;
mod mask;
mod placeholder;
mod rule;
mod rules;
mod scan;
mod template;
mod validate;

/// Severity and confidence under the path that `format` also finds in the build script.
mod levels {
    pub(crate) use shindan_finding::{Confidence, Severity};
}

pub use error::RuleError;
pub use example::Example;
pub use mask::{SecretValue, mask_text, mask_window};
pub use rule::Rule;
pub use rules::Rules;
pub use scan::SecretMatch;
