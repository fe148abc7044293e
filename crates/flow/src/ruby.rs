//! What the engine knows of Ruby's own library better than a row can say: blocks, strings, arrays and hashes.

mod blocks;
mod values;
