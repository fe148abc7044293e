//! Calls, and the constructs that Ruby writes as calls.

use ruby_prism::{ArgumentsNode, CallNode, Node};
use shindan_base::{Span, Sym};

use super::chains::{binary_op, compare_op};
use super::expressions::{not, store, stored};
use super::methods::call;
use super::writes::{Operator, assign, augment, own, place};
use super::{Converter, null, opaque};
use crate::tree::{Arg, CompareOp, Entry, Expr, ExprKind, Stmt, StmtKind, UnaryOp};

impl Converter<'_> {
    /// A call without a receiver: of a method of `self`, or of `Kernel`.
    pub(super) fn plain_call(&mut self, node: &CallNode<'_>, span: Span) -> Expr {
        let name_span = self.message_span(node, span);
        match node.name().as_slice() {
            b"raise" | b"fail" => {
                let thrown = self.raised(node, span);
                let body = vec![Stmt {
                    kind: StmtKind::Throw(thrown),
                    span,
                }];
                let value = Box::new(null(span));
                return Expr {
                    kind: ExprKind::Do { body, value },
                    span,
                };
            }
            b"new" => {
                let callee = Box::new(this(name_span));
                let args = self.args(node.arguments(), node.block());
                return Expr {
                    kind: ExprKind::New { callee, args },
                    span,
                };
            }
            b"lambda" | b"proc" => {
                if let Some(block) = node.block().and_then(|block| block.as_block_node()) {
                    return self.lambda_block(&block);
                }
            }
            b"loop" if loop_block(node).is_some() => {
                return self.statement_value(&node.as_node(), span);
            }
            b"send" | b"public_send" | b"__send__" => {
                if let Some(name) = self.constant_name(node) {
                    let callee = Expr {
                        kind: ExprKind::Name(name),
                        span: name_span,
                    };
                    let args = self.args_after_first(node);
                    return call(callee, args, span);
                }
            }
            b"method" => {
                if let Some(name) = self.constant_name(node) {
                    let object = Box::new(Expr {
                        kind: ExprKind::This,
                        span: name_span,
                    });
                    return Expr {
                        kind: ExprKind::MethodRef {
                            object,
                            name,
                            name_span,
                        },
                        span,
                    };
                }
            }
            b"instance_variable_get" => {
                if let Some(name) = self.constant_name(node) {
                    return own(name, span);
                }
            }
            _ => {}
        }
        let name = self.id(node.name());
        let callee = Expr {
            kind: ExprKind::Name(name),
            span: name_span,
        };
        let args = self.args(node.arguments(), node.block());
        call(callee, args, span)
    }

    /// A call with `left` as its converted receiver.
    pub(super) fn method_call(&mut self, node: &CallNode<'_>, left: Expr, span: Span) -> Expr {
        if node.is_attribute_write() {
            return self.attribute_write(node, left, span);
        }
        let name = node.name().as_slice();
        let arguments = node.arguments().map(|list| list.arguments());
        let count = arguments.as_ref().map_or(0, |list| list.len());
        let first = arguments.as_ref().and_then(|list| list.first());
        let plain = node.block().is_none();
        match (name, &first) {
            (b"[]", _) if plain => {
                let index = self.index(node.arguments(), span);
                return index_of(left, index, span);
            }
            (b"!", None) => return not(left, span),
            (b"-@", None) => return unary(UnaryOp::Minus, left, span),
            (b"+@", None) => return unary(UnaryOp::Plus, left, span),
            (b"~", None) => return unary(UnaryOp::Invert, left, span),
            (b"freeze", None) => return left,
            (b"nil?", None) => {
                return compare(CompareOp::Eq, left, null(span), span);
            }
            (b"is_a?" | b"kind_of?" | b"instance_of?", Some(class)) if count == 1 => {
                let class = self.expr(class);
                return compare(CompareOp::InstanceOf, left, class, span);
            }
            (b"=~", Some(right)) => {
                let right = self.expr(right);
                return self.matched(left, right, span);
            }
            (b"!~", Some(right)) => {
                let right = self.expr(right);
                let matched = self.matched(left, right, span);
                return not(matched, span);
            }
            (b"===", Some(right)) if count == 1 => {
                let right = self.expr(right);
                return self.case_equality(left, right, span);
            }
            (b"new", _) => {
                let args = self.args(node.arguments(), node.block());
                let callee = Box::new(left);
                return Expr {
                    kind: ExprKind::New { callee, args },
                    span,
                };
            }
            (b"send" | b"public_send" | b"__send__" | b"try" | b"try!", Some(_)) => {
                if let Some(name) = self.constant_name(node) {
                    return self.sent(node, left, name, span);
                }
            }
            (b"method", Some(_)) => {
                if let Some(name) = self.constant_name(node) {
                    return Expr {
                        kind: ExprKind::MethodRef {
                            object: Box::new(left),
                            name,
                            name_span: self.message_span(node, span),
                        },
                        span,
                    };
                }
            }
            (b"instance_variable_get", Some(_)) => {
                if let Some(name) = self.constant_name(node) {
                    return member(left, name, span, span);
                }
            }
            (_, Some(right)) if plain && count == 1 => {
                if let Some(op) = binary_op(name) {
                    let (left, right) = (Box::new(left), self.boxed(right));
                    let kind = ExprKind::Binary { op, left, right };
                    return Expr { kind, span };
                }
                if let Some(op) = compare_op(name) {
                    let right = self.expr(right);
                    return compare(op, left, right, span);
                }
            }
            _ => {}
        }
        let name_span = self.message_span(node, span);
        let name = self.id(node.name());
        let changed = if changes_receiver(node.name().as_slice()) {
            changed_place(&left)
        } else {
            None
        };
        let callee = member(left, name, name_span, name_span);
        let callee = spanning(callee, span);
        let args = self.args(node.arguments(), node.block());
        let result = call(callee, args, span);
        match changed {
            Some(target) => assign(target, Box::new(result), span),
            None => result,
        }
    }

    fn message_span(&self, node: &CallNode<'_>, span: Span) -> Span {
        node.message_loc()
            .map_or(span, |location| self.span(&location))
    }

    /// `receiver.send(:name, arguments)` with a constant name.
    fn sent(&mut self, node: &CallNode<'_>, left: Expr, name: Sym, span: Span) -> Expr {
        let name_span = self.message_span(node, span);
        let mut args = self.args_after_first(node);
        let setter = self.names.text(name).strip_suffix('=');
        if let (Some(setter), [Arg::Positional(_)]) = (setter, &*args)
            && !setter.is_empty()
            && !setter.ends_with(['=', '!', '<', '>', '['])
        {
            let setter = self.names.intern(setter);
            if let Some(Arg::Positional(value)) = args.pop() {
                let target = member(left, setter, name_span, span);
                return assign(place(target), Box::new(value), span);
            }
        }
        let callee = spanning(member(left, name, name_span, name_span), span);
        call(callee, args, span)
    }

    /// The first argument, if it is a constant symbol or string.
    fn constant_name(&mut self, node: &CallNode<'_>) -> Option<Sym> {
        let first = node.arguments()?.arguments().first()?;
        self.symbol(&first)
    }

    /// The text of a constant symbol or string.
    pub(super) fn symbol(&mut self, node: &Node<'_>) -> Option<Sym> {
        if let Some(symbol) = node.as_symbol_node() {
            return Some(self.bytes(symbol.unescaped()));
        }
        let string = node.as_string_node()?;
        Some(self.bytes(string.unescaped()))
    }

    fn lambda_block(&mut self, block: &ruby_prism::BlockNode<'_>) -> Expr {
        let mut function = self.block_function(block);
        function.is_arrow = true;
        let span = function.span;
        Expr {
            kind: ExprKind::Function(Box::new(function)),
            span,
        }
    }

    /// What `raise` throws: nothing for a bare one, which throws the current exception again.
    pub(super) fn raised(&mut self, node: &CallNode<'_>, span: Span) -> Option<Expr> {
        let mut args = self.args(node.arguments(), None);
        if args.is_empty() {
            return None;
        }
        let first = match args.remove(0) {
            Arg::Positional(first) => first,
            other => {
                args.insert(0, other);
                return Some(opaque(operands(args), span));
            }
        };
        // The third argument is a backtrace.
        args.truncate(1);
        let is_text = matches!(first.kind, ExprKind::Str(_) | ExprKind::Template(_));
        let (callee, args) = if is_text {
            let callee = self.variable(
                "RuntimeError",
                Span::new(first.span.start, first.span.start),
            );
            (callee, vec![Arg::Positional(first)])
        } else if is_constant(&first, self.names) {
            (first, args)
        } else {
            return Some(first);
        };
        Some(Expr {
            kind: ExprKind::New {
                callee: Box::new(callee),
                args,
            },
            span,
        })
    }

    /// The arguments of a call and its block.
    pub(super) fn args(
        &mut self,
        list: Option<ArgumentsNode<'_>>,
        block: Option<Node<'_>>,
    ) -> Vec<Arg> {
        let mut out = Vec::new();
        if let Some(list) = list {
            for node in &list.arguments() {
                self.arg(&node, &mut out);
            }
        }
        if let Some(block) = block {
            let value = self.block_argument(&block);
            let name = self.name("&");
            out.push(Arg::Named { name, value });
        }
        out
    }

    fn args_after_first(&mut self, node: &CallNode<'_>) -> Vec<Arg> {
        let mut out = Vec::new();
        if let Some(list) = node.arguments() {
            for node in list.arguments().iter().skip(1) {
                self.arg(&node, &mut out);
            }
        }
        let block = node.block();
        out.extend(self.args(None, block));
        out
    }

    fn arg(&mut self, node: &Node<'_>, out: &mut Vec<Arg>) {
        let span = self.at(node);
        if let Some(splat) = node.as_splat_node() {
            let inner = match splat.expression() {
                Some(inner) => self.expr(&inner),
                None => self.variable("*", span),
            };
            out.push(Arg::Spread(inner));
        } else if let Some(hash) = node.as_keyword_hash_node() {
            // Keys that are no symbols make a hash of their own, the last argument by position.
            let mut entries = Vec::new();
            for node in &hash.elements() {
                self.keyword(&node, out, &mut entries);
            }
            if !entries.is_empty() {
                let kind = ExprKind::Map(entries);
                out.push(Arg::Positional(Expr { kind, span }));
            }
        } else if matches!(node, Node::ForwardingArgumentsNode { .. }) {
            out.push(Arg::Spread(self.variable("*", span)));
            out.push(Arg::SpreadMap(self.variable("**", span)));
            let value = self.variable("&", span);
            let name = self.name("&");
            out.push(Arg::Named { name, value });
        } else {
            out.push(Arg::Positional(self.expr(node)));
        }
    }

    fn keyword(&mut self, node: &Node<'_>, out: &mut Vec<Arg>, entries: &mut Vec<Entry>) {
        let span = self.at(node);
        if let Some(splat) = node.as_assoc_splat_node() {
            out.push(Arg::SpreadMap(match splat.value() {
                Some(value) => self.expr(&value),
                None => self.variable("**", span),
            }));
            return;
        }
        let Some(pair) = node.as_assoc_node() else {
            out.push(Arg::SpreadMap(self.expr(node)));
            return;
        };
        match pair.key().as_symbol_node() {
            Some(key) => {
                let name = self.bytes(key.unescaped());
                let value = self.expr(&pair.value());
                out.push(Arg::Named { name, value });
            }
            None => entries.push(Entry::Pair {
                key: self.expr(&pair.key()),
                value: self.expr(&pair.value()),
            }),
        }
    }

    /// A block, or what `&` makes one of.
    fn block_argument(&mut self, node: &Node<'_>) -> Expr {
        let span = self.at(node);
        let Some(argument) = node.as_block_argument_node() else {
            return self.expr(node);
        };
        match argument.expression() {
            None => self.own_block(span),
            Some(inner) => match inner.as_symbol_node() {
                Some(symbol) => {
                    let name = self.bytes(symbol.unescaped());
                    self.symbol_block(name, span)
                }
                None => self.expr(&inner),
            },
        }
    }

    /// What stands between brackets: one index, or a part of a string or list.
    pub(super) fn index(&mut self, list: Option<ArgumentsNode<'_>>, span: Span) -> Expr {
        let nodes = list.map(|list| list.arguments());
        let nodes: Vec<Node<'_>> = nodes.iter().flatten().collect();
        match &*nodes {
            [] => opaque(Vec::new(), span),
            [only] => match only.as_range_node() {
                Some(range) => {
                    self.slice(range.left(), range.right(), range.is_exclude_end(), span)
                }
                None => self.expr(only),
            },
            [start, length] => {
                let (lower, length) = (self.expr(start), self.expr(length));
                let at = length.span;
                let upper = match (&lower.kind, &length.kind) {
                    (ExprKind::Int(lower @ 0..), ExprKind::Int(length)) => Expr {
                        kind: ExprKind::Int(lower.saturating_add(*length)),
                        span: at,
                    },
                    _ => opaque(vec![length], at),
                };
                let kind = ExprKind::Slice {
                    lower: Some(Box::new(lower)),
                    upper: Some(Box::new(upper)),
                    step: None,
                };
                Expr { kind, span }
            }
            _ => {
                let kind = ExprKind::Tuple(nodes.iter().map(|node| self.expr(node)).collect());
                Expr { kind, span }
            }
        }
    }

    /// A range between brackets. Its end belongs to it, unless there are three dots.
    fn slice(
        &mut self,
        lower: Option<Node<'_>>,
        upper: Option<Node<'_>>,
        excludes_end: bool,
        span: Span,
    ) -> Expr {
        let lower = lower.map(|node| self.boxed(&node));
        let upper = upper.and_then(|node| {
            let upper = self.expr(&node);
            match upper.kind {
                ExprKind::Int(-1) if !excludes_end => None,
                ExprKind::Int(last) if !excludes_end => Some(Box::new(Expr {
                    kind: ExprKind::Int(last.saturating_add(1)),
                    span: upper.span,
                })),
                _ => Some(Box::new(upper)),
            }
        });
        Expr {
            kind: ExprKind::Slice {
                lower,
                upper,
                step: None,
            },
            span,
        }
    }

    /// `left =~ right`: a match either way round.
    pub(super) fn matched(&mut self, left: Expr, right: Expr, span: Span) -> Expr {
        let name = self.name("match");
        let callee = spanning(member(left, name, span, span), span);
        let matched = call(callee, vec![Arg::Positional(right)], span);
        if !self.reads_match {
            return matched;
        }
        let target = self.variable("%match", Span::new(span.start, span.start));
        assign(place(target), Box::new(matched), span)
    }

    /// `left === right`, which `case` asks too: a class of its instances, a pattern of its texts, anything else of what
    /// equals it.
    pub(super) fn case_equality(&mut self, left: Expr, right: Expr, span: Span) -> Expr {
        let asked = match &left.kind {
            ExprKind::Regex { .. } => return self.matched(right, left, span),
            ExprKind::New { callee, .. } if matches!(callee.kind, ExprKind::Name(_)) => {
                let ExprKind::Name(class) = callee.kind else {
                    return opaque(vec![left, right], span);
                };
                match self.names.text(class) {
                    "Regexp" => return self.matched(right, left, span),
                    "Range" => "include?",
                    _ => return compare(CompareOp::Eq, left, right, span),
                }
            }
            ExprKind::Spread(_) => "include?",
            ExprKind::Function(_) => "call",
            _ if is_constant(&left, self.names) => {
                return compare(CompareOp::InstanceOf, right, left, span);
            }
            _ => return compare(CompareOp::Eq, right, left, span),
        };
        let left = match left.kind {
            ExprKind::Spread(list) => *list,
            _ => left,
        };
        let name = self.name(asked);
        let callee = spanning(member(left, name, span, span), span);
        call(callee, vec![Arg::Positional(right)], span)
    }

    fn attribute_write(&mut self, node: &CallNode<'_>, left: Expr, span: Span) -> Expr {
        let name = node.name().as_slice();
        let arguments = node.arguments().map(|list| list.arguments());
        let nodes: Vec<Node<'_>> = arguments.iter().flatten().collect();
        let Some((value, before)) = nodes.split_last() else {
            return opaque(vec![left], span);
        };
        let target = if name == b"[]=" {
            let at = left
                .span
                .to(before.last().map_or(left.span, |node| self.at(node)));
            let index = match before {
                [only] => self.expr(only),
                _ => Expr {
                    kind: ExprKind::Tuple(before.iter().map(|node| self.expr(node)).collect()),
                    span: at,
                },
            };
            index_of(left, index, at)
        } else {
            let name_span = self.message_span(node, span);
            let name = self.bytes(name.strip_suffix(b"=").unwrap_or(name));
            let at = left.span.to(name_span);
            member(left, name, name_span, at)
        };
        let value = self.boxed(value);
        assign(place(target), value, span)
    }

    /// `a.b op= value`, `a[i] op= value`.
    pub(super) fn place_write(&mut self, node: &Node<'_>, span: Span) -> Option<Expr> {
        macro_rules! attribute {
            ($cast:ident, $operator:expr) => {{
                let write = node.$cast()?;
                let name_span = write.message_loc().map_or(span, |at| self.span(&at));
                let name = self.id(write.read_name());
                let (receiver, value) = (write.receiver(), write.value());
                self.attribute_update($operator?, receiver, (name, name_span), &value, span)
            }};
        }
        macro_rules! element {
            ($cast:ident, $operator:expr) => {{
                let write = node.$cast()?;
                let at = span;
                let object = match write.receiver() {
                    Some(receiver) => self.expr(&receiver),
                    None => this(span),
                };
                let index = self.index(write.arguments(), at);
                let value = self.boxed(&write.value());
                augment($operator?, index_of(object, index, at), value, span)
            }};
        }
        Some(match node {
            Node::CallAndWriteNode { .. } => attribute!(as_call_and_write_node, Operator::AND),
            Node::CallOrWriteNode { .. } => attribute!(as_call_or_write_node, Operator::OR),
            Node::CallOperatorWriteNode { .. } => {
                let operator = node.as_call_operator_write_node()?.binary_operator();
                attribute!(
                    as_call_operator_write_node,
                    Operator::of(operator.as_slice())
                )
            }
            Node::IndexAndWriteNode { .. } => element!(as_index_and_write_node, Operator::AND),
            Node::IndexOrWriteNode { .. } => element!(as_index_or_write_node, Operator::OR),
            Node::IndexOperatorWriteNode { .. } => {
                let operator = node.as_index_operator_write_node()?.binary_operator();
                element!(
                    as_index_operator_write_node,
                    Operator::of(operator.as_slice())
                )
            }
            _ => return None,
        })
    }

    /// `receiver.name op= value` calls the reader and the writer of a receiver that is evaluated once.
    fn attribute_update(
        &mut self,
        operator: Operator,
        receiver: Option<Node<'_>>,
        (name, name_span): (Sym, Span),
        value: &Node<'_>,
        span: Span,
    ) -> Expr {
        let receiver = match receiver {
            Some(receiver) if !matches!(receiver, Node::SelfNode { .. }) => {
                Some(self.expr(&receiver))
            }
            _ => None,
        };
        let held = receiver.as_ref().map(|_| self.temporary("receiver"));
        let object = || match held {
            Some(held) => Expr {
                kind: ExprKind::Name(held),
                span: name_span,
            },
            None => this(name_span),
        };
        let read = call(
            member(object(), name, name_span, name_span),
            Vec::new(),
            name_span,
        );
        let target = place(member(object(), name, name_span, name_span));
        let value = self.boxed(value);
        let kind = match operator {
            Operator::Binary(op) => {
                let (left, right) = (Box::new(read), value);
                let value = Expr {
                    kind: ExprKind::Binary { op, left, right },
                    span,
                };
                assign(target, Box::new(value), span).kind
            }
            Operator::And | Operator::Or => ExprKind::Logic {
                op: match operator {
                    Operator::And => crate::tree::LogicOp::And,
                    _ => crate::tree::LogicOp::Or,
                },
                left: Box::new(read),
                right: Box::new(assign(target, value, span)),
            },
        };
        let update = Expr { kind, span };
        match (held, receiver) {
            (Some(held), Some(receiver)) => {
                let mut whole = stored(vec![store(held, receiver)], held, span);
                if let ExprKind::Do { value, .. } = &mut whole.kind {
                    **value = update;
                }
                whole
            }
            _ => update,
        }
    }
}

