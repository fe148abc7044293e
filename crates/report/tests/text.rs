//! The text report as people see it.

mod sample;

use sample::{rendered, sample};
use shindan_finding::{Config, FileNote, Outcome};
use shindan_report::{Format, TextStyle, config_errors};

#[test]
fn a_report_reads_like_a_compilers() {
    insta::assert_snapshot!(rendered(Format::Text, &sample().report()));
}

#[test]
fn nothing_found_and_nothing_skipped_is_said_briefly() {
    let mut sample = sample();
    sample.outcome = Outcome {
        statistics: sample.outcome.statistics,
        ..Outcome::default()
    };
    sample.notes.clear();
    insta::assert_snapshot!(rendered(Format::Text, &sample.report()), @r"
    Files: 3 Python, 1 JavaScript; 1,234 lines; 7 searched for secrets; 2,048 vendored files not analysed
    Findings: none
    ");
}

#[test]
fn long_lists_end_in_a_count() {
    let mut sample = sample();
    sample.outcome.findings.clear();
    sample.outcome.coverage.skipped = (0..50)
        .map(|i| FileNote {
            path: format!("f{i}"),
            reason: format!("reason {i:02}"),
            incomplete: true,
        })
        .collect();
    let text = rendered(Format::Text, &sample.report());
    assert!(
        text.contains("… and 30 more (`--format json` lists all)"),
        "{text}"
    );
    assert!(
        text.contains("f19: reason 19") && !text.contains("reason 20"),
        "{text}"
    );
}

#[test]
fn long_flows_show_both_ends() {
    let mut sample = sample();
    let finding = &mut sample.outcome.findings[3];
    let middle = finding.flow[1].clone();
    finding.flow.splice(1..1, std::iter::repeat_n(middle, 40));
    let text = rendered(Format::Text, &sample.report());
    assert!(text.contains("… 20 more steps"), "{text}");
    assert!(
        text.contains("12. passed to")
            && !text.contains("13. passed to")
            && text.contains("44. run as SQL"),
        "{text}"
    );
}

#[test]
fn no_control_or_bidirectional_character_of_the_package_survives() {
    let sample = sample();
    for colour in [false, true] {
        let mut report = sample.report();
        report.style = TextStyle { colour, width: 80 };
        let text = rendered(Format::Text, &report);
        // What the report itself writes for colour: `ESC [ digits m`.
        let hostile = |(i, c): (usize, char)| match c {
            '\n' => false,
            '\u{1b}' => {
                !(colour && text[i..].starts_with("\u{1b}[")) || text[i..].starts_with("\u{1b}[2J")
            }
            c => {
                c.is_control()
                    || ('\u{202a}'..='\u{202e}').contains(&c)
                    || ('\u{2066}'..='\u{2069}').contains(&c)
            }
        };
        let found: Vec<_> = text.char_indices().filter(|&p| hostile(p)).collect();
        assert_eq!(found, [], "{text}");
        assert_eq!(text.contains("\u{1b}["), colour);
    }
}

#[test]
fn long_lines_are_clipped_to_the_width() {
    let sample = sample();
    let mut report = sample.report();
    report.style.width = 80;
    let text = rendered(Format::Text, &report);
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|l| l <= 140), "{longest:?}");
    assert!(text.contains("eval("));
}

#[test]
fn senseless_places_do_no_harm() {
    let mut sample = sample();
    for (start_line, start_column, end_line, end_column) in [
        (0, 0, 0, 0),
        (u32::MAX, u32::MAX, u32::MAX, u32::MAX),
        (3, 9, 1, 1),
        (1, 1, u32::MAX, 1),
        (4, 0, 4, 0),
    ] {
        for finding in &mut sample.outcome.findings {
            let region = &mut finding.location.region;
            (
                region.start_line,
                region.start_column,
                region.end_line,
                region.end_column,
            ) = (start_line, start_column, end_line, end_column);
            if let Some(snippet) = &mut finding.location.snippet {
                snippet.cut = start_column;
            }
        }
        for format in [Format::Text, Format::Json, Format::Sarif] {
            assert!(rendered(format, &sample.report()).contains("sql-injection"));
        }
    }
}

#[test]
fn a_settings_file_is_corrected_like_source_code() {
    let text = "fail-on = \"high\"\n\n[[ignore]]\ndetector = \"x\u{202e}\"\nresaon = \"typo\"\nexpires = \"soon\"\n";
    let errors = Config::parse(text, "shindan.toml").expect_err("it has errors");
    insta::assert_snapshot!(config_errors(&errors, TextStyle::default()), @r#"
    error: unknown key `resaon`
     --> shindan.toml:5:1
      |
    5 | resaon = "typo"
      | ^^^^^^
      |
      = help: did you mean `reason`?

    error: this is no date
     --> shindan.toml:6:11
      |
    6 | expires = "soon"
      |           ^^^^^^
      |
      = help: write year, month and day: "2027-01-31"

    error: this rule gives no `reason`
     --> shindan.toml:3:1
      |
    3 | [[ignore]]
      | ^^^^^^^^^^
      |
      = help: add `reason = "…"`: whoever meets the rule next year needs it
    "#);
}
