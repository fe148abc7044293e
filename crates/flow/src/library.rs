//! Calls of libraries: sinks, sanitizers, flows, entries.

use std::rc::Rc;

use shindan_base::Sym;
use shindan_catalogue::{Moves, SourceKind};
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::model::NodeModel;
use crate::observe::CallEvent;
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, Taint, Value, ValueId};

/// A call of a library thing.
#[derive(Clone, Copy)]
pub(crate) struct LibraryCall<'c> {
    pub(crate) node: ApiId,
    pub(crate) receiver: Option<ValueId>,
    pub(crate) arguments: &'c Arguments,
    pub(crate) context: CallContext,
    pub(crate) site: Site,
}

impl<'a> Interpreter<'a> {
    /// Does what the models say; `None` when the call never returns.
    pub(crate) fn call_library(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        call: LibraryCall<'_>,
    ) -> Option<ValueId> {
        let LibraryCall {
            node,
            receiver,
            arguments,
            context,
            site,
        } = call;
        let name = match self.apis.parent(node).1 {
            Edge::Name(name) => name,
            Edge::Call | Edge::CallWith(_) | Edge::Index => Sym::EMPTY,
        };
        let model = self.model(node);
        self.observe_call(act, world, node, receiver, name, arguments, context, site);
        if let Some(model) = model {
            self.check_sinks(act, world, node, model, receiver, arguments, site);
        }
        if self.never_returns.contains(&node) {
            return None;
        }
        let builtin = match self.family {
            Family::Python => self.python_builtin(act, world, node, arguments, site),
            Family::EcmaScript => self.javascript_builtin(act, world, node, arguments, site),
            Family::Java => self.java_builtin(act, world, node, receiver, arguments, context, site),
            Family::CSharp => {
                let is_new = context.is_new;
                self.csharp_builtin(act, world, node, receiver, is_new, arguments, site)
            }
            Family::Ruby => None,
        };
        if let Some(value) = builtin {
            return Some(self.as_modelled(value, model));
        }
        if let Some(path) = self.joined_path(world, model, arguments) {
            let path = self.step_value(path, site, StepWord::Through(name));
            return Some(self.as_modelled(path, model));
        }
        if let Some(function) = self.decorated_function(act, world, node, model, arguments) {
            return Some(function);
        }
        let callbacks = match self.deferred_call(act, world, name, arguments, site) {
            Some(result) => Some(result),
            None => self.pass_functions(act, world, model, arguments, site),
        };
        let result_node = self.result_node(node, arguments);
        let mut taint = Value::default();
        let mut same = ValueId::NONE;
        match model.and_then(|m| m.flows.as_ref()) {
            Some(flows) => {
                if !flows.iter().any(|f| f.from.is_some() && f.to.is_none()) {
                    taint.unsettled = ALL_KINDS;
                }
                for flow in *flows {
                    self.apply_flow(
                        act, world, flow, receiver, arguments, &mut taint, &mut same, site,
                    );
                }
            }
            None => {
                if let Some(receiver) = receiver {
                    self.absorb_receiver(world, receiver, &mut taint);
                }
                // What a request is asked for is no part of the answer.
                let is_source = self.is_java()
                    && self
                        .rows
                        .nodes
                        .get(&result_node)
                        .is_some_and(|m| !m.sources.is_empty());
                let swallows =
                    is_source || model.is_some_and(|m| !m.sinks.is_empty() && m.clears == 0);
                if !swallows {
                    for value in arguments.values() {
                        self.absorb(world, value, &mut taint);
                    }
                }
                // A call that the catalogue does not explain may answer anything, unless it is a method of plain data.
                let of_data = receiver.is_some_and(|r| self.is_data(r));
                if !of_data && model.is_none_or(|m| m.clears | m.restores == 0) {
                    taint.unsettled = ALL_KINDS;
                }
            }
        }
        if let Some(callbacks) = callbacks {
            let data = self.values.get(callbacks);
            taint.add_taint(&data.taint);
            taint.unsettled |= data.unsettled;
        }
        let (clears, restores) = model.map_or((0, 0), |m| (m.clears, m.restores));
        if clears == ALL_KINDS {
            taint.taint.clear();
        }
        if taint.unsettled != 0 {
            taint.unsettled = (taint.unsettled & !clears) | restores;
        }
        if !taint.taint.is_empty() {
            let word = StepWord::Through(name);
            taint.taint = self.stepped(&taint.taint, site, word);
            for t in &mut taint.taint {
                t.cleared = (t.cleared | clears) & !restores;
            }
        }
        if let (Some(receiver), Some(Const::Str(key))) = (
            receiver,
            arguments
                .at(0)
                .and_then(|k| self.values.get(k).sole_const()),
        ) {
            // `request.args.get("a")`: which part of the source it is, for checks that protect one part only.
            if matches!(
                self.text_of(name),
                "get" | "getlist" | "getAll" | "header" | "param" | "getheader"
            ) && !self.values.get(receiver).taint.is_empty()
            {
                for t in &mut taint.taint {
                    t.source = self.sources.part(t.source, key);
                }
            }
        }
        if same != ValueId::NONE {
            return Some(self.values.add_taint(same, &taint.taint));
        }
        let own = self.source_taint(result_node, site);
        if !own.is_empty() {
            taint.unsettled = 0;
        } else if self.is_source(result_node) {
            taint.unsettled = ALL_KINDS;
        }
        taint.add_taint(&own);
        let made = context.is_new || self.apis.is_known(result_node) || self.is_class_like(name);
        let thing = if made {
            let mut obj = Obj::new(ObjKind::Instance(None));
            obj.api = Some(result_node);
            obj.made_by = Some(Rc::new(arguments.clone()));
            if let (true, Some(receiver)) = (self.is_java(), receiver) {
                self.inherit_settings(world, receiver, &mut obj);
            }
            let id = self.object(act.key, site.span, 4);
            world.heap.set(id, obj);
            Ref::Obj(id)
        } else {
            Ref::Api(result_node)
        };
        taint.refs.push(thing);
        Some(self.values.add(taint))
    }

