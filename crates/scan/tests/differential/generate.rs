//! Makes programs out of a grammar: every choice is drawn, and only variables that are there are used.

use crate::grammar::{Birth, Grammar, Piece, Reach};
use crate::program::{Node, Part, What};
use crate::random::Random;

/// How deep expressions and statements nest before only what ends at once is chosen.
const DEPTH: u32 = 5;

/// Where what does not end at once is given up; kinds that always need something further get beyond `DEPTH`.
const DEEPEST: u32 = DEPTH + 4;

/// Times out of a hundred that an expression is a variable, where there is one of its kind.
const VARIABLES: usize = 45;

struct Variable {
    name: String,
    kind: String,
    /// How many functions are around it; 0 in the module.
    level: u32,
}

struct Generator<'g> {
    grammar: &'g Grammar,
    random: Random,
    scope: Vec<Variable>,
    level: u32,
    made: u32,
}

/// The program of this seed.
pub(crate) fn generate(grammar: &Grammar, seed: u64) -> Node {
    let mut generator = Generator {
        grammar,
        random: Random::new(seed),
        scope: Vec::new(),
        level: 0,
        made: 0,
    };
    generator
        .node("program", 0)
        .expect("a grammar has a rule for programs")
}

impl Generator<'_> {
    /// Something of a kind; `None` when nothing of it can be written here.
    fn node(&mut self, kind: &str, depth: u32) -> Option<Node> {
        let known: Vec<&Variable> = self.scope.iter().filter(|v| v.kind == kind).collect();
        if !known.is_empty() && self.random.percent(VARIABLES) {
            // What was made last is chosen more often, so that long ways come about.
            let (a, b) = (
                self.random.below(known.len()),
                self.random.below(known.len()),
            );
            let chosen = known[a.max(b)];
            return Some(Node {
                what: What::Variable {
                    name: chosen.name.clone(),
                    kind: kind.to_owned(),
                },
                parts: Vec::new(),
            });
        }
        if depth > DEEPEST {
            return None;
        }
        let mut rules: Vec<usize> = self.grammar.of_kind(kind).to_vec();
        if depth >= DEPTH && rules.iter().any(|r| self.grammar.rules[*r].is_leaf()) {
            rules.retain(|r| self.grammar.rules[*r].is_leaf());
        }
        while !rules.is_empty() {
            let total: u32 = rules.iter().map(|r| self.grammar.rules[*r].weight).sum();
            let mut at = self.random.below(total as usize) as u32;
            let chosen = rules.iter().position(|r| {
                let weight = self.grammar.rules[*r].weight;
                let here = at < weight;
                at = at.saturating_sub(weight);
                here
            })?;
            if let Some(node) = self.by_rule(rules[chosen], depth) {
                return Some(node);
            }
            rules.remove(chosen);
        }
        None
    }

    fn by_rule(&mut self, number: usize, depth: u32) -> Option<Node> {
        let (before, level) = (self.scope.len(), self.level);
        let mut names: Vec<(String, String, String)> = Vec::new();
        let mut stays: Vec<Variable> = Vec::new();
        let mut parts = Vec::new();
        let mut is_written = true;
        let grammar = self.grammar;
        for piece in &grammar.rules[number].pieces {
            let part = match piece {
                Piece::Text(_) => continue,
                Piece::Any(kind) => self.node(kind, depth + 1).map(Part::One),
                Piece::Several(kind, least, most) => {
                    let most = if depth >= DEPTH { *least } else { *most };
                    let count = least + self.random.below(most - least + 1);
                    let inner = self.scope.len();
                    let nodes = (0..count).filter_map(|_| self.node(kind, depth + 1));
                    let nodes: Vec<Node> = nodes.collect();
                    // Names of blocks end with them; those of the module are there for what follows.
                    if self.level > 0 {
                        self.scope.truncate(inner);
                    }
                    Some(Part::Several(nodes))
                }
                Piece::New(label, kind, birth) => {
                    self.made += 1;
                    let name = format!("{}{}", kind.replace('-', "_"), self.made);
                    names.push((label.clone(), kind.clone(), name.clone()));
                    let variable = |level| Variable {
                        name: name.clone(),
                        kind: kind.clone(),
                        level,
                    };
                    match birth {
                        Birth::Now | Birth::Silent => self.scope.push(variable(self.level)),
                        Birth::Later => {}
                        Birth::After => stays.push(variable(level)),
                    }
                    Some(match birth {
                        Birth::Silent => Part::Nothing,
                        _ => Part::Name(name),
                    })
                }
                Piece::Shown(label, is_there) => {
                    if let Some((_, kind, name)) = names.iter().rev().find(|n| n.0 == *label) {
                        self.scope.retain(|v| v.name != *name);
                        if *is_there {
                            self.scope.push(Variable {
                                name: name.clone(),
                                kind: kind.clone(),
                                level: self.level,
                            });
                        }
                    }
                    Some(Part::Nothing)
                }
                Piece::Again(label) => names
                    .iter()
                    .rev()
                    .find(|n| n.0 == *label)
                    .map(|(.., name)| Part::Name(name.clone())),
                Piece::Known(label, kind, reach) => self.known(kind, *reach).map(|name| {
                    names.push((label.clone(), kind.clone(), name.clone()));
                    Part::Name(name)
                }),
                Piece::Declare(name, kind) => {
                    self.scope.push(Variable {
                        name: name.clone(),
                        kind: kind.clone(),
                        level: self.level,
                    });
                    Some(Part::Nothing)
                }
                Piece::Needs(kind) => self.known(kind, Reach::Own).map(|_| Part::Nothing),
                Piece::Function => {
                    self.level += 1;
                    Some(Part::Nothing)
                }
                Piece::End => {
                    self.level = level;
                    Some(Part::Nothing)
                }
                Piece::Method => {
                    self.scope.truncate(before);
                    self.level = level + 1;
                    Some(Part::Nothing)
                }
            };
            let Some(part) = part else {
                is_written = false;
                break;
            };
            parts.push(part);
        }
        self.scope.truncate(before);
        self.level = level;
        if !is_written {
            return None;
        }
        self.scope.append(&mut stays);
        Some(Node {
            what: What::Rule(number),
            parts,
        })
    }

    fn known(&mut self, kind: &str, reach: Reach) -> Option<String> {
        let level = self.level;
        let fits = |v: &&Variable| {
            v.kind == kind
                && match reach {
                    Reach::Any => true,
                    Reach::Own => v.level == level,
                    Reach::Outer => v.level > 0 && v.level < level,
                    Reach::Module => v.level == 0 && level > 0,
                }
        };
        let known: Vec<&Variable> = self.scope.iter().filter(fits).collect();
        if known.is_empty() {
            return None;
        }
        let chosen = self.random.below(known.len());
        Some(known[chosen].name.clone())
    }
}
