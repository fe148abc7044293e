//! Packs `catalogue/secrets/*.toml` into one postcard table, so that a start parses no TOML.

use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub)]
#[path = "src/format.rs"]
mod format;

/// Stands in for the crate's own `levels` module: depending on `shindan-finding` here would build it and all
/// below it a second time. The variants' order is what the table stores; a test compares both sides.
mod levels {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Severity {
        Info,
        Low,
        Medium,
        High,
        Critical,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(crate) enum Confidence {
        Low,
        Medium,
        High,
    }
}

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let folder = Path::new(&root).join("../../catalogue/secrets");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=src/format.rs");

    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("catalogue/secrets exists")
        .map(|entry| entry.expect("a readable folder entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();

    let mut all = format::RuleFile { rule: Vec::new() };
    for path in paths {
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).expect("a readable rule file");
        match toml::from_str::<format::RuleFile>(&text) {
            Ok(file) => all.rule.extend(file.rule),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    let table = postcard::to_stdvec(&all).expect("rules serialise");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("secret-rules.bin"), table).expect("a writable OUT_DIR");
}
