//! Writes a surface tree as S-expressions, for tests and for looking at what a front-end made of a file.
//!
//! One statement a line, bodies indented below it, expressions inline. Spans are left out, apart from those of
//! issues and comments, which follow the statements. What is absent but has a place of its own is `_`.
//!
//! **Invariant.** Every field of the tree except spans is written, so that two trees that print alike mean alike.

mod statements;
mod words;

use std::fmt::{Display, Write};

use shindan_base::{Interner, Span, Sym};

use crate::tree::{
    Arg, AugOp, Comprehension, ComprehensionKind, Element, Entry, Expr, ExprKind, Pattern,
    PatternKind, Stmt, Tree,
};
use words::{binary, compare, logic, unary};

/// The whole tree as text: statements, then issues, then comments.
#[must_use]
pub fn print(tree: &Tree, names: &Interner) -> String {
    let mut printer = Printer {
        out: String::new(),
        names,
        indent: 0,
    };
    for stmt in &tree.body {
        printer.stmt(stmt);
        printer.out.push('\n');
    }
    for issue in &tree.issues {
        printer.located("issue", issue.span);
        printer.add(format_args!(" {:?})\n", issue.message));
    }
    for &comment in &tree.comments {
        printer.located("comment", comment);
        printer.out.push_str(")\n");
    }
    printer.out
}

struct Printer<'a> {
    out: String,
    names: &'a Interner,
    indent: usize,
}

