//! Calls, and the chains of members, indexes, calls and operators that hold them.

use smallvec::SmallVec;

use shindan_base::{Span, Sym};
use shindan_source::Family;
use shindan_source::tree::{Arg, Expr, ExprKind};

use super::Lowerer;
use super::builder::Mark;
use super::place::Place;
use crate::ir::{ArgKind, CallArg, CallSite, Callee, Op, Reg, Require};

impl<'t> Lowerer<'t> {
    /// A member, index, call or binary expression. Such chains grow to the left without bound (`a + b + …`,
    /// `x.f().g()…`), so their left ends are followed by a loop.
    pub(super) fn chain(&mut self, e: &'t Expr, into: Option<Reg>, is_unused: bool) -> Reg {
        let mut links: SmallVec<[&'t Expr; 8]> = SmallVec::new();
        let mut base = e;
        let mut value = loop {
            let left = match &base.kind {
                ExprKind::Binary { left, .. } => left,
                ExprKind::Member { object, .. } | ExprKind::Index { object, .. } => object,
                ExprKind::Call { callee, args } => {
                    if let Some(name) = self.super_method(callee) {
                        let into = if links.is_empty() { into } else { None };
                        break self.call(
                            Callee::Super { name },
                            args,
                            base.span,
                            into,
                            is_unused && links.is_empty(),
                        );
                    }
                    if let Some(bare) = self.bare_callee(callee) {
                        if self.family == Family::Ruby {
                            self.note_require(callee, args);
                        }
                        let into = if links.is_empty() { into } else { None };
                        let is_unused = is_unused && links.is_empty();
                        break self.call(bare, args, base.span, into, is_unused);
                    }
                    match &callee.kind {
                        ExprKind::Member { object, .. } => object,
                        ExprKind::Index { object, index }
                            if matches!(index.kind, ExprKind::Str(_)) =>
                        {
                            object
                        }
                        _ => callee,
                    }
                }
                ExprKind::Name(name) => {
                    break match self.dotted(*name, base.span, &mut links) {
                        Some(value) => value,
                        None => self.expr(base),
                    };
                }
                _ => break self.expr(base),
            };
            links.push(base);
            base = left;
        };
        let mut value_span = base.span;
        while let Some(link) = links.pop() {
            let is_last = links.is_empty();
            let into = if is_last { into } else { None };
            value = self.link(link, value, value_span, into, is_unused && is_last);
            value_span = link.span;
        }
        value
    }

    /// One step of a chain, whose left end is in `value`.
    fn link(
        &mut self,
        link: &'t Expr,
        value: Reg,
        value_span: Span,
        into: Option<Reg>,
        is_unused: bool,
    ) -> Reg {
        let mark = self.frame.mark();
        let op = match &link.kind {
            ExprKind::Binary { op, left: _, right } => {
                let right = self.expr(right);
                Op::Binary {
                    op: *op,
                    left: self.frame.keep(value, mark, value_span),
                    right,
                    augmented: false,
                }
            }
            ExprKind::Member { name, .. } => Op::Member {
                object: value,
                name: *name,
            },
            ExprKind::Index { index, .. } => match &index.kind {
                ExprKind::Slice { lower, upper, step } => {
                    let mut parts = [lower, upper, step].map(|part| {
                        part.as_ref()
                            .map(|e| (e.span, self.expr(e), self.frame.mark()))
                    });
                    for part in parts.iter_mut().rev().flatten() {
                        part.1 = self.frame.keep(part.1, part.2, part.0);
                    }
                    let object = self.frame.keep(value, mark, value_span);
                    let [lower, upper, step] = parts.map(|part| part.map(|(_, reg, _)| reg));
                    Op::Slice {
                        object,
                        lower,
                        upper,
                        step,
                    }
                }
                _ => {
                    let index = self.expr(index);
                    Op::Index {
                        object: self.frame.keep(value, mark, value_span),
                        index,
                    }
                }
            },
            ExprKind::Call { callee, args } => {
                self.note_require(callee, args);
                let receiver = |value| match &callee.kind {
                    ExprKind::Member {
                        name, name_span, ..
                    } => Callee::Method {
                        object: value,
                        name: *name,
                        at: *name_span,
                    },
                    ExprKind::Index { index, .. } => match index.kind {
                        ExprKind::Str(name) => Callee::Method {
                            object: value,
                            name,
                            at: index.span,
                        },
                        _ => Callee::Value(value),
                    },
                    _ => Callee::Value(value),
                };
                let given = args;
                let args = self.args(args);
                let callee = receiver(self.frame.keep(value, mark, value_span));
                let result = self.emit_into(
                    Op::Call(Box::new(CallSite {
                        callee,
                        args,
                        is_new: false,
                        result_unused: is_unused,
                    })),
                    into,
                    link.span,
                );
                self.assign_out(given, result);
                return result;
            }
            // `chain` follows the four kinds above only.
            _ => Op::Copy(value),
        };
        self.emit_into(op, into, link.span)
    }

    fn call(
        &mut self,
        callee: Callee,
        args: &'t [Arg],
        span: Span,
        into: Option<Reg>,
        is_unused: bool,
    ) -> Reg {
        let given = args;
        let args = self.args(args);
        let result = self.emit_into(
            Op::Call(Box::new(CallSite {
                callee,
                args,
                is_new: false,
                result_unused: is_unused,
            })),
            into,
            span,
        );
        self.assign_out(given, result);
        result
    }

    /// What a callee assigned to the caller's variables: of what it returned and was given, nobody knows how.
    fn assign_out(&mut self, args: &'t [Arg], result: Reg) {
        for arg in args {
            if let Arg::Out { target, .. } = arg {
                let value = self.emit(Op::Opaque([result].into()), target.span);
                self.bind_value(target, value, target.span);
            }
        }
    }

    fn args(&mut self, args: &'t [Arg]) -> Vec<CallArg> {
        let mut at: SmallVec<[(Span, Reg, Mark); 8]> = SmallVec::new();
        for arg in args {
            let e = match arg {
                Arg::Positional(e)
                | Arg::Named { name: _, value: e }
                | Arg::Spread(e)
                | Arg::SpreadMap(e) => e,
                Arg::Out { target, value } => {
                    let value = match value {
                        Some(value) => self.expr(value),
                        None => self.constant(crate::ir::Const::Undefined, target.span),
                    };
                    at.push((target.span, value, self.frame.mark()));
                    continue;
                }
            };
            let name = if let Arg::Named { name, .. } = arg {
                Some(*name)
            } else {
                None
            };
            at.push((e.span, self.named(e, name, None), self.frame.mark()));
        }
        self.keep_all(&mut at);
        let kinds = args.iter().map(|arg| match arg {
            Arg::Positional(_) | Arg::Out { .. } => ArgKind::Positional,
            Arg::Named { name, .. } => ArgKind::Named(*name),
            Arg::Spread(_) => ArgKind::Spread,
            Arg::SpreadMap(_) => ArgKind::SpreadMap,
        });
        at.into_iter()
            .zip(kinds)
            .map(|((span, value, _), kind)| CallArg { kind, value, span })
            .collect()
    }

    /// `new`, tagged templates and `import(…)`.
    pub(super) fn special_call(&mut self, e: &'t Expr, into: Option<Reg>, is_unused: bool) -> Reg {
        let span = e.span;
        let site = match &e.kind {
            ExprKind::New { callee, args } => {
                let value = self.created(callee);
                let mark = self.frame.mark();
                let args = self.args(args);
                let callee = Callee::Value(self.frame.keep(value, mark, callee.span));
                CallSite {
                    callee,
                    args,
                    is_new: true,
                    result_unused: is_unused,
                }
            }
            ExprKind::TaggedTemplate { tag, parts } => {
                let callee = match &tag.kind {
                    ExprKind::Member {
                        object,
                        name,
                        name_span,
                    } => Callee::Method {
                        object: self.expr(object),
                        name: *name,
                        at: *name_span,
                    },
                    _ => Callee::Value(self.expr(tag)),
                };
                let (texts, holes): (Vec<_>, Vec<_>) = parts
                    .iter()
                    .partition(|p| matches!(p.kind, ExprKind::Str(_)));
                let texts = self
                    .operand_list(texts)
                    .into_iter()
                    .map(|text| (text, false))
                    .collect();
                let texts = self.emit(Op::List(texts), span);
                let spans = std::iter::once(span)
                    .chain(holes.iter().map(|hole| hole.span))
                    .collect::<Vec<_>>();
                let values = std::iter::once(texts).chain(self.operand_list(holes));
                let arg = |(value, span)| CallArg {
                    kind: ArgKind::Positional,
                    value,
                    span,
                };
                let args = values.zip(spans).map(arg).collect();
                CallSite {
                    callee,
                    args,
                    is_new: false,
                    result_unused: is_unused,
                }
            }
            ExprKind::ImportCall(module) => {
                if let ExprKind::Str(name) = module.kind {
                    let require = Require {
                        module: name,
                        level: 0,
                        item: None,
                    };
                    self.requires.push((span, require));
                    return self.emit_into(Op::Import(require), into, span);
                }
                let callee = Callee::Value(self.emit(Op::LoadBuiltin(self.words.import), span));
                let value = self.expr(module);
                let args = vec![CallArg {
                    kind: ArgKind::Positional,
                    value,
                    span: module.span,
                }];
                CallSite {
                    callee,
                    args,
                    is_new: false,
                    result_unused: is_unused,
                }
            }
            _ => return self.expr_into(e, into),
        };
        self.emit_into(Op::Call(Box::new(site)), into, span)
    }

    /// The method that a callee means of the base class, if it does.
    fn super_method(&self, callee: &Expr) -> Option<Sym> {
        match &callee.kind {
            ExprKind::Super => Some(self.words.constructor),
            ExprKind::Member { object, name, .. } => match &object.kind {
                ExprKind::Super => Some(*name),
                ExprKind::Call { callee, .. } if self.is_python => match callee.kind {
                    ExprKind::Name(base) if base == self.words.super_ => Some(*name),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// Notes the module of `require("m")` (Ruby's too), `importlib.import_module("m")` and `__import__("m")`.
    fn note_require(&mut self, callee: &'t Expr, args: &'t [Arg]) {
        let Some(Arg::Positional(Expr {
            kind: ExprKind::Str(module),
            ..
        })) = args.first()
        else {
            return;
        };
        let is_import = match &callee.kind {
            ExprKind::Name(name) => {
                let word = if self.is_python {
                    self.words.dunder_import
                } else {
                    self.words.require
                };
                let imported = self.is_python && *name == self.words.import_module;
                imported
                    || (*name == word
                        && (self.family == Family::Ruby
                            || matches!(self.place(*name, callee.span), Place::Builtin(_))))
            }
            ExprKind::Member { object, name, .. } => {
                self.is_python
                    && *name == self.words.import_module
                    && matches!(object.kind, ExprKind::Name(object) if object == self.words.importlib)
            }
            _ => false,
        };
        if is_import {
            let require = Require {
                module: *module,
                level: 0,
                item: None,
            };
            self.requires.push((callee.span, require));
        }
    }
}
