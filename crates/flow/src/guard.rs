//! What a condition tells of the data that it looked at.

use shindan_catalogue::ArgRef;
use shindan_program::ir::{BlockId, Callee, CompareOp, Op, Reg, Term, UnaryOp};
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::ObjKind;
use crate::interpreter::{Activation, Interpreter, State, World};
use crate::value::{ALL_KINDS, Const, Ref, Taint, ValueId};

/// Not a kind of sink: the data is known to start with a quotation mark.
const QUOTED: u64 = 1 << 63;

/// Where a terminator may go.
pub(crate) fn successors(term: &Term) -> [Option<BlockId>; 2] {
    match term {
        Term::Goto(to) => [Some(*to), None],
        Term::If { then, els, .. } | Term::IfNullish { then, els, .. } => [Some(*then), Some(*els)],
        Term::Next { body, exit, .. } => [Some(*body), Some(*exit)],
        Term::Either(a, b) => [Some(*a), Some(*b)],
        Term::Return(_) | Term::Throw(_) => [None, None],
    }
}

impl<'a> Interpreter<'a> {
    /// The only instruction that writes a register.
    #[expect(
        clippy::unused_self,
        reason = "reads as a question to the interpreter beside its siblings"
    )]
    pub(crate) fn definition(&self, act: &Activation<'a>, reg: Reg) -> Option<&'a Op> {
        act.definitions.get(reg.0 as usize).copied().flatten()
    }

    /// Narrows a state to where a condition came out as `truth`.
    pub(crate) fn refine(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        cond: Reg,
        truth: bool,
    ) {
        if let Some((_, tells)) = state.tells.iter().find(|(r, _)| *r == cond).cloned() {
            let facts = if truth { &tells.0 } else { &tells.1 };
            for (source, mask) in facts {
                match state.world.facts.binary_search_by_key(source, |(s, _)| *s) {
                    Ok(i) => state.world.facts[i].1 |= mask,
                    Err(i) => state.world.facts.insert(i, (*source, *mask)),
                }
            }
        }
        self.refine_by(act, state, cond, truth, 4);
    }

    fn refine_by(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        cond: Reg,
        truth: bool,
        depth: u32,
    ) {
        if depth == 0 {
            return;
        }
        let Some(op) = self.definition(act, cond) else {
            return;
        };
        let value = |state: &State, r: Reg| state.regs[r.0 as usize];
        match op {
            Op::Copy(from) => self.refine_by(act, state, *from, truth, depth - 1),
            Op::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.refine_by(act, state, *operand, !truth, depth - 1),
            Op::Compare { op, left, right } => {
                let (l, r) = (value(state, *left), value(state, *right));
                match op {
                    CompareOp::Eq | CompareOp::StrictEq | CompareOp::Is if truth => {
                        self.equal(act, &mut state.world, (l, *left), (r, *right))
                    }
                    CompareOp::NotEq | CompareOp::StrictNotEq | CompareOp::IsNot if !truth => {
                        self.equal(act, &mut state.world, (l, *left), (r, *right))
                    }
                    CompareOp::In => {
                        self.contained(act, &mut state.world, (l, *left), (r, *right), truth)
                    }
                    CompareOp::NotIn => {
                        self.contained(act, &mut state.world, (l, *left), (r, *right), !truth)
                    }
                    CompareOp::InstanceOf
                    | CompareOp::Lt
                    | CompareOp::LtEq
                    | CompareOp::Gt
                    | CompareOp::GtEq => {
                        // Ordered against a number: it bounds a loop's count.
                        let mask = self.models.kinds.loop_bound;
                        for (side, reg) in [(l, *left), (r, *right)] {
                            let measured = match self.definition(act, reg) {
                                Some(Op::Member { object, .. }) => value(state, *object),
                                _ => side,
                            };
                            let taint = self.values.get(measured).taint.clone();
                            self.learn(&mut state.world, &taint, mask);
                        }
                    }
                    CompareOp::Eq
                    | CompareOp::StrictEq
                    | CompareOp::Is
                    | CompareOp::NotEq
                    | CompareOp::StrictNotEq
                    | CompareOp::IsNot => {}
                }
                if let (
                    CompareOp::Is
                    | CompareOp::IsNot
                    | CompareOp::Eq
                    | CompareOp::NotEq
                    | CompareOp::StrictNotEq,
                    Some(Const::Null | Const::Undefined),
                ) = (op, self.values.get(r).sole_const())
                {
                    // `x is not None` is `x` being something.
                    let something = matches!(
                        op,
                        CompareOp::IsNot | CompareOp::NotEq | CompareOp::StrictNotEq
                    ) == truth;
                    self.refine_by(act, state, *left, something, depth - 1);
                }
                self.type_test(act, state, *op, (*left, l), (*right, r), truth);
            }
            Op::Call(call) => {
                let arguments: Arguments = Arguments {
                    positional: call
                        .args
                        .iter()
                        .filter(|a| a.kind == shindan_program::ir::ArgKind::Positional)
                        .map(|a| (value(state, a.value), a.span))
                        .collect(),
                    ..Arguments::default()
                };
                match call.callee {
                    Callee::Method { object, name, .. } => {
                        let receiver = value(state, object);
                        if self.is_java()
                            && truth
                            && let Some(argument) = call.args.first()
                        {
                            self.java_equality(act, state, name, object, argument.value);
                        }
                        self.method_test(
                            act,
                            state,
                            receiver,
                            self.text_of(name),
                            &arguments,
                            truth,
                        );
                        self.guard_rows(act, state, receiver, Some(name), &arguments, truth);
                    }
                    Callee::Value(callee) => {
                        let callee = value(state, callee);
                        self.builtin_test(state, callee, &arguments, truth);
                        self.guard_rows(act, state, callee, None, &arguments, truth);
                    }
                    Callee::Bare { name } => {
                        self.guard_rows(act, state, act.this, Some(name.path), &arguments, truth);
                    }
                    Callee::Super { .. } => {}
                }
            }
            _ => {}
        }
    }

    fn taint_of(&self, value: ValueId) -> SmallVec<[Taint; 1]> {
        self.values.get(value).taint.clone()
    }

    /// What is learned of a source when this register's value is one of a trusted set: everything about the data itself,
    /// and about the whole when only a telling part of it was looked at.
    fn trusted_mask(&self, act: &Activation<'a>, checked: (ValueId, Reg)) -> u64 {
        let kinds = self.models.kinds;
        let is_part_of_other_data = match self.definition(act, checked.1) {
            Some(Op::Member { object: _, name }) => {
                let whole_is_source = self.values.get(checked.0).refs.iter().any(|r| {
                    let Ref::Api(node) = r else { return false };
                    self.values.get(checked.0).taint.iter().any(|t| {
                        self.sources
                            .info(t.source)
                            .api
                            .is_some_and(|api| self.apis.is_below(*node, api))
                    })
                });
                (!whole_is_source).then(|| self.text_of(*name))
            }
            _ => None,
        };
        match is_part_of_other_data {
            None => ALL_KINDS,
            Some("netloc" | "hostname" | "host" | "origin") => kinds.url | kinds.redirect,
            Some("suffix" | "ext" | "name" | "stem") => kinds.path,
            Some(_) => 0,
        }
    }

    /// Both sides are equal: what equals something that nobody outside chose is harmless.
    fn equal(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        left: (ValueId, Reg),
        right: (ValueId, Reg),
    ) {
        for (checked, against) in [(left, right), (right, left)] {
            let against = self.values.get(against.0);
            let telling = against
                .consts
                .iter()
                .any(|c| !matches!(c, Const::Null | Const::Undefined))
                && against.taint.is_empty();
            let trusted = against.taint.is_empty() && against.consts.is_empty();
            if telling || trusted {
                let taint = self.taint_of(checked.0);
                let mask = if taint.is_empty() {
                    0
                } else {
                    self.trusted_mask(act, checked)
                };
                self.learn(world, &taint, mask);
            }
        }
    }

    /// `needle in haystack` came out as `inside`.
    fn contained(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        needle: (ValueId, Reg),
        haystack: (ValueId, Reg),
        inside: bool,
    ) {
        let checked = self.taint_of(haystack.0);
        if let (Some(text), false) = (self.sole_str(needle.0), checked.is_empty()) {
            if !inside {
                let mut mask = self.kinds_without(text);
                let quoted = checked
                    .iter()
                    .all(|t| self.cleared(world, *t) & QUOTED != 0);
                let is_inner = matches!(self.definition(act, haystack.1), Some(Op::Slice { .. }));
                if quoted && is_inner && matches!(text, "'" | "\"") {
                    // A quoted text without quotes inside is a literal, not code.
                    mask |= self.models.kinds.code;
                }
                self.learn(world, &checked, mask);
            }
            return;
        }
        if inside && self.deep_taint(world, haystack.0).is_empty() {
            let taint = self.taint_of(needle.0);
            let mask = if taint.is_empty() {
                0
            } else {
                self.trusted_mask(act, needle)
            };
            self.learn(world, &taint, mask);
        }
    }

    /// Kinds of sink that data without this text is safe for.
    fn kinds_without(&self, text: &str) -> u64 {
        let kinds = self.models.kinds;
        match text {
            ".." | "../" | "..\\" | "/" | "\\" | "./" => kinds.path,
            "'" | "\"" => kinds.sql | kinds.xpath,
            ";" | "|" | "&" | "$" | "`" => kinds.command,
            "<" | ">" => kinds.html,
            "\n" | "\r" | "\r\n" => kinds.log | kinds.header,
            "{" => kinds.nosql,
            "__proto__" => kinds.prototype,
            "(" | ")" | "*" => kinds.ldap,
            "//" | "://" => kinds.redirect,
            _ => 0,
        }
    }

    /// `typeof x === "number"`, `isinstance`-like comparisons.
    fn type_test(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        op: CompareOp,
        left: (Reg, ValueId),
        right: (Reg, ValueId),
        truth: bool,
    ) {
        let positive = matches!(op, CompareOp::Eq | CompareOp::StrictEq);
        let negative = matches!(op, CompareOp::NotEq | CompareOp::StrictNotEq);
        if !(positive && truth || negative && !truth) {
            return;
        }
        for (side, other) in [(left, right), (right, left)] {
            let Some(Op::Unary {
                op: UnaryOp::TypeOf,
                operand,
            }) = self.definition(act, side.0)
            else {
                continue;
            };
            let mask = match self.sole_str(other.1) {
                Some("number" | "boolean" | "bigint") => ALL_KINDS,
                Some("string") => self.models.kinds.nosql | self.models.kinds.prototype,
                _ => 0,
            };
            let taint = self.taint_of(state.regs[operand.0 as usize]);
            self.learn(&mut state.world, &taint, mask);
        }
    }

    /// Methods of texts and collections that test something.
    fn method_test(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        receiver: ValueId,
        name: &str,
        arguments: &Arguments,
        truth: bool,
    ) {
        let Some(argument) = arguments.at(0) else {
            return;
        };
        let kinds = self.models.kinds;
        let name = match name {
            "start_with?" => "startsWith",
            "include?" | "member?" | "cover?" => "includes",
            "key?" | "has_key?" | "has_value?" | "value?" => "has",
            "match?" | "=~" | "===" => "match",
            name => name,
        };
        match name {
            "startswith" | "startsWith" => {
                let prefix = self.sole_str(argument).map(str::to_owned);
                let tainted_prefix = !self.values.get(argument).taint.is_empty();
                if truth && !tainted_prefix {
                    let mask = match prefix.as_deref() {
                        None => kinds.path | kinds.url | kinds.redirect,
                        Some(text) => {
                            let mut mask = 0;
                            if matches!(text, "'" | "\"") {
                                mask |= QUOTED;
                            }
                            if text.len() > 1 && text.starts_with('/') && !text.starts_with("//") {
                                mask |= kinds.path | kinds.redirect;
                            }
                            if text.split_once("://").is_some_and(|(_, host)| {
                                host.contains('/') && !host.starts_with('/')
                            }) {
                                mask |= kinds.url | kinds.redirect;
                            }
                            mask
                        }
                    };
                    let taint = self.taint_of(receiver);
                    self.learn(&mut state.world, &taint, mask);
                }
            }
            "includes" | "has" | "contains" | "indexOf" => {
                let text = self.sole_str(argument).map(str::to_owned);
                let checked = self.taint_of(receiver);
                if let (Some(text), false, true) = (&text, checked.is_empty(), name != "indexOf") {
                    if !truth {
                        let mask = self.kinds_without(text);
                        self.learn(&mut state.world, &checked, mask);
                    }
                } else if truth
                    && name != "indexOf"
                    && self.deep_taint(&state.world, receiver).is_empty()
                {
                    let taint = self.taint_of(argument);
                    self.learn(&mut state.world, &taint, ALL_KINDS);
                }
            }
            "matches" if self.is_java() => {
                // `text.matches("…")` and `Pattern.matches("…", text)`.
                let (pattern, subject) = match arguments.at(1) {
                    Some(subject) => (self.sole_str(argument), subject),
                    None => (self.sole_str(argument), receiver),
                };
                if let Some(pattern) = pattern {
                    let mask = self.pattern_mask(pattern, true, true, truth);
                    let taint = self.taint_of(subject);
                    self.learn(&mut state.world, &taint, mask);
                }
            }
            "containsKey" if truth && self.deep_taint(&state.world, receiver).is_empty() => {
                let taint = self.taint_of(argument);
                self.learn(&mut state.world, &taint, ALL_KINDS);
            }
            "hasOwnProperty" if truth && self.deep_taint(&state.world, receiver).is_empty() => {
                let taint = self.taint_of(argument);
                self.learn(&mut state.world, &taint, ALL_KINDS);
            }
            "test" | "match" | "fullmatch" | "search" => {
                let (pattern, subject, full) = match self.values.get(receiver).sole_const() {
                    Some(Const::Regex(p)) => (Some(p), argument, false),
                    _ => {
                        let of_argument = match self.values.get(argument).sole_const() {
                            Some(Const::Regex(p)) => Some((p, receiver)),
                            Some(Const::Str(p)) if self.python => arguments.at(1).map(|s| (p, s)),
                            _ => None,
                        };
                        match of_argument {
                            Some((p, subject)) => (Some(p), subject, name == "fullmatch"),
                            None => match self.compiled_pattern(&state.world, receiver) {
                                Some(p) => (Some(p), argument, name == "fullmatch"),
                                None => (None, argument, false),
                            },
                        }
                    }
                };
                let _ = act;
                if let Some(pattern) = pattern {
                    let anchored_start = self.python && matches!(name, "match" | "fullmatch");
                    let mask =
                        self.pattern_mask(self.text_of(pattern), anchored_start, full, truth);
                    let taint = self.taint_of(subject);
                    self.learn(&mut state.world, &taint, mask);
                }
            }
            _ => {}
        }
    }

    /// The pattern of `re.compile("…")` or `new RegExp("…")`.
    fn compiled_pattern(&self, world: &World, value: ValueId) -> Option<shindan_base::Sym> {
        let [Ref::Obj(id)] = self.values.get(value).refs.as_slice() else {
            return None;
        };
        let made = world.heap.get(*id)?.made_by.as_ref()?;
        match self.values.get(made.at(0)?).sole_const()? {
            Const::Str(p) | Const::Regex(p) => Some(p),
            _ => None,
        }
    }

    /// Kinds of sink that a text is safe for which a pattern did (`truth`) or did not match.
    fn pattern_mask(&self, pattern: &str, anchored_start: bool, full: bool, truth: bool) -> u64 {
        let kinds = self.models.kinds;
        if !truth {
            // A blocklist: characters that were looked for and not found.
            let mut mask = 0;
            if pattern.contains("\\.\\.") || pattern.contains("[.][.]") {
                mask |= kinds.path;
            }
            if pattern.starts_with("[^")
                && pattern.ends_with(['+', ']', '*'])
                && !pattern.starts_with("[^\\s\\S")
            {
                mask |= allowed_kinds(&pattern[2..], kinds);
            }
            return mask;
        }
        // In Ruby `^` and `$` match at every line.
        let by_lines = self.family == Family::Ruby;
        let starts = anchored_start
            || full
            || pattern.starts_with('^') && !by_lines
            || pattern.starts_with("\\A");
        let ends = full
            || pattern.ends_with('$') && !by_lines
            || pattern.ends_with("\\Z")
            || pattern.ends_with("\\z");
        if !starts || !ends {
            return 0;
        }
        let inner = pattern
            .trim_start_matches(['^'])
            .trim_start_matches("\\A")
            .trim_end_matches('$')
            .trim_end_matches("\\Z")
            .trim_end_matches("\\z");
        if has_open_wildcard(inner) {
            0
        } else {
            allowed_kinds(inner, kinds)
        }
    }

    /// `isinstance(x, int)`, `x.isdigit` are rows; the language's own tests stand here.
    fn builtin_test(
        &mut self,
        state: &mut State,
        callee: ValueId,
        arguments: &Arguments,
        truth: bool,
    ) {
        let [Ref::Api(node)] = self.values.get(callee).refs.as_slice() else {
            return;
        };
        let (parent, Edge::Name(name)) = self.apis.parent(*node) else {
            return;
        };
        if parent != ApiId::ROOT || !truth {
            return;
        }
        let Some(subject) = arguments.at(0) else {
            return;
        };
        if self.text_of(name) == "isinstance" {
            let safe = arguments
                .at(1)
                .is_some_and(|ty| self.is_number_type(&state.world, ty));
            if safe {
                let taint = self.taint_of(subject);
                self.learn(&mut state.world, &taint, ALL_KINDS);
            }
        }
    }

    /// `int`, or a tuple of such types.
    fn is_number_type(&self, world: &World, ty: ValueId) -> bool {
        let refs = &self.values.get(ty).refs;
        !refs.is_empty()
            && refs.iter().all(|r| match r {
                Ref::Api(n) => matches!(self.apis.parent(*n), (ApiId::ROOT, Edge::Name(t)) if matches!(self.text_of(t), "int" | "float" | "bool")),
                Ref::Obj(id) => world.heap.get(*id).is_some_and(|o| {
                    matches!(o.kind, ObjKind::List)
                        && o.exact
                        && !o.items.is_empty()
                        && o.items.iter().all(|t| self.is_number_type(world, *t))
                }),
                Ref::Module(_) | Ref::Bound(..) => false,
            })
    }

    fn guard_rows(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        callee: ValueId,
        method: Option<shindan_base::Sym>,
        arguments: &Arguments,
        truth: bool,
    ) {
        let mut nodes: SmallVec<[ApiId; 2]> = SmallVec::new();
        for thing in &self.values.get(callee).refs {
            let node = match thing {
                Ref::Api(node) => Some(*node),
                Ref::Obj(id) => state.world.heap.get(*id).and_then(|o| {
                    if matches!(o.kind, ObjKind::Func { .. }) {
                        None
                    } else {
                        o.api
                    }
                }),
                Ref::Module(_) | Ref::Bound(..) => None,
            };
            if let Some(node) = node {
                nodes.push(match method {
                    Some(name) => self.apis.child(node, Edge::Name(name)),
                    None => node,
                });
            }
        }
        let mut models: SmallVec<[&'a crate::model::NodeModel<'a>; 2]> =
            nodes.iter().filter_map(|n| self.model(*n)).collect();
        if models.is_empty() {
            models.extend(method.and_then(|name| self.any_model(name)));
        }
        let site = act.site(act.ir.span);
        for model in models {
            for row in &model.guards {
                if row.guard.answer != Some(truth) {
                    continue;
                }
                let subject = match &row.guard.on {
                    ArgRef::This => Some(callee),
                    ArgRef::Position(i) => arguments.at(*i as usize),
                    ArgRef::Last => arguments.positional.last().map(|(v, _)| *v),
                    ArgRef::Named(_) | ArgRef::Any => None,
                };
                let Some(subject) = subject else { continue };
                if row.guard.when.iter().all(|c| {
                    self.condition_holds(act, &state.world, c, Some(callee), arguments, site)
                }) {
                    let taint = self.taint_of(subject);
                    self.learn(&mut state.world, &taint, row.mask);
                }
            }
        }
    }
}

