//! `docs/engine.md` carries one program through every stage. What it prints of each stage is what that stage makes of it:
//! the blocks that are named in their titles are made anew here and compared.
//!
//! After a deliberate change: `UPDATE_EXPECTED=1 cargo test -p shindan-scan --test engine_page`, and read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use shindan_artifact::{Artifact, Limits};
use shindan_base::{FileId, Interner};
use shindan_finding::{Outcome, fingerprints};
use shindan_scan::{Options, Silent, scan};
use shindan_secret::Rules;
use shindan_source::Language;

/// The program of the page.
const PROGRAM: &str = "title=\"app.py\"";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/engine.md")
}

/// The place of the text of the block whose first line says `title`.
fn block(page: &str, title: &str) -> std::ops::Range<usize> {
    let at = page
        .find(title)
        .unwrap_or_else(|| panic!("docs/engine.md has no block {title}"));
    let start = at + page[at..].find('\n').expect("a block has lines") + 1;
    let end = start + page[start..].find("```").expect("a block has an end");
    start..end
}

fn outcome(program: &str) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::write(folder.path().join("app.py"), program).expect("it is writable");
    let artifact = Artifact::open(folder.path(), &Limits::default()).expect("it was just made");
    let catalogue = shindan_detect::builtin();
    let options = Options {
        jobs: 1,
        ..Options::default()
    };
    scan(&artifact, &catalogue, &Rules::builtin(), &options, &Silent)
}

/// The findings as the page shows them.
fn findings(outcome: &Outcome) -> String {
    let mut text = String::new();
    for (finding, print) in outcome.findings.iter().zip(fingerprints(&outcome.findings)) {
        let (at, region) = (&finding.location.path, finding.location.region);
        let mut line = |name: &str, value: &str| {
            writeln!(text, "{name:11} {value}").expect("a string takes all");
        };
        line("detector", &finding.detector.0);
        line("message", &finding.message);
        line("location", &format!("{at}:{}", region.start_line));
        line("enclosing", &finding.enclosing);
        line("source", &finding.source);
        line("sink", finding.public_sink());
        for step in &finding.flow {
            let told = format!("line {}: {}", step.location.region.start_line, step.message);
            line("step", &told);
        }
        line("fingerprint", &print.finding);
    }
    text
}

#[test]
fn what_the_page_prints_is_true() {
    let mut page_text = std::fs::read_to_string(page()).expect("docs/engine.md can be read");
    let program = page_text[block(&page_text, PROGRAM)].to_owned();
    let names = Interner::new();
    let tree = shindan_source::parse(Language::Python, &program, &names);
    let module = shindan_program::lower(&tree, FileId(0), &names);
    let made = [
        (
            "title=\"the surface tree\"",
            shindan_source::print::print(&tree, &names),
        ),
        (
            "title=\"the IR\"",
            shindan_program::print::print(&module, &names),
        ),
        ("title=\"the findings\"", findings(&outcome(&program))),
    ];
    let is_update = std::env::var_os("UPDATE_EXPECTED").is_some();
    for (title, text) in made {
        let text = format!("{}\n", text.trim_end());
        let place = block(&page_text, title);
        if is_update {
            page_text.replace_range(place, &text);
        } else {
            assert_eq!(page_text[place], text, "docs/engine.md, {title}");
        }
    }
    if is_update {
        std::fs::write(page(), page_text).expect("docs/engine.md can be written");
    }
}
