//! Queries: `from x in xs where c select e` is `xs.Where(x => c).Select(x => e)`, as the language defines it.
//!
//! Where a query has several variables, its elements are objects with one member for each, and every lambda takes
//! them out again.

use shindan_base::{Span, Sym};

use super::functions::plain_param;
use super::grammar::{Field, Kind};
use super::syntax::Node;
use super::{Converter, expr, let_stmt, member, name, opaque};
use crate::tree::{Arg, Entry, Expr, ExprKind, Stmt, StmtKind};

/// A query of more variables forgets the further ones: every clause takes all of them along.
const MAX_VARIABLES: usize = 64;

/// A query that is being rewritten.
struct Query {
    /// What was called so far.
    chain: Expr,
    /// The variables of an element.
    variables: Vec<(Sym, Span)>,
}

impl<'a> Converter<'a> {
    pub(super) fn query(&mut self, node: Node) -> ExprKind {
        let span = self.span(node);
        let mut query: Option<Query> = None;
        for clause in self.children(node) {
            let clause_span = self.span(clause);
            let Some(current) = query.take() else {
                if self.kind(clause) == Kind::FromClause {
                    query = self.range(clause).map(|(variable, source)| Query {
                        chain: source,
                        variables: vec![variable],
                    });
                }
                continue;
            };
            // Each clause adds a level to the chain.
            let keeps = self.room(1) == 1;
            self.chain += 1;
            query = Some(if keeps {
                self.clause(current, clause)
            } else {
                self.flattened.get_or_insert(clause_span);
                current
            });
            self.chain -= 1;
        }
        match query {
            Some(query) => query.chain.kind,
            None => opaque(span).kind,
        }
    }

    /// The variable and the source of `from x in xs`.
    fn range(&mut self, clause: Node) -> Option<((Sym, Span), Expr)> {
        let key = self.child(clause, Field::Name)?;
        let source = self.children(clause).find(|part| {
            self.kind(*part).is_expression() && self.syntax.field(*part) == Field::None
        })?;
        let source = self.expr(source);
        Some(((self.sym(key), self.span(key)), source))
    }

