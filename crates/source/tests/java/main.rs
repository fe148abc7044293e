//! The Java front-end: what it makes of every construct, of broken text and of hostile text.

mod constructs;
mod hostile;
mod properties;

use shindan_base::Interner;
use shindan_source::{Language, Tree, parse, print::print};

fn tree(text: &str) -> Tree {
    parse(Language::Java, text, &Interner::new())
}

fn printed(text: &str) -> String {
    let names = Interner::new();
    print(&parse(Language::Java, text, &names), &names)
}
