//! `yarn.lock` of Yarn 1 and of Yarn 2 and later ("berry").
//!
//! Both are blocks: an unindented line of patterns (`"a@^1", "a@npm:^2":`) and indented members (`version "1.2"` or
//! `version: 1.2`), which one reader of lines takes; the first is a format of its own, the second YAML.

use shindan_package::Ecosystem;

use super::specifier::{is_name, is_version, split};
use crate::package::{Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::{head, numbered};

/// Reads a lock file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, bytes.len());
    let mut reading = Reading::default();
    let mut block: Option<Block<'_>> = None;
    for (number, line) in numbered(&text) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            finish(block.take(), &mut reading);
            block = Block::begin(number, line);
        } else if let Some(block) = &mut block {
            block.member(line);
        }
    }
    finish(block, &mut reading);
    if reading.packages.is_empty()
        && !text.contains("lockfile")
        && !text.contains("__metadata")
        && !text.trim().is_empty()
    {
        reading.problem("is no lock file of Yarn");
    }
    reading
}

struct Block<'a> {
    line: u32,
    pattern: &'a str,
    version: Option<&'a str>,
    resolution: Option<&'a str>,
}

impl<'a> Block<'a> {
    fn begin(line: u32, text: &'a str) -> Option<Self> {
        let patterns = text.trim_end().strip_suffix(':')?;
        let pattern = patterns.split(',').next()?.trim().trim_matches('"');
        (pattern != "__metadata").then_some(Self {
            line,
            pattern,
            version: None,
            resolution: None,
        })
    }

    fn member(&mut self, line: &'a str) {
        // Deeper members are those of `dependencies`.
        let Some(member) = line
            .strip_prefix("  ")
            .filter(|rest| !rest.starts_with(' '))
        else {
            return;
        };
        let Some((key, value)) = member.split_once([' ', ':']) else {
            return;
        };
        let key = key.trim_matches('"');
        let value = value
            .trim_start_matches([' ', ':'])
            .trim()
            .trim_matches('"');
        match key {
            "version" => self.version = Some(value),
            "resolution" => self.resolution = Some(value),
            _ => {}
        }
    }

    fn package(&self) -> Option<Found> {
        let pattern = self.resolution.unwrap_or(self.pattern);
        let (name, range) = split(pattern).unwrap_or((pattern, ""));
        let is_own = range.starts_with("workspace:") || self.version == Some("0.0.0-use.local");
        if is_own {
            let (name, _) = split(self.pattern).unwrap_or((self.pattern, ""));
            let version = self.version.filter(|version| *version != "0.0.0-use.local");
            return is_name(name).then(|| {
                Found::subject(Ecosystem::Npm, PackageManager::Yarn, name)
                    .version(version.unwrap_or_default())
            });
        }
        if !is_name(name) {
            return None;
        }
        // `alias@npm:name@range`; of a resolution, what follows `npm:` is the version.
        let name = range
            .strip_prefix("npm:")
            .and_then(split)
            .map_or(name, |(real, _)| real);
        let version = self.version.filter(|version| is_version(version));
        Some(
            Found::new(Ecosystem::Npm, PackageManager::Yarn, Evidence::Locked, name)
                .version(version.unwrap_or_default()),
        )
    }
}

fn finish(block: Option<Block<'_>>, reading: &mut Reading) {
    let Some(block) = block else {
        return;
    };
    if let Some(found) = block.package() {
        reading.add(found.line(block.line));
    }
}
