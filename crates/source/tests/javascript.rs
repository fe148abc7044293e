//! What the JavaScript front-end makes of files: one snapshot a file, and what holds for any text.

#[path = "javascript/properties.rs"]
mod properties;
#[path = "javascript/regressions.rs"]
mod regressions;
#[path = "javascript/spans.rs"]
mod spans;

use shindan_base::Interner;
use shindan_source::{Language, parse, print::print};

fn printed(language: Language, text: &str) -> String {
    let names = Interner::new();
    let tree = parse(language, text, &names);
    spans::check(&tree, text);
    print(&tree, &names)
}

macro_rules! snapshots {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            let text = include_str!(concat!("javascript/", $file));
            let language = Language::of_path($file).expect("a known extension");
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("javascript/snapshots");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!($file, printed(language, text)));
        }
    )*};
}

snapshots! {
    literals: "literals.js",
    expressions: "expressions.js",
    patterns: "patterns.js",
    statements: "statements.js",
    classes: "classes.js",
    modules: "modules.js",
    default_exports: "default_exports.js",
    commonjs: "commonjs.js",
    jsx: "jsx.jsx",
    flow: "flow.js",
    broken: "broken.js",
    unclosed: "unclosed.js",
    types: "types.ts",
    typed_classes: "classes.ts",
    declarations: "declarations.ts",
    export_equals: "export_equals.ts",
    component: "component.tsx",
}
