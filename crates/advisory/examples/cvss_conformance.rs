//! Checks CVSS scores, and that samples of EPSS, KEV and VEX are read or refused:
//! `cargo run -p shindan-advisory --example cvss_conformance -- DATA`.
//!
//! `DATA/cvss-vectors.json` holds `[vector, score, severity]`; `DATA/enrich` and `DATA/vex` hold samples.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use shindan_advisory::epss::Epss;
use shindan_advisory::kev::Kev;
use shindan_advisory::severity::Rating;
use shindan_advisory::vex::Vex;

fn main() {
    let data = PathBuf::from(std::env::args_os().nth(1).expect("the folder of the data"));
    let text = std::fs::read(data.join("cvss-vectors.json")).unwrap();
    let vectors: Vec<(String, f64, String)> = serde_json::from_slice(&text).unwrap();
    let mut wrong = 0;
    for (vector, score, severity) in &vectors {
        let rating = Rating::of(vector);
        let right = rating.as_ref().is_some_and(|rating| {
            (rating.score - score).abs() < 1e-9
                && rating.severity.name().eq_ignore_ascii_case(severity)
        });
        if !right {
            wrong += 1;
            println!("{vector}: {rating:?}, not {score} {severity}");
        }
    }
    println!("CVSS: {wrong} of {} wrong", vectors.len());
    samples(&data.join("enrich"));
    samples(&data.join("vex"));
}

fn samples(folder: &Path) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            samples(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let said = if name.ends_with(".csv") {
            Epss::read(&bytes).map_or_else(
                |error| error.to_string(),
                |epss| {
                    format!(
                        "EPSS of {:?}: {} scores, {} bad",
                        epss.date,
                        epss.scores.len(),
                        epss.bad_lines
                    )
                },
            )
        } else if name.starts_with("kev") {
            Kev::read(&bytes).map_or_else(
                |error| error.to_string(),
                |kev| {
                    format!(
                        "KEV {}: {} entries, {} bad",
                        kev.version,
                        kev.entries.len(),
                        kev.bad_entries
                    )
                },
            )
        } else {
            let mut vex = Vex::default();
            vex.add(&bytes).map_or_else(
                |error| error.to_string(),
                |()| {
                    format!(
                        "VEX: {} statements, {} without a package",
                        vex.statements().len(),
                        vex.without_package
                    )
                },
            )
        };
        println!("{name}: {said}");
    }
}
