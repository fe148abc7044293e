//! Evaluates the catalogue's conditions at a place of a running analysis.

use crate::model::row_language;
use shindan_base::{Span, Sym};
use shindan_catalogue::{ApiPath, ArgRef, Condition, Literal, Scope, Subject, Test};

use crate::api::ApiId;
use crate::arguments::Arguments;
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::observe::{Property, View};
use crate::value::{Const, Ref, ValueId};

/// What conditions may speak of at a place.
#[derive(Clone, Copy, Default)]
pub struct Circumstances<'c> {
    /// The arguments of a call.
    pub arguments: Option<&'c Arguments>,
    /// The receiver of a call or assignment.
    pub receiver: Option<ValueId>,
    /// The assigned value.
    pub value: Option<ValueId>,
    /// Sides of a comparison and their places.
    pub sides: Option<[(ValueId, Span); 2]>,
    /// The place.
    pub site: Option<Site>,
    /// The variable that takes the result.
    pub assigned_to: Option<Sym>,
    /// Nothing takes the result.
    pub result_unused: bool,
    /// The annotations of the function or class that the place is, and of the class around it.
    pub annotations: &'c [ApiId],
}

impl Circumstances<'_> {
    /// Nothing but the place is known.
    #[must_use]
    pub fn at(site: Site) -> Self {
        Self {
            site: Some(site),
            ..Self::default()
        }
    }
}

/// A subject as it was found.
#[derive(Clone, Copy)]
enum Found {
    Value(ValueId, Option<Span>),
    Absent,
    Unknown,
}

