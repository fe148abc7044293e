//! What the verifier lets in and what it refuses, from outside.

mod chunks;
mod made;
mod properties;
mod refusals;
