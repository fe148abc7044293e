//! Makes a failing program small: takes away what it fails without.

use crate::grammar::Grammar;
use crate::language::Language;
use crate::program::{Node, Part, What};
use crate::run::{Outcome, run};

/// Programs tried at once.
const BATCH: usize = 40;
/// Rounds, each of which makes the program smaller.
const ROUNDS: usize = 60;

/// The smallest program that still fails, and what came of it.
pub(crate) fn shrink(language: Language, grammar: &Grammar, program: Node) -> (String, Outcome) {
    let mut smallest = program;
    'rounds: for _ in 0..ROUNDS {
        let mut smaller = Vec::new();
        reduced(grammar, &smallest, &mut |node| smaller.push(node));
        let size = smallest.size();
        smaller.retain(|n| n.size() < size);
        smaller.sort_by_key(Node::size);
        for batch in smaller.chunks(BATCH) {
            let texts: Vec<String> = batch
                .iter()
                .map(|n| n.print(grammar, language.nothing))
                .collect();
            let outcomes = run(language, &texts, 1);
            if let Some(i) = outcomes.iter().position(|o| o.missed().next().is_some()) {
                smallest = batch[i].clone();
                continue 'rounds;
            }
        }
        break;
    }
    let text = smallest.print(grammar, language.nothing);
    let outcome = run(language, std::slice::from_ref(&text), 1).swap_remove(0);
    (text, outcome)
}

/// Every program with one thing less.
fn reduced(grammar: &Grammar, node: &Node, found: &mut dyn FnMut(Node)) {
    let kind = node.kind(grammar);
    // Something of the same kind inside it, or the simplest thing of its kind.
    inner(grammar, node, kind, &mut |n| found(n.clone()));
    let simplest = grammar.of_kind(kind).iter().find(|r| {
        let rule = &grammar.rules[**r];
        rule.is_leaf() && rule.pieces.len() == 1
    });
    if let (Some(rule), true) = (simplest, node.size() > 1) {
        found(Node {
            what: What::Rule(*rule),
            parts: Vec::new(),
        });
    }
    for (at, part) in node.parts.iter().enumerate() {
        let mut with = |part: Part| {
            let mut copy = node.clone();
            copy.parts[at] = part;
            found(copy);
        };
        match part {
            Part::One(one) => reduced(grammar, one, &mut |n| with(Part::One(n))),
            Part::Several(several) => {
                if several.len() > 2 {
                    let middle = several.len() / 2;
                    with(Part::Several(several[..middle].to_vec()));
                    with(Part::Several(several[middle..].to_vec()));
                }
                for i in 0..several.len() {
                    let mut rest = several.clone();
                    let taken = rest.remove(i);
                    with(Part::Several(rest.clone()));
                    // The statements of a statement in its place.
                    for block in taken.parts.iter().filter_map(|p| match p {
                        Part::Several(block) => Some(block),
                        _ => None,
                    }) {
                        let mut unpacked = rest.clone();
                        unpacked.splice(i..i, block.iter().cloned());
                        with(Part::Several(unpacked));
                    }
                    reduced(grammar, &several[i], &mut |n| {
                        let mut changed = several.clone();
                        changed[i] = n;
                        with(Part::Several(changed));
                    });
                }
            }
            Part::Name(_) | Part::Nothing => {}
        }
    }
}

/// What is inside a node and of its kind, the outermost of each.
fn inner(grammar: &Grammar, node: &Node, kind: &str, found: &mut dyn FnMut(&Node)) {
    for part in &node.parts {
        let nodes = match part {
            Part::One(one) => std::slice::from_ref(one),
            Part::Several(several) => several,
            Part::Name(_) | Part::Nothing => continue,
        };
        for one in nodes {
            if one.kind(grammar) == kind {
                found(one);
            } else {
                inner(grammar, one, kind, found);
            }
        }
    }
}
