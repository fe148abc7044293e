//! Binds arguments to parameters, and says what a parameter is when nobody is known to call.

use crate::api::Edge;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, State, World};
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, ValueId};
use shindan_base::Span;
use shindan_catalogue::SourceKind;
use shindan_program::ir::ParamKind;
use shindan_source::Family;
use smallvec::SmallVec;
use std::rc::Rc;

impl<'a> Interpreter<'a> {
    /// Binds a parameter.
    pub(crate) fn parameter(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        index: u32,
        default: Option<ValueId>,
        ty: Option<ValueId>,
    ) -> ValueId {
        let i = index as usize;
        let Some(param) = act.ir.params.get(i) else {
            return ValueId::UNKNOWN;
        };
        let arguments = Rc::clone(&act.arguments);
        let site = act.site(param.span);
        if arguments.unknown {
            return match arguments.at(i) {
                Some(receiver) => receiver,
                None => self.unknown_parameter(act, state, i, default, ty),
            };
        }
        match param.kind {
            ParamKind::Plain | ParamKind::NamedOnly => {
                let by_position = if param.kind == ParamKind::Plain {
                    arguments.at(i)
                } else {
                    None
                };
                match by_position.or_else(|| arguments.named(param.name)) {
                    Some(value)
                        if default.is_some()
                            && self.values.get(value).sole_const() == Some(Const::Undefined) =>
                    {
                        default.unwrap_or(value)
                    }
                    Some(value) => self.step_value(value, site, StepWord::Passed(act.ir.name)),
                    None if self.takes_names(act, i, param.kind) => {
                        let mut obj = Obj::new(ObjKind::Map);
                        for (name, value, _) in &arguments.named {
                            if self.text_of(*name) != "&" {
                                obj.set_field(Const::Str(*name), *value);
                            }
                        }
                        self.allocate(act, &mut state.world, param.span, 9, obj)
                    }
                    None => {
                        let spread = [arguments.spread, arguments.spread_map]
                            .into_iter()
                            .flatten()
                            .reduce(|a, b| self.values.join(a, b));
                        match (spread, default) {
                            (Some(spread), default) => {
                                let value =
                                    self.step_value(spread, site, StepWord::Passed(act.ir.name));
                                self.join(value, default.unwrap_or(ValueId::UNKNOWN))
                            }
                            (None, Some(default)) => default,
                            (None, None) if self.python => ValueId::UNKNOWN,
                            (None, None) => self.constant(Const::Undefined),
                        }
                    }
                }
            }
            ParamKind::Block => {
                let block = self.sym("&");
                match arguments.named(block) {
                    Some(value) => value,
                    None => self.constant(Const::Null),
                }
            }
            ParamKind::Rest => {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = arguments
                    .positional
                    .iter()
                    .skip(i)
                    .map(|(v, _)| *v)
                    .collect();
                if let Some(spread) = arguments.spread {
                    obj.exact = false;
                    obj.rest = spread;
                }
                self.allocate(act, &mut state.world, param.span, 9, obj)
            }
            ParamKind::RestMap => {
                let mut obj = Obj::new(ObjKind::Map);
                for (name, value, _) in &arguments.named {
                    if !act.ir.params.iter().any(|p| p.name == *name) {
                        obj.set_field(Const::Str(*name), *value);
                    }
                }
                if let Some(spread) = arguments.spread_map {
                    obj.exact = false;
                    obj.rest = spread;
                }
                self.allocate(act, &mut state.world, param.span, 9, obj)
            }
        }
    }

    /// Whether all named arguments of a call make one hash in this parameter, as Ruby passes them to a method that
    /// declares no names.
    fn takes_names(&self, act: &Activation<'a>, index: usize, kind: ParamKind) -> bool {
        let arguments = &act.arguments;
        self.family == Family::Ruby
            && kind == ParamKind::Plain
            && index == arguments.positional.len()
            && arguments
                .named
                .iter()
                .any(|(name, _, _)| self.text_of(*name) != "&")
            && !act
                .ir
                .params
                .iter()
                .any(|p| matches!(p.kind, ParamKind::NamedOnly | ParamKind::RestMap))
    }

