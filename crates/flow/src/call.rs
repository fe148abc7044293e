//! Calls: who is called, with what, and what comes of it.

use std::rc::Rc;

use shindan_base::{Span, Sym};
use shindan_program::ir::{ArgKind, CallSite, Callee, Require};

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::execute::Exit;
use crate::heap::{Frames, FuncRef, Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::library::LibraryCall;
use crate::member::Found;
use crate::memory::Answer;
use crate::model::EntryRow;
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    /// Runs a call instruction; `None` when it never returns.
    pub(crate) fn call(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        call: &CallSite,
        assigned_to: Option<Sym>,
        site: Site,
    ) -> Option<ValueId> {
        let arguments = self.arguments(act, state, call);
        for (name, value, span) in &arguments.named {
            let site = act.site(*span);
            self.with_view(act, &state.world, |o, v| o.property(v, *name, *value, site));
        }
        let context = CallContext {
            assigned_to,
            result_unused: call.result_unused,
            is_new: call.is_new,
        };
        match call.callee {
            Callee::Value(reg) => {
                let callee = state.regs[reg.0 as usize];
                if let Some(value) = self.require(act, &mut state.world, callee, &arguments, site) {
                    return Some(value);
                }
                self.call_any(act, &mut state.world, callee, &arguments, context, site)
            }
            Callee::Method { object, name, .. } => {
                let receiver = state.regs[object.0 as usize];
                self.call_method(
                    act,
                    &mut state.world,
                    receiver,
                    name,
                    &arguments,
                    context,
                    site,
                )
            }
            Callee::Super { name } => {
                self.call_super(act, &mut state.world, name, &arguments, context, site)
            }
        }
    }

    fn arguments(&mut self, act: &Activation<'a>, state: &mut State, call: &CallSite) -> Arguments {
        let mut arguments = Arguments::default();
        for arg in &call.args {
            let value = state.regs[arg.value.0 as usize];
            match arg.kind {
                ArgKind::Positional if arguments.spread.is_none() => {
                    arguments.positional.push((value, arg.span))
                }
                ArgKind::Positional => {
                    arguments.spread = arguments.spread.map(|s| self.values.join(s, value))
                }
                ArgKind::Named(name) => arguments.named.push((name, value, arg.span)),
                ArgKind::Spread => {
                    let exact = self
                        .sole_object(value)
                        .and_then(|id| state.world.heap.get(id))
                        .filter(|o| {
                            o.exact && matches!(o.kind, ObjKind::List) && o.rest == ValueId::NONE
                        });
                    match exact {
                        Some(list) if arguments.spread.is_none() => arguments
                            .positional
                            .extend(list.items.iter().map(|v| (*v, arg.span))),
                        _ => {
                            let element =
                                self.element(&mut state.world, value, false, act.site(arg.span));
                            arguments.spread = Some(
                                arguments
                                    .spread
                                    .map_or(element, |s| self.values.join(s, element)),
                            );
                        }
                    }
                }
                ArgKind::SpreadMap => {
                    let map = self
                        .sole_object(value)
                        .and_then(|id| state.world.heap.get(id))
                        .filter(|o| {
                            o.exact && matches!(o.kind, ObjKind::Map) && o.rest == ValueId::NONE
                        });
                    match map {
                        Some(map) => {
                            for (key, value) in &map.fields {
                                if let Const::Str(name) = key {
                                    arguments.named.push((*name, *value, arg.span));
                                }
                            }
                        }
                        None => {
                            let taint = self.deep_taint(&state.world, value);
                            let element = self.values.tainted(taint);
                            arguments.spread_map = Some(
                                arguments
                                    .spread_map
                                    .map_or(element, |s| self.values.join(s, element)),
                            );
                        }
                    }
                }
            }
        }
        arguments
    }

    /// `require("x")`, `importlib.import_module("x")`.
    fn require(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        callee: ValueId,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let [Ref::Api(node)] = self.values.get(callee).refs.as_slice() else {
            return None;
        };
        let (parent, Edge::Name(name)) = self.apis.parent(*node) else {
            return None;
        };
        let is_require =
            parent == ApiId::ROOT && matches!(self.text_of(name), "require" | "__import__");
        if !is_require {
            return None;
        }
        let module = arguments
            .at(0)
            .and_then(|v| self.values.get(v).sole_str())?;
        Some(self.import(
            act,
            world,
            Require {
                module,
                level: 0,
                item: None,
            },
            site,
        ))
    }

    /// Calls a value without a context of its own.
    pub(crate) fn call_value(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        callee: ValueId,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        self.call_any(act, world, callee, arguments, CallContext::default(), site)
    }

    pub(crate) fn call_any(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        callee: ValueId,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let value = self.values.get(callee).clone();
        let mut result = None;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => {
                    self.call_object(act, world, *id, ValueId::UNKNOWN, arguments, context, site)
                }
                Ref::Bound(func, receiver) => {
                    self.call_object(act, world, *func, *receiver, arguments, context, site)
                }
                Ref::Api(node) => self.call_library(
                    act,
                    world,
                    LibraryCall {
                        node: *node,
                        receiver: None,
                        arguments,
                        context,
                        site,
                    },
                ),
                Ref::Module(_) => Some(ValueId::UNKNOWN),
            };
            result = match (result, found) {
                (Some(a), Some(b)) => Some(self.join(a, b)),
                (a, b) => a.or(b),
            };
        }
        if value.refs.is_empty() {
            // An unknown decorator is taken to hand its function back.
            if let (true, [(only, _)]) = (
                self.python && arguments.named.is_empty(),
                arguments.positional.as_slice(),
            ) {
                let is_function = self
                    .sole_object(*only)
                    .and_then(|id| world.heap.get(id))
                    .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. }));
                if is_function {
                    return Some(*only);
                }
            }
            let found = self.call_unknown(act, world, None, None, arguments, context, site);
            result = Some(found);
        }
        // What a program's own function returns does not depend on where the function came from.
        let own = !value.refs.is_empty()
            && value
                .refs
                .iter()
                .all(|r| matches!(r, Ref::Obj(_) | Ref::Bound(..)));
        if !value.taint.is_empty() && !own {
            result = result.map(|r| self.values.add_taint(r, &value.taint));
        }
        result
    }

    fn call_object(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        receiver: ValueId,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let Some(obj) = world.heap.get(id) else {
            return Some(ValueId::UNKNOWN);
        };
        match &obj.kind {
            ObjKind::Func { func, frames, this } => {
                let (func, frames) = (*func, Rc::clone(frames));
                let this = if receiver == ValueId::UNKNOWN {
                    *this
                } else {
                    receiver
                };
                if context.is_new {
                    return Some(
                        self.construct_by_function(act, world, func, frames, arguments, site),
                    );
                }
                self.call_function(act, world, func, frames, this, arguments, None, site)
            }
            ObjKind::Class { .. } => Some(self.instantiate(act, world, id, arguments, site)),
            ObjKind::Instance(class) => {
                let (class, api) = (*class, obj.api);
                let call = self.sym("__call__");
                if let Some(Found::Method(func)) =
                    class.and_then(|c| self.find_in_class(world, c, call))
                {
                    let receiver = self.values.reference(Ref::Obj(id));
                    return self.call_object(act, world, func, receiver, arguments, context, site);
                }
                match api {
                    Some(node) => self.call_library(
                        act,
                        world,
                        LibraryCall {
                            node,
                            receiver: None,
                            arguments,
                            context,
                            site,
                        },
                    ),
                    None => {
                        Some(self.call_unknown(act, world, None, None, arguments, context, site))
                    }
                }
            }
            ObjKind::List | ObjKind::Set | ObjKind::Map | ObjKind::Frame => {
                Some(self.call_unknown(act, world, None, None, arguments, context, site))
            }
        }
    }

    fn construct_by_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        func: FuncRef,
        frames: Frames,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let this = self.allocate(act, world, site.span, 4, Obj::new(ObjKind::Instance(None)));
        self.call_function(act, world, func, frames, this, arguments, None, site);
        this
    }

    /// Follows a call into a function of the program.
    pub(crate) fn call_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        func: FuncRef,
        frames: Frames,
        this: ValueId,
        arguments: &Arguments,
        entry: Option<EntryRow>,
        site: Site,
    ) -> Option<ValueId> {
        let Some(module) = self.modules.get(&func.file).copied() else {
            return Some(ValueId::UNKNOWN);
        };
        let Some(ir) = module.functions.get(func.index.0 as usize) else {
            return Some(ValueId::UNKNOWN);
        };
        let method = self.method_of(func);
        let takes_receiver =
            self.python && method.is_some_and(|m| !m.is_static) && this != ValueId::UNKNOWN;
        let arguments = if takes_receiver {
            arguments.with_receiver(this, site.span)
        } else {
            arguments.clone()
        };
        let recursive = self.stack.iter().filter(|f| **f == func).count();
        if act.depth >= self.limits.call_depth
            || recursive >= 2
            || world.heap.len() as u32 > self.limits.objects
        {
            if recursive < 2 {
                self.broadened.depth += 1;
            }
            let mut taint = crate::value::Value::default();
            for value in arguments.values() {
                taint.add_taint(&self.deep_taint(world, value));
            }
            let taint = self.stepped(&taint.taint, site, StepWord::Through(ir.name));
            return Some(self.values.tainted(taint));
        }
        let question = if entry.is_none() {
            self.question(world, func, &frames, this, &arguments)
        } else {
            None
        };
        if let Some(question) = &question {
            if let Some(answer) = self.remembered(question, act.depth) {
                let Answer {
                    value,
                    facts,
                    tells,
                    ..
                } = answer;
                world.facts = facts;
                self.last_tells = tells;
                return value.map(|v| self.step_value(v, site, StepWord::Returned(ir.name)));
            }
        }
        let before = question.as_ref().map(|_| world.clone());
        let next_key = self.activations.len() as u32 + 1;
        let key = *self
            .activations
            .entry((act.key, site, func))
            .or_insert(next_key);
        let exit = self.enter_function(
            world,
            func,
            ir,
            module,
            frames,
            this,
            Rc::new(arguments),
            key,
            act.depth + 1,
            entry,
            act.in_handler && ir.is_arrow,
        );
        let Exit {
            value,
            world: after,
            if_true,
            if_false,
            yielded,
        } = exit;
        let Some(after) = after else {
            if let (Some(question), Some(before)) = (question, before) {
                if self.steps_left > 0 {
                    self.remember(
                        question,
                        Answer {
                            value: None,
                            facts: before.facts,
                            tells: None,
                            depth: act.depth,
                        },
                    );
                }
            }
            return None;
        };
        *world = after;
        let tells = match (if_true, if_false) {
            (Some(t), Some(f)) if t != f => Some(Rc::new((t, f))),
            _ => None,
        };
        self.last_tells.clone_from(&tells);
        if let (Some(question), Some(before), false) = (question, before, ir.is_generator) {
            let fresh = self.values.get(value).refs.iter().any(|r| {
                matches!(r, Ref::Obj(id) if before.heap.get(*id).is_none())
                    || matches!(r, Ref::Bound(..))
            });
            if self.steps_left > 0 && !fresh && world.heap.extends(&before.heap) {
                // What the call made for itself is of no use to anyone.
                world.heap = before.heap;
                self.remember(
                    question,
                    Answer {
                        value: Some(value),
                        facts: world.facts.clone(),
                        tells,
                        depth: act.depth,
                    },
                );
            }
        }
        let value = if ir.is_generator {
            let mut obj = Obj::new(ObjKind::List);
            obj.exact = false;
            obj.rest = yielded;
            self.allocate(act, world, site.span, 10, obj)
        } else {
            value
        };
        Some(self.step_value(value, site, StepWord::Returned(ir.name)))
    }

    pub(crate) fn enter_function(
        &mut self,
        world: &World,
        func: FuncRef,
        ir: &'a shindan_program::ir::Func,
        module: &'a shindan_program::ir::Module,
        frames: Frames,
        this: ValueId,
        arguments: Rc<Arguments>,
        key: u32,
        depth: u32,
        entry: Option<EntryRow>,
        in_handler: bool,
    ) -> Exit {
        let mut world = world.clone();
        let frame = (!ir.cells.is_empty()).then(|| {
            let id = self.object(key, Span::new(0, 0), 6);
            world.heap.set(id, Obj::new(ObjKind::Frame));
            id
        });
        let frames: Frames = std::iter::once(frame)
            .chain(frames.iter().copied())
            .collect();
        let entry = entry.or_else(|| {
            if arguments.unknown {
                self.named_entry(ir)
            } else {
                None
            }
        });
        let in_handler = in_handler || entry.is_some();
        let names = Rc::clone(self.register_names.entry(func).or_insert_with(|| {
            let mut names = vec![Sym::EMPTY; ir.registers as usize];
            for (reg, name) in &ir.register_names {
                if let Some(slot) = names.get_mut(reg.0 as usize) {
                    *slot = *name;
                }
            }
            names.into()
        }));
        let definitions = Rc::clone(self.definitions.entry(func).or_insert_with(|| {
            let mut found: Vec<Option<&'a shindan_program::ir::Op>> =
                vec![None; ir.registers as usize];
            let mut written = vec![false; ir.registers as usize];
            for inst in ir.blocks.iter().flat_map(|b| &b.insts) {
                if let Some(reg) = inst.dst {
                    let i = reg.0 as usize;
                    found[i] = if written[i] { None } else { Some(&inst.op) };
                    written[i] = true;
                }
            }
            found.into()
        }));
        let inner = Activation {
            func,
            ir,
            module,
            arguments,
            this,
            frames,
            key,
            depth,
            entry,
            in_handler,
            names,
            definitions,
        };
        self.visited.insert(func);
        self.stack.push(func);
        let exit = self.run(&inner, world);
        self.stack.pop();
        exit
    }

    fn method_of(&self, func: FuncRef) -> Option<&'a shindan_program::ir::Method> {
        let (file, class) = self.class_of(func)?;
        let module = self.modules.get(&file).copied()?;
        module
            .classes
            .get(class.0 as usize)?
            .methods
            .iter()
            .find(|m| m.func == func.index)
    }

    pub(crate) fn instantiate(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ObjId,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::Instance(Some(class)));
        obj.api = self.class_api(world, class);
        if obj.api.is_some() {
            obj.made_by = Some(Rc::new(arguments.clone()));
        }
        let instance = self.allocate(act, world, site.span, 4, obj);
        for fields in self.field_initialisers(world, class) {
            let (func, frames) = fields;
            self.call_function(
                act,
                world,
                func,
                frames,
                instance,
                &Arguments::default(),
                None,
                site,
            );
        }
        let name = self.sym(if self.python {
            "__init__"
        } else {
            "constructor"
        });
        if let Some(Found::Method(method)) = self.find_in_class(world, class, name) {
            self.call_object(
                act,
                world,
                method,
                instance,
                arguments,
                CallContext::default(),
                site,
            );
        }
        self.last_tells = None;
        instance
    }

    pub(crate) fn field_initialisers(
        &mut self,
        world: &World,
        class: ObjId,
    ) -> Vec<(FuncRef, Frames)> {
        let mut found = Vec::new();
        let mut queue = vec![class];
        while let Some(id) = queue.pop() {
            if found.len() > 8 {
                break;
            }
            let Some(obj) = world.heap.get(id) else {
                continue;
            };
            if let ObjKind::Class {
                file,
                class,
                frames,
            } = &obj.kind
            {
                let fields = self
                    .modules
                    .get(file)
                    .and_then(|m| m.classes.get(class.0 as usize))
                    .and_then(|c| c.fields);
                if let Some(index) = fields {
                    found.push((FuncRef { file: *file, index }, Rc::clone(frames)));
                }
            }
            for base in &obj.items {
                queue.extend(self.values.get(*base).refs.iter().filter_map(|r| {
                    if let Ref::Obj(id) = r {
                        Some(*id)
                    } else {
                        None
                    }
                }));
            }
        }
        found.reverse();
        found
    }

    fn call_super(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let this = if self.python {
            act.arguments.at(0).unwrap_or(ValueId::UNKNOWN)
        } else {
            act.this
        };
        let class = self
            .sole_object(this)
            .and_then(|id| world.heap.get(id))
            .and_then(|o| match o.kind {
                ObjKind::Instance(class) => class,
                _ => None,
            });
        let bases: Vec<ObjId> = class
            .and_then(|c| world.heap.get(c))
            .map(|o| {
                o.items
                    .iter()
                    .flat_map(|b| {
                        self.values
                            .get(*b)
                            .refs
                            .iter()
                            .filter_map(|r| {
                                if let Ref::Obj(id) = r {
                                    Some(*id)
                                } else {
                                    None
                                }
                            })
                            .collect::<Vec<_>>()
                    })
                    .collect()
            })
            .unwrap_or_default();
        for base in bases {
            if let Some(Found::Method(method)) = self.find_in_class(world, base, name) {
                return self.call_object(
                    act,
                    world,
                    method,
                    this,
                    arguments,
                    CallContext::default(),
                    site,
                );
            }
        }
        let api = class.and_then(|c| self.class_api(world, c));
        match api {
            Some(node) if !matches!(self.text_of(name), "constructor" | "__init__") => {
                let node = self.apis.child(node, Edge::Name(name));
                self.call_library(
                    act,
                    world,
                    LibraryCall {
                        node,
                        receiver: Some(this),
                        arguments,
                        context,
                        site,
                    },
                )
            }
            _ => Some(self.call_unknown(act, world, None, None, arguments, context, site)),
        }
    }

    pub(crate) fn call_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let value = self.values.get(receiver).clone();
        let mut result = None;
        let mut never = !value.refs.is_empty();
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => {
                    self.object_method(act, world, *id, receiver, name, arguments, context, site)
                }
                Ref::Api(node) => {
                    let node = self.apis.child(*node, Edge::Name(name));
                    let plain = self.model(node).is_none() && !self.apis.is_known(node);
                    let builtin = if plain {
                        self.text_method(world, receiver, name, arguments, site)
                            .or_else(|| {
                                self.callback_method(act, world, receiver, name, arguments, site)
                            })
                    } else {
                        None
                    };
                    match builtin {
                        Some(value) => {
                            self.notice_call(
                                act,
                                world,
                                node,
                                Some(receiver),
                                name,
                                arguments,
                                context,
                                site,
                            );
                            Some(value)
                        }
                        None => self.call_library(
                            act,
                            world,
                            LibraryCall {
                                node,
                                receiver: Some(receiver),
                                arguments,
                                context,
                                site,
                            },
                        ),
                    }
                }
                Ref::Module(_) => {
                    let module = self.values.reference(*thing);
                    let member = self.get_member(act, world, module, name, site);
                    self.call_any(act, world, member, arguments, context, site)
                }
                Ref::Bound(..) => Some(ValueId::UNKNOWN),
            };
            never &= found.is_none();
            result = match (result, found) {
                (Some(a), Some(b)) => Some(self.join(a, b)),
                (a, b) => a.or(b),
            };
        }
        if value.other || !value.consts.is_empty() || value.refs.is_empty() {
            never = false;
            let plain = if value.refs.is_empty() {
                receiver
            } else {
                let mut v = value.clone();
                v.refs.clear();
                self.values.add(v)
            };
            let found = self.plain_method(act, world, plain, name, arguments, context, site);
            result = Some(match result {
                Some(a) => self.join(a, found),
                None => found,
            });
        }
        if never { None } else { result }
    }

    /// A method of a string, number or unknown thing.
    fn plain_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> ValueId {
        let any = self.apis.known_child(ApiId::ANY, Edge::Name(name));
        if let Some(value) = self.text_method(world, receiver, name, arguments, site) {
            if let Some(node) = any {
                self.notice_call(
                    act,
                    world,
                    node,
                    Some(receiver),
                    name,
                    arguments,
                    context,
                    site,
                );
            }
            return value;
        }
        if let Some(value) = self.callback_method(act, world, receiver, name, arguments, site) {
            return value;
        }
        if let Some(node) = any {
            return self
                .call_library(
                    act,
                    world,
                    LibraryCall {
                        node,
                        receiver: Some(receiver),
                        arguments,
                        context,
                        site,
                    },
                )
                .unwrap_or(ValueId::UNKNOWN);
        }
        self.call_unknown(
            act,
            world,
            Some(receiver),
            Some(name),
            arguments,
            context,
            site,
        )
    }

    fn object_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        let Some(obj) = world.heap.get(id) else {
            return Some(ValueId::UNKNOWN);
        };
        let field = obj.field(Const::Str(name));
        let api = obj.api;
        match obj.kind.clone() {
            ObjKind::List | ObjKind::Set => {
                if let Some(value) = self.list_method(act, world, id, name, arguments, site) {
                    return Some(value);
                }
            }
            ObjKind::Map => {
                if let (Some(callee), false) = (field, self.python) {
                    return self
                        .call_with_this(act, world, callee, receiver, arguments, context, site);
                }
                if let Some(value) = self.map_method(act, world, id, name, arguments, site) {
                    return Some(value);
                }
            }
            ObjKind::Instance(class) => {
                if let Some(callee) = field {
                    return self
                        .call_with_this(act, world, callee, receiver, arguments, context, site);
                }
                let this = self.values.reference(Ref::Obj(id));
                match class.and_then(|c| self.find_in_class(world, c, name)) {
                    Some(Found::Method(func)) => {
                        return self.call_object(act, world, func, this, arguments, context, site);
                    }
                    Some(Found::Getter(func)) => {
                        let callee = self.call_object(
                            act,
                            world,
                            func,
                            this,
                            &Arguments::default(),
                            CallContext::default(),
                            site,
                        )?;
                        return self.call_any(act, world, callee, arguments, context, site);
                    }
                    Some(Found::Value(callee)) => {
                        return self.call_any(act, world, callee, arguments, context, site);
                    }
                    None => {}
                }
                if let Some(node) = api {
                    let node = self.apis.child(node, Edge::Name(name));
                    return self.call_library(
                        act,
                        world,
                        LibraryCall {
                            node,
                            receiver: Some(receiver),
                            arguments,
                            context,
                            site,
                        },
                    );
                }
                if let Some(value) = self.map_method(act, world, id, name, arguments, site) {
                    return Some(value);
                }
            }
            ObjKind::Class { .. } => {
                let class = self.values.reference(Ref::Obj(id));
                let member = self.get_member(act, world, class, name, site);
                if member != ValueId::UNKNOWN {
                    return self.call_any(act, world, member, arguments, context, site);
                }
            }
            ObjKind::Func { func, frames, this } => {
                if let Some(callee) = field {
                    return self.call_any(act, world, callee, arguments, context, site);
                }
                match self.text_of(name) {
                    "call" => {
                        let mut rest = arguments.clone();
                        let this = if rest.positional.is_empty() {
                            this
                        } else {
                            rest.positional.remove(0).0
                        };
                        return self
                            .call_function(act, world, func, frames, this, &rest, None, site);
                    }
                    "apply" => {
                        let this = arguments.at(0).unwrap_or(this);
                        let passed = arguments.at(1).unwrap_or(ValueId::UNKNOWN);
                        let mut rest = Arguments::default();
                        match self.sole_object(passed).and_then(|id| world.heap.get(id)) {
                            Some(list) if list.exact => {
                                rest.positional =
                                    list.items.iter().map(|v| (*v, site.span)).collect()
                            }
                            _ => rest.spread = Some(self.element(world, passed, false, site)),
                        }
                        return self
                            .call_function(act, world, func, frames, this, &rest, None, site);
                    }
                    "bind" => {
                        let this = arguments.at(0).unwrap_or(ValueId::UNKNOWN);
                        return Some(self.values.reference(Ref::Bound(id, this)));
                    }
                    _ => {}
                }
            }
            ObjKind::Frame => {}
        }
        Some(self.plain_method(act, world, receiver, name, arguments, context, site))
    }

    fn call_with_this(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        callee: ValueId,
        this: ValueId,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        match self.sole_object(callee) {
            Some(func)
                if world
                    .heap
                    .get(func)
                    .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. }))
                    && !self.python =>
            {
                self.call_object(act, world, func, this, arguments, context, site)
            }
            _ => self.call_any(act, world, callee, arguments, context, site),
        }
    }
}

/// Circumstances of a call.
#[derive(Clone, Copy, Default)]
pub(crate) struct CallContext {
    pub(crate) assigned_to: Option<Sym>,
    pub(crate) result_unused: bool,
    pub(crate) is_new: bool,
}
