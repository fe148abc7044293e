//! The exact little heap: objects by allocation site and call path, with their elements and fields.

use std::rc::Rc;

use shindan_base::FileId;
use shindan_program::ir::{ClassIdx, FuncIdx};
use smallvec::SmallVec;

use crate::api::ApiId;
use crate::arguments::Arguments;
use crate::value::{Const, ValueId, Values};

/// An object: an allocation site in one activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjId(pub(crate) u32);

/// A function of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncRef {
    /// Its file.
    pub file: FileId,
    /// Which of the file's functions.
    pub index: FuncIdx,
}

/// The frames of enclosing functions, innermost first; `None` where a function has no captured locals.
pub(crate) type Frames = Rc<[Option<ObjId>]>;

/// What an object is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ObjKind {
    /// A list, tuple or array.
    List,
    /// A set.
    Set,
    /// A dict or object literal.
    Map,
    /// An instance of a class of the program (its class object), or of a library's class.
    Instance(Option<ObjId>),
    /// A class.
    Class {
        file: FileId,
        class: ClassIdx,
        frames: Frames,
    },
    /// A function.
    Func {
        func: FuncRef,
        frames: Frames,
        this: ValueId,
    },
    /// The function that a promise hands to its executor; what it is called with is the promise's value.
    Resolver,
    /// The captured locals of an activation, or the names of a module.
    Frame,
}

/// An object's contents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Obj {
    pub(crate) kind: ObjKind,
    /// The library thing that it is an instance of.
    pub(crate) api: Option<ApiId>,
    /// The elements of a list whose length is known (`exact`).
    pub(crate) items: SmallVec<[ValueId; 4]>,
    pub(crate) exact: bool,
    /// Fields, entries, names; in order of insertion.
    pub(crate) fields: Vec<(Const, ValueId)>,
    /// What else may be in it, under unknown keys or positions.
    pub(crate) rest: ValueId,
    /// Data in unknown keys.
    pub(crate) keys: ValueId,
    /// The arguments of the library call that made it.
    pub(crate) made_by: Option<Rc<Arguments>>,
}

impl Obj {
    pub(crate) fn new(kind: ObjKind) -> Self {
        Self {
            kind,
            api: None,
            items: SmallVec::new(),
            exact: true,
            fields: Vec::new(),
            rest: ValueId::NONE,
            keys: ValueId::NONE,
            made_by: None,
        }
    }

    pub(crate) fn field(&self, key: Const) -> Option<ValueId> {
        self.fields.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    pub(crate) fn set_field(&mut self, key: Const, value: ValueId) {
        match self.fields.iter_mut().find(|(k, _)| *k == key) {
            Some((_, v)) => *v = value,
            None => self.fields.push((key, value)),
        }
    }

    /// Everything that may be inside, in order.
    pub(crate) fn contents(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.items
            .iter()
            .copied()
            .chain(self.fields.iter().map(|(_, v)| *v))
            .chain([self.rest, self.keys])
            .filter(|v| *v != ValueId::NONE)
    }

    /// Gives up telling elements apart.
    pub(crate) fn blur_items(&mut self, values: &mut Values) {
        for item in std::mem::take(&mut self.items) {
            self.rest = values.join(self.rest, item);
        }
        self.exact = false;
    }

    fn join(&self, with: &Self, values: &mut Values, widen: bool) -> Self {
        let mut joined = self.clone();
        let mut either = |a, b| {
            if widen {
                values.widen(a, b)
            } else {
                values.join(a, b)
            }
        };
        joined.rest = either(self.rest, with.rest);
        joined.keys = either(self.keys, with.keys);
        if self.exact && with.exact && self.items.len() == with.items.len() {
            for (mine, theirs) in joined.items.iter_mut().zip(&with.items) {
                *mine = either(*mine, *theirs);
            }
        } else {
            for item in self.items.iter().chain(&with.items) {
                joined.rest = either(joined.rest, *item);
            }
            joined.items.clear();
            joined.exact = false;
        }
        for (key, value) in &mut joined.fields {
            match with.field(*key) {
                Some(theirs) => *value = either(*value, theirs),
                None if matches!(self.kind, ObjKind::Frame | ObjKind::Class { .. }) => {}
                None => *value = either(*value, ValueId::UNKNOWN),
            }
        }
        for (key, theirs) in &with.fields {
            if self.field(*key).is_none() {
                let keep = matches!(self.kind, ObjKind::Frame | ObjKind::Class { .. });
                let value = if keep {
                    *theirs
                } else {
                    either(*theirs, ValueId::UNKNOWN)
                };
                joined.fields.push((*key, value));
            }
        }
        joined.exact &= with.exact;
        joined
    }
}

/// Objects of neighbouring ids. Objects that are made together have neighbouring ids, so states share most chunks, and
/// copying or joining them looks at the few that differ.
type Chunk = [Option<Rc<Obj>>; CHUNK];

const CHUNK: usize = 16;

/// The objects of a state: those of the modules beneath, and the changes on top.
#[derive(Clone, Default)]
pub(crate) struct Heap {
    base: Rc<Vec<Option<Rc<Obj>>>>,
    /// Sorted by chunk number.
    over: Vec<(u32, Rc<Chunk>)>,
    count: u32,
}

fn place(id: ObjId) -> (u32, usize) {
    (id.0 / CHUNK as u32, id.0 as usize % CHUNK)
}

impl Heap {
    pub(crate) fn get(&self, id: ObjId) -> Option<&Obj> {
        self.shared(id).map(|rc| &**rc)
    }

