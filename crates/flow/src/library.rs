//! Calls of libraries: sinks, sanitizers, flows, entries.

use std::rc::Rc;

use shindan_base::{Span, Sym};
use shindan_catalogue::{ArgRef, Flow, Place, ReturnUse, SourceKind};
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, FoundEntry, Interpreter, Site, World};
use crate::model::{EntryRow, KindSet, NodeModel, SinkRow};
use crate::observe::{CallEvent, Hit};
use crate::source::StepWord;
use crate::text::Part;
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
        if self.python {
            if let Some(value) = self.python_builtin(act, world, node, arguments, site) {
                return Some(value);
            }
        } else if let Some(value) = self.javascript_builtin(act, world, node, arguments, site) {
            return Some(value);
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
                for flow in flows {
                    self.apply_flow(
                        act, world, flow, receiver, arguments, &mut taint, &mut same, site,
                    );
                }
            }
            None => {
                if let Some(receiver) = receiver {
                    let data = self.receiver_taint(world, receiver);
                    taint.add_taint(&data);
                }
                let swallows = model.is_some_and(|m| !m.sinks.is_empty() && m.clears == 0);
                if !swallows {
                    for value in arguments.values() {
                        let data = self.deep_taint(world, value);
                        taint.add_taint(&data);
                    }
                }
            }
        }
        if let Some(callbacks) = callbacks {
            let data = self.values.get(callbacks).taint.clone();
            taint.add_taint(&data);
        }
        let (clears, restores) = model.map_or((0, 0), |m| (m.clears, m.restores));
        if clears == ALL_KINDS {
            taint.taint.clear();
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
        taint.add_taint(&own);
        let made = context.is_new || self.apis.is_known(result_node) || self.is_class_like(name);
        let thing = if made {
            let mut obj = Obj::new(ObjKind::Instance(None));
            obj.api = Some(result_node);
            obj.made_by = Some(Rc::new(arguments.clone()));
            let id = self.object(act.key, site.span, 4);
            world.heap.set(id, obj);
            Ref::Obj(id)
        } else {
            Ref::Api(result_node)
        };
        taint.refs.push(thing);
        Some(self.values.add(taint))
    }

    fn is_class_like(&self, name: Sym) -> bool {
        self.text_of(name)
            .starts_with(|c: char| c.is_ascii_uppercase())
    }

    fn result_node(&mut self, node: ApiId, arguments: &Arguments) -> ApiId {
        if let Some(text) = arguments.at(0).and_then(|v| self.values.get(v).sole_str()) {
            if let Some(child) = self.apis.known_child(node, Edge::CallWith(text)) {
                return child;
            }
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
        let mut taint = Value::default();
        for value in arguments.values() {
            let data = self.deep_taint(world, value);
            taint.add_taint(&data);
        }
        if let Some(receiver) = receiver {
            let data = self.receiver_taint(world, receiver);
            taint.add_taint(&data);
        }
        let word = StepWord::Through(name.unwrap_or(Sym::EMPTY));
        let taint = self.stepped(&taint.taint, site, word);
        self.values.tainted(taint)
    }

    /// The data that a method's result takes from its receiver. A parameter that nobody is known to fill is more often
    /// a service object than data, and what a service answers is not what its caller was given.
    fn receiver_taint(&self, world: &World, receiver: ValueId) -> SmallVec<[Taint; 1]> {
        let mut data = self.deep_taint(world, receiver);
        if !self.models.library {
            data.retain(|t| self.sources.info(t.source).kind != SourceKind::Library);
        }
        data
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

    fn observe_call(
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

    fn apply_flow(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        flow: &Flow,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        taint: &mut Value,
        same: &mut ValueId,
        site: Site,
    ) {
        let Some(from) = &flow.from else { return };
        if !from.keys.is_empty() {
            if let Some(value) = self.keyed_read(world, from, receiver, arguments) {
                *same = self.join(*same, value);
            }
            return;
        }
        let values = self.place_values(world, from, receiver, arguments);
        match &flow.to {
            Some(to) if !to.keys.is_empty() => {
                for value in values {
                    let value = self.step_value(value, site, StepWord::Stored);
                    self.keyed_write(world, to, receiver, arguments, value);
                }
            }
            None if flow.same_value => {
                for value in values {
                    *same = self.join(*same, value);
                }
            }
            None => {
                for value in values {
                    let data = self.deep_taint(world, value);
                    taint.add_taint(&data);
                }
            }
            Some(to) => {
                let mut moved = Value::default();
                for value in values {
                    let data = self.deep_taint(world, value);
                    moved.add_taint(&data);
                }
                if moved.taint.is_empty() {
                    return;
                }
                let moved = self.stepped(&moved.taint, site, StepWord::Stored);
                let moved = self.values.tainted(moved);
                for target in self.place_values(world, to, receiver, arguments) {
                    self.put_inside(world, target, moved);
                }
            }
        }
        let _ = act;
    }

    /// The key that constant arguments make together: `this[0,1]` of `conf.get("section", "name")`.
    fn joint_key(&self, place: &Place, arguments: &Arguments) -> Option<Const> {
        let mut key = String::new();
        for position in &place.keys {
            let part = arguments
                .at(*position as usize)
                .and_then(|v| self.sole_str(v))?;
            key.push_str(part);
            key.push('\u{1f}');
        }
        Some(Const::Str(self.names.intern(&key)))
    }

    fn keyed_read(
        &mut self,
        world: &World,
        place: &Place,
        receiver: Option<ValueId>,
        arguments: &Arguments,
    ) -> Option<ValueId> {
        let holder = self
            .place_values(
                world,
                &Place {
                    keys: Vec::new(),
                    ..place.clone()
                },
                receiver,
                arguments,
            )
            .into_iter()
            .next()?;
        let id = self.values.get(holder).refs.iter().find_map(|r| {
            if let Ref::Obj(id) = r {
                Some(*id)
            } else {
                None
            }
        })?;
        let obj = world.heap.get(id)?;
        match self.joint_key(place, arguments).map(|k| obj.field(k)) {
            Some(Some(value)) => Some(value),
            Some(None) => {
                let rest = obj.rest;
                Some(self.join(rest, ValueId::UNKNOWN))
            }
            None => {
                let all: SmallVec<[ValueId; 8]> = obj.contents().collect();
                Some(
                    all.into_iter()
                        .fold(ValueId::UNKNOWN, |sum, v| self.join(sum, v)),
                )
            }
        }
    }

    fn keyed_write(
        &mut self,
        world: &mut World,
        place: &Place,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        value: ValueId,
    ) {
        let holders = self.place_values(
            world,
            &Place {
                keys: Vec::new(),
                ..place.clone()
            },
            receiver,
            arguments,
        );
        let key = self.joint_key(place, arguments);
        for holder in holders {
            let id = self.values.get(holder).refs.iter().find_map(|r| {
                if let Ref::Obj(id) = r {
                    Some(*id)
                } else {
                    None
                }
            });
            let Some(obj) = id.and_then(|id| world.heap.change(id)) else {
                continue;
            };
            match key {
                Some(key) => obj.set_field(key, value),
                None => {
                    obj.rest = self.values.join(obj.rest, value);
                    obj.exact = false;
                }
            }
        }
    }

    /// Puts data into every object that a value may be.
    pub(crate) fn put_inside(&mut self, world: &mut World, target: ValueId, data: ValueId) {
        let objects: SmallVec<[ObjId; 4]> = self
            .values
            .get(target)
            .refs
            .iter()
            .filter_map(|r| {
                if let Ref::Obj(id) = r {
                    Some(*id)
                } else {
                    None
                }
            })
            .collect();
        for id in objects {
            if let Some(obj) = world.heap.change(id) {
                obj.rest = self.values.join(obj.rest, data);
                obj.exact = false;
            }
        }
    }

    /// The values at a place of a call.
    pub(crate) fn place_values(
        &self,
        world: &World,
        place: &Place,
        receiver: Option<ValueId>,
        arguments: &Arguments,
    ) -> SmallVec<[ValueId; 4]> {
        let mut found: SmallVec<[ValueId; 4]> = SmallVec::new();
        for reference in &place.refs {
            match reference {
                ArgRef::Position(i) => found.extend(arguments.at(*i as usize).or(arguments.spread)),
                ArgRef::Last => found.extend(arguments.positional.last().map(|(v, _)| *v)),
                ArgRef::Named(name) => found.extend(
                    self.names
                        .get(name)
                        .and_then(|n| arguments.named(n))
                        .or(arguments.spread_map),
                ),
                ArgRef::Any => found.extend(arguments.values()),
                ArgRef::This => found.extend(receiver),
            }
            if !found.is_empty() {
                break;
            }
        }
        for name in &place.path {
            let key = self.names.get(name);
            let position = name.parse::<usize>().ok();
            let mut inner: SmallVec<[ValueId; 4]> = SmallVec::new();
            for value in found {
                let value = self.values.get(value);
                for thing in &value.refs {
                    if let Ref::Obj(id) = thing {
                        if let Some(obj) = world.heap.get(*id) {
                            if let (ObjKind::List, Some(position)) = (&obj.kind, position) {
                                inner.extend(obj.items.get(position).copied());
                                continue;
                            }
                            let Some(key) = key else { continue };
                            if matches!(obj.kind, ObjKind::List | ObjKind::Set) {
                                for item in obj.contents() {
                                    for inner_thing in &self.values.get(item).refs {
                                        if let Ref::Obj(id) = inner_thing {
                                            inner.extend(
                                                world
                                                    .heap
                                                    .get(*id)
                                                    .and_then(|o| o.field(Const::Str(key))),
                                            );
                                        }
                                    }
                                }
                            }
                            inner.extend(obj.field(Const::Str(key)));
                            if obj.rest != ValueId::NONE
                                && !matches!(obj.kind, ObjKind::List | ObjKind::Set)
                            {
                                inner.push(obj.rest);
                            }
                        }
                    }
                }
            }
            found = inner;
        }
        found
    }

    fn check_sinks(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        model: &'a NodeModel,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        site: Site,
    ) {
        for row in &model.sinks {
            for place in &row.places {
                for value in self.place_values(world, place, receiver, arguments) {
                    let taint = if place.deep {
                        self.deep_taint(world, value)
                    } else {
                        self.shallow_taint(world, value)
                    };
                    if !taint.is_empty()
                        && self.sink_applies(act, world, row, receiver, arguments, site)
                    {
                        self.arrive(act, world, node, row, value, &taint, site);
                    }
                }
            }
        }
    }

    pub(crate) fn check_assigned(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        model: &'a NodeModel,
        receiver: ValueId,
        value: ValueId,
        site: Site,
    ) {
        let taint = self.shallow_taint(world, value);
        if taint.is_empty() {
            return;
        }
        for row in &model.assigned {
            let arguments = Arguments::positional(&[value], site.span);
            if self.sink_applies(act, world, row, Some(receiver), &arguments, site) {
                self.arrive(act, world, node, row, value, &taint, site);
            }
        }
    }

    fn sink_applies(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        row: &SinkRow,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        site: Site,
    ) -> bool {
        row.when
            .iter()
            .all(|c| self.condition_holds(act, world, c, receiver, arguments, site))
            && !row
                .unless
                .iter()
                .any(|c| self.condition_holds(act, world, c, receiver, arguments, site))
    }

    /// Data arrives in a sink: a hit for every detector that cares.
    fn arrive(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        node: ApiId,
        row: &SinkRow,
        value: ValueId,
        taint: &[Taint],
        site: Site,
    ) {
        let bit = 1u64 << row.bit;
        if self.is_shape_safe(value, bit) {
            return;
        }
        let models = self.models;
        for target in &models.targets[row.bit as usize] {
            let mut best: Option<Taint> = None;
            for t in taint {
                let open =
                    self.cleared(world, *t) & bit == 0 && self.counts(target.sources, *t, bit);
                if open
                    && best
                        .is_none_or(|b| self.sources.length(t.step) < self.sources.length(b.step))
                {
                    best = Some(*t);
                }
            }
            if let Some(t) = best {
                self.add_hit(act, target.detector, node, t, row.confidence, site, bit);
            }
        }
    }

    /// Whether data of a source is of interest in a kind of sink.
    fn counts(&self, wanted: KindSet, taint: Taint, bit: u64) -> bool {
        let kind = self.sources.info(taint.source).kind;
        wanted.has(kind)
            && (kind != SourceKind::Library
                || self.models.library
                || bit & self.models.kinds.audited != 0)
    }

    fn add_hit(
        &mut self,
        act: &Activation<'a>,
        detector: u32,
        node: ApiId,
        taint: Taint,
        confidence: Option<shindan_finding::Confidence>,
        site: Site,
        kind: u64,
    ) {
        let key = (detector, site);
        if self.hit_index.contains_key(&key) {
            return;
        }
        self.hit_index.insert(key, self.hits.len());
        self.hits.push(Hit {
            detector,
            site,
            function: act.func,
            sink: self.apis.text(node, self.names),
            source: self.sources.info(taint.source).clone(),
            trace: self.sources.trace(taint.step),
            confidence,
            broadened: false,
            uncalled: self.sources.info(taint.source).kind == SourceKind::Library
                && !self.models.library,
            kind,
        });
    }

    pub(crate) fn prototype_hit(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        taint: Taint,
        site: Site,
    ) {
        let bit = self.models.kinds.prototype;
        if bit == 0 || self.cleared(world, taint) & bit != 0 {
            return;
        }
        let models = self.models;
        for target in &models.targets[bit.trailing_zeros() as usize] {
            if self.counts(target.sources, taint, bit) {
                self.add_hit(act, target.detector, ApiId::ANY, taint, None, site, bit);
            }
        }
    }

    /// Whether what stands before the first untrusted hole of a text makes it harmless: a fixed host before a path,
    /// a fixed folder of this site before a redirect's rest.
    fn is_shape_safe(&self, value: ValueId, bit: u64) -> bool {
        let kinds = self.models.kinds;
        if bit & (kinds.url | kinds.redirect) == 0 {
            return false;
        }
        let parts = self.texts.get(self.values.get(value).text);
        if parts.is_empty() {
            return false;
        }
        let mut prefix = String::new();
        let mut opaque_start = false;
        for part in parts {
            match part {
                Part::Literal(text) => prefix.push_str(self.text_of(*text)),
                Part::Hole { tainted: false } => {
                    opaque_start |= prefix.is_empty();
                    prefix.push('x');
                }
                Part::Hole { tainted: true } => break,
            }
        }
        let fixed_host = match prefix.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?', '#']).is_some_and(|i| i > 0),
            None => opaque_start,
        };
        let same_site = bit & kinds.redirect != 0
            && prefix.len() > 1
            && prefix.starts_with('/')
            && !prefix.starts_with("//")
            && !prefix.starts_with("/\\");
        let local_query = bit & kinds.redirect != 0 && prefix.starts_with('?');
        fixed_host || same_site || local_query
    }

    // Entries.

    fn function_refs(&self, world: &World, value: ValueId) -> SmallVec<[(ObjId, ValueId); 2]> {
        let mut found = SmallVec::new();
        for thing in &self.values.get(value).refs {
            match thing {
                Ref::Obj(id)
                    if world
                        .heap
                        .get(*id)
                        .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })) =>
                {
                    found.push((*id, ValueId::UNKNOWN))
                }
                Ref::Bound(id, receiver) => found.push((*id, *receiver)),
                Ref::Obj(id)
                    if world
                        .heap
                        .get(*id)
                        .is_some_and(|o| matches!(o.kind, ObjKind::List)) =>
                {
                    let items: Vec<ValueId> = world
                        .heap
                        .get(*id)
                        .map(|o| o.contents().collect())
                        .unwrap_or_default();
                    for item in items {
                        for inner in &self.values.get(item).refs {
                            if let Ref::Obj(id) = inner {
                                if world
                                    .heap
                                    .get(*id)
                                    .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. }))
                                {
                                    found.push((*id, ValueId::UNKNOWN));
                                }
                            }
                        }
                    }
                }
                Ref::Obj(_) | Ref::Api(_) | Ref::Module(_) => {}
            }
        }
        found
    }

    /// A decorator hands its function back; an entry decorator also makes it one that the outside calls.
    fn decorated_function(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        node: ApiId,
        model: Option<&'a NodeModel>,
        arguments: &Arguments,
    ) -> Option<ValueId> {
        if arguments.positional.len() != 1 || !arguments.named.is_empty() {
            return None;
        }
        let value = arguments.at(0)?;
        let functions = self.function_refs(world, value);
        let first = *functions.first()?;
        if !self.python || self.values.get(value).refs.len() != 1 {
            return None;
        }
        let mut row = model.and_then(|m| m.decorator_entries.first());
        let (parent, edge) = self.apis.parent(node);
        if row.is_none() && matches!(edge, Edge::Call | Edge::CallWith(_)) {
            row = self.model(parent).and_then(|m| m.decorator_entries.first());
        }
        if let Some(row) = row {
            self.entries.push(FoundEntry {
                function: first.0,
                this: first.1,
                row: row.clone(),
            });
        }
        let site = self
            .function_site(world, first.0)
            .unwrap_or(act.site(act.ir.span));
        self.with_view(act, world, |o, v| o.decorated(v, node, site));
        Some(value)
    }

    fn function_site(&self, world: &World, id: ObjId) -> Option<Site> {
        let ObjKind::Func { func, .. } = world.heap.get(id)?.kind.clone() else {
            return None;
        };
        let ir = self
            .modules
            .get(&func.file)?
            .functions
            .get(func.index.0 as usize)?;
        Some(Site {
            file: func.file,
            span: ir.name_span,
        })
    }

    /// Calls that only say when: `executor.submit(function, argument)`, `Thread(target=function, args=(argument,))`.
    fn deferred_call(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if !self.python {
            return None;
        }
        let position = match self.text_of(name) {
            "submit" | "to_thread" | "call_soon" | "partial" | "apply_async" | "apply"
            | "run_sync" => 0,
            "run_in_executor" | "call_later" | "call_at" => 1,
            "Thread" | "Process" | "Timer" => {
                let target = self.names.get("target").and_then(|n| arguments.named(n))?;
                let passed = self
                    .names
                    .get("args")
                    .and_then(|n| arguments.named(n))
                    .and_then(|v| self.sole_object(v))
                    .and_then(|id| world.heap.get(id))
                    .map(|o| o.items.to_vec());
                let inner = Arguments::positional(&passed.unwrap_or_default(), site.span);
                return self.call_value(act, world, target, &inner, site);
            }
            _ => return None,
        };
        let function = arguments.at(position)?;
        let callable = self.values.get(function).refs.iter().any(|r| match r {
            Ref::Api(_) | Ref::Bound(..) => true,
            Ref::Obj(id) => world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Module(_) => false,
        });
        if !callable {
            return None;
        }
        let mut inner = arguments.clone();
        inner.positional.drain(..=position);
        self.call_value(act, world, function, &inner, site)
    }

    /// Functions among the arguments: those that the outside calls become entries, others run here with unknown arguments.
    fn pass_functions(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        model: Option<&'a NodeModel>,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let mut result = None;
        let passed: SmallVec<[ValueId; 4]> = arguments.values().collect();
        for value in passed {
            for (id, this) in self.function_refs(world, value) {
                let Some(ObjKind::Func {
                    func,
                    frames,
                    this: own,
                }) = world.heap.get(id).map(|o| o.kind.clone())
                else {
                    continue;
                };
                let arity = self
                    .modules
                    .get(&func.file)
                    .and_then(|m| m.functions.get(func.index.0 as usize))
                    .map_or(0, |f| f.params.len());
                let row = model.and_then(|m| {
                    m.argument_entries
                        .iter()
                        .find(|e| e.params.len() == arity)
                        .or_else(|| m.argument_entries.first())
                });
                if let Some(row) = row {
                    self.entries.push(FoundEntry {
                        function: id,
                        this,
                        row: row.clone(),
                    });
                    self.run_entry_now(act, world, id, this, row, site);
                    continue;
                }
                let before = world.clone();
                let this = if this == ValueId::UNKNOWN { own } else { this };
                let value = self.call_function(
                    act,
                    world,
                    func,
                    frames,
                    this,
                    &Arguments::unknown(),
                    None,
                    site,
                );
                self.last_tells = None;
                let mut joined = before;
                if value.is_some() {
                    joined.heap.join(&world.heap, &mut self.values, false);
                }
                *world = joined;
                if let Some(value) = value {
                    result = Some(result.map_or(value, |r| self.values.join(r, value)));
                }
            }
        }
        result
    }

    /// An entry that is registered inside a function runs with that function's captured locals.
    fn run_entry_now(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        this: ValueId,
        row: &EntryRow,
        site: Site,
    ) {
        if act.depth == 0
            && act.ir.parent.is_none()
            && act
                .module
                .functions
                .first()
                .is_some_and(|f| std::ptr::eq(f, act.ir))
        {
            return;
        }
        let Some(ObjKind::Func {
            func,
            frames,
            this: own,
        }) = world.heap.get(id).map(|o| o.kind.clone())
        else {
            return;
        };
        let before = world.clone();
        let this = if this == ValueId::UNKNOWN { own } else { this };
        let ran = self.call_function(
            act,
            world,
            func,
            frames,
            this,
            &Arguments::unknown(),
            Some(row.clone()),
            site,
        );
        let mut joined = before;
        if ran.is_some() {
            joined.heap.join(&world.heap, &mut self.values, false);
        }
        *world = joined;
        self.last_tells = None;
    }

    /// What an entry hands to the outside.
    pub(crate) fn check_returned(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        value: ValueId,
        span: Option<Span>,
    ) {
        let kinds = self.models.kinds;
        match act.returns() {
            Some(ReturnUse::Html) => {
                let data = self.shallow_taint(world, value);
                // A response object of a library says itself what it is.
                let is_response = self.values.get(value).refs.iter().any(|r| matches!(r, Ref::Obj(id) if world.heap.get(*id).is_some_and(|o| o.api.is_some())));
                if !data.is_empty() && !is_response {
                    self.arrive_returned(act, world, kinds.html, &data, span);
                    self.arrive_returned(act, world, kinds.response_trace, &data, span);
                }
            }
            Some(ReturnUse::LambdaProxy) => {
                let objects: SmallVec<[ObjId; 4]> = self
                    .values
                    .get(value)
                    .refs
                    .iter()
                    .filter_map(|r| {
                        if let Ref::Obj(id) = r {
                            Some(*id)
                        } else {
                            None
                        }
                    })
                    .collect();
                for id in objects {
                    self.check_proxy_response(act, world, id, span);
                }
            }
            None => {}
        }
    }

    fn check_proxy_response(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        id: ObjId,
        span: Option<Span>,
    ) {
        let kinds = self.models.kinds;
        let Some(obj) = world.heap.get(id) else {
            return;
        };
        let get = |o: &Obj, name: &str| self.names.get(name).and_then(|n| o.field(Const::Str(n)));
        let Some(body) = get(obj, "body") else { return };
        let headers = get(obj, "headers")
            .and_then(|h| self.sole_object(h))
            .and_then(|id| world.heap.get(id));
        let is_html = headers.is_some_and(|h| {
            h.fields.iter().any(|(key, value)| {
                matches!(key, Const::Str(k) if self.text_of(*k).eq_ignore_ascii_case("content-type"))
                    && self.values.get(*value).consts.iter().any(|c| matches!(c, Const::Str(s) if self.text_of(*s).to_ascii_lowercase().contains("html")))
            })
        });
        let data = self.deep_taint(world, body);
        if is_html {
            self.arrive_returned(act, world, kinds.html, &data, span);
        }
        self.arrive_returned(act, world, kinds.response_trace, &data, span);
        self.arrive_returned(act, world, kinds.response_plain, &data, span);
    }

    pub(crate) fn arrive_returned(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        bit: u64,
        data: &[Taint],
        span: Option<Span>,
    ) {
        if bit == 0 {
            return;
        }
        let models = self.models;
        for target in &models.targets[bit.trailing_zeros() as usize] {
            for t in data {
                let uncalled =
                    !self.models.library && self.sources.info(t.source).kind == SourceKind::Library;
                if self.cleared(world, *t) & bit == 0
                    && !uncalled
                    && self.counts(target.sources, *t, bit)
                {
                    // The expression that builds what is returned, or where the data last moved.
                    let last = self
                        .sources
                        .trace(t.step)
                        .last()
                        .filter(|s| s.file == act.func.file)
                        .map(|s| s.span);
                    let site = act.site(span.or(last).unwrap_or(act.ir.name_span));
                    self.add_hit(act, target.detector, ApiId::ANY, *t, None, site, bit);
                    break;
                }
            }
        }
    }
}
