//! Lists, maps, functions and classes as they are made.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{FuncRef, Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, State, World};
use crate::value::{Const, Ref, ValueId};
use shindan_base::Span;
use shindan_program::ir::{self, Inst, MapEntry, Reg};
use smallvec::SmallVec;
use std::rc::Rc;

impl<'a> Interpreter<'a> {
    pub(crate) fn make_list(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        items: &[(Reg, bool)],
        kind: ObjKind,
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(kind);
        for (reg, spread) in items {
            let value = state.regs[reg.0 as usize];
            if *spread {
                match self
                    .sole_object(value)
                    .and_then(|id| state.world.heap.get(id))
                {
                    Some(list)
                        if list.exact
                            && list.rest == ValueId::NONE
                            && matches!(list.kind, ObjKind::List) =>
                    {
                        obj.items.extend(list.items.iter().copied())
                    }
                    _ => {
                        let element =
                            self.element(&mut state.world, value, false, act.site(inst.span));
                        obj.exact = false;
                        obj.rest = self.join(obj.rest, element);
                    }
                }
            } else {
                obj.items.push(value);
            }
        }
        if !obj.exact || obj.items.len() > self.limits.elements {
            obj.blur_items(&mut self.values);
        }
        self.allocate(act, &mut state.world, inst.span, 1, obj)
    }

    pub(crate) fn make_map(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        entries: &[MapEntry],
        inst: &Inst,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::Map);
        for entry in entries {
            match entry {
                MapEntry::Pair { key, value, at } => {
                    let (key, value) = (state.regs[key.0 as usize], state.regs[value.0 as usize]);
                    match self.values.get(key).sole_const() {
                        Some(key) => {
                            if let Const::Str(name) = key {
                                let site = act.site(*at);
                                self.with_view(act, &state.world, |o, v| {
                                    o.property(v, name, value, site)
                                });
                            }
                            obj.set_field(key, value);
                        }
                        None => {
                            obj.rest = self.join(obj.rest, value);
                            obj.keys = self.join(obj.keys, key);
                            obj.exact = false;
                        }
                    }
                }
                MapEntry::Getter { key, function } => {
                    let (key, function) =
                        (state.regs[key.0 as usize], state.regs[function.0 as usize]);
                    let value = self
                        .call_value(
                            act,
                            &mut state.world,
                            function,
                            &Arguments::default(),
                            act.site(inst.span),
                        )
                        .unwrap_or(ValueId::UNKNOWN);
                    if let Some(key) = self.values.get(key).sole_const() {
                        obj.set_field(key, value);
                    }
                }
                MapEntry::Spread(from) => {
                    let from = state.regs[from.0 as usize];
                    match self
                        .sole_object(from)
                        .and_then(|id| state.world.heap.get(id))
                        .cloned()
                    {
                        Some(map) => {
                            for (key, value) in &map.fields {
                                obj.set_field(*key, *value);
                            }
                            obj.rest = self.join(obj.rest, map.rest);
                            obj.keys = self.join(obj.keys, map.keys);
                            obj.exact &= map.exact && map.rest == ValueId::NONE;
                        }
                        None => {
                            let spread = self.inside_of(&state.world, from);
                            obj.keys = self.join(obj.keys, spread);
                            for (_, value) in &mut obj.fields {
                                *value = self.values.join(*value, spread);
                            }
                            obj.rest = self.join(obj.rest, spread);
                            obj.exact = false;
                        }
                    }
                }
            }
        }
        self.allocate(act, &mut state.world, inst.span, 1, obj)
    }

    pub(crate) fn make_closure(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        index: ir::FuncIdx,
        inst: &Inst,
    ) -> ValueId {
        let func = FuncRef {
            file: act.func.file,
            index,
        };
        let this = match act.module.functions.get(index.0 as usize) {
            Some(ir) if ir.is_arrow => act.this,
            _ => ValueId::UNKNOWN,
        };
        let id = self.object(act.key, inst.span, 2);
        let kind = ObjKind::Func {
            func,
            frames: Rc::clone(&act.frames),
            this,
        };
        match world.heap.get(id) {
            Some(old) if old.kind == kind => {}
            _ => world.heap.set(id, Obj::new(kind)),
        }
        self.closures.push((id, func));
        self.made_functions.entry(func).or_insert(id);
        self.values.reference(Ref::Obj(id))
    }

    pub(crate) fn make_class(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ir::ClassIdx,
        bases: SmallVec<[ValueId; 4]>,
        inst: &Inst,
    ) -> ValueId {
        if self.is_nominal() {
            return self.make_nominal_class(act, world, class, inst);
        }
        let mut obj = Obj::new(ObjKind::Class {
            file: act.func.file,
            class,
            frames: Rc::clone(&act.frames),
        });
        let mut apis: SmallVec<[ApiId; 2]> = SmallVec::new();
        for base in &bases {
            for thing in &self.values.get(*base).refs {
                if let Ref::Api(node) = thing {
                    apis.push(*node);
                }
            }
        }
        obj.items = bases;
        if let Some(base) = apis.first() {
            obj.api = Some(self.apis.child(*base, Edge::Call));
        }
        let value = self.allocate(act, world, inst.span, 3, obj);
        if let Some(id) = self.sole_object(value) {
            self.made_classes
                .entry((act.func.file, class))
                .or_insert(id);
        }
        let name_site = act
            .module
            .classes
            .get(class.0 as usize)
            .map_or(act.site(inst.span), |c| act.site(c.span));
        for base in apis {
            self.with_view(act, world, |o, v| o.class(v, base, &[], name_site));
        }
        value
    }

    /// The object of a class where its declaration runs.
    fn make_nominal_class(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ir::ClassIdx,
        inst: &Inst,
    ) -> ValueId {
        let of = (act.func.file, class);
        let id = if act.func.index == ir::FuncIdx(0) {
            self.class_object(world, of)
        } else {
            let id = self.object(act.key, inst.span, 3);
            self.fill_class(world, id, of, Rc::clone(&act.frames));
            self.made_classes.entry(of).or_insert(id);
            id
        };
        let site = act
            .module
            .classes
            .get(class.0 as usize)
            .map_or(act.site(inst.span), |c| act.site(c.span));
        self.notice_annotations(act, world, of, id, site);
        self.values.reference(Ref::Obj(id))
    }

    /// An array of a size: empty places while they can be counted.
    pub(crate) fn array_of_size(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        size: Option<ValueId>,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::List);
        let size = size
            .and_then(|v| self.sole_int(v))
            .and_then(|n| usize::try_from(n).ok());
        match size.filter(|n| *n <= self.limits.elements) {
            Some(size) => {
                let empty = self.constant(Const::Null);
                obj.items = SmallVec::from_elem(empty, size);
            }
            None => {
                obj.exact = false;
                obj.rest = ValueId::SETTLED;
            }
        }
        self.allocate(act, world, site.span, 1, obj)
    }

    /// A collection of a declared type whose contents nobody knows.
    pub(crate) fn declared_collection(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        kind: ObjKind,
        span: Span,
    ) -> ValueId {
        let mut obj = Obj::new(kind);
        obj.api = Some(self.apis.child(node, Edge::Call));
        obj.exact = false;
        obj.rest = ValueId::UNKNOWN;
        self.allocate(act, world, span, 15, obj)
    }
}
