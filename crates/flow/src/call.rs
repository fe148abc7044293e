//! Calls: who is called, with what, and what comes of it.

use std::rc::Rc;

use shindan_base::Sym;
use shindan_program::ir::{ArgKind, CallSite, Callee, Require};

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::class::Found;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::library::LibraryCall;
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
                self.check_chosen_call(act, state, reg, site.span);
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
            Callee::Bare { name } => {
                self.call_bare(act, &mut state.world, name, &arguments, context, site)
            }
            Callee::Super { name } => {
                self.call_super(act, &mut state.world, name, &arguments, context, site)
            }
        }
    }

    pub(crate) fn arguments(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        call: &CallSite,
    ) -> Arguments {
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
                            let element = self.inside_of(&state.world, value);
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
    pub(crate) fn require(
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

    pub(crate) fn call_object(
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
            ObjKind::Resolver => {
                let value = arguments.at(0).unwrap_or(ValueId::UNKNOWN);
                if let Some(obj) = world.heap.change(id) {
                    obj.rest = self.values.join(obj.rest, value);
                }
                Some(ValueId::UNKNOWN)
            }
            ObjKind::List | ObjKind::Set | ObjKind::Map | ObjKind::Frame => {
                Some(self.call_unknown(act, world, None, None, arguments, context, site))
            }
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
