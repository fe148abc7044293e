//! What the analysis follows, told in Markdown and held to it.
//!
//! `tests/flows/*.md` explain one feature after the other. Code blocks are programs: a block without a title is a package
//! of its own (`app.py`, `app.js`, `app.ts`), blocks with `title="path"` under one heading form one package. Each is
//! scanned with the built-in catalogue. Comments at the ends of lines say what must come of it:
//!
//! - `finds: sql-injection` names the detectors that find something on this line, separated by commas,
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

/// A finding as it is written: path, line, detector.
type Place = (String, u32, String);

/// What the comments of a program announce.
#[derive(Default)]
struct Announced {
    findings: Vec<Place>,
    flows: Vec<(String, u32, Vec<String>)>,
}

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
    let mut heading = String::new();
    // Whether the last program is the one of this heading's titled blocks.
    let mut is_open = false;
    let mut lines = markdown.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim().to_owned();
            is_open = false;
        }
        let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
            continue;
        };
        let text: String = lines
            .by_ref()
            .map(|(_, l)| l)
            .take_while(|l| *l != "```")
            .fold(String::new(), |text, l| text + l + "\n");
        let language = info.split_whitespace().next().unwrap_or_default();
        let path = attribute(info, "title").unwrap_or(match language {
            "python" => "app.py",
            "javascript" => "app.js",
            "typescript" => "app.ts",
            // Blocks for the reader, such as shell or text.
            _ => continue,
        });
        let source = Source {
            path: path.to_owned(),
            text,
            line: number + 1,
        };
        let is_titled = attribute(info, "title").is_some();
        match programs.last_mut().filter(|_| is_open && is_titled) {
            Some(program) => program.sources.push(source),
            None => programs.push(Program {
                heading: heading.clone(),
                threat_model: threat_model(attribute(info, "threat-model")),
                sources: vec![source],
            }),
        }
        is_open = is_titled;
    }
    programs
}

fn threat_model(name: Option<&str>) -> ThreatModel {
    ThreatModel {
        local: name == Some("local"),
        library: name == Some("library"),
    }
}

/// What follows `name:` in a comment of the line, up to the next comment.
fn remark<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let at = ["# ", "// "].iter().find_map(|mark| {
        Some(line.find(&format!("{mark}{name}: "))? + mark.len() + name.len() + 2)
    })?;
    let rest = &line[at..];
    Some(rest[..rest.find(" #").or(rest.find(" //")).unwrap_or(rest.len())].trim())
}

fn announced(program: &Program) -> Announced {
    let mut announced = Announced::default();
    for source in &program.sources {
        for (i, line) in source.text.lines().enumerate() {
            let place = (source.path.clone(), i as u32 + 1);
            for detector in remark(line, "finds").into_iter().flat_map(|d| d.split(',')) {
                announced
                    .findings
                    .push((place.0.clone(), place.1, detector.trim().to_owned()));
            }
            if let Some(flow) = remark(line, "flow") {
                announced.flows.push((
                    place.0,
                    place.1,
                    flow.split("->")
                        .map(|step| step.trim().to_owned())
                        .collect(),
                ));
            }
        }
    }
    announced.findings.sort();
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
        std::fs::create_dir_all(file.parent().expect("it lies in the folder"))
            .expect("the temporary folder is writable");
        std::fs::write(file, &source.text).expect("the temporary folder is writable");
    }
    let artifact =
        Artifact::open(folder.path(), &Limits::default()).expect("the folder was just made");
    let options = Options {
        secrets: false,
        jobs: 1,
        threat_model: program.threat_model,
        ..Options::default()
    };
    scan(&artifact, catalogue(), &Rules::builtin(), &options, &Silent)
}

fn place(finding: &Finding) -> Place {
    (
        finding.location.path.clone(),
        finding.location.region.start_line,
        finding.detector.0.clone(),
    )
}

/// The places of a flow, each line once.
fn steps(finding: &Finding) -> Vec<String> {
    let mut steps: Vec<String> = finding
        .flow
        .iter()
        .map(|s| format!("{}:{}", s.location.path, s.location.region.start_line))
        .collect();
    steps.dedup();
    steps
}

