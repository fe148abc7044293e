//! The Ruby front-end: what it makes of every construct, of templates, of broken text and of hostile text.

mod constructs;
mod hostile;
mod properties;
mod templates;

use shindan_base::Interner;
use shindan_source::{Language, Tree, parse, print::print};

fn tree(text: &str) -> Tree {
    parse(Language::Ruby, text, &Interner::new())
}

fn printed(text: &str) -> String {
    printed_as(Language::Ruby, text)
}

fn printed_as(language: Language, text: &str) -> String {
    let names = Interner::new();
    print(&parse(language, text, &names), &names)
}
