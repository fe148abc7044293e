//! One result of several scans.
//!
//! Paths get the name of the argument they were found under, so that they stay apart; a single argument's paths stay
//! as they are, whatever it is called, so that a folder and its archive give the same report.

use std::path::Path;

use shindan_finding::{DetectorInfo, FileNote, Outcome, Statistics};

/// How the paths of one argument are shown among those of others.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    /// The argument, `/`-separated, without a leading `./`.
    pub(crate) name: String,
    /// For a source file: the only path in its result, for which the argument itself stands.
    only: Option<String>,
}

impl Prefix {
    pub(crate) fn of(argument: &Path) -> Self {
        let parts: Vec<_> = argument
            .iter()
            .filter(|part| *part != ".")
            .map(|part| part.to_string_lossy())
            .collect();
        let joined = parts.join("/");
        let name = if joined.starts_with("//") {
            joined[1..].to_owned()
        } else {
            joined
        };
        let only = argument
            .file_name()
            .filter(|_| argument.is_file())
            .map(|name| name.to_string_lossy().into_owned());
        Self { name, only }
    }

    /// Of something that has a name and no path.
    pub(crate) fn named(name: String) -> Self {
        Self { name, only: None }
    }

    /// The path as shown.
    pub(crate) fn apply(&self, path: &str) -> String {
        if path.is_empty() || self.only.as_deref() == Some(path) {
            self.name.clone()
        } else if self.name.is_empty() {
            path.to_owned()
        } else {
            format!("{}/{path}", self.name)
        }
    }
}

/// Gives all paths of a result their prefix.
pub(crate) fn prefixed(mut outcome: Outcome, prefix: &Prefix) -> Outcome {
    let rename = |path: &mut String| *path = prefix.apply(path);
    for finding in &mut outcome.findings {
        rename(&mut finding.location.path);
        for step in &mut finding.flow {
            rename(&mut step.location.path);
        }
        for package in (finding.vulnerability.iter_mut()).flat_map(|v| &mut v.packages) {
            for place in &mut package.places {
                rename(&mut place.path);
            }
        }
    }
    for closed in (outcome.upgrades.iter_mut()).flat_map(|upgrade| &mut upgrade.closes) {
        rename(&mut closed.path);
    }
    let coverage = &mut outcome.coverage;
    for note in coverage.skipped.iter_mut().chain(&mut coverage.notes) {
        rename(&mut note.path);
    }
    for function in &mut coverage.functions {
        rename(&mut function.path);
    }
    outcome
}

/// Joins results whose paths are apart.
pub(crate) fn merged(outcomes: Vec<Outcome>) -> Outcome {
    let mut whole = Outcome::default();
    for outcome in outcomes {
        whole.findings.extend(outcome.findings);
        whole.coverage.functions.extend(outcome.coverage.functions);
        whole.coverage.skipped.extend(outcome.coverage.skipped);
        whole.coverage.notes.extend(outcome.coverage.notes);
        whole.detectors.extend(outcome.detectors);
        whole.upgrades.extend(outcome.upgrades);
        add(&mut whole.statistics, &outcome.statistics);
    }
    whole.findings.sort_by(|a, b| a.order().cmp(&b.order()));
    whole.coverage.skipped.sort();
    whole.coverage.notes.sort();
    whole.upgrades.sort_by(|a, b| {
        (a.ecosystem, &a.package, &a.closes).cmp(&(b.ecosystem, &b.package, &b.closes))
    });
    whole.detectors.sort_by(|a, b| a.id.cmp(&b.id));
    whole
        .detectors
        .dedup_by(|a: &mut DetectorInfo, b| a.id == b.id);
    whole
}

fn add(sum: &mut Statistics, part: &Statistics) {
    for (language, files) in &part.files_by_language {
        match sum
            .files_by_language
            .iter_mut()
            .find(|(known, _)| known == language)
        {
            Some((_, count)) => *count += files,
            None => sum.files_by_language.push((language.clone(), *files)),
        }
    }
    sum.files_by_language.sort();
    sum.lines += part.lines;
    sum.bytes += part.bytes;
    sum.files_for_secrets += part.files_for_secrets;
    sum.vendored_files += part.vendored_files;
    sum.code_functions += part.code_functions;
    sum.packages += part.packages;
    sum.detectors = sum.detectors.max(part.detectors);
}

/// The note for an argument that could not be scanned at all.
pub(crate) fn unusable(prefix: &Prefix, what: &str) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.coverage.skipped.push(FileNote {
        path: prefix.name.clone(),
        reason: what.to_owned(),
        incomplete: true,
    });
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_apart() {
        let prefix = Prefix::of(Path::new("./functions/orders/"));
        assert_eq!(prefix.apply("src/app.py"), "functions/orders/src/app.py");
        assert_eq!(prefix.apply(""), "functions/orders");
        assert_eq!(Prefix::of(Path::new("/a/b")).apply("c"), "/a/b/c");
        assert_eq!(Prefix::of(Path::new(".")).apply("c"), "c");
    }

    #[test]
    fn counters_add_up() {
        let one = |language: &str| Outcome {
            statistics: Statistics {
                files_by_language: vec![(language.into(), 1), ("python".into(), 2)],
                lines: 10,
                detectors: 5,
                ..Statistics::default()
            },
            ..Outcome::default()
        };
        let sum = merged(vec![one("javascript"), one("typescript")]).statistics;
        let expected = [("javascript", 1), ("python", 4), ("typescript", 1)];
        assert!(
            sum.files_by_language
                .iter()
                .map(|(l, n)| (l.as_str(), *n))
                .eq(expected)
        );
        assert_eq!((sum.lines, sum.detectors), (20, 5));
    }

    #[test]
    fn packages_of_several_arguments_were_not_counted() {
        let mut one = Outcome::default();
        one.statistics.packages = 3;
        assert_eq!(merged(vec![one.clone(), one]).statistics.packages, 6);
    }
}
