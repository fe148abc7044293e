//! Calls of methods: whose method it is decides what happens.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::class::Found;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::library::LibraryCall;
use crate::value::{Const, Ref, ValueId};
use shindan_base::Sym;
use shindan_source::Family;

impl<'a> Interpreter<'a> {
    pub(crate) fn call_super(
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
        // What is above the class whose code this is, not above the instance's own.
        let own = self
            .class_of(act.func)
            .and_then(|c| self.made_classes.get(&c).copied());
        let class = own.filter(|id| world.heap.get(*id).is_some()).or(class);
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
            if let Some(Found::Method(method)) =
                self.find_overload(world, base, name, Some(arguments))
            {
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
            Some(node) if !matches!(self.text_of(name), "constructor" | "__init__" | "<init>") => {
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
            _ => {
                if api.is_some() {
                    self.keep_in_exception(world, this, arguments);
                }
                Some(self.call_unknown(act, world, None, None, arguments, context, site))
            }
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
                    let plain =
                        !self.apis.is_known(node) && (self.model(node).is_none() || self.is_java());
                    let builtin = if plain {
                        self.own_method(act, world, receiver, name, arguments, site)
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
                Ref::Bound(..) if self.family == Family::Ruby => {
                    let bound = self.values.reference(*thing);
                    self.ruby_function_method(act, world, bound, name, arguments, site)
                        .or(Some(ValueId::UNKNOWN))
                }
                // The one method of a functional interface calls what was bound.
                Ref::Bound(..) if self.is_java() => {
                    let bound = self.values.reference(*thing);
                    self.call_any(act, world, bound, arguments, context, site)
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

    /// A method that the language itself gives to a text or to something that may be one.
    fn own_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: ValueId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if self.family == Family::Ruby {
            return self.ruby_method(act, world, receiver, name, arguments, site);
        }
        self.text_method(act, world, receiver, name, arguments, site)
    }

    /// A method of a string, number or unknown thing.
    pub(crate) fn plain_method(
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
        if let Some(value) = self.own_method(act, world, receiver, name, arguments, site) {
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

    pub(crate) fn object_method(
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
        let (api, kind) = (obj.api, obj.kind.clone());
        if self.is_csharp() {
            if let Some(value) = self.csharp_object_method(act, world, id, name, arguments, site) {
                return Some(value);
            }
            if matches!(kind, ObjKind::List | ObjKind::Set | ObjKind::Map) && field.is_none() {
                return Some(
                    self.plain_method(act, world, receiver, name, arguments, context, site),
                );
            }
        }
        if self.family == Family::Ruby {
            let this = self.values.reference(Ref::Obj(id));
            let found = match kind {
                ObjKind::List | ObjKind::Set | ObjKind::Map => {
                    self.ruby_method(act, world, this, name, arguments, site)
                }
                ObjKind::Func { .. } => {
                    self.ruby_function_method(act, world, this, name, arguments, site)
                }
                ObjKind::Instance(Some(class)) if self.text_of(name) == "class" => {
                    Some(self.values.reference(Ref::Obj(class)))
                }
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        if self.is_java() {
            if let Some(value) = self.java_object_method(act, world, id, name, arguments, site) {
                return Some(value);
            }
            if matches!(kind, ObjKind::List | ObjKind::Set | ObjKind::Map) {
                return Some(
                    self.plain_method(act, world, receiver, name, arguments, context, site),
                );
            }
        }
        match kind {
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
                // Java's fields and methods have names of their own.
                if let (Some(callee), false) = (field, self.is_java()) {
                    return self
                        .call_with_this(act, world, callee, receiver, arguments, context, site);
                }
                let this = self.values.reference(Ref::Obj(id));
                match class.and_then(|c| self.find_overload(world, c, name, Some(arguments))) {
                    Some(found) if self.is_nominal() => {
                        return self.call_found(act, world, found, this, arguments, context, site);
                    }
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
                    // What a library hands out is a text more often than not.
                    if self.is_java()
                        && class.is_none()
                        && !self.apis.is_known(node)
                        && self.builder(world, receiver).is_none()
                        && let Some(value) =
                            self.text_method(act, world, receiver, name, arguments, site)
                    {
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
                        return Some(value);
                    }
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
            ObjKind::Class {
                file, class: of, ..
            } => {
                let class = self.values.reference(Ref::Obj(id));
                if self.is_java()
                    && self.text_of(name) == "valueOf"
                    && self.find_in_class(world, id, name).is_none()
                {
                    // An enumeration's constant of that name, whoever chose the name.
                    return Some(self.instance_of_class(act, world, (file, of), site.span));
                }
                if self.is_nominal()
                    && let Some(found) = self.find_overload(world, id, name, Some(arguments))
                {
                    return self.call_found(act, world, found, class, arguments, context, site);
                }
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
            ObjKind::Resolver | ObjKind::Frame => {}
        }
        Some(self.plain_method(act, world, receiver, name, arguments, context, site))
    }

    pub(crate) fn call_with_this(
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
