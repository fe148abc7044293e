//! Specifications of installed gems: `specifications/NAME-1.2.gemspec`, `gems/NAME-1.2/NAME.gemspec`.
//!
//! RubyGems writes the first with literal texts (`s.name = "rack".freeze`). The second are source code; a version that
//! is a constant is looked up in the files it requires, and else the folder's name has it. No Ruby is run.

use shindan_package::Ecosystem;

use crate::files::{Files, resolve};
use crate::limits::{METADATA_BYTES, MOST_INCLUDES};
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Reads a specification.
pub(crate) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> Reading {
    let text = head(bytes, METADATA_BYTES);
    let (mut name, mut version) = (None, None);
    for line in text.lines() {
        name = name.or_else(|| literal(assigned(line, "name")?).map(str::to_owned));
        if version.is_none() {
            version = assigned(line, "version").and_then(|value| match literal(value) {
                Some(version) => Some(version.to_owned()),
                None => constant(path, &text, value, files),
            });
        }
    }
    let (of_path, version_of_path) = of_path(path);
    let is_whole = name.is_some() && version.is_some();
    let Some(name) = name.or_else(|| of_path.map(str::to_owned)) else {
        return Reading::failed("names no gem in a way that can be read without running it");
    };
    let version = version.or_else(|| version_of_path.map(str::to_owned));
    let mut reading = Reading::default();
    reading.add(
        Found::new(
            Ecosystem::RubyGems,
            PackageManager::Gemspec,
            Evidence::Installed,
            name,
        )
        .version(version.unwrap_or_default())
        .confidence(if is_whole {
            Confidence::High
        } else {
            Confidence::Medium
        }),
    );
    reading
}

/// What stands behind `=` in `  spec.MEMBER = …`.
fn assigned<'a>(line: &'a str, member: &str) -> Option<&'a str> {
    let (target, value) = line.trim_start().split_once('=')?;
    let (object, field) = target.trim_end().split_once('.')?;
    let is_object = object
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_object && field == member && !value.starts_with(['=', '~'])).then(|| value.trim())
}

/// A quoted text, perhaps frozen.
fn literal(value: &str) -> Option<&str> {
    let value = ["%q{", "%q(", "%q["]
        .iter()
        .find_map(|open| value.strip_prefix(*open))
        .map_or_else(
            || {
                let value = value.strip_prefix("Gem::Version.new(").unwrap_or(value);
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                value[1..].split(quote).next()
            },
            |rest| rest.split(['}', ')', ']']).next(),
        )?;
    (!value.is_empty() && !value.contains("#{")).then_some(value)
}

/// The text of a constant such as `Rack::VERSION`, in the specification or a file that it requires.
fn constant(path: &str, text: &str, value: &str, files: &dyn Files) -> Option<String> {
    let value = value.split(['#', ' ', ';']).next().unwrap_or(value);
    let value = ["freeze", "to_s", "dup"]
        .iter()
        .fold(value, |value, method| {
            value
                .strip_suffix(method)
                .and_then(|value| value.strip_suffix('.'))
                .unwrap_or(value)
        });
    let name = value.rsplit("::").next()?;
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let definition = |text: &str| {
        text.lines().find_map(|line| {
            let (target, value) = line.trim_start().split_once('=')?;
            (target.trim_end() == name)
                .then(|| literal(value.trim()).map(str::to_owned))
                .flatten()
        })
    };
    definition(text).or_else(|| {
        let targets = required(text).map(str::to_owned).chain(joined(text));
        targets.take(MOST_INCLUDES).find_map(|target| {
            let target = target.trim_end_matches(".rb");
            let places = [format!("{target}.rb"), format!("lib/{target}.rb")];
            places.iter().find_map(|place| {
                let bytes = files.read(&resolve(path, place)?)?;
                definition(&head(&bytes, METADATA_BYTES))
            })
        })
    })
}

/// Quoted texts that may be paths of files with a version: it is `version` or has it in its name by custom.
fn required(text: &str) -> impl Iterator<Item = &str> {
    text.split(['"', '\''])
        .skip(1)
        .step_by(2)
        .filter(|text| text.len() < 256 && text.to_ascii_lowercase().contains("version"))
        .map(|text| text.trim_start_matches(['.', '/']))
}

/// The paths in `File.join('lib', 'acme', 'version')`.
fn joined(text: &str) -> impl Iterator<Item = String> {
    text.split("File.join(").skip(1).filter_map(|rest| {
        let (arguments, _) = rest.split_once(')')?;
        let parts: Vec<&str> = arguments.split(['"', '\'']).skip(1).step_by(2).collect();
        let path = parts.join("/");
        (path.len() < 256).then(|| path.trim_start_matches(['.', '/']).to_owned())
    })
}

/// Name and version of the file `specifications/NAME-1.2.gemspec` or the folder `gems/NAME-1.2`.
fn of_path(path: &str) -> (Option<&str>, Option<&str>) {
    let mut parts = path.rsplit('/');
    let stem = parts.next().and_then(|file| file.strip_suffix(".gemspec"));
    let stem = match parts.next() {
        Some("specifications" | "default") => stem,
        folder => folder.filter(|_| parts.next() == Some("gems")),
    };
    let Some(stem) = stem else {
        return (None, None);
    };
    let is_version =
        |(at, _): &(usize, &str)| stem[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    match stem.match_indices('-').find(is_version) {
        Some((at, _)) => {
            let version = stem[at + 1..].split('-').next();
            (Some(&stem[..at]), version)
        }
        None => (Some(stem), None),
    }
}