/// The block of `loop do … end`.
pub(super) fn loop_block<'n>(node: &CallNode<'n>) -> Option<ruby_prism::BlockNode<'n>> {
    let is_loop = node.receiver().is_none()
        && node.arguments().is_none()
        && node.name().as_slice() == b"loop";
    let block = node.block()?.as_block_node()?;
    (is_loop && block.parameters().is_none()).then_some(block)
}

/// Whether an expression is the name of a class: its last part has small letters, which constants for values lack.
pub(super) fn is_constant(expr: &Expr, names: &shindan_base::Interner) -> bool {
    let (ExprKind::Name(name) | ExprKind::Member { name, .. }) = expr.kind else {
        return false;
    };
    let text = names.text(name);
    text.starts_with(char::is_uppercase)
        && (text.chars().any(char::is_lowercase) || text.len() == 1)
}

/// Methods that change a text, or whatever else they are called on, and give it back.
fn changes_receiver(name: &[u8]) -> bool {
    matches!(
        name,
        b"<<"
            | b"concat"
            | b"prepend"
            | b"replace"
            | b"insert"
            | b"gsub!"
            | b"sub!"
            | b"strip!"
            | b"lstrip!"
            | b"rstrip!"
            | b"chomp!"
            | b"chop!"
            | b"upcase!"
            | b"downcase!"
            | b"capitalize!"
            | b"swapcase!"
            | b"squeeze!"
            | b"squish!"
            | b"tr!"
            | b"tr_s!"
            | b"delete!"
            | b"reverse!"
            | b"map!"
            | b"collect!"
            | b"select!"
            | b"filter!"
            | b"reject!"
            | b"sort!"
            | b"sort_by!"
            | b"uniq!"
            | b"compact!"
            | b"flatten!"
    )
}

