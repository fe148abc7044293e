//! The known limits of the analysis, as `docs/soundness.md` lists them.

use crate::language::{ALL, Language};

/// A limit, and a program that shows it.
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) language: Language,
    pub(crate) program: String,
    /// Where data arrives that is not found.
    pub(crate) unseen: Vec<u32>,
}

const PAGE: &str = include_str!("../../../../docs/soundness.md");
const MARK: &str = "arrives unseen";

/// The limits of the page, in its order.
pub(crate) fn limits() -> Vec<Limit> {
    let mut limits = Vec::new();
    for section in PAGE.split("\n## ").skip(1) {
        let (name, text) = section.split_once('\n').expect("a section has a text");
        for language in ALL {
            let fence = format!("```{}\n", language.name);
            for block in text.split(fence.as_str()).skip(1) {
                let (program, _) = block.split_once("```").expect("a program has an end");
                let marked = program.lines().zip(1..).filter(|(l, _)| l.contains(MARK));
                limits.push(Limit {
                    name: name.to_owned(),
                    language,
                    program: program.to_owned(),
                    unseen: marked.map(|(_, number)| number).collect(),
                });
            }
        }
    }
    limits
}
