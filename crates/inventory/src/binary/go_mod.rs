//! `go.mod` (<https://go.dev/ref/mod#go-mod-file>): the lowest versions that a module asks for, after `replace`.
//!
//! From Go 1.17 on all modules of a build are listed. `go.sum` is no evidence: it lists what was once looked at.

use std::collections::BTreeMap;

use shindan_package::Ecosystem;

use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::{head, numbered};

/// The name and version of a module that replaces another.
type Target<'a> = (&'a str, &'a str);

/// Reads a module's manifest. The language version becomes the package `stdlib`, at low confidence: the least allowed.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, bytes.len());
    let mut reading = Reading::default();
    let mut required: BTreeMap<(&str, &str), (u32, bool)> = BTreeMap::new();
    let mut replaced: BTreeMap<(&str, Option<&str>), Option<Target<'_>>> = BTreeMap::new();
    let mut language: Option<(u32, &str)> = None;
    let mut block = None;
    for (number, line) in numbered(&text) {
        let (statement, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words: Vec<&str> = statement
            .split_whitespace()
            .take(8)
            .map(|word| word.trim_matches(['"', '`']))
            .collect();
        match (block, words.as_slice()) {
            (_, []) => continue,
            (Some(_), [")"]) => {
                block = None;
                continue;
            }
            (None, [verb, "("]) => {
                block = Some(*verb);
                continue;
            }
            _ => {}
        }
        let verb = match block {
            Some(verb) => verb,
            None => words.remove(0),
        };
        match (verb, words.as_slice()) {
            ("require", [name, version]) => {
                required.insert(
                    (name, version),
                    (number, comment.trim_start().starts_with("indirect")),
                );
            }
            ("replace", [name, rest @ ..]) => {
                let (of_version, target) = match rest {
                    ["=>", target @ ..] => (None, target),
                    [version, "=>", target @ ..] => (Some(*version), target),
                    _ => continue,
                };
                let target = match target {
                    [name, version] => Some((*name, *version)),
                    _ => None,
                };
                replaced.insert((name, of_version), target);
            }
            ("go", [version]) => language = language.or(Some((number, version))),
            ("toolchain", [version]) => language = Some((number, version.trim_start_matches("go"))),
            _ => {}
        }
    }
    for ((name, version), (line, is_indirect)) in required {
        let replacement = replaced
            .get(&(name, Some(version)))
            .or_else(|| replaced.get(&(name, None)));
        let (name, version) = match replacement {
            // A folder of one's own stands in its place.
            Some(None) => continue,
            Some(Some(target)) => *target,
            None => (name, version),
        };
        reading.add(
            Found::new(
                Ecosystem::Go,
                PackageManager::Gomod,
                Evidence::Declared,
                name,
            )
            .version(version)
            .line(line)
            .relation(if is_indirect {
                Relation::Transitive
            } else {
                Relation::Direct
            }),
        );
    }
    if let Some((line, version)) = language {
        let version = version.split('-').next().unwrap_or(version);
        reading.add(
            Found::new(
                Ecosystem::Go,
                PackageManager::Gomod,
                Evidence::Declared,
                "stdlib",
            )
            .version(version)
            .line(line)
            .confidence(Confidence::Low),
        );
    }
    reading
}
