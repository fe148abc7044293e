//! Measures start-up and throughput: `cargo run --release -p shindan-secret --example throughput -- FOLDER`.
//!
//! Reads every UTF-8 file under the folder first, then scans all of them five times and reports the fastest round.
#![expect(clippy::print_stdout, reason = "a command for people")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use shindan_secret::Rules;

fn main() {
    let folder = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "crates".into()));
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();

    let start = Instant::now();
    let rules = Rules::builtin();
    println!(
        "start-up: {} rules in {:?}",
        rules.iter().len(),
        start.elapsed()
    );
    let start = Instant::now();
    let _ = rules.scan("a.py", "");
    println!("first scan: {:?}", start.elapsed());

    for round in 0..5 {
        let start = Instant::now();
        let found: usize = files
            .iter()
            .map(|(path, text)| rules.scan(path, text).len())
            .sum();
        let seconds = start.elapsed().as_secs_f64();
        let rate = bytes as f64 / seconds / 1e6;
        println!(
            "round {round}: {} files, {bytes} bytes, {found} found, {rate:.0} MB/s",
            files.len()
        );
    }
    if env::args().any(|a| a == "--list") {
        list(&rules, &files);
    }
}

fn list(rules: &Rules, files: &[(String, String)]) {
    for (path, text) in files {
        for m in rules.scan(path, text) {
            let line = text[..m.span.start as usize].matches('\n').count() + 1;
            println!("{path}:{line}: {} {}", m.rule.id(), m.masked);
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            collect(&path, files);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(&path)
        {
            files.push((path.to_string_lossy().into_owned(), text));
        }
    }
}
