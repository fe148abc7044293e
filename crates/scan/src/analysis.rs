//! Code scanning: links the files, runs the groups of files that import each other, and tells what was found.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use shindan_artifact::{Artifact, import_roots};
use shindan_base::{FileId, Interner, Span};
use shindan_catalogue::{Catalogue, RowLanguage};
use shindan_detect::{Checks, RawFinding};
use shindan_finding::{FileNote, Finding};
use shindan_flow::{Component, FuncRef, Hit, Models, Patterns, analyse, row_language};
use shindan_program::Linker;
use shindan_program::ir::Module;
use shindan_secret::Rules;
use shindan_source::Language;

use crate::Dependencies;
use crate::findings::{Context, Shown, literals};
use crate::functions::FunctionCode;
use crate::load::Loaded;
use crate::options::{Options, Progress, Stage};
use crate::overlap::{prefer_the_certain, without_nested};

/// What code scanning works with.
pub(crate) struct Analysis<'a> {
    pub(crate) artifact: &'a Artifact,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) rules: &'a Rules,
    pub(crate) options: &'a Options,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) names: &'a Interner,
    pub(crate) patterns: &'a Patterns,
    pub(crate) files: &'a [Loaded],
    pub(crate) functions: &'a [FunctionCode],
}

/// What came of a group.
pub(crate) struct Analysed {
    /// Untrusted data in sinks.
    pub(crate) hits: Vec<Hit>,
    /// The API path of each hit's source.
    source_apis: Vec<Option<String>>,
    /// Misuse.
    misuse: Vec<RawFinding>,
    /// Library functions that were called, in no order.
    called: Vec<String>,
    /// Functions that were not followed to their end.
    exhausted: Vec<FuncRef>,
}

impl Analysed {
    /// Drops the hits that are not wanted, with their sources.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&Hit) -> bool) {
        let kept: Vec<bool> = self.hits.iter().map(wanted).collect();
        let mut flags = kept.iter();
        self.hits.retain(|_| flags.next().copied().unwrap_or(true));
        let mut flags = kept.iter();
        self.source_apis
            .retain(|_| flags.next().copied().unwrap_or(true));
    }
}

