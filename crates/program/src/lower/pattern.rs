//! Binding patterns: names, places and destructuring.

use shindan_base::{Span, Sym};
use shindan_source::tree::{Expr, ExprKind, Pattern, PatternKind};

use super::Lowerer;
use crate::ir::{Const, Op, Reg, Term};

impl<'t> Lowerer<'t> {
    /// Emits `op` and binds its result.
    pub(super) fn bind_pattern(&mut self, pattern: &'t Pattern, op: Op, span: Span) {
        match &pattern.kind {
            PatternKind::Name(name) => {
                self.bind_name(*name, op, span);
            }
            PatternKind::Default {
                pattern: inner,
                default,
            } => self.bind_default(inner, op, default, span),
            PatternKind::Place(_) | PatternKind::List { .. } | PatternKind::Map { .. } => {
                let value = self.emit(op, span);
                self.bind_value(pattern, value, span);
            }
        }
    }

    /// Binds a value that is in a register.
    pub(super) fn bind_value(&mut self, pattern: &'t Pattern, value: Reg, span: Span) {
        match &pattern.kind {
            PatternKind::Name(name) => {
                let place = self.place(*name, pattern.span);
                self.store_result(place, value, span);
            }
            PatternKind::Place(place) => self.write_place(place, value, span),
            PatternKind::List { items, rest } => {
                self.bind_list(items, rest.as_ref().map(|(at, p)| (*at, &**p)), value)
            }
            PatternKind::Map { entries, rest } => self.bind_map(entries, rest.as_deref(), value),
            PatternKind::Default {
                pattern: inner,
                default,
            } => {
                self.bind_default(inner, Op::Copy(value), default, span);
            }
        }
    }

    fn bind_list(
        &mut self,
        items: &'t [Option<Pattern>],
        rest: Option<(usize, &'t Pattern)>,
        of: Reg,
    ) {
        let before = rest.map_or(items.len(), |(at, _)| at.min(items.len()));
        for (i, item) in items.iter().enumerate() {
            if i == before
                && let Some((_, rest)) = rest
            {
                self.bind_rest(rest, of, before, items.len());
            }
            let Some(item) = item else { continue };
            if i < before {
                self.bind_pattern(
                    item,
                    Op::Unpack {
                        of,
                        index: i as u32,
                    },
                    item.span,
                );
            } else {
                let from_end = i as i64 - items.len() as i64;
                let index = self.constant(Const::Int(from_end), item.span);
                self.bind_pattern(item, Op::Index { object: of, index }, item.span);
            }
        }
        if before == items.len()
            && let Some((_, rest)) = rest
        {
            self.bind_rest(rest, of, before, items.len());
        }
    }

    fn bind_rest(&mut self, rest: &'t Pattern, of: Reg, before: usize, items: usize) {
        let op = Op::UnpackRest {
            of,
            from: before as u32,
            drop_last: (items - before) as u32,
        };
        self.bind_pattern(rest, op, rest.span);
    }

    fn bind_map(&mut self, entries: &'t [(Expr, Pattern)], rest: Option<&'t Pattern>, of: Reg) {
        let mut keys: Vec<Sym> = Vec::new();
        for (key, target) in entries {
            let op = match key.kind {
                ExprKind::Str(name) => {
                    keys.push(name);
                    Op::Member { object: of, name }
                }
                _ => Op::Index {
                    object: of,
                    index: self.expr(key),
                },
            };
            self.bind_pattern(target, op, target.span);
        }
        if let Some(rest) = rest {
            self.bind_pattern(
                rest,
                Op::OmitKeys {
                    of,
                    keys: keys.into(),
                },
                rest.span,
            );
        }
    }

    /// Binds the result of `op`, or `default` when that is missing.
    fn bind_default(&mut self, pattern: &'t Pattern, op: Op, default: &'t Expr, span: Span) {
        let name = if let PatternKind::Name(name) = pattern.kind {
            Some(name)
        } else {
            None
        };
        let into = name.and_then(|name| Self::register_of(self.place(name, pattern.span)));
        let value = self.emit_into(op, into, span);
        let (missing, done) = (self.frame.new_block(), self.frame.new_block());
        self.frame.end(Term::IfNullish {
            value,
            then: missing,
            els: done,
        });
        self.frame.start(missing);
        self.named(default, name, Some(value));
        self.frame.goto(done);
        self.frame.start(done);
        self.bind_value(pattern, value, span);
    }

    /// Every name that a pattern binds, in order.
    pub(super) fn bound_names(pattern: &Pattern, bound: &mut Vec<(Sym, Span)>) {
        match &pattern.kind {
            PatternKind::Name(name) => bound.push((*name, pattern.span)),
            PatternKind::Place(_) => {}
            PatternKind::List { items, rest } => {
                items
                    .iter()
                    .flatten()
                    .for_each(|item| Self::bound_names(item, bound));
                if let Some((_, rest)) = rest {
                    Self::bound_names(rest, bound);
                }
            }
            PatternKind::Map { entries, rest } => {
                entries
                    .iter()
                    .for_each(|(_, item)| Self::bound_names(item, bound));
                if let Some(rest) = rest {
                    Self::bound_names(rest, bound);
                }
            }
            PatternKind::Default {
                pattern,
                default: _,
            } => Self::bound_names(pattern, bound),
        }
    }
}