/// The variable that a changed receiver is kept in: texts are values here, so changing one assigns it again.
fn changed_place(receiver: &Expr) -> Option<crate::tree::Pattern> {
    let span = receiver.span;
    let kind = match &receiver.kind {
        ExprKind::Name(name) => ExprKind::Name(*name),
        ExprKind::Member { object, name, .. } if matches!(object.kind, ExprKind::This) => {
            return Some(place(own(*name, span)));
        }
        // `a << b << c` changes the same `a` again.
        ExprKind::Assign { target, .. } => match &target.kind {
            crate::tree::PatternKind::Name(name) => ExprKind::Name(*name),
            crate::tree::PatternKind::Place(inner) => return changed_place(inner),
            _ => return None,
        },
        _ => return None,
    };
    Some(place(Expr { kind, span }))
}

fn operands(args: Vec<Arg>) -> Vec<Expr> {
    let operands = args.into_iter().filter_map(|arg| match arg {
        Arg::Positional(value) | Arg::Named { value, .. } => Some(value),
        Arg::Spread(value) | Arg::SpreadMap(value) => Some(value),
        Arg::Out { value, .. } => value.map(|value| *value),
    });
    operands.collect()
}

fn this(span: Span) -> Expr {
    Expr {
        kind: ExprKind::This,
        span,
    }
}

pub(super) fn member(object: Expr, name: Sym, name_span: Span, span: Span) -> Expr {
    Expr {
        kind: ExprKind::Member {
            object: Box::new(object),
            name,
            name_span,
        },
        span,
    }
}

/// A callee reaches from the start of its receiver to the end of its name.
fn spanning(mut callee: Expr, whole: Span) -> Expr {
    callee.span = Span::new(whole.start, callee.span.end.max(whole.start));
    callee
}

fn index_of(object: Expr, index: Expr, span: Span) -> Expr {
    let (object, index) = (Box::new(object), Box::new(index));
    Expr {
        kind: ExprKind::Index { object, index },
        span,
    }
}

pub(super) fn compare(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    let (left, right) = (Box::new(left), Box::new(right));
    Expr {
        kind: ExprKind::Compare { op, left, right },
        span,
    }
}

fn unary(op: UnaryOp, operand: Expr, span: Span) -> Expr {
    let operand = Box::new(operand);
    Expr {
        kind: ExprKind::Unary { op, operand },
        span,
    }
}
