//! Names of packages whose code a bundler copied into one file.
//!
//! Two traces: the `sources` of a source map, and the comments with which esbuild, webpack and Rollup's relatives head
//! the modules of a bundle that is not minified (`// node_modules/NAME/file.js`). Neither tells a version, except where
//! pnpm's folder is in the path (`.pnpm/NAME@1.2.3/node_modules/NAME/`).

use std::collections::BTreeMap;

use memchr::{memmem, memrchr};
use serde::Deserialize;
use shindan_package::Ecosystem;

use super::specifier::{is_name, is_version};
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::json::parse;

const MARK: &str = "node_modules/";

#[derive(Deserialize)]
struct SourceMap {
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    map: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    sources: Vec<Option<String>>,
}

/// Reads a source map (<https://tc39.es/ecma426/>); its mappings are passed over.
pub(crate) fn read_source_map(_path: &str, bytes: &[u8]) -> Reading {
    let map: SourceMap = match parse(bytes.strip_prefix(b")]}'").unwrap_or(bytes)) {
        Ok(map) => map,
        Err(problem) => return Reading::failed(problem),
    };
    let parts = map.sections.into_iter().filter_map(|section| section.map);
    let sources = map
        .sources
        .into_iter()
        .chain(parts.flat_map(|part| part.sources))
        .flatten();
    let mut names = Names::default();
    for source in sources {
        if let Some(at) = source.rfind(MARK) {
            names.add(&source[..at], &source[at + MARK.len()..], None);
        }
    }
    names.into_reading(Confidence::High)
}

/// Reads the comments of a bundle.
pub(crate) fn read_script(_path: &str, bytes: &[u8]) -> Reading {
    let mut names = Names::default();
    let (mut line, mut counted) = (1_u32, 0);
    let mut begin = 0;
    for at in memmem::find_iter(bytes, MARK) {
        // The last of several in one path counts.
        if at < begin {
            continue;
        }
        // Bounded, since all of a file may be one line.
        let near = at.saturating_sub(LONGEST_PATH);
        let start = memrchr(b'\n', &bytes[near..at]).map_or(near, |newline| near + newline + 1);
        let rest = &bytes[at..bytes.len().min(at + LONGEST_PATH)];
        let end = rest
            .iter()
            .position(|&byte| matches!(byte, b'\n' | b'\r' | b'"' | b'*' | b' '))
            .unwrap_or(rest.len());
        begin = at + end;
        let (Ok(before), Ok(path)) = (
            std::str::from_utf8(&bytes[start..at]),
            std::str::from_utf8(&rest[..end]),
        ) else {
            continue;
        };
        if !is_heading(before) {
            continue;
        }
        line += u32::try_from(memchr::memchr_iter(b'\n', &bytes[counted..at]).count()).unwrap_or(0);
        counted = at;
        if let Some(last) = path.rfind(MARK) {
            names.add(&path[..last], &path[last + MARK.len()..], Some(line));
        }
    }
    names.into_reading(Confidence::Medium)
}

const LONGEST_PATH: usize = 1024;

/// Whether a path that follows `before` in its line heads a module: `// ../`, `!*** ./`, `/***/ "./`.
fn is_heading(before: &str) -> bool {
    let before = before.trim_start();
    [
        "// ",
        "!*** ",
        "/***/ \"",
        "//#region ",
        "/***/ './",
        "\"./",
        "// (disabled):",
    ]
    .iter()
    .any(|opening| {
        before
            .strip_prefix(opening)
            .is_some_and(|path| !path.contains([' ', '(', ',', ';']))
    })
}

/// Packages by name and version, with the line of the first trace.
#[derive(Default)]
struct Names(BTreeMap<(String, String), Option<u32>>);

impl Names {
    /// Adds the package of `inside`, a path below `node_modules/`, which itself lies at `before`.
    fn add(&mut self, before: &str, inside: &str, line: Option<u32>) {
        let mut parts = inside.split('/');
        let Some(first) = parts.next() else { return };
        let name = match (first.starts_with('@'), parts.next()) {
            (true, Some(second)) => format!("{first}/{second}"),
            (false, Some(_)) => first.to_owned(),
            (_, None) => return,
        };
        if is_name(&name) {
            let version = pnpm_version(before, &name).unwrap_or_default();
            self.0.entry((name, version)).or_insert(line);
        }
    }

    fn into_reading(self, confidence: Confidence) -> Reading {
        let mut reading = Reading::default();
        for ((name, version), line) in self.0 {
            reading.add(
                Found::new(
                    Ecosystem::Npm,
                    PackageManager::Nodepkg,
                    Evidence::Bundled,
                    name,
                )
                .version(version)
                .line(line)
                .confidence(confidence),
            );
        }
        reading
    }
}

/// The version in `…/.pnpm/@scope+name@1.2.3_peers/`.
fn pnpm_version(before: &str, name: &str) -> Option<String> {
    let folder = before.trim_end_matches('/').rsplit('/').next()?;
    before.contains(".pnpm/").then_some(())?;
    let rest = folder
        .strip_prefix(&name.replace('/', "+"))?
        .strip_prefix('@')?;
    let version = rest.split(['_', '(']).next()?;
    is_version(version).then(|| version.to_owned())
}
