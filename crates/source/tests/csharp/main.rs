//! The C# front-end: what it makes of every construct, of broken text and of hostile text.

mod hostile;
mod properties;

use shindan_base::Interner;
use shindan_source::{Language, Tree, parse, print::print};

fn tree(text: &str) -> Tree {
    parse(Language::CSharp, text, &Interner::new())
}

fn printed(text: &str) -> String {
    let names = Interner::new();
    print(&parse(Language::CSharp, text, &names), &names)
}

macro_rules! snapshots {
    ($($test:ident)*) => {$(
        #[test]
        fn $test() {
            let text = include_str!(concat!("files/", stringify!($test), ".cs"));
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(stringify!($test), printed(text)));
        }
    )*};
}

snapshots! {
    declarations members statements expressions patterns creation queries strings conditional split program broken
    names
}

#[test]
fn whole_files_have_no_issues() {
    for text in properties::FILES {
        assert!(
            tree(text).issues.is_empty(),
            "{:?}\n{text}",
            tree(text).issues
        );
    }
}

#[test]
fn comments_are_kept() {
    let text = "// a\nclass C { /* b */ void M() { f(/* c */ 1); } } /// d\n";
    let found: Vec<&str> = tree(text)
        .comments
        .iter()
        .map(|span| span.slice(text))
        .collect();
    assert_eq!(found, ["// a", "/* b */", "/* c */", "/// d"]);
}

#[test]
fn a_byte_order_mark_is_white_space() {
    assert!(tree("\u{feff}class C { }").issues.is_empty());
}
