//! Expressions.

use smallvec::SmallVec;

use shindan_base::{Span, Sym};
use shindan_source::tree::{
    CompareOp, Comprehension, ComprehensionKind, Element, Entry, Expr, ExprKind, UnaryOp,
};

use super::Lowerer;
use super::builder::Mark;
use super::scope::{Node, address};
use crate::ir::{Const, MapEntry, Op, Reg, Term};

impl<'t> Lowerer<'t> {
    /// The register that holds the value; a plain local's own.
    pub(super) fn expr(&mut self, e: &'t Expr) -> Reg {
        self.expr_into(e, None)
    }

    /// Evaluates into `into`, which is written last: the expression may read it.
    pub(super) fn expr_into(&mut self, e: &'t Expr, into: Option<Reg>) -> Reg {
        let span = e.span;
        let op = match &e.kind {
            ExprKind::Name(name) => {
                let place = self.place(*name, span);
                return self.load(place, into, span);
            }
            ExprKind::Str(text) => Op::Const(Const::Str(*text)),
            ExprKind::Bytes(text) => Op::Const(Const::Bytes(*text)),
            ExprKind::Int(value) => Op::Const(Const::Int(*value)),
            ExprKind::Float(value) => Op::Const(Const::Float(*value)),
            ExprKind::Bool(value) => Op::Const(Const::Bool(*value)),
            ExprKind::Null => Op::Const(Const::Null),
            ExprKind::Undefined => Op::Const(Const::Undefined),
            ExprKind::Regex { pattern, flags } => Op::Regex {
                pattern: *pattern,
                flags: *flags,
            },
            ExprKind::This | ExprKind::Super => match self.frame.this {
                Some(this) => return self.settle(this, into, span),
                None => Op::This,
            },
            ExprKind::Template(parts) => Op::Concat(self.operand_list(parts).into_boxed_slice()),
            ExprKind::Member { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::Binary { .. } => {
                return self.chain(e, into, false);
            }
            ExprKind::TaggedTemplate { .. } | ExprKind::New { .. } | ExprKind::ImportCall(_) => {
                return self.special_call(e, into, false);
            }
            ExprKind::Slice { lower, upper, step } => Op::Opaque(
                self.operand_list([lower, upper, step].into_iter().flatten().map(|e| &**e))
                    .into(),
            ),
            ExprKind::Unary {
                op: UnaryOp::Delete,
                operand,
            } => {
                self.delete(operand);
                Op::Const(Const::Bool(true))
            }
            ExprKind::Unary { op, operand } => Op::Unary {
                op: *op,
                operand: self.expr(operand),
            },
            ExprKind::Compare {
                op: op @ CompareOp::InstanceOf,
                left,
                right,
            } if self.family.is_nominal() => {
                let left = self.expr(left);
                Op::Compare {
                    op: *op,
                    left,
                    right: self.type_value(right),
                }
            }
            ExprKind::Compare { op, left, right } => {
                let [left, right] = self.operands([&**left, &**right]);
                Op::Compare {
                    op: *op,
                    left,
                    right,
                }
            }
            ExprKind::Logic { op, .. } => return self.logic(*op, e, into),
            ExprKind::Ternary { cond, then, els } => return self.ternary(cond, then, els, into),
            ExprKind::Assign { target, value } => {
                let value = self.assign(target, value, span);
                return self.settle(value, into, span);
            }
            ExprKind::AugAssign { op, target, value } => {
                let value = self.aug_assign(*op, target, value, span);
                return self.settle(value, into, span);
            }
            ExprKind::Update { target, increment } => {
                let value = self.update(target, *increment, true, span);
                return self.settle(value, into, span);
            }
            ExprKind::Await(inner) => Op::Await(self.expr(inner)),
            ExprKind::Yield { value, delegate } => {
                let value = match value {
                    Some(value) => self.expr(value),
                    None => self.constant(self.nothing(), span),
                };
                Op::Yield {
                    value,
                    delegate: *delegate,
                }
            }
            ExprKind::Function(f) => return self.function_expr(f, None, into, span),
            ExprKind::Class(c) => return self.class_expr(c, None, into),
            ExprKind::List(items) => Op::List(self.elements(items)),
            ExprKind::Tuple(items) => Op::Tuple(self.elements(items)),
            ExprKind::Set(items) => Op::Set(self.elements(items)),
            ExprKind::Map(entries) => Op::Map(self.entries(entries)),
            ExprKind::Comprehension(c) => {
                let value = self.comprehension(c, span);
                return self.settle(value, into, span);
            }
            ExprKind::Spread(inner) => return self.expr_into(inner, into),
            ExprKind::Cast { operand, ty } => match ty.as_ref().and_then(|ty| self.type_name(ty)) {
                Some(ty) => Op::Typed {
                    value: self.expr(operand),
                    ty,
                },
                None => return self.expr_into(operand, into),
            },
            ExprKind::Sequence(items) => match items.split_last() {
                Some((last, effects)) => {
                    for effect in effects {
                        self.effect(effect);
                    }
                    return self.expr_into(last, into);
                }
                None => Op::Const(Const::Undefined),
            },
            ExprKind::Element(element) => self.markup(element, span),
            ExprKind::MethodRef { object, name, .. } => Op::Member {
                object: self.expr(object),
                name: *name,
            },
            ExprKind::Do { body, value } => {
                self.stmts(body);
                return self.expr_into(value, into);
            }
            ExprKind::Opaque(parts) => Op::Opaque(self.operand_list(parts).into()),
        };
        self.emit_into(op, into, span)
    }

    /// An expression that is given a name by what it is assigned to, should it be a function or class.
    pub(super) fn named(&mut self, e: &'t Expr, name: Option<Sym>, into: Option<Reg>) -> Reg {
        match &e.kind {
            ExprKind::Function(f) => self.function_expr(f, name, into, e.span),
            ExprKind::Class(c) => self.class_expr(c, name, into),
            ExprKind::Cast { operand, ty: _ } => self.named(operand, name, into),
            _ => self.expr_into(e, into),
        }
    }

    /// Evaluates in order, so that each operand has the value from its own turn.
    pub(super) fn operands<const N: usize>(&mut self, exprs: [&'t Expr; N]) -> [Reg; N] {
        let mut at = exprs.map(|e| (e.span, self.expr(e), self.frame.mark()));
        self.keep_all(&mut at);
        at.map(|(_, reg, _)| reg)
    }

    pub(super) fn operand_list(&mut self, exprs: impl IntoIterator<Item = &'t Expr>) -> Vec<Reg> {
        let mut at: SmallVec<[_; 8]> = exprs
            .into_iter()
            .map(|e| (e.span, self.expr(e), self.frame.mark()))
            .collect();
        self.keep_all(&mut at);
        at.into_iter().map(|(_, reg, _)| reg).collect()
    }

    pub(super) fn keep_all(&mut self, operands: &mut [(Span, Reg, Mark)]) {
        for (span, reg, mark) in operands.iter_mut().rev() {
            *reg = self.frame.keep(*reg, *mark, *span);
        }
    }

    fn elements(&mut self, items: &'t [Expr]) -> Box<[(Reg, bool)]> {
        let regs = self.operand_list(items);
        let is_spread = items
            .iter()
            .map(|item| matches!(item.kind, ExprKind::Spread(_)));
        regs.into_iter().zip(is_spread).collect()
    }

    fn entries(&mut self, entries: &'t [Entry]) -> Box<[MapEntry]> {
        let mut at: SmallVec<[_; 16]> = SmallVec::new();
        for entry in entries {
            match entry {
                Entry::Pair { key, value } => {
                    let name = if let ExprKind::Str(name) = key.kind {
                        Some(name)
                    } else {
                        None
                    };
                    at.push((key.span, self.expr(key), self.frame.mark()));
                    at.push((value.span, self.named(value, name, None), self.frame.mark()));
                }
                Entry::Accessor {
                    key,
                    function,
                    is_setter: _,
                } => {
                    let name = if let ExprKind::Str(name) = key.kind {
                        Some(name)
                    } else {
                        None
                    };
                    at.push((key.span, self.expr(key), self.frame.mark()));
                    let closure = self.function_expr(function, name, None, function.span);
                    at.push((function.span, closure, self.frame.mark()));
                }
                Entry::Spread(value) => at.push((value.span, self.expr(value), self.frame.mark())),
            }
        }
        self.keep_all(&mut at);
        let mut regs = at.into_iter().map(|(span, reg, _)| (span, reg));
        let mut built = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some((from, first)) = regs.next() else {
                break;
            };
            if let Entry::Spread(_) = entry {
                built.push(MapEntry::Spread(first));
                continue;
            }
            let Some((to, second)) = regs.next() else {
                break;
            };
            match entry {
                // A setter says nothing about what a read gives.
                Entry::Accessor {
                    is_setter: true, ..
                } => {}
                Entry::Accessor { .. } => built.push(MapEntry::Getter {
                    key: first,
                    function: second,
                }),
                Entry::Pair { .. } | Entry::Spread(_) => {
                    built.push(MapEntry::Pair {
                        key: first,
                        value: second,
                        at: from.to(to),
                    });
                }
            }
        }
        built.into_boxed_slice()
    }

    fn markup(&mut self, element: &'t Element, span: Span) -> Op {
        let tag = element.name.as_ref().map(|name| self.expr(name));
        let attributes = element
            .attributes
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Some(value) => self.expr(value),
                    None => self.constant(Const::Bool(true), span),
                };
                (*name, value)
            })
            .collect();
        let children = self.operand_list(&element.children).into();
        Op::Markup {
            tag,
            attributes,
            children,
        }
    }

    /// `del target`, `delete target`; of a plain name it changes no value.
    pub(super) fn delete(&mut self, target: &'t Expr) {
        let (object, index) = match &target.kind {
            ExprKind::Name(_) => return,
            ExprKind::Member {
                object,
                name,
                name_span,
            } => {
                let object = self.expr(object);
                (object, self.constant(Const::Str(*name), *name_span))
            }
            ExprKind::Index { object, index } => {
                let [object, index] = self.operands([&**object, &**index]);
                (object, index)
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                return items.iter().for_each(|item| self.delete(item));
            }
            _ => {
                self.expr(target);
                return;
            }
        };
        self.act(Op::Delete { object, index }, target.span);
    }

    fn comprehension(&mut self, c: &'t Comprehension, span: Span) -> Reg {
        let outer = self.scope;
        let mut of = c
            .clauses
            .first()
            .map(|clause| self.loop_collection(&clause.iter));
        if let Some(scope) = self.scopes.of_node(address(c), Node::Comprehension) {
            self.scope = scope;
        }
        let empty = match c.kind {
            ComprehensionKind::List | ComprehensionKind::Generator => Op::List(Box::new([])),
            ComprehensionKind::Set => Op::Set(Box::new([])),
            ComprehensionKind::Map => Op::Map(Box::new([])),
        };
        let result = self.emit(empty, span);
        let done = self.frame.new_block();
        let mut next = done;
        for clause in &c.clauses {
            let of = match of.take() {
                Some(of) => of,
                None => self.loop_collection(&clause.iter),
            };
            let head = self.frame.flow_into_new();
            let body = self.frame.new_block();
            self.frame.end(Term::Next {
                of,
                body,
                exit: next,
            });
            self.frame.start(body);
            self.bind_pattern(
                &clause.target,
                Op::Element { of, keys: false },
                clause.target.span,
            );
            next = head;
            for condition in &clause.conditions {
                let then = self.frame.new_block();
                self.condition(condition, then, next);
                self.frame.start(then);
            }
        }
        if let (ComprehensionKind::Map, Some(key)) = (c.kind, &c.key) {
            let [index, value] = self.operands([key, &c.element]);
            self.act(
                Op::SetIndex {
                    object: result,
                    index,
                    value,
                },
                c.element.span,
            );
        } else {
            let value = self.expr(&c.element);
            self.act(
                Op::Append {
                    list: result,
                    value,
                },
                c.element.span,
            );
        }
        self.frame.goto(next);
        self.frame.start(done);
        self.scope = outer;
        result
    }
}
