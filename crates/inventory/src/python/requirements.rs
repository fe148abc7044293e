//! Requirements files of pip (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).
//!
//! A requirement names a version (`==1.2`), or a range. Of a range its highest version is taken where it has one, since
//! that is what pip prefers, and else its lowest, both at low confidence; of `~=1.2` at medium. What `-r` includes is read where it lies in the same artifact, each file once.

use std::borrow::Cow;
use std::collections::BTreeSet;

use shindan_package::Ecosystem;

use crate::files::{Files, resolve};
use crate::limits::MOST_INCLUDES;
use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Reads one file without what it includes.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    read_into(path, bytes, &mut reading);
    reading
}

/// The files, as paths, that `path` includes at any depth, without itself. They are requirements files, however they are called.
pub(crate) fn included(path: &str, bytes: &[u8], files: &dyn Files) -> Vec<String> {
    let mut seen = BTreeSet::from([path.to_owned()]);
    let mut waiting = includes(path, bytes);
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        if found.len() >= MOST_INCLUDES || !seen.insert(next.clone()) {
            continue;
        }
        if let Some(bytes) = files.read(&next) {
            waiting.extend(includes(&next, &bytes).into_iter().take(MOST_INCLUDES));
            found.push(next);
        }
    }
    found.sort();
    found
}

fn includes(path: &str, bytes: &[u8]) -> Vec<String> {
    logical_lines(&head(bytes, bytes.len()))
        .into_iter()
        .filter_map(|(_, line)| {
            let rest = line
                .strip_prefix("--requirement")
                .or_else(|| line.strip_prefix("-r"))?;
            resolve(path, rest.trim_start_matches(['=', ' ', '\t']).trim())
        })
        .collect()
}

fn read_into(path: &str, bytes: &[u8], reading: &mut Reading) {
    let is_development = is_for_development(path);
    for (line, text) in logical_lines(&head(bytes, bytes.len())) {
        if text.starts_with('-') {
            continue;
        }
        if let Some((name, version)) = requirement(&text) {
            reading.add(
                Found::new(
                    Ecosystem::PyPi,
                    PackageManager::Pip,
                    Evidence::Declared,
                    name,
                )
                .confidence(version.confidence)
                .version(version.text)
                .line(line)
                .relation(Relation::Direct)
                .development(is_development),
            );
        }
    }
}

struct Version<'a> {
    text: Cow<'a, str>,
    confidence: Confidence,
}

/// Name and version of `name[extra] ==1.2 ; marker --hash=…`; `None` for a path, a URL or what is no requirement.
fn requirement(text: &str) -> Option<(&str, Version<'_>)> {
    let text = text.split(';').next()?;
    let text = text
        .split_once(" -")
        .map_or(text, |(before, _)| before)
        .trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let is_valid = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if !is_valid {
        return None;
    }
    rest = rest.trim_start();
    if let Some(extras) = rest.strip_prefix('[') {
        rest = extras.split_once(']')?.1.trim_start();
    }
    rest = rest
        .strip_prefix('(')
        .map_or(rest, |inner| inner.trim_end_matches(')'));
    let unknown = Version {
        text: Cow::Borrowed(""),
        confidence: Confidence::Low,
    };
    if rest.starts_with(['@', '/', ':', '\\']) {
        return if rest.starts_with('@') {
            Some((name, unknown))
        } else {
            None
        };
    }
    if !rest.is_empty() && !rest.starts_with(['=', '~', '<', '>', '!']) {
        return None;
    }
    Some((name, version(rest).unwrap_or(unknown)))
}

/// The version that clauses such as `>=1.2,<2` name or come nearest to.
fn version(clauses: &str) -> Option<Version<'_>> {
    let of = |operator: &str| {
        clauses.split(',').find_map(|clause| {
            let text = clause.trim().strip_prefix(operator)?;
            let text = text.trim_start_matches('=').trim();
            // Nothing but a version may follow; where it does, pip refuses the requirement and others take it.
            let version = text.split(' ').next()?;
            let is_plain = version.starts_with(|c: char| c.is_ascii_alphanumeric())
                && !version.contains(['*', '$', '{']);
            is_plain.then_some((version, version.len() == text.len()))
        })
    };
    let stated = |confidence: Confidence| {
        move |(text, is_whole): (_, bool)| Version {
            text: Cow::Borrowed(text),
            confidence: if is_whole {
                confidence
            } else {
                Confidence::Low
            },
        }
    };
    let series = || {
        clauses.split(',').find_map(|clause| {
            let series = clause
                .trim()
                .strip_prefix("==")?
                .trim()
                .strip_suffix(".*")?;
            let is_plain = series.contains('.') && !series.contains(['*', ' ', '$', '{']);
            is_plain.then(|| Version {
                text: Cow::Owned(format!("{series}.0")),
                confidence: Confidence::Low,
            })
        })
    };
    of("==")
        .map(stated(Confidence::High))
        .or_else(|| of("~=").map(stated(Confidence::Medium)))
        .or_else(|| of("<=").or_else(|| of(">=")).map(stated(Confidence::Low)))
        .or_else(series)
}

/// Lines without comments, those that end in `\` joined, with the number of their first.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut continues = false;
    for (number, line) in crate::text::lines::numbered(text) {
        let line = without_comment(line);
        let (line, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(line) => (line, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some((_, last)) if continues => last.push_str(line),
            _ => lines.push((number, line.trim_start().to_owned())),
        }
        continues = goes_on;
    }
    lines
}

fn without_comment(line: &str) -> &str {
    let is_comment = |(at, _): &(usize, &str)| *at == 0 || line[..*at].ends_with([' ', '\t']);
    let start = line.match_indices('#').find(is_comment);
    start.map_or(line, |(at, _)| &line[..at])
}

fn is_for_development(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["dev", "test", "lint", "docs"].iter().any(|word| {
        name.split(['-', '_', '.'])
            .any(|part| part.trim_end_matches('s') == word.trim_end_matches('s'))
    })
}
