//! What models say that calls move from where to where.

use crate::arguments::Arguments;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, Value, ValueId};
use shindan_catalogue::{ArgRef, Flow, Moves, Place};
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    pub(crate) fn apply_flow(
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
            None if flow.moves == Moves::Value => {
                for value in values {
                    *same = self.join(*same, value);
                }
            }
            None => {
                for value in values {
                    self.absorb(world, value, taint);
                }
            }
            Some(to) => {
                let mut moved = Value::default();
                for value in values {
                    self.absorb(world, value, &mut moved);
                }
                if moved.taint.is_empty() {
                    return;
                }
                moved.taint = self.stepped(&moved.taint, site, StepWord::Stored);
                moved.other = true;
                let moved = self.values.add(moved);
                for target in self.place_values(world, to, receiver, arguments) {
                    self.put_inside(world, target, moved);
                }
            }
        }
        let _ = act;
    }

    /// The key that constant arguments make together: `this[0,1]` of `conf.get("section", "name")`.
    pub(crate) fn joint_key(&self, place: &Place, arguments: &Arguments) -> Option<Const> {
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

    pub(crate) fn keyed_read(
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

    pub(crate) fn keyed_write(
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
                    if let Ref::Obj(id) = thing
                        && let Some(obj) = world.heap.get(*id)
                    {
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
            found = inner;
        }
        found
    }
}
