//! The analysis against reality: programs are made up, run for real with marked input, and analysed. Where marked text
//! arrives in a sink at run time, the analysis must find it.
//!
//! `differential/*.grammar` say how programs are written, `differential/run.*` run them. What is known not to be found
//! is listed in `docs/soundness.md`, each with a program; rules of a grammar that lead there are marked with its name and
//! left out. More than what is tested every time is tried by
//!
//! ```sh
//! DIFFERENTIAL_SEED=7 DIFFERENTIAL_PROGRAMS=20000 cargo test -p shindan-scan --test differential -- --ignored --nocapture more
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "who looks by hand reads the numbers, and failures as they come"
)]

#[path = "differential/generate.rs"]
mod generate;
#[path = "differential/grammar.rs"]
mod grammar;
#[path = "differential/language.rs"]
mod language;
#[path = "differential/limits.rs"]
mod limits;
#[path = "differential/program.rs"]
mod program;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/run.rs"]
mod run;
#[path = "differential/shrink.rs"]
mod shrink;

use std::fmt::Write as _;

use crate::grammar::Grammar;
use crate::language::{ALL, JAVASCRIPT, Language, PYTHON};
use crate::program::Node;

/// Programs that are run and analysed at once.
const BATCH: u64 = 250;
/// Programs in each language that every build tries.
const PROGRAMS: u64 = 1000;
/// Failing programs that are made small and shown.
const SHOWN: usize = 3;

/// What came of many programs.
#[derive(Default)]
struct Tally {
    programs: u64,
    /// Lines whose sink was called.
    reached: usize,
    /// Of these, where marked text arrived.
    arrived: usize,
    /// Where something was found although nothing arrived.
    surplus: usize,
    failures: Vec<(u64, Node)>,
}

fn compare(language: Language, grammar: &Grammar, seeds: std::ops::Range<u64>) -> Tally {
    let mut tally = Tally::default();
    let mut at = seeds.start;
    while at < seeds.end {
        let batch: Vec<u64> = (at..seeds.end.min(at + BATCH)).collect();
        at += BATCH;
        let programs: Vec<Node> = batch
            .iter()
            .map(|seed| generate::generate(grammar, *seed))
            .collect();
        let texts: Vec<String> = programs
            .iter()
            .map(|p| p.print(grammar, language.nothing))
            .collect();
        let outcomes = run::run(language, &texts, 1);
        for ((seed, program), outcome) in batch.iter().zip(programs).zip(outcomes) {
            tally.programs += 1;
            tally.reached += outcome.reached.len();
            tally.arrived += outcome.reached.values().filter(|marked| **marked).count();
            tally.surplus += outcome.surplus();
            if outcome.missed().next().is_some() {
                tally.failures.push((*seed, program));
            }
        }
    }
    tally
}

/// Fails with small programs when something was missed.
fn assert_sound(language: Language, grammar: &Grammar, tally: Tally) {
    let count = tally.failures.len();
    let shown = std::env::var("DIFFERENTIAL_SHOWN").map_or(SHOWN, |n| n.parse().expect("a number"));
    let mut text = String::new();
    for (seed, program) in tally.failures.into_iter().take(shown) {
        let told = explained(language, grammar, seed, program);
        eprintln!("{told}");
        text += &told;
    }
    assert!(
        count == 0,
        "{count} of {} programs in {} let data through unseen\n{text}",
        tally.programs,
        language.name
    );
}

/// A failing program, made small, and what is wrong with it.
fn explained(language: Language, grammar: &Grammar, seed: u64, program: Node) -> String {
    let (small, outcome) = shrink::shrink(language, grammar, program);
    let lines: Vec<u32> = outcome.missed().collect();
    let mut text = format!("\n-- seed {seed}, missed in line {lines:?}:\n");
    for (i, line) in small.lines().enumerate() {
        writeln!(text, "{:4} {line}", i + 1).expect("a string takes all");
    }
    for reason in outcome.skipped {
        writeln!(text, "     ({reason})").expect("a string takes all");
    }
    text
}

#[test]
#[ignore = "by hand"]
fn more() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |n| n.parse().expect("a number"))
    };
    let (first, count) = (
        number("DIFFERENTIAL_SEED", 1_000_000),
        number("DIFFERENTIAL_PROGRAMS", 1000),
    );
    let wanted = std::env::var("DIFFERENTIAL_LANGUAGE").ok();
    for language in ALL {
        if wanted.as_ref().is_some_and(|w| w != language.name) {
            continue;
        }
        let grammar = language.grammar(false);
        let tally = compare(language, &grammar, first..first + count);
        println!("{}", summary(language, &tally));
        assert_sound(language, &grammar, tally);
    }
}

fn summary(language: Language, tally: &Tally) -> String {
    format!(
        "{}: {} programs, {} lines of sinks reached, data in {}, found in vain in {}",
        language.name, tally.programs, tally.reached, tally.arrived, tally.surplus
    )
}

/// What every build tries, and how much it is wrong the other way: a found line that nothing arrived in costs trust too.
/// The numbers depend on the seeds alone. Who changes one says why in the commit.
fn hold(language: Language, expected: &str) {
    let grammar = language.grammar(false);
    let tally = compare(language, &grammar, 0..PROGRAMS);
    let summary = summary(language, &tally);
    println!("{summary}");
    assert_sound(language, &grammar, tally);
    assert_eq!(summary, expected, "more or less is found than was");
}

#[test]
fn nothing_that_arrives_in_python_is_missed() {
    hold(
        PYTHON,
        "python: 1000 programs, 4087 lines of sinks reached, data in 1816, found in vain in 469",
    );
}

#[test]
fn nothing_that_arrives_in_javascript_is_missed() {
    hold(
        JAVASCRIPT,
        "javascript: 1000 programs, 3946 lines of sinks reached, data in 1729, found in vain in 486",
    );
}

#[test]
fn known_limits_are_as_told() {
    for limit in limits::limits() {
        let name = &limit.name;
        assert!(!limit.unseen.is_empty(), "`{name}` shows nothing");
        let outcome = run::run(limit.language, &[limit.program], 2).swap_remove(0);
        for line in limit.unseen {
            assert_eq!(
                outcome.reached.get(&line),
                Some(&true),
                "`{name}`: no data arrives in line {line}"
            );
            assert!(
                !outcome.found.contains(&line),
                "`{name}` is no limit any more: line {line} is found; take it off the page"
            );
        }
    }
}

#[test]
fn limits_of_the_grammars_are_on_the_page() {
    let limits = limits::limits();
    for language in ALL {
        for rule in language.grammar(true).rules {
            if let Some(name) = rule.limit {
                let known = limits.iter().any(|l| l.name == name);
                assert!(known, "docs/soundness.md has no `{name}`");
            }
        }
    }
}
