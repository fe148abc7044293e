//! What the analysis follows, told in Markdown and held to it.
//!
//! `tests/flows/*.md` explain one feature after the other. Code blocks are programs: a block without a title is a package
//! of its own (`app.py`, `app.js`, `app.ts`, `App.java`, `App.cs`), blocks with `title="path"` under one heading form one package. Each is
//! scanned with the built-in catalogue, with `app.handler` as the function's handler. Comments at the ends of lines say what must come of it:
//!
//! - `finds: sql-injection` names the detectors that find something on this line, separated by commas,
//! - `maybe: sql-injection` names those that do so with an approximation, and therefore with low confidence,
//! - `flow: app.py:3 -> repo.py:7` names every place of the flow that ends on this line,
//! - `clean` says that nothing is found here; it is for the reader.
//!
//! Of all detectors that a Markdown file names, exactly the announced findings must come. Where today's answer is wrong,
//! it is asserted as it is, below a `known gap` comment and with a sentence that says so.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use shindan_artifact::{Artifact, Limits};
use shindan_catalogue::Catalogue;
use shindan_finding::{Finding, Outcome};
use shindan_scan::{Options, Silent, ThreatModel, scan};
use shindan_secret::Rules;

/// A file of a program.
struct Source {
    path: String,
    text: String,
    /// The line of the Markdown file before its first.
    line: usize,
}

/// A package, and where it is described.
struct Program {
    heading: String,
    threat_model: ThreatModel,
    sources: Vec<Source>,
}

/// A path, a line, and what is said of it: `finds` or `maybe` and a detector, or `flow` and its places.
type Remark = (String, u32, &'static str, String);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flows")
}

/// A code block's attribute, such as `title="app.py"`.
fn attribute<'t>(info: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = info.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn programs(markdown: &str) -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    let mut heading = "";
    // Whether the last program is the one of this heading's titled blocks.
    let mut is_open = false;
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
            is_open = false;
        }
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
            continue;
        };
        let block = lines.by_ref().map(|(_, l)| l).take_while(|l| *l != "```");
        let text = block.fold(String::new(), |text, l| text + l + "\n");
        let title = attribute(info, "title");
        let path = match (title, info.split_whitespace().next()) {
            (Some(path), _) => path,
            (None, Some("python")) => "app.py",
            (None, Some("javascript")) => "app.js",
            (None, Some("typescript")) => "app.ts",
            (None, Some("java")) => "App.java",
            (None, Some("csharp")) => "App.cs",
            (None, Some("ruby")) => "app.rb",
            // Blocks for the reader, such as shell or text.
            (None, _) => continue,
        };
        let source = Source {
            path: path.to_owned(),
            text,
            line: number + 1,
        };
        let model = attribute(info, "threat-model");
        match programs.last_mut().filter(|_| is_open && title.is_some()) {
            Some(program) => program.sources.push(source),
            None => programs.push(Program {
                heading: heading.to_owned(),
                threat_model: ThreatModel {
                    local: model == Some("local"),
                    library: model == Some("library"),
                },
                sources: vec![source],
            }),
        }
        is_open = title.is_some();
    }
    programs
}

/// What follows `word:` in a comment of the line, up to the next comment.
fn said<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    let rest = ["# ", "// "]
        .iter()
        .find_map(|mark| Some(line.split_once(&format!("{mark}{word}: "))?.1))?;
    let end = rest.find(" #").or(rest.find(" //")).unwrap_or(rest.len());
    Some(rest[..end].trim())
}

fn announced(program: &Program) -> Vec<Remark> {
    let mut announced = Vec::new();
    for source in &program.sources {
        for (i, line) in source.text.lines().enumerate() {
            for word in ["finds", "maybe", "flow"] {
                let told = said(line, word).into_iter().flat_map(|t| t.split(','));
                announced.extend(told.map(|text| {
                    let text = text.trim().to_owned();
                    (source.path.clone(), i as u32 + 1, word, text)
                }));
            }
        }
    }
    announced
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(shindan_detect::builtin)
}

fn outcome(program: &Program) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for source in &program.sources {
        let file = folder.path().join(&source.path);
        let parent = file.parent().expect("it lies in the folder");
        std::fs::create_dir_all(parent).expect("the temporary folder is writable");
        std::fs::write(file, &source.text).expect("the temporary folder is writable");
    }
    let artifact =
        Artifact::open(folder.path(), &Limits::default()).expect("the folder was just made");
    let options = Options {
        secrets: false,
        jobs: 1,
        handler: Some(("app.handler".to_owned(), None)),
        threat_model: program.threat_model,
        ..Options::default()
    };
    let rules = Rules::builtin();
    scan(&artifact, catalogue(), &rules, &options, &Silent)
}

