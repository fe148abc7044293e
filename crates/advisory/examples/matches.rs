//! Matches packages against an index: `cargo run -p shindan-advisory --example matches -- INDEX < PACKAGES`.
//!
//! A line of `PACKAGES` is an ecosystem of OSV, a name and a version, divided by tabs; a line of the output is the name,
//! the version, the vulnerability, its aliases divided by commas, and the repaired versions divided by commas.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::PathBuf;

use shindan_advisory::Index;
use shindan_package::Ecosystem;

fn main() {
    let path = PathBuf::from(std::env::args_os().nth(1).expect("an index"));
    let index = Index::open(&path).unwrap();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let fields: Vec<&str> = line.split('\t').collect();
        let ecosystem = Ecosystem::from_osv_name(fields[0]).expect("an ecosystem");
        for found in index.matches(ecosystem, fields[1], fields[2]).unwrap() {
            let vulnerability = index.vulnerability(found.vulnerability).unwrap();
            println!(
                "{}\t{}\t{}\t{}\t{}",
                fields[1],
                fields[2],
                vulnerability.id,
                vulnerability.aliases.join(","),
                found.fixed.join(",")
            );
        }
    }
}