/// Takes away what is in both lists, as often as it is in both.
fn without_common(expected: Vec<Place>, mut found: Vec<Place>) -> (Vec<Place>, Vec<Place>) {
    let mut missing = Vec::new();
    for place in expected {
        match found.iter().position(|f| *f == place) {
            Some(at) => drop(found.remove(at)),
            None => missing.push(place),
        }
    }
    (missing, found)
}

/// What is not as announced, in words.
fn complaint(
    program: &Program,
    announced: Announced,
    named: &BTreeSet<String>,
    spec: &str,
) -> Option<String> {
    let outcome = outcome(program);
    let line_of = |path: &str| {
        program
            .sources
            .iter()
            .find(|s| s.path == path)
            .map_or(0, |s| s.line)
    };
    let mut text = String::new();
    let mut say = |path: &str, line: u32, what: &str| {
        writeln!(
            text,
            "  {spec}:{} ({path}:{line}): {what}",
            line_of(path) + line as usize
        )
        .expect("writing to a string succeeds");
    };
    let found = outcome
        .findings
        .iter()
        .map(place)
        .filter(|(_, _, detector)| named.contains(detector))
        .collect();
    let (missing, surplus) = without_common(announced.findings, found);
    for (path, line, detector) in missing {
        say(
            &path,
            line,
            &format!("{detector} is announced, but not found"),
        );
    }
    for (path, line, detector) in surplus {
        say(
            &path,
            line,
            &format!("{detector} is found, but not announced"),
        );
    }
    for (path, line, expected) in announced.flows {
        let here = outcome.findings.iter().filter(|f| {
            f.location.path == path
                && f.location.region.start_line == line
                && named.contains(&f.detector.0)
        });
        let flows: Vec<Vec<String>> = here.map(steps).collect();
        if !flows.contains(&expected) {
            let flows: Vec<String> = flows.iter().map(|f| f.join(" -> ")).collect();
            say(
                &path,
                line,
                &format!(
                    "the flow is `{}`, not `{}`",
                    flows.join("` and `"),
                    expected.join(" -> ")
                ),
            );
        }
    }
    for note in outcome.coverage.skipped.iter().filter(|n| n.incomplete) {
        say(&note.path, 0, &format!("not analysed: {}", note.reason));
    }
    (!text.is_empty()).then(|| format!("{}\n{text}", program.heading))
}

fn hold(spec: &str) {
    let spec = format!("{spec}.md");
    let markdown =
        std::fs::read_to_string(folder().join(&spec)).expect("the specification can be read");
    let programs: Vec<(Program, Announced)> = programs(&markdown)
        .into_iter()
        .map(|p| (announced(&p), p))
        .map(|(a, p)| (p, a))
        .collect();
    let named: BTreeSet<String> = programs
        .iter()
        .flat_map(|(_, a)| a.findings.iter().map(|(_, _, detector)| detector.clone()))
        .collect();
    let unknown: Vec<&String> = named
        .iter()
        .filter(|id| catalogue().detector(id).is_none())
        .collect();
    assert!(
        unknown.is_empty(),
        "{spec} names detectors that do not exist: {unknown:?}"
    );
    assert!(!named.is_empty(), "{spec} announces nothing");
    let count = programs.len();
    let complaints: Vec<String> = programs
        .into_iter()
        .filter_map(|(program, announced)| complaint(&program, announced, &named, &spec))
        .collect();
    assert!(
        complaints.is_empty(),
        "{} of {count} programs are not as told\n\n{}",
        complaints.len(),
        complaints.join("\n")
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
            let mut files: Vec<String> = std::fs::read_dir(folder()).expect("the folder can be read").map(|f| f.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect();
            files.sort();
            let mut listed = vec![$(concat!(stringify!($name), ".md")),*];
            listed.sort_unstable();
            assert_eq!(files, listed);
        }
    };
}

specifications! {
    values
    containers
    constants
    loops
    functions
    asynchrony
    classes
    modules
    exceptions
    guards
    sanitizers
    prefixes
    entries
    frameworks
    invocations
    markup
    objects
}