impl Printer<'_> {
    fn add(&mut self, text: impl Display) {
        write!(self.out, "{text}").expect("writing to a String cannot fail");
    }

    fn located(&mut self, label: &str, span: Span) {
        self.add(format_args!("({label} {}..{}", span.start, span.end));
    }

    fn sym(&mut self, sym: Sym) {
        let names = self.names;
        self.out.push_str(names.text(sym));
    }

    fn space_sym(&mut self, sym: Sym) {
        self.out.push(' ');
        self.sym(sym);
    }

    fn optional_sym(&mut self, sym: Option<Sym>) {
        match sym {
            Some(sym) => self.space_sym(sym),
            None => self.out.push_str(" _"),
        }
    }

    fn quoted(&mut self, sym: Sym) {
        let names = self.names;
        self.add(format_args!("{:?}", names.text(sym)));
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    /// `(label …)` where `inside` writes what follows the label, each item with a space before it.
    fn list(&mut self, label: &str, inside: impl FnOnce(&mut Self)) {
        self.out.push('(');
        self.out.push_str(label);
        inside(self);
        self.out.push(')');
    }

    fn flag(&mut self, flag: bool, word: &str) {
        if flag {
            self.out.push(' ');
            self.out.push_str(word);
        }
    }

    /// Lines indented below the current one.
    fn lines<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.indent += 1;
        for item in items {
            self.line();
            each(self, item);
        }
        self.indent -= 1;
    }

    fn body(&mut self, stmts: &[Stmt]) {
        self.lines(stmts, Self::stmt);
    }

    /// A labelled body on lines of its own; nothing when it is empty.
    fn block(&mut self, label: &str, stmts: &[Stmt]) {
        if !stmts.is_empty() {
            self.indent += 1;
            self.line();
            self.list(label, |p| p.body(stmts));
            self.indent -= 1;
        }
    }

    fn spaced(&mut self, expr: &Expr) {
        self.out.push(' ');
        self.expr(expr);
    }

    fn optional(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.spaced(expr),
            None => self.out.push_str(" _"),
        }
    }

    fn labelled(&mut self, label: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.out.push(' ');
            self.list(label, |p| p.spaced(expr));
        }
    }

    fn group(&mut self, label: &str, exprs: &[Expr]) {
        self.list(label, |p| p.all(exprs));
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.spaced(expr);
        }
    }

    fn one(&mut self, label: &str, expr: &Expr) {
        self.list(label, |p| p.spaced(expr));
    }

    fn two(&mut self, label: &str, left: &Expr, right: &Expr) {
        self.list(label, |p| {
            p.spaced(left);
            p.spaced(right);
        });
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.sym(*name),
            ExprKind::Str(text) => self.quoted(*text),
            ExprKind::Bytes(text) => {
                self.out.push('b');
                self.quoted(*text);
            }
            ExprKind::Int(value) => self.add(value),
            ExprKind::Float(value) => self.add(format_args!("{value:?}")),
            ExprKind::Bool(value) => self.add(value),
            ExprKind::Null => self.out.push_str("null"),
            ExprKind::Undefined => self.out.push_str("undefined"),
            ExprKind::Regex { pattern, flags } => {
                self.out.push('/');
                self.sym(*pattern);
                self.out.push('/');
                self.sym(*flags);
            }
            ExprKind::This => self.out.push_str("this"),
            ExprKind::Super => self.out.push_str("super"),
            ExprKind::Template(parts) => self.group("template", parts),
            ExprKind::TaggedTemplate { tag, parts } => self.list("tagged", |p| {
                p.spaced(tag);
                p.all(parts);
            }),
            ExprKind::Member {
                object,
                name,
                name_span: _,
            } => self.list(".", |p| {
                p.spaced(object);
                p.space_sym(*name);
            }),
            ExprKind::Index { object, index } => self.two("[]", object, index),
            ExprKind::Slice { lower, upper, step } => self.list("slice", |p| {
                p.optional(lower.as_deref());
                p.optional(upper.as_deref());
                p.optional(step.as_deref());
            }),
            ExprKind::Call { callee, args } => self.call("call", callee, args),
            ExprKind::New { callee, args } => self.call("new", callee, args),
            ExprKind::ImportCall(module) => self.one("import-call", module),
            ExprKind::Unary { op, operand } => self.one(unary(*op), operand),
            ExprKind::Binary { op, left, right } => self.two(binary(*op), left, right),
            ExprKind::Logic { op, left, right } => self.two(logic(*op), left, right),
            ExprKind::Compare { op, left, right } => self.two(compare(*op), left, right),
            ExprKind::Ternary { cond, then, els } => self.list("?", |p| {
                p.spaced(cond);
                p.spaced(then);
                p.spaced(els);
            }),
            ExprKind::Assign { target, value } => self.list("=", |p| {
                p.space_pattern(target);
                p.spaced(value);
            }),
            ExprKind::AugAssign { op, target, value } => {
                let op = match op {
                    AugOp::Binary(op) => binary(*op),
                    AugOp::Logic(op) => logic(*op),
                };
                self.list(op, |p| {
                    p.out.push('=');
                    p.spaced(target);
                    p.spaced(value);
                });
            }
            ExprKind::Update { target, increment } => {
                self.one(if *increment { "++" } else { "--" }, target)
            }
            ExprKind::Await(value) => self.one("await", value),
            ExprKind::Yield { value, delegate } => self
                .list(if *delegate { "yield*" } else { "yield" }, |p| {
                    p.optional(value.as_deref())
                }),
            ExprKind::Function(function) => self.function("lambda", function),
            ExprKind::Class(class) => self.class(class),
            ExprKind::List(items) => self.group("list", items),
            ExprKind::Tuple(items) => self.group("tuple", items),
            ExprKind::Set(items) => self.group("set", items),
            ExprKind::Map(entries) => {
                self.list("map", |p| entries.iter().for_each(|entry| p.entry(entry)))
            }
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension),
            ExprKind::Spread(value) => self.one("...", value),
            ExprKind::Sequence(items) => self.group("sequence", items),
            ExprKind::Cast { operand, ty } => self.list("cast", |p| {
                p.spaced(operand);
                p.optional(ty.as_deref());
            }),
            ExprKind::Element(element) => self.element(element),
            ExprKind::MethodRef {
                object,
                name,
                name_span: _,
            } => self.list("::", |p| {
                p.spaced(object);
                p.space_sym(*name);
            }),
            ExprKind::Do { body, value } => self.list("do", |p| {
                p.body(body);
                p.spaced(value);
            }),
            ExprKind::Opaque(parts) => self.group("opaque", parts),
        }
    }

    fn call(&mut self, label: &str, callee: &Expr, args: &[Arg]) {
        self.list(label, |p| {
            p.spaced(callee);
            for arg in args {
                p.out.push(' ');
                match arg {
                    Arg::Positional(value) => p.expr(value),
                    Arg::Named { name, value } => {
                        p.out.push(':');
                        p.sym(*name);
                        p.spaced(value);
                    }
                    Arg::Spread(value) => p.one("...", value),
                    Arg::SpreadMap(value) => p.one("**", value),
                    Arg::Out { target, value } => p.list("out", |p| {
                        p.space_pattern(target);
                        p.optional(value.as_deref());
                    }),
                }
            }
        });
    }

    fn entry(&mut self, entry: &Entry) {
        self.out.push(' ');
        match entry {
            Entry::Pair { key, value } => self.list("", |p| {
                p.expr(key);
                p.spaced(value);
            }),
            Entry::Accessor {
                key,
                function,
                is_setter,
            } => self.list(if *is_setter { "set" } else { "get" }, |p| {
                p.spaced(key);
                p.out.push(' ');
                p.function("lambda", function);
            }),
            Entry::Spread(value) => self.one("...", value),
        }
    }

    fn element(&mut self, element: &Element) {
        self.list("element", |p| {
            p.optional(element.name.as_ref());
            for (name, value) in &element.attributes {
                p.out.push_str(" (@");
                p.sym(*name);
                if let Some(value) = value {
                    p.spaced(value);
                }
                p.out.push(')');
            }
            p.all(&element.children);
        });
    }

    fn comprehension(&mut self, comprehension: &Comprehension) {
        let label = match comprehension.kind {
            ComprehensionKind::List => "list-of",
            ComprehensionKind::Set => "set-of",
            ComprehensionKind::Map => "map-of",
            ComprehensionKind::Generator => "generate",
        };
        self.list(label, |p| {
            if let Some(key) = &comprehension.key {
                p.spaced(key);
            }
            p.spaced(&comprehension.element);
            for clause in &comprehension.clauses {
                p.out.push_str(" (for");
                p.space_pattern(&clause.target);
                p.spaced(&clause.iter);
                for condition in &clause.conditions {
                    p.labelled("if", Some(condition));
                }
                p.out.push(')');
            }
        });
    }

    fn space_pattern(&mut self, pattern: &Pattern) {
        self.out.push(' ');
        self.pattern(pattern);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Name(name) => self.sym(*name),
            PatternKind::Place(place) => self.expr(place),
            PatternKind::List { items, rest } => self.list("list", |p| {
                let rest_at = rest.as_ref().map(|(at, rest)| (*at, rest));
                for (i, item) in items.iter().enumerate() {
                    if let Some((at, rest)) = rest_at
                        && at == i
                    {
                        p.rest(rest);
                    }
                    match item {
                        Some(item) => p.space_pattern(item),
                        None => p.out.push_str(" _"),
                    }
                }
                if let Some((at, rest)) = rest_at
                    && at >= items.len()
                {
                    p.rest(rest);
                }
            }),
            PatternKind::Map { entries, rest } => self.list("map", |p| {
                for (key, value) in entries {
                    p.out.push_str(" (");
                    p.expr(key);
                    p.space_pattern(value);
                    p.out.push(')');
                }
                if let Some(rest) = rest {
                    p.rest(rest);
                }
            }),
            PatternKind::Default { pattern, default } => self.list("default", |p| {
                p.space_pattern(pattern);
                p.spaced(default);
            }),
        }
    }

    fn rest(&mut self, rest: &Pattern) {
        self.out.push_str(" (...");
        self.space_pattern(rest);
        self.out.push(')');
    }
}
