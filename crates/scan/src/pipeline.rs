//! The order of work: read and parse every file, link, analyse groups of files, tell what was found and what was not.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use shindan_artifact::{Artifact, Class, CodeLocation, Discovery, Entry, discover, import_roots};
use shindan_base::{FileId, Interner, Span};
use shindan_catalogue::{Catalogue, RowLanguage};
use shindan_detect::{Checks, RawFinding};
use shindan_finding::{Coverage, DetectorId, FileNote, Finding, Outcome, Severity, Statistics};
use shindan_flow::{Component, FuncRef, Hit, Models, Patterns, Site, analyse, row_language};
use shindan_program::Linker;
use shindan_program::ir::Module;
use shindan_secret::Rules;
use shindan_source::Language;

use crate::Dependencies;
use crate::dependencies::{self, Imports, Matched};
use crate::findings::{Context, Shown, literals, secrets};
use crate::functions::{self, FunctionCode, is_inside};
use crate::handler::Handler;
use crate::load::{Loaded, Reading};
use crate::options::{Options, Progress, Stage};

/// What came of a group.
struct Analysed {
    /// Untrusted data in sinks.
    hits: Vec<Hit>,
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
    fn keep(&mut self, wanted: impl Fn(&Hit) -> bool) {
        let kept: Vec<bool> = self.hits.iter().map(wanted).collect();
        let mut flags = kept.iter();
        self.hits.retain(|_| flags.next().copied().unwrap_or(true));
        let mut flags = kept.iter();
        self.source_apis
            .retain(|_| flags.next().copied().unwrap_or(true));
    }
}

/// Stack of a worker thread: parsers and walks recurse, and the depth bound of the trees needs a fraction of it.
const STACK: usize = 64 << 20;

/// Source that one thread handles before a second one pays.
const BYTES_PER_THREAD: u64 = 2 << 20;

/// Longest expression, in bytes, that a remark inside it stands for.
const MAX_NESTED: u32 = 400;

/// Scans an artifact.
#[must_use]
pub fn scan(
    artifact: &Artifact,
    catalogue: &Catalogue,
    rules: &Rules,
    options: &Options,
    progress: &dyn Progress,
) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads(artifact, options.jobs))
        .stack_size(STACK)
        .thread_name(|i| format!("scan-{i}"))
        .build();
    match pool {
        Ok(pool) => pool.install(|| run(artifact, catalogue, rules, options, progress)),
        // Without threads of its own the scan runs on the caller's.
        Err(_) => run(artifact, catalogue, rules, options, progress),
    }
}

/// How many threads are worth their memory: each keeps tens of megabytes, and two megabytes of source take one thread a
/// quarter of a second.
fn threads(artifact: &Artifact, asked: usize) -> usize {
    if asked > 0 {
        return asked;
    }
    let bytes: u64 = artifact
        .entries()
        .iter()
        .filter(|e| matches!(e.class, Class::FirstParty | Class::Config))
        .map(|e| e.size)
        .sum();
    let useful = usize::try_from(bytes / BYTES_PER_THREAD)
        .unwrap_or(usize::MAX)
        .max(1);
    useful.min(std::thread::available_parallelism().map_or(1, usize::from))
}