/// What a finding would have to be announced by.
fn remark(finding: &Finding) -> Remark {
    let word = if finding.approximations.is_empty() {
        "finds"
    } else {
        "maybe"
    };
    let location = &finding.location;
    let line = location.region.start_line;
    (
        location.path.clone(),
        line,
        word,
        finding.detector.0.clone(),
    )
}

/// The same of its flow, each line once.
fn flow(finding: &Finding) -> Remark {
    let (path, line, ..) = remark(finding);
    let steps = finding.flow.iter().map(|step| &step.location);
    let mut steps: Vec<String> = steps
        .map(|at| format!("{}:{}", at.path, at.region.start_line))
        .collect();
    steps.dedup();
    (path, line, "flow", steps.join(" -> "))
}

/// What is not as announced, in words.
fn complaint(
    program: &Program,
    announced: Vec<Remark>,
    named: &BTreeSet<String>,
    spec: &str,
) -> Option<String> {
    let outcome = outcome(program);
    let relevant = |f: &&Finding| named.contains(&f.detector.0);
    let findings: Vec<&Finding> = outcome.findings.iter().filter(relevant).collect();
    let flows: Vec<Remark> = findings.iter().map(|f| flow(f)).collect();
    let mut surplus: Vec<Remark> = findings.iter().map(|f| remark(f)).collect();
    let mut wrong = Vec::new();
    for told in announced {
        if told.2 == "flow" {
            if !flows.contains(&told) {
                let here = flows.iter().filter(|f| (&f.0, f.1) == (&told.0, told.1));
                let here: Vec<&str> = here.map(|f| f.3.as_str()).collect();
                let here = here.join("` and `");
                wrong.push((
                    told.0,
                    told.1,
                    format!("the flow is `{here}`, not `{}`", told.3),
                ));
            }
        } else if let Some(at) = surplus.iter().position(|f| *f == told) {
            surplus.remove(at);
        } else {
            let what = format!("`{}: {}` is not found", told.2, told.3);
            wrong.push((told.0, told.1, what));
        }
    }
    wrong.extend(surplus.into_iter().map(|(path, line, word, detector)| {
        (path, line, format!("`{word}: {detector}` is not announced"))
    }));
    let skipped = outcome
        .coverage
        .skipped
        .into_iter()
        .filter(|n| n.incomplete);
    wrong.extend(skipped.map(|n| (n.path, 0, format!("not analysed: {}", n.reason))));
    if wrong.is_empty() {
        return None;
    }
    let mut text = format!("{}\n", program.heading);
    for (path, line, what) in wrong {
        let source = program.sources.iter().find(|s| s.path == path);
        let at = source.map_or(0, |s| s.line) + line as usize;
        writeln!(text, "  {spec}:{at} ({path}:{line}): {what}").expect("a string takes all");
    }
    Some(text)
}

fn hold(spec: &str) {
    let spec = format!("{spec}.md");
    let markdown = std::fs::read_to_string(folder().join(&spec)).expect("it can be read");
    let programs: Vec<(Program, Vec<Remark>)> = programs(&markdown)
        .into_iter()
        .map(|program| {
            let announced = announced(&program);
            (program, announced)
        })
        .collect();
    let remarks = programs.iter().flat_map(|(_, remarks)| remarks);
    let named: BTreeSet<String> = remarks
        .filter(|r| r.2 != "flow")
        .map(|r| r.3.clone())
        .collect();
    assert!(!named.is_empty(), "{spec} announces nothing");
    for id in &named {
        assert!(catalogue().detector(id).is_some(), "{spec} names `{id}`");
    }
    let count = programs.len();
    let complaints: Vec<String> = programs
        .into_iter()
        .filter_map(|(program, announced)| complaint(&program, announced, &named, &spec))
        .collect();
    let wrong = complaints.len();
    let text = complaints.join("\n");
    assert!(
        wrong == 0,
        "{wrong} of {count} programs are not as told\n\n{text}"
    );
}

macro_rules! specifications {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            hold(stringify!($name));
        })*

        #[test]
        fn every_specification_is_held() {
            let mut listed: Vec<String> = [$(stringify!($name)),*].map(|n| format!("{n}.md")).into();
            listed.sort();
            let files = std::fs::read_dir(folder()).expect("the folder can be read");
            let mut files: Vec<String> = files
                .map(|f| f.expect("it can be listed").file_name().to_string_lossy().into_owned())
                .collect();
            files.sort();
            assert_eq!(files, listed);
        }
    };
}

specifications! {
    values containers constants loops functions asynchrony classes modules exceptions
    guards sanitizers prefixes entries frameworks invocations markup objects origins
    java_collections java_dispatch java_entries java_guards java_texts
    csharp_classes csharp_values
    ruby_blocks ruby_objects ruby_texts ruby_rails
}