impl Analysis<'_> {
    /// The findings, what was not analysed, and the library functions that are called.
    pub(crate) fn run(&self) -> (Vec<Finding>, Vec<FileNote>, BTreeSet<String>) {
        let (mut analysed, failed) = self.groups();
        let called: BTreeSet<String> = (analysed.iter_mut())
            .flat_map(|group| std::mem::take(&mut group.called))
            .collect();
        (self.told(analysed), failed, called)
    }

    /// Runs each group of files by itself.
    fn groups(&self) -> (Vec<Analysed>, Vec<FileNote>) {
        let &Self {
            artifact,
            catalogue,
            options,
            progress,
            names,
            patterns,
            files,
            functions,
            ..
        } = self;
        let present = RowLanguage::ALL.into_iter().filter(|rows| {
            let of_file = |f: &Loaded| f.language.map(|l| row_language(l.family()));
            files.iter().any(|f| of_file(f) == Some(*rows))
        });
        let present: Vec<RowLanguage> = present.collect();
        let models = Models::new(catalogue, &present, options.threat_model, names, patterns);
        let languages: [OnceLock<Checks<'_>>; RowLanguage::ALL.len()] = Default::default();
        let sources: Vec<(FileId, &str, Language)> = files
            .iter()
            .filter_map(|f| Some((f.file, f.path.as_str(), f.language?)))
            .collect();
        let mut linker = Linker::new(&sources, &roots(artifact, functions));
        let modules: FxHashMap<FileId, &Module> = files
            .iter()
            .filter_map(|f| Some((f.file, f.module.as_ref()?)))
            .collect();
        let texts: FxHashMap<FileId, &str> =
            files.iter().map(|f| (f.file, f.text.as_str())).collect();
        let resources: Vec<(&str, &str)> = files
            .iter()
            .filter(|f| f.path.ends_with(".properties"))
            .map(|f| (f.path.as_str(), f.text.as_str()))
            .collect();
        let lowered: Vec<&Module> = files.iter().filter_map(|f| f.module.as_ref()).collect();
        linker.declare(&lowered, names);
        let groups = linker.components(&lowered, names);
        let handlers: Vec<(FileId, String)> =
            functions.iter().filter_map(|f| f.handler.clone()).collect();
        progress.begin(Stage::Analyse, groups.len());
        let attempts: Vec<Result<Analysed, &Vec<FileId>>> = groups
            .par_iter()
            .map(|group| {
                let first = group
                    .first()
                    .map_or("", |f| files[f.0 as usize].path.as_str());
                progress.enter(Stage::Analyse, first);
                let language = group
                    .iter()
                    .find_map(|f| files[f.0 as usize].language)
                    .unwrap_or(Language::Python);
                let rows = row_language(language.family());
                let checks = languages[rows as usize]
                    .get_or_init(|| Checks::new(catalogue, &models, rows, names));
                let mine: Vec<(FileId, String)> = handlers
                    .iter()
                    .filter(|(f, _)| group.contains(f))
                    .cloned()
                    .collect();
                let component = Component {
                    files: group,
                    language,
                    modules: &modules,
                    texts: &texts,
                    linker: &linker,
                    resources: &resources,
                    handlers: &mine,
                };
                // A defect of the engine costs the group that shows it, never the scan.
                let result = catch_unwind(AssertUnwindSafe(|| {
                    let mut watch = checks.watch();
                    let matches = matches!(options.dependencies, Dependencies::Match(_));
                    watch.called = matches.then(FxHashMap::default);
                    let report = analyse(&component, &models, names, &mut watch);
                    Analysed {
                        hits: report.hits,
                        source_apis: report.source_apis,
                        misuse: watch.found,
                        called: watch
                            .called
                            .into_iter()
                            .flatten()
                            .map(|(_, api)| api)
                            .collect(),
                        exhausted: report.exhausted,
                    }
                }));
                progress.leave(Stage::Analyse, first);
                result.map_err(|_| group)
            })
            .collect();
        let mut failed = Vec::new();
        let mut analysed: Vec<Analysed> = Vec::new();
        for attempt in attempts {
            match attempt {
                Ok(result) => {
                    failed.extend(result.exhausted.iter().map(|f| not_followed(&files[f.file.0 as usize], *f, names)));
                    analysed.push(result);
                }
                Err(group) => failed.extend(group.iter().map(|f| FileNote {
                    path: files[f.0 as usize].path.clone(),
                    reason: "the analysis of this file, or of one that it imports, failed; please report this as a defect".to_owned(),
                    incomplete: true,
                })),
            }
        }
        (analysed, failed)
    }

    fn told(&self, mut analysed: Vec<Analysed>) -> Vec<Finding> {
        let &Self {
            catalogue,
            rules,
            options,
            names,
            files,
            ..
        } = self;
        let context = Context {
            catalogue,
            names,
            files,
            secret_key: options.secret_key,
        };
        let mut checks: Vec<RawFinding> = analysed
            .iter()
            .flat_map(|group| group.misuse.iter().copied())
            .collect();
        checks.extend(files.iter().flat_map(|f| f.empty_catches.iter().copied()));
        checks = without_nested(checks);
        prefer_the_certain(catalogue, &mut analysed, &mut checks);
        // Literals that are findings themselves must not be shown by others either.
        let mut hidden: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
        for raw in checks.iter().filter(|r| context.is_about_secrets(r)) {
            let text = files[raw.site.file.0 as usize].text.as_str();
            hidden
                .entry(raw.site.file)
                .or_default()
                .extend(literals(raw.site.span.slice(text), raw.site.span.start));
        }
        let mut needed: Vec<FileId> = checks.iter().map(|r| r.site.file).collect();
        for Analysed { hits, .. } in &analysed {
            needed.extend(
                hits.iter()
                    .flat_map(|h| h.trace.iter().map(|s| s.file).chain([h.site.file])),
            );
        }
        needed.sort_unstable();
        needed.dedup();
        let shown: FxHashMap<FileId, Shown<'_>> = needed
            .par_iter()
            .map(|f| {
                (
                    *f,
                    Shown::new(
                        &files[f.0 as usize],
                        rules,
                        hidden.get(f).map_or(&[], Vec::as_slice),
                    ),
                )
            })
            .collect();
        let mut findings: Vec<Finding> = checks
            .iter()
            .filter_map(|raw| Some(context.of_check(raw, shown.get(&raw.site.file)?)))
            .collect();
        for Analysed {
            hits,
            source_apis: apis,
            ..
        } in analysed
        {
            findings.extend(
                hits.iter()
                    .zip(apis)
                    .filter_map(|(hit, api)| context.of_hit(hit, api, |file| shown.get(&file))),
            );
        }
        findings
    }
}

/// A function whose end was not reached: nothing of it may pass for clean.
fn not_followed(file: &Loaded, function: FuncRef, names: &Interner) -> FileNote {
    let known = file
        .module
        .as_ref()
        .and_then(|m| m.functions.get(function.index.0 as usize));
    let name = known.map_or("", |f| names.text(f.qualified));
    FileNote {
        path: file.path.clone(),
        reason: format!(
            "`{name}` took more steps to follow than its budget; what it does at its end was not analysed"
        ),
        incomplete: true,
    }
}

/// Folders from which the run-time imports.
fn roots(artifact: &Artifact, functions: &[FunctionCode]) -> Vec<String> {
    let mut roots = vec![String::new()];
    for function in functions {
        for folder in &function.folders {
            roots.push(folder.clone());
            roots.extend(
                import_roots(artifact.entries(), folder)
                    .into_iter()
                    .map(|r| r.path),
            );
        }
    }
    roots.extend(
        import_roots(artifact.entries(), "")
            .into_iter()
            .map(|r| r.path),
    );
    // The content of an attached layer lies below `name!`.
    let mut layers: Vec<&str> = artifact
        .entries()
        .iter()
        .filter(|e| e.layer.is_some())
        .filter_map(|e| e.path.split_once('!').map(|(name, _)| name))
        .collect();
    layers.dedup();
    for layer in layers {
        roots.extend(
            import_roots(artifact.entries(), &format!("{layer}!"))
                .into_iter()
                .map(|r| r.path),
        );
    }
    let mut unique = Vec::new();
    for root in roots {
        if !unique.contains(&root) {
            unique.push(root);
        }
    }
    unique
}
