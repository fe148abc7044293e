//! One snapshot a file, and what is easier said of a small text.

use crate::{printed, tree};

macro_rules! snapshots {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            let text = include_str!(concat!("files/", $file));
            crate::properties::assert_spans_fit(&tree(text), text);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("snapshots");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!($file, printed(text)));
        }
    )*};
}

snapshots! {
    declarations: "declarations.java",
    expressions: "expressions.java",
    statements: "statements.java",
    broken: "broken.java",
    compact: "compact.java",
    module_info: "module-info.java",
}

#[test]
fn what_a_pattern_binds_is_declared_in_front_of_its_own_statement() {
    let text = "class A { void m() { a(); if (x) { if (!(o instanceof B b)) return; use(b); } } }";
    let printed = printed(text);
    let at = |part: &str| printed.find(part).expect(part);
    assert!(at("(call a)") < at("(if x"));
    assert!(at("(if x") < at("(let b"));
    assert!(at("(let b") < at("instanceof"));
}

#[test]
fn windows_line_ends_are_read() {
    assert_eq!(
        printed("class A {\r\n  int x; // c\r\n}\r\n"),
        "(class A\n  private (field x (: int)))\n(comment 20..24)\n"
    );
}
