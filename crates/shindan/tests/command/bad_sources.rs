//! Source files that break parsers cost themselves, never the run.

use crate::support::{BAD, Sandbox, Scan};

fn scan(files: &[(&str, &[u8])]) -> Scan {
    let sandbox = Sandbox::new();
    sandbox.write("input/sibling.py", BAD);
    for (name, content) in files {
        sandbox.write(&format!("input/{name}"), content);
    }
    sandbox.scan("input")
}

#[test]
fn broken_syntax_is_named_with_its_line() {
    let broken = b"import os\ndef handler(event, context:\n    return (\n";
    let scan = scan(&[
        ("broken.py", broken),
        (
            "broken.js",
            b"exports.handler = (event => {\n  const a = ;\n",
        ),
    ]);
    scan.rest_was_scanned(3)
        .says("broken.py", "line 2")
        .says("broken.js", "line 1");
}

#[test]
fn encodings_may_be_mixed() {
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(BAD.encode_utf16().flat_map(u16::to_le_bytes));
    let latin = b"import os\n# caf\xe9\ndef handler(event, context):\n    os.system(event['a'])\n";
    let marked = [b"\xef\xbb\xbf", BAD.as_bytes()].concat();
    let scan = scan(&[
        ("utf16.py", &utf16),
        ("latin.py", latin),
        ("marked.py", &marked),
    ]);
    scan.rest_was_scanned(0)
        .says("utf16.py", "UTF-16")
        .says("latin.py", "not UTF-8");
    for found in ["utf16.py:3", "latin.py:4", "marked.py:3"] {
        let wanted = format!("command-injection {found}");
        assert!(scan.findings().contains(&wanted), "{:#?}", scan.findings());
    }
}

#[test]
fn nul_bytes_and_foreign_line_ends_hide_nothing() {
    let crlf = BAD.replace('\n', "\r\n");
    let nul = format!("{BAD}# \0 here\n{}", "# padding\n".repeat(20));
    let scan = scan(&[("crlf.py", crlf.as_bytes()), ("nul.py", nul.as_bytes())]);
    scan.rest_was_scanned(scan.code).says("nul.py", "NUL bytes");
    for found in ["crlf.py:3", "nul.py:3"] {
        let wanted = format!("command-injection {found}");
        assert!(scan.findings().contains(&wanted), "{:#?}", scan.findings());
    }
}

#[test]
fn a_minified_line_of_20_megabytes_is_not_parsed() {
    let line = "var a=1;".repeat(20 << 17);
    let scan = scan(&[("bundle.js", line.as_bytes())]);
    scan.rest_was_scanned(scan.code)
        .says("bundle.js", "not analysed as code");
}

/// Repeats a text with line ends, so that the file does not pass for a minified one.
fn many(text: &str, times: usize) -> String {
    format!("{}\n", text.repeat(20)).repeat(times / 20)
}

#[test]
fn a_hundred_thousand_brackets_cost_their_file() {
    let nested =
        |open: &str, close: &str| format!("x = {}1{}\n", many(open, 100_000), many(close, 100_000));
    let scan = scan(&[
        ("closed.py", nested("(", ")").as_bytes()),
        ("open.py", nested("[", "").as_bytes()),
        ("closed.js", nested("(", ")").as_bytes()),
        ("open.js", nested("[", "").as_bytes()),
    ]);
    scan.rest_was_scanned(3)
        .says("open.py", "nested deeper than")
        .says("closed.js", "nested deeper than")
        .says("open.js", "nested deeper than");
}

#[test]
fn a_file_that_aborts_the_parser_is_left_out_and_the_scan_starts_again() {
    let arrows = format!("x = {}1;\n", many("a=>", 600_000));
    let choices = format!("x = {}1;\n", many("a?1:", 480_000));
    let scan = scan(&[
        ("arrows.js", arrows.as_bytes()),
        ("choices.js", choices.as_bytes()),
    ]);
    scan.rest_was_scanned(3)
        .says("arrows.js", "the analysis ran out of stack")
        .says("choices.js", "the analysis ran out of stack");
    assert!(
        scan.err
            .contains("started again: arrows.js: the analysis ran out of stack"),
        "{}",
        scan.err
    );
}

#[test]
fn a_template_that_is_not_yaml_is_named() {
    let template = b"AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n  A:\n\tType: [AWS::Serverless::Function\n";
    scan(&[("template.yaml", template)])
        .rest_was_scanned(3)
        .says("template.yaml", "");
}
