//! Single properties of the front-end, each with the reason in its name.

use shindan_base::Interner;
use shindan_source::tree::{Export, ExprKind, StmtKind, Tree};
use shindan_source::{Language, parse, print::print};

use super::{printed, spans};

fn js(text: &str) -> Tree {
    let tree = parse(Language::JavaScript, text, &Interner::new());
    spans::check(&tree, text);
    tree
}

/// Runs on the stack that callers are promised to need.
fn with_large_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(test)
        .expect("a thread");
    thread.join().expect("the test passes");
}

/// Parses and drops without looking inside, which a walk over every span would take long for.
fn issues_of(language: Language, text: &str) -> Vec<String> {
    parse(language, text, &Interner::new())
        .issues
        .into_iter()
        .map(|issue| issue.message)
        .collect()
}

#[test]
fn line_ends_marks_and_zero_bytes_change_no_tree() {
    let plain = "const a = 1;\nfoo(a);\nexport default a;\n";
    let expected = printed(Language::JavaScript, plain);
    assert!(!expected.contains("issue"));
    assert_eq!(
        printed(Language::JavaScript, &plain.replace('\n', "\r\n")),
        expected
    );
    assert_eq!(
        printed(Language::JavaScript, &format!("\u{feff}{plain}")),
        expected
    );
    assert_eq!(
        printed(
            Language::JavaScript,
            &format!("#!/usr/bin/env node\n{plain}")
        ),
        expected
    );
    assert_eq!(
        printed(
            Language::JavaScript,
            &format!("\u{feff}#!/usr/bin/env node\r\n{plain}")
        ),
        expected
    );
    assert_eq!(
        js("").body.len() + js("\u{feff}").body.len() + js("#!x").body.len(),
        0
    );
    assert_eq!(js("f('a\0b');").issues, []);
    let with_zero = js("f(1);\n\0\ng(2);\n");
    assert_eq!((with_zero.body.len(), with_zero.issues.len()), (2, 1));
}

#[test]
fn spans_of_decorated_and_parenthesised_nodes_start_at_the_node() {
    let text = "@a @b() class C { @c\n  @d() static m() {} }\nx = (y);\n";
    let tree = js(text);
    let StmtKind::Class(class) = &tree.body[0].kind else {
        panic!("a class: {tree:?}")
    };
    assert_eq!(
        class.span.slice(text),
        "class C { @c\n  @d() static m() {} }"
    );
    assert_eq!(class.members[0].span.slice(text), "static m() {}");
    assert_eq!(class.name_span.slice(text), "C");
    let StmtKind::Expr(expr) = &tree.body[1].kind else {
        panic!("an expression: {tree:?}")
    };
    let ExprKind::Assign { value, .. } = &expr.kind else {
        panic!("an assignment: {expr:?}")
    };
    assert_eq!(
        (expr.span.slice(text), value.span.slice(text)),
        ("x = (y)", "y")
    );
}

#[test]
fn await_at_the_top_needs_no_import_to_be_a_module() {
    let tree = js("const x = await f();\nawait /r/.test(x);\n");
    assert_eq!(tree.issues, []);
    assert!(
        matches!(&tree.body[0].kind, StmtKind::Let { value: Some(value), .. } if matches!(value.kind, ExprKind::Await(_)))
    );
}

#[test]
fn typescript_in_a_javascript_file_is_read_as_such() {
    assert_eq!(
        js("const f = (x: string): number => <b>{x as any}</b>;\nenum E { A }\n").issues,
        []
    );
}

#[test]
fn a_default_export_with_a_name_declares_it() {
    let tree = js("export default function main() {}\nmain();\n");
    assert!(matches!(tree.body[0].kind, StmtKind::Function(_)));
    let StmtKind::Export(export) = &tree.body[1].kind else {
        panic!("an export: {tree:?}")
    };
    assert!(matches!(&**export, Export::Default(value) if matches!(value.kind, ExprKind::Name(_))));
}

#[test]
fn broken_parts_cost_only_themselves() {
    let good = "function f() {\n  return 1;\n}\n";
    let bad = "const x = {\n  a: = 1,\n};\n";
    let text = [
        good,
        bad,
        good,
        "<<<<<<< HEAD\n",
        good,
        "=======\n",
        ">>>>>>> other\n",
        bad,
        good,
    ]
    .concat();
    let tree = js(&text);
    let functions = tree
        .body
        .iter()
        .filter(|stmt| matches!(stmt.kind, StmtKind::Function(_)))
        .count();
    assert_eq!(functions, 4, "{tree:?}");
    assert!(
        tree.issues
            .iter()
            .any(|issue| issue.span.slice(&text) == bad),
        "{:?}",
        tree.issues
    );
    assert!(
        tree.issues
            .iter()
            .all(|issue| !issue.message.contains('\n'))
    );
}