    /// The object as a shared pointer: equal pointers are equal objects.
    pub(crate) fn shared(&self, id: ObjId) -> Option<&Rc<Obj>> {
        let (chunk, slot) = place(id);
        if let Ok(i) = self.over.binary_search_by_key(&chunk, |(k, _)| *k)
            && let Some(obj) = &self.over[i].1[slot]
        {
            return Some(obj);
        }
        self.base.get(id.0 as usize)?.as_ref()
    }

    /// Whether every object of `before` is still as it was there.
    pub(crate) fn extends(&self, before: &Self) -> bool {
        self.over.iter().all(|(number, chunk)| {
            let old = before
                .over
                .binary_search_by_key(number, |(k, _)| *k)
                .ok()
                .map(|i| &before.over[i].1);
            if old.is_some_and(|old| Rc::ptr_eq(old, chunk)) {
                return true;
            }
            chunk.iter().enumerate().all(|(at, obj)| {
                let Some(obj) = obj else { return true };
                match before.shared(ObjId(number * CHUNK as u32 + at as u32)) {
                    Some(old) => Rc::ptr_eq(old, obj) || old == obj,
                    None => true,
                }
            })
        })
    }

    fn slot(&mut self, id: ObjId) -> &mut Option<Rc<Obj>> {
        let (chunk, slot) = place(id);
        let i = match self.over.binary_search_by_key(&chunk, |(k, _)| *k) {
            Ok(i) => i,
            Err(i) => {
                self.over.insert(i, (chunk, Rc::default()));
                i
            }
        };
        &mut Rc::make_mut(&mut self.over[i].1)[slot]
    }

    pub(crate) fn set(&mut self, id: ObjId, obj: Obj) {
        let slot = self.slot(id);
        let is_new = slot.is_none();
        *slot = Some(Rc::new(obj));
        self.count += u32::from(is_new);
    }

    /// The object, to change in place.
    pub(crate) fn change(&mut self, id: ObjId) -> Option<&mut Obj> {
        let below = self.base.get(id.0 as usize).cloned().flatten();
        let (chunk, at) = place(id);
        let known = self
            .over
            .binary_search_by_key(&chunk, |(k, _)| *k)
            .is_ok_and(|i| self.over[i].1[at].is_some());
        if !known {
            let below = below?;
            *self.slot(id) = Some(below);
            self.count += 1;
        }
        self.slot(id).as_mut().map(Rc::make_mut)
    }

    /// How many objects lie on top.
    pub(crate) fn len(&self) -> usize {
        self.count as usize
    }

    /// Makes everything so far the shared base. Cheap when no other state is alive, which shares the base.
    pub(crate) fn settle(&mut self) {
        let Some((last, _)) = self.over.last() else {
            return;
        };
        let base = Rc::make_mut(&mut self.base);
        let needed = (*last as usize + 1) * CHUNK;
        if base.len() < needed {
            base.resize(needed, None);
        }
        for (number, chunk) in self.over.drain(..) {
            for (at, obj) in chunk.iter().enumerate() {
                if let Some(obj) = obj {
                    base[number as usize * CHUNK + at] = Some(Rc::clone(obj));
                }
            }
        }
        self.count = 0;
    }

    /// Objects on top, in order of their ids.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (ObjId, &Obj)> {
        self.over.iter().flat_map(|(number, chunk)| {
            chunk.iter().enumerate().filter_map(move |(at, obj)| {
                Some((ObjId(number * CHUNK as u32 + at as u32), obj.as_deref()?))
            })
        })
    }

    /// Takes in another state's objects; true when something changed.
    pub(crate) fn join(&mut self, with: &Self, values: &mut Values, widen: bool) -> bool {
        let mut changed = false;
        let mut mine = 0;
        for (number, theirs) in &with.over {
            while mine < self.over.len() && self.over[mine].0 < *number {
                mine += 1;
            }
            if mine < self.over.len() && self.over[mine].0 == *number {
                if !Rc::ptr_eq(&self.over[mine].1, theirs) {
                    changed |= self.join_chunk(mine, theirs, values, widen);
                }
            } else {
                self.count += theirs.iter().flatten().count() as u32;
                self.over.insert(mine, (*number, Rc::clone(theirs)));
                changed = true;
            }
            mine += 1;
        }
        changed
    }

    fn join_chunk(
        &mut self,
        mine: usize,
        theirs: &Rc<Chunk>,
        values: &mut Values,
        widen: bool,
    ) -> bool {
        let mut changed = false;
        for (at, their) in theirs.iter().enumerate() {
            let Some(their) = their else { continue };
            let joined = match &self.over[mine].1[at] {
                None => {
                    self.count += 1;
                    Rc::clone(their)
                }
                Some(own) if Rc::ptr_eq(own, their) || own == their => continue,
                Some(own) => {
                    let both = own.join(their, values, widen);
                    if both == **own {
                        continue;
                    }
                    Rc::new(both)
                }
            };
            Rc::make_mut(&mut self.over[mine].1)[at] = Some(joined);
            changed = true;
        }
        changed
    }
}
