//! Ways to read the general formats that lock files are written in, with the lines that things stand on.

pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod toml;
pub(crate) mod xml;
pub(crate) mod yaml;