#[test]
fn what_precedes_more_errors_than_are_mended_is_kept() {
    let text = format!("first();\n{}last();\n", "let = = 1;\nok();\n".repeat(50));
    let tree = js(&text);
    assert!(matches!(tree.body[0].kind, StmtKind::Expr(_)), "{tree:?}");
    assert_eq!(
        tree.issues.last().expect("an issue").span.end as usize,
        text.len()
    );
}

#[test]
fn an_open_template_or_comment_hides_only_what_follows() {
    for open in ["`abc\n", "/* abc\n", "f('x\n"] {
        let tree = js(&format!("first();\nsecond();\n{open}third();\n"));
        assert!(
            tree.body.len() >= 2 && !tree.issues.is_empty(),
            "{open}: {tree:?}"
        );
    }
}

#[test]
fn long_chains_are_read_whole() {
    with_large_stack(|| {
        let joined = (0..1500)
            .map(|i| format!("'line {i}'"))
            .collect::<Vec<_>>()
            .join(" +\n  ");
        let branches = (0..1500)
            .map(|i| format!("if (a === {i}) f{i}();"))
            .collect::<Vec<_>>()
            .join(" else ");
        let promises = "p".to_owned() + &".then(r => r)".repeat(600);
        for text in [joined, branches, promises] {
            let names = Interner::new();
            let tree = parse(Language::JavaScript, &text, &names);
            assert_eq!(tree.issues, []);
            assert!(!print(&tree, &names).contains("opaque"));
        }
    });
}

#[test]
fn endless_chains_are_flattened_and_keep_their_operands() {
    with_large_stack(|| {
        let n = 100_000;
        let shapes = [
            "1".to_owned() + &"+1".repeat(n),
            "a".to_owned() + &".b".repeat(n),
            "a".to_owned() + &".b()".repeat(n),
            "a".to_owned() + &"[0]".repeat(n),
            "a".to_owned() + &"?.b".repeat(n),
            "a".to_owned() + &"``".repeat(n),
            "a".to_owned() + &"||b".repeat(n),
        ];
        for text in &shapes {
            let issues = issues_of(Language::JavaScript, text);
            assert_eq!(issues.len(), 1, "{} {issues:?}", &text[..20]);
            assert!(issues[0].starts_with("a chain of more than"), "{issues:?}");
        }
        let names = Interner::new();
        let text = format!("first(){}", "+f()".repeat(5000));
        let tree = parse(Language::JavaScript, &text, &names);
        assert_eq!(print(&tree, &names).matches("(call").count(), 5001);
        assert_eq!(
            issues_of(
                Language::TypeScript,
                &("let x: A".to_owned() + &".b".repeat(n))
            ),
            [""; 0]
        );
        assert_eq!(
            issues_of(
                Language::TypeScript,
                &("let x: A".to_owned() + &"[]".repeat(n))
            )
            .len(),
            1
        );
        assert_eq!(
            issues_of(Language::TypeScript, &("a".to_owned() + &"!".repeat(n))).len(),
            1
        );
    });
}

#[test]
fn deep_nesting_is_cut_and_reported() {
    with_large_stack(|| {
        for (open, inner, close) in [
            ("f(", "x", ")"),
            ("[", "", "]"),
            ("({a:", "x", "})"),
            ("{", ";", "}"),
            ("<a>", "", "</a>"),
        ] {
            let text = open.repeat(700) + inner + &close.repeat(700);
            let issues = issues_of(Language::JavaScript, &text);
            assert_eq!(issues.len(), 1, "{open}: {issues:?}");
            assert!(issues[0].starts_with("nested deeper than"), "{issues:?}");
        }
        let text = "(".repeat(100_000);
        let issues = issues_of(Language::JavaScript, &text);
        assert!(issues[0].contains("brackets"), "{issues:?}");
    });
}

#[test]
fn the_parser_survives_every_nesting_that_it_is_given() {
    with_large_stack(|| {
        for (open, close) in [
            ("(a=>{", "})"),
            ("({a:[", "]})"),
            ("class A{a(){", "}}"),
            ("`${[", "]}`"),
            ("(x=>y?z:!(", "))"),
        ] {
            let brackets = open.bytes().filter(|b| b"([{".contains(b)).count();
            let text = open.repeat(2000 / brackets) + &close.repeat(2000 / brackets);
            let issues = issues_of(Language::JavaScript, &text);
            assert!(
                !issues.iter().any(|issue| issue.contains("brackets")),
                "{open}: {issues:?}"
            );
        }
    });
}