    /// A parameter of a call that nothing is known of: what an entry says it is, what its declared type says, or anything.
    pub(crate) fn unknown_parameter(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        i: usize,
        default: Option<ValueId>,
        ty: Option<ValueId>,
    ) -> ValueId {
        let param = act.ir.params[i];
        let site = act.site(param.span);
        let mut value = ValueId::NONE;
        if self.is_nominal() {
            return self.unknown_typed_parameter(act, state, i, default);
        }
        if let Some(entry) = &act.entry {
            let node = entry.params.get(i).copied().unwrap_or(entry.rest);
            let is_plain = ty.is_some_and(|t| self.is_plain_type(t))
                || default.is_some_and(|d| self.is_made_safe(&state.world, d));
            if let (Some(node), false) = (node, is_plain) {
                value = self.api_value(node, site);
                if matches!(param.kind, ParamKind::Rest | ParamKind::RestMap) {
                    let mut obj = Obj::new(ObjKind::Map);
                    obj.exact = false;
                    obj.rest = value;
                    value = self.allocate(act, &mut state.world, param.span, 9, obj);
                }
                if entry.rest.is_none() || entry.params.get(i).is_some() {
                    return value;
                }
            }
        }
        if value == ValueId::NONE {
            if let Some(node) = ty.and_then(|t| self.instance_of_type(t)) {
                value = self.api_value(node, site);
            } else if let Some(class) = ty.and_then(|t| self.sole_object(t)) {
                value = self.typed_instance(act, &mut state.world, class, param.span);
            }
        }
        if act.depth == 0 && act.entry.is_none() && act.ir.class.is_none_or(|_| i > 0) {
            let taint = self.new_taint(SourceKind::Library, None, site);
            let taint: SmallVec<[crate::value::Taint; 1]> = taint
                .into_iter()
                .map(|mut t| {
                    t.source = self.sources.part(t.source, param.name);
                    t
                })
                .collect();
            value = self.values.add_taint(value, &taint);
        }
        if value == ValueId::NONE {
            value = ValueId::UNKNOWN;
        }
        match default {
            Some(default) => self.join(default, value),
            None => value,
        }
    }

    /// A parameter of a nominal language: its declared type says more than the kind of entry does.
    fn unknown_typed_parameter(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        i: usize,
        default: Option<ValueId>,
    ) -> ValueId {
        let param = act.ir.params[i];
        let site = act.site(param.span);
        let is_plain = param
            .ty
            .is_some_and(|ty| crate::nominal::is_plain(self.text_of(ty.path)));
        let known = param.ty.filter(|_| !is_plain).and_then(|ty| {
            self.instance_of_name(act, &mut state.world, act.func.file, ty, param.span)
        });
        let is_library_thing =
            known.is_some_and(|v| matches!(self.values.get(v).refs.as_slice(), [Ref::Api(_)]));
        let anything = if is_plain {
            ValueId::SETTLED
        } else {
            ValueId::UNKNOWN
        };
        let mut value = known.unwrap_or(anything);
        let node = act
            .entry
            .as_ref()
            .and_then(|entry| entry.params.get(i).copied().unwrap_or(entry.rest));
        match node {
            Some(node) if !is_plain => {
                let entered = self.api_value(node, site);
                if known.is_none() {
                    return entered;
                }
                if !is_library_thing {
                    let taint = self.values.get(entered).taint.clone();
                    value = self.fill(&mut state.world, value, &taint);
                }
            }
            _ => {}
        }
        // A library's request brings its own sources.
        let brings_sources = is_library_thing && self.has_sources(value);
        if act.depth == 0 && act.entry.is_none() && !is_plain && !brings_sources {
            let mut taint: SmallVec<[crate::value::Taint; 1]> = self
                .new_taint(SourceKind::Library, None, site)
                .into_iter()
                .collect();
            for t in &mut taint {
                t.source = self.sources.part(t.source, param.name);
            }
            value = self.values.add_taint(value, &taint);
        }
        match default {
            Some(default) => self.join(default, value),
            None => value,
        }
    }

    /// Objects whose unknown parts all carry the same data.
    pub(crate) fn fill(
        &mut self,
        world: &mut World,
        value: ValueId,
        taint: &[crate::value::Taint],
    ) -> ValueId {
        let inside = self.values.tainted(taint.iter().copied().collect());
        for thing in self.values.get(value).refs.clone() {
            if let Ref::Obj(id) = thing
                && let Some(obj) = world.heap.change(id)
            {
                obj.rest = inside;
                obj.exact = false;
            }
        }
        self.values.add_taint(value, taint)
    }

    /// Whether a declared type leaves no room for harmful text.
    pub(crate) fn is_plain_type(&self, ty: ValueId) -> bool {
        matches!(self.values.get(ty).refs.as_slice(), [Ref::Api(node)] if matches!(self.apis.parent(*node), (_, Edge::Name(name)) if matches!(self.text_of(name), "int" | "float" | "bool" | "UUID")))
    }

    /// Whether a default value is an object of a library call whose result is safe, such as an injected dependency.
    pub(crate) fn is_made_safe(&self, world: &World, default: ValueId) -> bool {
        self.values.get(default).refs.iter().any(|r| {
            let node = match r {
                Ref::Obj(id) => world.heap.get(*id).and_then(|o| o.api),
                Ref::Api(node) => Some(*node),
                Ref::Module(_) | Ref::Bound(..) => None,
            };
            node.is_some_and(|n| {
                self.model(self.apis.parent(n).0)
                    .is_some_and(|m| m.clears == ALL_KINDS)
            })
        })
    }

    pub(crate) fn typed_instance(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ObjId,
        span: Span,
    ) -> ValueId {
        let Some(obj) = world.heap.get(class) else {
            return ValueId::UNKNOWN;
        };
        if !matches!(obj.kind, ObjKind::Class { .. }) {
            return ValueId::UNKNOWN;
        }
        let mut instance = Obj::new(ObjKind::Instance(Some(class)));
        instance.api = self.class_api(world, class);
        instance.exact = false;
        instance.rest = ValueId::UNKNOWN;
        self.allocate(act, world, span, 8, instance)
    }
}
