//! Reads and writes of members, elements, names and modules.

use shindan_base::Sym;
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::class::Found;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Const, Ref, Taint, ValueId};

impl<'a> Interpreter<'a> {
    /// Taints of data taken out of a value under a name.
    pub(crate) fn part_taint(&mut self, value: ValueId, name: Sym) -> SmallVec<[Taint; 1]> {
        let nodes: SmallVec<[ApiId; 2]> = self
            .values
            .get(value)
            .refs
            .iter()
            .filter_map(|r| {
                if let Ref::Api(node) = r {
                    Some(*node)
                } else {
                    None
                }
            })
            .collect();
        let taint = self.values.get(value).taint.clone();
        taint
            .into_iter()
            .map(|t| {
                let api = self.sources.info(t.source).api;
                let part_of_source =
                    api.is_some_and(|api| nodes.iter().any(|n| self.apis.is_below(*n, api)));
                if part_of_source {
                    Taint {
                        source: self.sources.part(t.source, name),
                        ..t
                    }
                } else {
                    t
                }
            })
            .collect()
    }

    pub(crate) fn get_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let value = self.values.get(object).clone();
        if self.is_csharp_wrapper(name) && !self.declares(world, &value, name) {
            return object;
        }
        let mut result = ValueId::NONE;
        for thing in &value.refs {
            let found = match thing {
                Ref::Obj(id) => self.object_member(act, world, *id, name, site),
                Ref::Api(node) => {
                    let child = self.member_node(*node, name);
                    self.with_view(act, world, |o, v| o.read(v, child, site));
                    self.api_value(child, site)
                }
                Ref::Module(file) => self.module_member(act, world, *file, name, site),
                Ref::Bound(..) => ValueId::UNKNOWN,
            };
            result = self.join(result, found);
        }
        if !value.consts.is_empty() {
            let length = matches!(self.text_of(name), "length" | "Length")
                .then(|| value.sole_str())
                .flatten();
            let found = match length {
                Some(text) => {
                    self.constant(Const::Int(self.text_of(text).encode_utf16().count() as i64))
                }
                None => ValueId::SETTLED,
            };
            result = self.join(result, found);
        }
        if value.other || result == ValueId::NONE {
            let found = match self.apis.known_child(ApiId::ANY, Edge::Name(name)) {
                Some(node) => {
                    self.with_view(act, world, |o, v| o.read(v, node, site));
                    let taint = self.source_taint(node, site);
                    if taint.is_empty() {
                        self.values.opaque(value.unsettled)
                    } else {
                        self.values.tainted(taint)
                    }
                }
                None => self.values.opaque(value.unsettled),
            };
            result = self.join(result, found);
        }
        if !value.taint.is_empty() && !self.is_measure(name) {
            let taint = self.part_taint(object, name);
            result = self.values.add_taint(result, &taint);
        }
        self.clear_read(result)
    }

    /// Whether a member of data is a number that says how much of it there is.
    fn is_measure(&self, name: Sym) -> bool {
        match self.family {
            Family::CSharp => matches!(
                self.text_of(name),
                "Length" | "LongLength" | "Count" | "HasValue"
            ),
            Family::EcmaScript | Family::Java | Family::Python => self.text_of(name) == "length",
            Family::Ruby => matches!(self.text_of(name), "length" | "size" | "count"),
        }
    }

    /// Reading some things of a library yields data that is safe for some kinds of sink.
    pub(crate) fn clear_read(&mut self, value: ValueId) -> ValueId {
        if self.values.get(value).taint.is_empty() {
            return value;
        }
        let clears = self
            .values
            .get(value)
            .refs
            .iter()
            .filter_map(|r| {
                if let Ref::Api(node) = r {
                    self.rows.nodes.get(node)
                } else {
                    None
                }
            })
            .fold(0, |m, row| m | row.clears);
        if clears == 0 {
            return value;
        }
        let taint: SmallVec<[Taint; 1]> = if clears == ALL_KINDS {
            SmallVec::new()
        } else {
            self.values
                .get(value)
                .taint
                .iter()
                .map(|t| Taint {
                    cleared: t.cleared | clears,
                    ..*t
                })
                .collect()
        };
        self.values.with_taint(value, taint)
    }

    /// The node of a member: its own, or what the catalogue says of any member of that thing (`request.session[]`).
    pub(crate) fn member_node(&mut self, node: ApiId, name: Sym) -> ApiId {
        let named = Edge::Name(name);
        if self.python || self.apis.known_child(node, named).is_some() {
            return self.apis.child(node, named);
        }
        self.apis
            .known_child(node, Edge::Index)
            .unwrap_or_else(|| self.apis.child(node, named))
    }

    pub(crate) fn object_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        if let Some(value) = obj.field(Const::Str(name)) {
            return value;
        }
        if self.is_csharp()
            && let Some(value) = self.csharp_member(world, id, name, site)
        {
            return value;
        }
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        let (rest, api, exact) = (obj.rest, obj.api, obj.exact);
        let class = match &obj.kind {
            ObjKind::Instance(class) => *class,
            ObjKind::Class { .. } => {
                return match self.find_in_class(world, id, name) {
                    Some(Found::Method(func) | Found::Getter(func)) => {
                        let receiver = self.values.reference(Ref::Obj(id));
                        if self.is_class_method(world, func) {
                            self.values.reference(Ref::Bound(func, receiver))
                        } else {
                            self.values.reference(Ref::Obj(func))
                        }
                    }
                    Some(Found::Value(value)) => value,
                    None => match api.map(|node| self.apis.parent(node).0) {
                        Some(base) => {
                            let child = self.apis.child(base, Edge::Name(name));
                            self.api_value(child, site)
                        }
                        None => ValueId::UNKNOWN,
                    },
                };
            }
            ObjKind::List if self.text_of(name) == "length" => {
                return if exact && rest == ValueId::NONE {
                    let length = obj.items.len() as i64;
                    self.constant(Const::Int(length))
                } else {
                    ValueId::UNKNOWN
                };
            }
            ObjKind::List
            | ObjKind::Set
            | ObjKind::Func { .. }
            | ObjKind::Resolver
            | ObjKind::Frame => {
                return ValueId::UNKNOWN;
            }
            ObjKind::Map => {
                if rest == ValueId::NONE && exact && !self.python {
                    return self.constant(Const::Undefined);
                }
                return self.join(rest, ValueId::UNKNOWN);
            }
        };
        if let Some(class) = class {
            match self.find_in_class(world, class, name) {
                Some(Found::Method(func)) => {
                    let receiver = self.values.reference(Ref::Obj(id));
                    return self.values.reference(Ref::Bound(func, receiver));
                }
                Some(Found::Getter(func)) => {
                    let receiver = self.values.reference(Ref::Obj(id));
                    let method = self.values.reference(Ref::Bound(func, receiver));
                    return self
                        .call_value(act, world, method, &Arguments::default(), site)
                        .unwrap_or(ValueId::UNKNOWN);
                }
                Some(Found::Value(value)) => return value,
                None => {}
            }
            if self.is_nominal()
                && rest == ValueId::NONE
                && let Some(value) = self.field_by_type(act, world, class, name, site)
            {
                return value;
            }
        }
        let inner = if rest == ValueId::NONE {
            ValueId::UNKNOWN
        } else {
            rest
        };
        match api {
            Some(node) => {
                let child = self.apis.child(node, Edge::Name(name));
                self.with_view(act, world, |o, v| o.read(v, child, site));
                let value = self.api_value(child, site);
                if rest == ValueId::NONE {
                    value
                } else {
                    let taint = self.values.get(rest).taint.clone();
                    self.values.add_taint(value, &taint)
                }
            }
            None => inner,
        }
    }

    pub(crate) fn set_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        object: ValueId,
        name: Sym,
        value: ValueId,
        site: Site,
    ) {
        let stored = self.step_value(value, site, StepWord::Assigned(name));
        let target = self.values.get(object).clone();
        let sole = target.refs.len() == 1 && target.consts.is_empty() && !target.other;
        let mut nodes: SmallVec<[ApiId; 2]> = SmallVec::new();
        for thing in &target.refs {
            match thing {
                Ref::Obj(id) => {
                    let old = world.heap.get(*id).and_then(|o| o.field(Const::Str(name)));
                    let new = match old {
                        Some(old) if !sole => self.join(old, stored),
                        _ => stored,
                    };
                    if let Some(obj) = world.heap.change(*id) {
                        if matches!(obj.kind, ObjKind::List) && self.text_of(name) == "length" {
                            // The list is cut, who knows where.
                            obj.blur_items(&mut self.values);
                            continue;
                        }
                        obj.set_field(Const::Str(name), new);
                        if let Some(api) = obj.api {
                            nodes.push(self.member_node(api, name));
                        }
                    }
                }
                Ref::Api(node) => nodes.push(self.member_node(*node, name)),
                Ref::Module(file) => self.store_in_module(world, *file, name, stored),
                Ref::Bound(..) => {}
            }
        }
        self.with_view(act, world, |o, v| {
            o.assign(v, nodes.first().copied(), Some(name), object, value, site)
        });
        let mut rows: SmallVec<[(ApiId, &'a crate::model::NodeModel<'a>); 2]> = SmallVec::new();
        for node in nodes {
            if let Some(model) = self.model(node) {
                rows.push((node, model));
            }
        }
        if rows.is_empty()
            && let (Some(model), Some(node)) = (
                self.any_model(name),
                self.apis.known_child(ApiId::ANY, Edge::Name(name)),
            )
        {
            rows.push((node, model));
        }
        for (node, model) in rows {
            self.check_assigned(act, world, node, model, object, value, site);
        }
    }
}