    /// The text of a path whose parts are joined, where the catalogue says that the call does so.
    fn joined_path(
        &mut self,
        world: &World,
        model: Option<&NodeModel<'_>>,
        arguments: &Arguments,
    ) -> Option<ValueId> {
        let flows = model?.flows?;
        let is_known = arguments.named.is_empty() && arguments.spread.is_none();
        if !is_known || !flows.iter().any(|f| f.moves == Moves::PathParts) {
            return None;
        }
        let slash = self.string("/");
        let mut parts: Vec<ValueId> = Vec::new();
        for (part, _) in &arguments.positional {
            let after_slash = parts.last().is_none_or(|before| {
                self.sole_str(*before)
                    .is_some_and(|text| text.is_empty() || text.ends_with(['/', '\\']))
            });
            if !after_slash {
                parts.push(slash);
            }
            parts.push(*part);
        }
        (!parts.is_empty()).then(|| self.concat(world, &parts))
    }

    /// A builtin's result with what the catalogue says of the call: whom it is safe for, or not any more.
    fn as_modelled(&mut self, value: ValueId, model: Option<&NodeModel<'_>>) -> ValueId {
        let Some(model) = model.filter(|m| m.clears | m.restores != 0) else {
            return value;
        };
        let taint: SmallVec<[Taint; 1]> = self
            .values
            .get(value)
            .taint
            .iter()
            .map(|t| Taint {
                cleared: (t.cleared | model.clears) & !model.restores,
                ..*t
            })
            .collect();
        let mut value = self.values.get(value).clone();
        value.taint = taint;
        if value.unsettled != 0 {
            value.unsettled = (value.unsettled & !model.clears) | model.restores;
        }
        value.other |= value.consts.is_empty() && value.refs.is_empty();
        self.values.add(value)
    }