    fn clause(&mut self, mut query: Query, clause: Node) -> Query {
        let span = self.span(clause);
        let kind = self.kind(clause);
        if query.variables.len() >= MAX_VARIABLES
            && matches!(kind, Kind::FromClause | Kind::LetClause | Kind::JoinClause)
        {
            self.flattened.get_or_insert(span);
            return query;
        }
        match kind {
            Kind::FromClause => {
                let Some(key) = self.child(clause, Field::Name) else {
                    return query;
                };
                let source = self.children(clause).find(|part| {
                    self.kind(*part).is_expression() && self.syntax.field(*part) == Field::None
                });
                let Some(source) = source else { return query };
                let inner = self.over(&query, source);
                let added = (self.sym(key), self.span(key));
                let pair = self.combined(&query, added, None, span);
                query.chain = self.called(query.chain, "SelectMany", vec![inner, pair], span);
                query.variables.push(added);
            }
            Kind::WhereClause => {
                if let Some(condition) = self.operand(clause) {
                    let lambda = self.over(&query, condition);
                    query.chain = self.called(query.chain, "Where", vec![lambda], span);
                }
            }
            Kind::LetClause => {
                let mut parts = self
                    .children(clause)
                    .filter(|p| self.kind(*p).is_expression());
                if let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                    let added = (self.sym(key), self.span(key));
                    let value = self.expr(value);
                    let lambda = self.combined(&query, added, Some(value), span);
                    query.chain = self.called(query.chain, "Select", vec![lambda], span);
                    query.variables.push(added);
                }
            }
            Kind::OrderByClause => self.order(&mut query, clause),
            Kind::JoinClause => self.join(&mut query, clause),
            Kind::SelectClause => {
                if let Some(value) = self.operand(clause) {
                    let lambda = self.over(&query, value);
                    query.chain = self.called(query.chain, "Select", vec![lambda], span);
                }
            }
            Kind::GroupClause => {
                let mut parts = self
                    .children(clause)
                    .filter(|p| self.kind(*p).is_expression());
                if let (Some(value), Some(key)) = (parts.next(), parts.next()) {
                    let args = vec![self.over(&query, key), self.over(&query, value)];
                    query.chain = self.called(query.chain, "GroupBy", args, span);
                }
            }
            // `into x`: what was selected so far is the source of the rest.
            Kind::Identifier => query.variables = vec![(self.sym(clause), span)],
            _ => {}
        }
        query
    }

    fn order(&mut self, query: &mut Query, clause: Node) {
        let parts: Vec<Node> = self.children(clause).collect();
        let mut is_first = true;
        for (i, &part) in parts.iter().enumerate() {
            if !self.kind(part).is_expression() {
                continue;
            }
            let descends = parts
                .get(i + 1)
                .is_some_and(|next| self.kind(*next) == Kind::Token);
            let method = match (is_first, descends) {
                (true, false) => "OrderBy",
                (true, true) => "OrderByDescending",
                (false, false) => "ThenBy",
                (false, true) => "ThenByDescending",
            };
            is_first = false;
            let lambda = self.over(query, part);
            let span = self.span(part);
            let chain = std::mem::replace(&mut query.chain, opaque(span));
            query.chain = self.called(chain, method, vec![lambda], span);
        }
    }

    /// `join y in ys on a equals b`, `… into g`.
    fn join(&mut self, query: &mut Query, clause: Node) {
        let span = self.span(clause);
        let mut parts = self.children(clause).filter(|part| {
            self.kind(*part).is_expression() && self.syntax.field(*part) == Field::None
        });
        let (Some(key), Some(source), Some(outer), Some(inner)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        let key = (self.sym(key), self.span(key));
        let source = self.expr(source);
        let outer = self.over(query, outer);
        let inner_span = self.span(inner);
        let joined = Query {
            chain: opaque(span),
            variables: vec![key],
        };
        let inner = self.over(&joined, inner);
        let group = self.syntax.first(clause, Kind::JoinInto);
        let group = group.and_then(|into| self.syntax.first(into, Kind::Identifier));
        let (method, added) = match group {
            Some(group) => ("GroupJoin", (self.sym(group), self.span(group))),
            None => ("Join", key),
        };
        let pair = self.combined(query, added, None, inner_span);
        let chain = std::mem::replace(&mut query.chain, opaque(span));
        query.chain = self.called(chain, method, vec![source, outer, inner, pair], span);
        query.variables.push(added);
    }

    /// A lambda over an element of the query.
    fn over(&mut self, query: &Query, value: Node) -> Expr {
        let span = self.span(value);
        let outer = std::mem::take(&mut self.hoisted);
        let value = self.expr(value);
        let hoisted = std::mem::replace(&mut self.hoisted, outer);
        let (param, mut body) = self.element(query);
        body.extend(hoisted);
        body.push(returned(value));
        self.made_lambda(vec![plain_param(param, span)], body, span)
    }

    /// A lambda that makes an element with one variable more: of a second argument, or of a value.
    fn combined(
        &mut self,
        query: &Query,
        added: (Sym, Span),
        value: Option<Expr>,
        span: Span,
    ) -> Expr {
        let (param, mut body) = self.element(query);
        let mut params = vec![plain_param(param, span)];
        let mut entries: Vec<Entry> = query
            .variables
            .iter()
            .map(|&(sym, at)| pair(sym, name(sym, at), at))
            .collect();
        let value = value.unwrap_or_else(|| {
            params.push(plain_param(added.0, added.1));
            name(added.0, added.1)
        });
        entries.push(pair(added.0, value, added.1));
        body.push(returned(expr(ExprKind::Map(entries), span)));
        self.made_lambda(params, body, span)
    }

    /// The parameter of a lambda over an element, and what takes the variables out of it.
    fn element(&mut self, query: &Query) -> (Sym, Vec<Stmt>) {
        if let [(only, _)] = query.variables.as_slice() {
            return (*only, Vec::new());
        }
        let param = self.names.of("%element");
        let taken = query.variables.iter().map(|&(sym, at)| {
            let value = member(name(param, at), sym, at, at);
            let_stmt(sym, None, Some(value), at)
        });
        (param, taken.collect())
    }

    fn called(&mut self, object: Expr, method: &'static str, args: Vec<Expr>, at: Span) -> Expr {
        let span = object.span.to(at);
        let method = self.names.of(method);
        let kind = ExprKind::Call {
            callee: Box::new(member(object, method, at, span)),
            args: args.into_iter().map(Arg::Positional).collect(),
        };
        expr(kind, span)
    }
}

fn pair(key: Sym, value: Expr, span: Span) -> Entry {
    Entry::Pair {
        key: expr(ExprKind::Str(key), span),
        value,
    }
}

fn returned(value: Expr) -> Stmt {
    let span = value.span;
    Stmt {
        kind: StmtKind::Return(Some(value)),
        span,
    }
}