/// Whether a pattern lets anything through somewhere.
fn has_open_wildcard(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let mut in_class = false;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => {
                if matches!(bytes.get(i + 1), Some(b'S' | b'W' | b'D')) {
                    return true;
                }
                i += 1;
            }
            b'[' if !in_class => {
                in_class = true;
                if bytes.get(i + 1) == Some(&b'^') {
                    return true;
                }
            }
            b']' => in_class = false,
            b'.' if !in_class => return true,
            _ => {}
        }
        i += 1;
    }
    false
}

/// Kinds of sink for which none of the characters that a pattern names is dangerous.
fn allowed_kinds(pattern: &str, kinds: crate::model::BuiltinKinds) -> u64 {
    let has = |chars: &[char]| pattern.contains(chars);
    let space = pattern.contains("\\s");
    let mut mask = ALL_KINDS;
    if has(&['/']) || pattern.contains("\\\\") {
        mask &= !(kinds.path | kinds.url | kinds.redirect);
    }
    if has(&['\'', '"']) {
        mask &= !(kinds.sql | kinds.xpath | kinds.code);
    }
    if has(&[';', '&', '`']) || space {
        mask &= !(kinds.command | kinds.code);
    }
    if has(&['<', '>']) {
        mask &= !kinds.html;
    }
    if space || pattern.contains("\\n") {
        mask &= !(kinds.log | kinds.header);
    }
    mask
}