    /// Whether a value is a library's module or class, which holds functions and no data.
    fn is_namespace(&self, value: ValueId) -> bool {
        let value = self.values.get(value);
        let [Ref::Api(node)] = value.refs.as_slice() else {
            return false;
        };
        if value.other || !value.taint.is_empty() || self.is_source(*node) {
            return false;
        }
        let mut node = *node;
        while node != ApiId::ROOT {
            let (parent, Edge::Name(_)) = self.apis.parent(node) else {
                return false;
            };
            node = parent;
        }
        true
    }

    /// Whether a library thing yields data of a source, be it one that the threat model trusts.
    fn is_source(&self, node: ApiId) -> bool {
        (self.rows.nodes.get(&node)).is_some_and(|m| !m.sources.is_empty())
    }

    /// Whether a value is data rather than a thing of a library: text, or what was read out of some source.
    fn is_data(&self, value: ValueId) -> bool {
        let value = self.values.get(value);
        value.unsettled == 0 && (value.refs.is_empty() || !value.taint.is_empty())
    }

    pub(crate) fn is_class_like(&self, name: Sym) -> bool {
        self.text_of(name)
            .starts_with(|c: char| c.is_ascii_uppercase())
    }

    pub(crate) fn result_node(&mut self, node: ApiId, arguments: &Arguments) -> ApiId {
        if let Some(text) = arguments.at(0).and_then(|v| self.values.get(v).sole_str())
            && let Some(child) = self.apis.known_child(node, Edge::CallWith(text))
        {
            return child;
        }
        self.apis.child(node, Edge::Call)
    }

    /// What happens at a call of something that nothing is known of.
    pub(crate) fn call_unknown(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        receiver: Option<ValueId>,
        name: Option<Sym>,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> ValueId {
        let event = CallEvent {
            callee: &[],
            name,
            receiver,
            arguments,
            site,
            assigned_to: context.assigned_to,
            result_unused: context.result_unused,
        };
        self.with_view(act, world, |o, v| o.call(v, &event));
        self.pass_functions(act, world, None, arguments, site);
        let mut result = Value {
            other: true,
            ..Value::default()
        };
        for value in arguments.values() {
            self.absorb(world, value, &mut result);
        }
        if let Some(receiver) = receiver {
            self.absorb_receiver(world, receiver, &mut result);
        }
        if !receiver.is_some_and(|r| self.is_data(r)) {
            result.unsettled = ALL_KINDS;
        }
        let word = StepWord::Through(name.unwrap_or(Sym::EMPTY));
        result.taint = self.stepped(&result.taint, site, word);
        self.values.add(result)
    }

    /// Adds what a method's result takes from its receiver. A parameter that nobody is known to fill is more often
    /// a service object than data, and what a service answers is not what its caller was given.
    fn absorb_receiver(&self, world: &World, receiver: ValueId, into: &mut Value) {
        if self.is_namespace(receiver) {
            return;
        }
        let mut data = Value::default();
        self.absorb(world, receiver, &mut data);
        if !self.models.library {
            let before = data.taint.len();
            data.taint
                .retain(|t| self.sources.info(t.source).kind != SourceKind::Library);
            if data.taint.len() < before {
                data.unsettled = ALL_KINDS;
            }
        }
        into.add_taint(&data.taint);
        into.unsettled |= data.unsettled;
    }

    /// Sinks and detectors of a call whose result is known otherwise.
    pub(crate) fn notice_call(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        receiver: Option<ValueId>,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) {
        self.observe_call(act, world, node, receiver, name, arguments, context, site);
        if let Some(model) = self.model(node) {
            self.check_sinks(act, world, node, model, receiver, arguments, site);
        }
    }

    pub(crate) fn observe_call(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        node: ApiId,
        receiver: Option<ValueId>,
        name: Sym,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) {
        let mut callee: SmallVec<[ApiId; 2]> = SmallVec::from_elem(node, 1);
        if !self.apis.is_known(node) {
            callee.extend(self.apis.known_child(ApiId::ANY, Edge::Name(name)));
        }
        let event = CallEvent {
            callee: &callee,
            name: Some(name),
            receiver,
            arguments,
            site,
            assigned_to: context.assigned_to,
            result_unused: context.result_unused,
        };
        self.with_view(act, world, |o, v| o.call(v, &event));
    }
}
