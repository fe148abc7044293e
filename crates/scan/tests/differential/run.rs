//! Runs programs twice: for real, with an interpreter, and in the analysis. Many at once, since starting costs most.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use shindan_artifact::{Artifact, Limits};
use shindan_catalogue::Catalogue;
use shindan_scan::{Options, Silent, scan};
use shindan_secret::Rules;

use crate::language::Language;

/// What came of a program.
#[derive(Clone, Default)]
pub(crate) struct Outcome {
    /// Lines whose sink was called, and whether marked text arrived there.
    pub(crate) reached: BTreeMap<u32, bool>,
    /// Lines where the analysis finds something.
    pub(crate) found: BTreeSet<u32>,
    /// Why the analysis did not see all of it.
    pub(crate) skipped: Vec<String>,
}

impl Outcome {
    /// Where marked text arrived and nothing is found.
    pub(crate) fn missed(&self) -> impl Iterator<Item = u32> + '_ {
        let arrived = self.reached.iter().filter(|(_, marked)| **marked);
        arrived
            .map(|(line, _)| *line)
            .filter(|line| !self.found.contains(line))
    }

    /// Where something is found and nothing arrived, among the lines that were reached.
    pub(crate) fn surplus(&self) -> usize {
        let unmarked = self.reached.iter().filter(|(_, marked)| !**marked);
        unmarked
            .filter(|(line, _)| self.found.contains(line))
            .count()
    }
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        // The detector of the programs' sinks alone: the others cost time and answer nothing here.
        let mut catalogue = shindan_detect::builtin();
        catalogue
            .detectors
            .retain(|d| d.info.id.0 == "command-injection");
        catalogue
    })
}

/// Runs and analyses programs, in order; each process of a program sees so many invocations.
pub(crate) fn run(language: Language, programs: &[String], invocations: u32) -> Vec<Outcome> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = folder.path().canonicalize().expect("it was just made");
    for (i, text) in programs.iter().enumerate() {
        let file = folder.join(format!("p{i}.{}", language.extension));
        std::fs::write(file, text).expect("the temporary folder is writable");
    }
    let mut outcomes = vec![Outcome::default(); programs.len()];
    for_real(language, &folder, invocations, &mut outcomes);
    in_analysis(&folder, &mut outcomes);
    outcomes
}

fn for_real(language: Language, folder: &Path, invocations: u32, outcomes: &mut [Outcome]) {
    let driver = tempfile::tempdir().expect("a temporary folder can be made");
    let script = driver.path().join("run").with_extension(language.extension);
    std::fs::write(&script, language.driver).expect("the temporary folder is writable");
    let output = Command::new(language.interpreter)
        .arg(&script)
        .arg(folder)
        .arg(outcomes.len().to_string())
        .arg(invocations.to_string())
        // The order of sets must be the same every time.
        .env("PYTHONHASHSEED", "0")
        .output()
        .unwrap_or_else(|e| panic!("`{}` is needed for this test: {e}", language.interpreter));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "`{}` failed: {}",
        language.interpreter,
        String::from_utf8_lossy(&output.stderr)
    );
    for line in told.lines() {
        let numbers: Vec<u32> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
        let [program, line, marked] = numbers[..] else {
            panic!("the driver says `{line}`");
        };
        outcomes[program as usize].reached.insert(line, marked == 1);
    }
}

fn in_analysis(folder: &Path, outcomes: &mut [Outcome]) {
    let artifact = Artifact::open(folder, &Limits::default()).expect("the folder was just made");
    let options = Options {
        secrets: false,
        jobs: 2,
        ..Options::default()
    };
    static RULES: OnceLock<Rules> = OnceLock::new();
    let rules = RULES.get_or_init(Rules::builtin);
    let outcome = scan(&artifact, catalogue(), rules, &options, &Silent);
    let number = |path: &str| -> Option<usize> {
        let (stem, _) = path.strip_prefix('p')?.split_once('.')?;
        stem.parse().ok()
    };
    for finding in outcome.findings {
        let program = number(&finding.location.path).expect("there are only programs");
        let line = finding.location.region.start_line;
        outcomes[program].found.insert(line);
    }
    for note in outcome.coverage.skipped {
        if let Some(program) = number(&note.path) {
            outcomes[program].skipped.push(note.reason);
        }
    }
}
