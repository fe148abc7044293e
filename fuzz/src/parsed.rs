use shindan_base::{FileId, Interner, Span};
use shindan_program::ir::{CallSite, Callee, MapEntry, Module, Op};
use shindan_program::{lower, verify};
use shindan_source::{Language, Tree, parse};

/// Parses and lowers a text; panics unless the results keep what they promise.
///
/// # Panics
/// When a promise is broken.
pub fn parse_and_check(language: Language, text: &str) {
    let names = Interner::new();
    let tree = parse(language, text, &names);
    check_tree(&tree, text);
    let module = lower(&tree, FileId(0), &names);
    assert_eq!(verify(&module), Ok(()), "{language:?}");
    check_module(&module, text);
}

fn check_tree(tree: &Tree, text: &str) {
    for issue in &tree.issues {
        check(issue.span, text, "an issue");
        assert!(
            !issue.message.is_empty() && !issue.message.contains('\n'),
            "not one line: {:?}",
            issue.message
        );
    }
    for comment in &tree.comments {
        check(*comment, text, "a comment");
        assert!(
            comment.start < comment.end,
            "an empty comment at {}",
            comment.start
        );
    }
    assert!(
        tree.comments.is_sorted_by_key(|c| c.start),
        "comments are not in source order"
    );
}

fn check_module(module: &Module, text: &str) {
    for function in &module.functions {
        check(function.span, text, "a function");
        check(function.name_span, text, "a function's name");
        for parameter in &function.params {
            check(parameter.span, text, "a parameter");
        }
        for inst in function.blocks.iter().flat_map(|b| &b.insts) {
            check(inst.span, text, "an instruction");
            match &inst.op {
                Op::Call(call) => check_call(call, text),
                Op::Map(entries) => entries.iter().for_each(|entry| check_entry(entry, text)),
                _ => {}
            }
        }
    }
    for class in &module.classes {
        check(class.span, text, "a class");
    }
}

fn check_call(call: &CallSite, text: &str) {
    if let Callee::Method { at, .. } = call.callee {
        check(at, text, "a method's name");
    }
    for arg in &call.args {
        check(arg.span, text, "an argument");
    }
}

fn check_entry(entry: &MapEntry, text: &str) {
    if let MapEntry::Pair { at, .. } = entry {
        check(*at, text, "a map's entry");
    }
}

/// Every span lies in its text, on character boundaries.
fn check(span: Span, text: &str, what: &str) {
    assert!(
        text.get(span.start as usize..span.end as usize).is_some(),
        "{what} at {span:?} of a text of {} bytes",
        text.len()
    );
}
