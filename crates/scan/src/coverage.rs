//! What was and was not looked at, and how much.

use shindan_artifact::{Artifact, Class, Discovery, Entry};
use shindan_base::Interner;
use shindan_finding::{Coverage, FileNote, Statistics};

use crate::functions::{self, FunctionCode};
use crate::load::Loaded;
use crate::options::Options;

pub(crate) fn coverage(
    artifact: &Artifact,
    discovery: &Discovery,
    files: &[Loaded],
    functions: Vec<FunctionCode>,
    failed: Vec<FileNote>,
    options: &Options,
    names: &Interner,
) -> Coverage {
    let mut coverage = Coverage {
        functions: functions.into_iter().map(|f| f.note).collect(),
        ..Coverage::default()
    };
    if coverage.functions.is_empty() {
        coverage.functions = functions::by_convention(files, names);
    }
    let skips = artifact
        .skips()
        .iter()
        .filter(|s| !options.exclude.iter().any(|p| p.matches(&s.path)))
        .map(|s| FileNote {
            path: s.path.clone(),
            reason: s.reason.to_string(),
            incomplete: s.is_incomplete(),
        });
    let templates = discovery.notes.iter().map(|n| FileNote {
        path: n.path.clone(),
        reason: n.text.clone(),
        incomplete: true,
    });
    let compiled = [(".class", "Java"), (".dll", ".NET")]
        .into_iter()
        .filter_map(|(ending, platform)| {
            let is_such = |e: &&Entry| e.class == Class::Compiled && e.path.ends_with(ending);
            let mut such = artifact.entries().iter().filter(is_such);
            let path = such.next()?.path.clone();
            let reason = match such.count() {
                0 => format!("compiled {platform} code is not analysed yet"),
                more => {
                    format!("compiled {platform} code is not analysed yet; here and in {more} more")
                }
            };
            Some(FileNote {
                path,
                reason,
                incomplete: true,
            })
        });
    for note in skips
        .chain(templates)
        .chain(compiled)
        .chain(failed)
        .chain(files.iter().flat_map(|f| f.notes.iter().cloned()))
    {
        if note.incomplete {
            coverage.skipped.push(note)
        } else {
            coverage.notes.push(note)
        }
    }
    coverage.skipped.sort();
    coverage.skipped.dedup();
    coverage.notes.sort();
    coverage.notes.dedup();
    coverage
}

pub(crate) fn statistics(files: &[Loaded], detectors: usize) -> Statistics {
    let mut statistics = Statistics {
        detectors: detectors as u32,
        ..Statistics::default()
    };
    let mut by_language: Vec<(String, u32)> = Vec::new();
    for file in files {
        statistics.files_for_secrets += u32::from(file.for_secrets);
        statistics.vendored_files += u32::from(file.vendored);
        let (Some(language), Some(module)) = (file.language, &file.module) else {
            continue;
        };
        match by_language.iter_mut().find(|(l, _)| l == language.name()) {
            Some((_, n)) => *n += 1,
            None => by_language.push((language.name().to_owned(), 1)),
        }
        statistics.lines += file.text.bytes().filter(|b| *b == b'\n').count() as u64;
        statistics.bytes += file.text.len() as u64;
        statistics.code_functions += module.functions.len() as u32 - 1;
    }
    by_language.sort();
    statistics.files_by_language = by_language;
    statistics
}