fn run(
    artifact: &Artifact,
    catalogue: &Catalogue,
    rules: &Rules,
    options: &Options,
    progress: &dyn Progress,
) -> Outcome {
    let names = Interner::new();
    let patterns = Patterns::default();
    let discovery = discover(artifact);
    let reading = Reading {
        artifact,
        catalogue,
        names: &names,
        patterns: &patterns,
        code: options.code,
        secrets: options.secrets,
    };
    let (files, inline) = read(&reading, &discovery, options, progress);
    let functions = all_functions(artifact, &discovery, &files, &inline, options, &names);
    let mut findings: Vec<Finding> = Vec::new();
    let mut failed = Vec::new();
    let mut called = BTreeSet::new();
    if options.code {
        let (found, not_analysed, calls) = code(
            artifact, catalogue, rules, options, progress, &names, &patterns, &files, &functions,
        );
        findings.extend(found);
        failed = not_analysed;
        called = calls;
    }
    if options.secrets {
        let found: Vec<Vec<Finding>> = files
            .par_iter()
            .filter(|f| f.for_secrets)
            .map(|f| secrets(f, rules, &options.secret_key))
            .collect();
        findings.extend(found.into_iter().flatten());
    }
    let matched = if matches!(options.dependencies, Dependencies::Skip) {
        Matched::default()
    } else {
        let imports = Imports::of(artifact, &files, &names, called);
        // A defect of a reader costs the dependencies, never what was found in code.
        catch_unwind(AssertUnwindSafe(|| {
            let inventory = dependencies::inventory(artifact);
            dependencies::compare(inventory, &imports, options)
        }))
        .unwrap_or_else(|_| Matched::failed())
    };
    findings.extend(matched.findings);
    failed.extend(matched.notes.iter().filter(|n| n.incomplete).cloned());
    attribute(&mut findings, &functions);
    soften_tests(&mut findings, &files);
    findings.sort_by(|a, b| {
        let key = |f: &Finding| {
            (
                f.location.path.clone(),
                f.location.region,
                f.detector.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    let mut detectors: Vec<_> = Vec::new();
    if options.code {
        detectors.extend(catalogue.detectors.iter().map(|d| d.info.clone()));
    }
    if options.secrets {
        detectors.extend(rules.iter().map(|r| r.info()));
    }
    let found: FxHashSet<&DetectorId> = findings.iter().map(|f| &f.detector).collect();
    for silent in detectors.iter_mut().filter(|d| !found.contains(&d.id)) {
        // Reports tell what a detector is about where it found something; the catalogue tells the rest.
        (silent.description, silent.fix) = (String::new(), String::new());
        silent.references = Vec::new();
    }
    let mut statistics = statistics(&files, detectors.len());
    statistics.packages = matched.packages;
    detectors.extend(matched.infos);
    detectors.sort_by(|a, b| a.id.cmp(&b.id));
    let mut coverage = coverage(
        artifact, &discovery, &files, functions, failed, options, &names,
    );
    let remarks = matched.notes.into_iter().filter(|n| !n.incomplete);
    coverage.notes.extend(remarks);
    coverage.notes.sort();
    Outcome {
        findings,
        coverage,
        detectors,
        upgrades: matched.upgrades,
        statistics,
    }
}

/// Reads every file that may hold code or secrets, in the order of the entries.
fn read(
    reading: &Reading<'_>,
    discovery: &Discovery,
    options: &Options,
    progress: &dyn Progress,
) -> (Vec<Loaded>, Vec<(usize, FileId)>) {
    let entries: Vec<&Entry> = reading
        .artifact
        .entries()
        .iter()
        .filter(|e| !options.exclude.iter().any(|p| p.matches(&e.path)))
        .collect();
    let wanted: Vec<String> = discovery
        .functions
        .iter()
        .flat_map(|f| match (&f.code, &f.handler) {
            (CodeLocation::Path(path), Some(handler)) => {
                let handler = Handler::new(handler, f.runtime.as_deref());
                handler.paths(path.trim_start_matches("./").trim_matches('/'))
            }
            _ => Vec::new(),
        })
        .collect();
    progress.begin(Stage::Read, entries.len());
    let mut files: Vec<Loaded> = entries
        .par_iter()
        .enumerate()
        .map(|(i, entry)| {
            let poisoned = options
                .poisoned
                .iter()
                .find(|(p, _)| *p == entry.path)
                .map(|(_, reason)| reason.as_str());
            progress.enter(Stage::Read, &entry.path);
            let loaded = reading.load(
                entry,
                FileId(i as u32),
                wanted.contains(&entry.path),
                poisoned,
            );
            progress.leave(Stage::Read, &entry.path);
            loaded
        })
        .collect();
    let mut inline = Vec::new();
    for (i, function) in discovery.functions.iter().enumerate() {
        let CodeLocation::Inline(code) = &function.code else {
            continue;
        };
        let language = match code.language {
            Some(shindan_artifact::Language::Python) => Language::Python,
            Some(shindan_artifact::Language::JavaScript) => Language::JavaScript,
            Some(shindan_artifact::Language::Ruby) => Language::Ruby,
            _ => continue,
        };
        let file = FileId(files.len() as u32);
        files.push(reading.inline(file, code, language));
        inline.push((i, file));
    }
    (files, inline)
}

fn all_functions(
    artifact: &Artifact,
    discovery: &Discovery,
    files: &[Loaded],
    inline: &[(usize, FileId)],
    options: &Options,
    names: &Interner,
) -> Vec<FunctionCode> {
    let mut all = functions::declared(artifact, discovery, files, inline, names);
    if let Some((handler, runtime)) = &options.handler {
        all.push(functions::by_option(
            handler,
            runtime.as_deref(),
            files,
            names,
        ));
    }
    all
}

fn code(
    artifact: &Artifact,
    catalogue: &Catalogue,
    rules: &Rules,
    options: &Options,
    progress: &dyn Progress,
    names: &Interner,
    patterns: &Patterns,
    files: &[Loaded],
    functions: &[FunctionCode],
) -> (Vec<Finding>, Vec<FileNote>, BTreeSet<String>) {
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
    let texts: FxHashMap<FileId, &str> = files.iter().map(|f| (f.file, f.text.as_str())).collect();
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
    let called: BTreeSet<String> = (analysed.iter_mut())
        .flat_map(|group| std::mem::take(&mut group.called))
        .collect();
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
    (findings, failed, called)
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

/// Where a flow was followed to a place, a remark on what might happen there says nothing more; where nobody is known to
/// fill the parameter that flows, the remark says more.
fn prefer_the_certain(
    catalogue: &Catalogue,
    analysed: &mut [Analysed],
    checks: &mut Vec<RawFinding>,
) {
    let cwe = |detector: u32| catalogue.detectors[detector as usize].info.cwe.as_slice();
    let shares = |a: &[u32], b: &[u32]| a.iter().any(|c| b.contains(c));
    let proven: FxHashMap<Site, u32> = analysed
        .iter()
        .flat_map(|a| &a.hits)
        .filter(|h| !h.uncalled)
        .map(|h| (h.site, h.detector))
        .collect();
    checks.retain(|raw| {
        proven
            .get(&raw.site)
            .is_none_or(|d| !shares(cwe(*d), cwe(raw.detector)))
    });
    let remarked: FxHashMap<Site, u32> =
        checks.iter().map(|raw| (raw.site, raw.detector)).collect();
    for group in analysed {
        group.keep(|hit| {
            let remark = remarked.get(&hit.site).filter(|_| hit.uncalled);
            remark.is_none_or(|d| !shares(cwe(*d), cwe(hit.detector)))
        });
    }
}

/// One remark of a detector where its checks fire for an expression and for a part of it, as an assignment does for the
/// statement and for its target.
fn without_nested(checks: Vec<RawFinding>) -> Vec<RawFinding> {
    let mut kept: Vec<RawFinding> = Vec::new();
    let mut by_place: FxHashMap<(u32, FileId), Vec<Span>> = FxHashMap::default();
    for raw in checks {
        let spans = by_place.entry((raw.detector, raw.site.file)).or_default();
        let span = raw.site.span;
        let nested = spans.iter().any(|s| {
            (s.start <= span.start && span.end <= s.end)
                || (span.start <= s.start
                    && s.end <= span.end
                    && span.end - span.start < MAX_NESTED)
        });
        if !nested {
            spans.push(span);
            kept.push(raw);
        }
    }
    kept
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

/// Tests are not deployed: what stands in one is a remark.
fn soften_tests(findings: &mut [Finding], files: &[Loaded]) {
    let tests: FxHashSet<&str> = files
        .iter()
        .filter(|f| f.is_test)
        .map(|f| f.path.as_str())
        .collect();
    for finding in findings
        .iter_mut()
        .filter(|f| tests.contains(f.location.path.as_str()))
    {
        finding.severity = Severity::Info;
        finding
            .approximations
            .push("it stands in a test, which is not deployed".to_owned());
    }
}

/// Says whose code each finding is in.
fn attribute(findings: &mut [Finding], functions: &[FunctionCode]) {
    for finding in findings {
        let paths: Vec<&str> = match &finding.vulnerability {
            Some(vulnerability) => (vulnerability.packages.iter())
                .flat_map(|p| p.places.iter().map(|place| place.path.as_str()))
                .collect(),
            None => vec![&finding.location.path],
        };
        let mut names: Vec<String> = functions
            .iter()
            .filter(|f| {
                paths.iter().any(|path| {
                    f.folders.iter().any(|folder| is_inside(path, folder))
                        || (f.folders.is_empty() && f.note.path == *path)
                })
            })
            .map(|f| f.note.name.clone())
            .collect();
        names.sort();
        names.dedup();
        finding.functions = names;
    }
}

fn coverage(
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

fn statistics(files: &[Loaded], detectors: usize) -> Statistics {
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