impl View<'_, '_> {
    /// Whether all of `when` and none of `unless` hold.
    #[must_use]
    pub fn applies(
        &self,
        when: &[Condition],
        unless: &[Condition],
        at: &Circumstances<'_>,
    ) -> bool {
        when.iter().all(|c| self.holds(c, at)) && !unless.iter().any(|c| self.holds(c, at))
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn holds(&self, condition: &Condition, at: &Circumstances<'_>) -> bool {
        let test = &condition.test;
        match &condition.subject {
            Subject::Place => self.place_holds(test, at),
            Subject::Either => at.sides.is_some_and(|sides| {
                sides
                    .iter()
                    .any(|(v, s)| self.found_holds(test, Found::Value(*v, Some(*s)), at))
            }),
            Subject::Left | Subject::Right => at.sides.is_some_and(|sides| {
                let (value, span) = sides[usize::from(condition.subject == Subject::Right)];
                self.found_holds(test, Found::Value(value, Some(span)), at)
            }),
            Subject::Value { path } => match at.value {
                Some(value) => {
                    self.found_holds(test, self.inside(Found::Value(value, None), path), at)
                }
                None => false,
            },
            Subject::Receiver { path } => match at.receiver {
                Some(value) => {
                    self.found_holds(test, self.inside(Found::Value(value, None), path), at)
                }
                None => false,
            },
            Subject::Argument { refs, path } => {
                let Some(arguments) = at.arguments else {
                    return false;
                };
                if refs.contains(&ArgRef::Any) {
                    let positional = arguments.positional.iter().map(|(v, s)| (*v, *s));
                    let mut all =
                        positional.chain(arguments.named.iter().map(|(_, v, s)| (*v, *s)));
                    return all.any(|(v, s)| {
                        self.found_holds(test, self.inside(Found::Value(v, Some(s)), path), at)
                    });
                }
                let found = self.argument(arguments, refs, at.receiver);
                self.found_holds(test, self.inside(found, path), at)
            }
        }
    }

    fn finds(&self, pattern: &str, text: &str) -> bool {
        self.interpreter.models.patterns.finds(pattern, text)
    }

    fn argument(&self, arguments: &Arguments, refs: &[ArgRef], receiver: Option<ValueId>) -> Found {
        let mut hidden = false;
        for reference in refs {
            match reference {
                ArgRef::Position(i) => {
                    if let Some((value, span)) = arguments.positional.get(*i as usize) {
                        return Found::Value(*value, Some(*span));
                    }
                    hidden |= arguments.spread.is_some();
                }
                ArgRef::Last => {
                    if let Some((value, span)) = arguments.positional.last() {
                        return Found::Value(*value, Some(*span));
                    }
                }
                ArgRef::Named(name) => {
                    let found = self
                        .names()
                        .get(name)
                        .and_then(|n| arguments.named.iter().find(|(k, _, _)| *k == n));
                    if let Some((_, value, span)) = found {
                        return Found::Value(*value, Some(*span));
                    }
                    hidden |= arguments.spread_map.is_some();
                }
                ArgRef::This => {
                    if let Some(value) = receiver {
                        return Found::Value(value, None);
                    }
                }
                ArgRef::Any => {}
            }
        }
        if hidden {
            Found::Unknown
        } else {
            Found::Absent
        }
    }

    fn inside(&self, mut found: Found, path: &[String]) -> Found {
        for name in path {
            let Found::Value(value, span) = found else {
                return found;
            };
            found = match self.property(value, name) {
                Property::Present(inner) => Found::Value(inner, span),
                Property::Absent => Found::Absent,
                Property::Unknown => Found::Unknown,
            };
        }
        found
    }

    fn found_holds(&self, test: &Test, found: Found, at: &Circumstances<'_>) -> bool {
        let (value, span) = match found {
            Found::Value(value, span) => (value, span),
            Found::Absent => return matches!(test, Test::Absent),
            Found::Unknown => return false,
        };
        let consts = self.value(value).consts.as_slice();
        let closed = !self.value(value).other && self.value(value).refs.is_empty();
        let text_of = |c: &Const| match c {
            Const::Str(s) | Const::Bytes(s) | Const::Regex(s) => Some(self.names().text(*s)),
            _ => None,
        };
        match test {
            Test::In(literals) => consts
                .iter()
                .any(|c| literals.iter().any(|l| self.is_literal(*c, l))),
            Test::NotIn(literals) => {
                closed
                    && !consts.is_empty()
                    && consts
                        .iter()
                        .all(|c| !literals.iter().any(|l| self.is_literal(*c, l)))
            }
            Test::Matches(pattern) => consts
                .iter()
                .filter_map(text_of)
                .any(|t| self.finds(pattern, t)),
            Test::NotMatches(pattern) => {
                closed
                    && !consts.is_empty()
                    && consts
                        .iter()
                        .filter_map(text_of)
                        .all(|t| !self.finds(pattern, t))
            }
            Test::Absent => matches!(consts, [Const::Undefined]) && closed,
            Test::Present => !(matches!(consts, [Const::Undefined]) && closed),
            Test::Literal => {
                consts.iter().any(|c| match c {
                    Const::Str(s) | Const::Bytes(s) => *s != Sym::EMPTY,
                    Const::Int(_) | Const::Float(_) => true,
                    Const::Bool(_) | Const::Null | Const::Undefined | Const::Regex(_) => false,
                }) || self.is_constant_array(value)
            }
            Test::Dynamic => {
                (consts.is_empty() || self.value(value).other) && !self.is_unresolved(value)
            }
            Test::Unsettled(kind) => {
                let bit = self.interpreter.models.catalogue.sink_bit(kind);
                bit.is_some_and(|b| self.unsettled(value) & (1 << b) != 0)
                    && !self.is_unresolved(value)
            }
            Test::Below(limit) => consts
                .iter()
                .any(|c| number(*c).is_some_and(|n| n < *limit as f64)),
            Test::Above(limit) => consts
                .iter()
                .any(|c| number(*c).is_some_and(|n| n > *limit as f64)),
            Test::Truthy(wanted) => self.truth(value) == Some(*wanted),
            Test::Tainted(kinds) => self.is_tainted(value, kinds),
            Test::Type(paths) => self.is_one_of(paths, &self.apis(value)),
            Test::Function => self.is_function(value),
            Test::Empty => self.is_empty(value),
            Test::Text(pattern) => match (span, at.site) {
                (Some(span), Some(site)) => self.finds(pattern, self.source_text(site.file, span)),
                _ => false,
            },
            Test::ResultUnused
            | Test::Within(_)
            | Test::ScopeText(..)
            | Test::AssignedTo(_)
            | Test::Annotated(_) => self.place_holds(test, at),
        }
    }

    fn is_one_of(&self, paths: &[ApiPath], nodes: &[ApiId]) -> bool {
        paths.iter().any(|path| {
            let language = row_language(self.interpreter.family);
            self.interpreter
                .models
                .node(language, path, self.names())
                .is_some_and(|node| nodes.contains(&node))
        })
    }

    fn place_holds(&self, test: &Test, at: &Circumstances<'_>) -> bool {
        match test {
            Test::Annotated(paths) => self.is_one_of(paths, at.annotations),
            Test::ResultUnused => at.result_unused,
            Test::AssignedTo(pattern) => at
                .assigned_to
                .is_some_and(|n| self.finds(pattern, self.names().text(n))),
            Test::Within(scope) => match scope {
                Scope::Handler => self.in_handler(),
                Scope::Loop => self.in_loop(),
                Scope::Function => !self.at_module_level(),
                Scope::Module => self.at_module_level(),
                Scope::File => true,
                Scope::Class | Scope::Catch | Scope::Statement => false,
            },
            Test::ScopeText(scope, pattern) => at.site.is_some_and(|site| {
                let span = match scope {
                    Scope::Function | Scope::Handler | Scope::Loop | Scope::Catch => {
                        self.function_span()
                    }
                    Scope::Class => self.class_span().unwrap_or_else(|| self.function_span()),
                    Scope::File | Scope::Module => Span::new(0, u32::MAX),
                    Scope::Statement => self.line_span(site),
                };
                self.finds(pattern, self.source_text(site.file, span))
            }),
            Test::Text(pattern) => at
                .site
                .is_some_and(|site| self.finds(pattern, self.source_text(site.file, site.span))),
            _ => false,
        }
    }

    /// Whether a value is a global name that nothing declares: what it holds is decided elsewhere, and no one's input.
    fn is_unresolved(&self, id: ValueId) -> bool {
        let apis = &self.interpreter.apis;
        match self.value(id).refs.as_slice() {
            [Ref::Api(node)] => {
                apis.parent(*node).0 == crate::api::ApiId::ROOT && !apis.is_known(*node)
            }
            _ => false,
        }
    }

    fn is_literal(&self, constant: Const, literal: &Literal) -> bool {
        match (constant, literal) {
            (Const::Str(s) | Const::Bytes(s), Literal::Str(text)) => self.names().text(s) == text,
            (Const::Int(i), Literal::Int(j)) => i == *j,
            (Const::Float(bits), Literal::Int(j)) => f64::from_bits(bits) == *j as f64,
            (Const::Bool(a), Literal::Bool(b)) => a == *b,
            (Const::Int(i), Literal::Bool(b)) => self.interpreter.python && i == i64::from(*b),
            (Const::Null | Const::Undefined, Literal::Null) => true,
            _ => false,
        }
    }

    /// The text of a span, cut to the file.
    #[must_use]
    pub fn source_text(&self, file: shindan_base::FileId, span: Span) -> &str {
        let text = self
            .interpreter
            .source_texts
            .get(&file)
            .copied()
            .unwrap_or("");
        Span::new(span.start, span.end.min(text.len() as u32)).slice(text)
    }

    fn line_span(&self, site: Site) -> Span {
        let text = self
            .interpreter
            .source_texts
            .get(&site.file)
            .copied()
            .unwrap_or("");
        let before = text.get(..site.span.start as usize).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let after = text.get(site.span.end as usize..).unwrap_or("");
        let end = site.span.end as usize + after.find('\n').unwrap_or(after.len());
        Span::new(start as u32, end as u32)
    }

    fn function_span(&self) -> Span {
        let function = self
            .interpreter
            .modules
            .get(&self.function.file)
            .and_then(|m| m.functions.get(self.function.index.0 as usize));
        function.map_or(Span::new(0, u32::MAX), |f| f.span)
    }

    fn class_span(&self) -> Option<Span> {
        let module = self.interpreter.modules.get(&self.function.file)?;
        let class = module
            .functions
            .get(self.function.index.0 as usize)?
            .class?;
        module.classes.get(class.0 as usize).map(|c| c.span)
    }

    fn at_module_level(&self) -> bool {
        self.function.index.0 == 0
    }

    fn in_loop(&self) -> bool {
        let Some(module) = self.interpreter.modules.get(&self.function.file) else {
            return false;
        };
        let Some(function) = module.functions.get(self.function.index.0 as usize) else {
            return false;
        };
        let here = self.interpreter.block;
        // Blocks are in reverse postorder, so a loop's body lies between its head and the block that jumps back.
        function
            .blocks
            .iter()
            .enumerate()
            .skip(here)
            .any(|(i, block)| {
                crate::guard::successors(&block.term)
                    .into_iter()
                    .flatten()
                    .any(|to| {
                        (to.0 as usize) <= here
                            && (to.0 as usize) <= i
                            && function.blocks[to.0 as usize].is_loop_head
                            && here <= i
                    })
            })
    }
}

impl<'a> Interpreter<'a> {
    pub(crate) fn condition_holds(
        &self,
        act: &Activation<'_>,
        world: &World,
        condition: &Condition,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        site: Site,
    ) -> bool {
        let value = arguments.at(0);
        View::new(self, world, act).holds(
            condition,
            &Circumstances {
                arguments: Some(arguments),
                receiver,
                value,
                site: Some(site),
                ..Circumstances::default()
            },
        )
    }
}

fn number(constant: Const) -> Option<f64> {
    match constant {
        Const::Int(i) => Some(i as f64),
        Const::Float(bits) => Some(f64::from_bits(bits)),
        _ => None,
    }
}
