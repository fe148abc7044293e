//! `Gemfile.lock`: sections of indented lines, gems being `    name (1.2.3)` in `specs:` of `GEM`.
//!
//! Gems of `PATH` are the project's own, those of `GIT` have the version that their source states.

use std::collections::BTreeSet;

use shindan_package::Ecosystem;

use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::{head, numbered};

/// Reads a lock file. A gem built for a platform, as `1.2-x86_64-linux`, has the version before it.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, bytes.len());
    let mut direct = BTreeSet::new();
    let mut section = "";
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line.trim_end();
        } else if section == "DEPENDENCIES" {
            let name = line.trim().split([' ', '!']).next().unwrap_or_default();
            direct.insert(name);
        }
    }
    let mut reading = Reading::default();
    for (number, line) in numbered(&text) {
        if line.starts_with(['<', '=', '>']) && line.len() > 6 {
            reading.problem(format!("line {number} is the mark of an unsolved merge"));
            continue;
        }
        if !line.starts_with(' ') {
            section = line.trim_end();
            continue;
        }
        let is_gem = matches!(section, "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE");
        let Some(gem) = line
            .strip_prefix("    ")
            .filter(|rest| is_gem && !rest.starts_with(' '))
        else {
            continue;
        };
        let Some((name, version)) = gem
            .trim_end()
            .strip_suffix(')')
            .and_then(|gem| gem.split_once(" ("))
        else {
            continue;
        };
        if section == "PATH" && version.is_empty() {
            continue;
        }
        let version = version
            .split_once('-')
            .map_or(version, |(version, _)| version);
        let relation = if direct.contains(name) {
            Relation::Direct
        } else {
            Relation::Transitive
        };
        reading.add(
            Found::new(
                Ecosystem::RubyGems,
                PackageManager::Bundler,
                Evidence::Locked,
                name,
            )
            .version(version)
            .line(number)
            .relation(relation),
        );
    }
    reading
}
