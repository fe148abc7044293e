//! Encodings, line ends and other peculiarities of whole texts.

use crate::{printed, properties::assert_spans_fit, tree};

#[test]
fn line_ends_do_not_matter() {
    let unix = "def f(x):\n    # c\n    return '''a\nb'''\n\nf(1)\n";
    let without_comments = |text: &str| {
        let all = printed(text);
        all.split("(comment").next().unwrap_or_default().to_owned()
    };
    let dos = unix.replace('\n', "\r\n");
    let mac = unix.replace('\n', "\r");
    assert_eq!(without_comments(&dos), without_comments(unix));
    assert_eq!(without_comments(&mac), without_comments(unix));
    assert_spans_fit(&tree(&dos), &dos);
}

#[test]
fn byte_order_mark_is_skipped_and_counted_in_spans() {
    let text = "\u{feff}x = 1\n";
    let tree = tree(text);
    assert_eq!(tree.issues, []);
    assert_eq!(tree.body[0].span.slice(text), "x = 1");
}

#[test]
fn nul_bytes_are_issues_and_the_rest_is_parsed() {
    let text = "a = 1\nb = \0 2\nc = 3\n";
    let shown = printed(text);
    assert!(!tree(text).issues.is_empty());
    assert!(
        shown.contains("(= a 1)") && shown.contains("(= c 3)"),
        "{shown}"
    );
}

#[test]
fn mixed_tabs_are_an_issue_and_the_rest_is_parsed() {
    let text = "if a:\n        b = 1\n\tc = 2\nd = 3\n";
    assert!(printed(text).contains("(= d 3)"));
}

#[test]
fn python_2_print_is_an_issue_and_the_rest_is_parsed() {
    let text = "import os\nprint \"x\" % os.getcwd()\ndef f():\n    print >>err, 1\n    return 2\n";
    let shown = printed(text);
    assert!(!tree(text).issues.is_empty());
    assert!(
        shown.contains("(import \"os\"")
            && shown.contains("getcwd")
            && shown.contains("(return 2)"),
        "{shown}"
    );
}

#[test]
fn issues_are_capped_and_in_order() {
    let issues = tree(&"x = = 1\n".repeat(500)).issues;
    assert_eq!(issues.len(), 100);
    assert!(issues.is_sorted_by_key(|issue| issue.span));
    assert!(
        issues
            .iter()
            .all(|issue| !issue.message.contains('\n') && !issue.message.is_empty())
    );
}

#[test]
fn comments_are_found_wherever_they_stand() {
    let text = "#!/usr/bin/env python\nx = [  # one\n    # two\n]\ndef f():  # three\n    pass\n'# no'\n# four";
    let comments: Vec<&str> = tree(text)
        .comments
        .iter()
        .map(|comment| comment.slice(text))
        .collect();
    assert_eq!(
        comments,
        [
            "#!/usr/bin/env python",
            "# one",
            "# two",
            "# three",
            "# four"
        ]
    );
}

#[test]
fn definition_spans_leave_decorators_out() {
    let text =
        "@a(  # def x\n)\n# class y\n@b\n\n# async z\nasync def f(): pass\n@c\nclass D: pass\n";
    let names = shindan_base::Interner::new();
    let tree = shindan_source::parse(shindan_source::Language::Python, text, &names);
    let spans: Vec<&str> = tree
        .body
        .iter()
        .map(|stmt| match &stmt.kind {
            shindan_source::tree::StmtKind::Function(function) => function.span.slice(text),
            shindan_source::tree::StmtKind::Class(class) => class.span.slice(text),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(spans, ["async def f(): pass", "class D: pass"]);
}

#[test]
fn string_annotations_point_into_the_file() {
    let text = "x: 'List[Foo]' = 1\n";
    assert_spans_fit(&tree(text), text);
    let shown = format!("{:?}", tree(text));
    assert!(
        shown.contains("Span { start: 9, end: 12 }"),
        "Foo stands at 9..12: {shown}"
    );
}
