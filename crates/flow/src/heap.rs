//! The exact little heap: objects by allocation site and call path, with their elements and fields.

use std::rc::Rc;

use rustc_hash::FxHashMap;
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
    Class { file: FileId, class: ClassIdx, frames: Frames },
    /// A function.
    Func { func: FuncRef, frames: Frames, this: ValueId },
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
        self.items.iter().copied().chain(self.fields.iter().map(|(_, v)| *v)).chain([self.rest, self.keys]).filter(|v| *v != ValueId::NONE)
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
        let mut either = |a, b| if widen { values.widen(a, b) } else { values.join(a, b) };
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
                let value = if keep { *theirs } else { either(*theirs, ValueId::UNKNOWN) };
                joined.fields.push((*key, value));
            }
        }
        joined.exact &= with.exact;
        joined
    }
}

/// The objects of a state: those of the modules beneath, and the changes on top.
#[derive(Clone, Default)]
pub(crate) struct Heap {
    base: Rc<FxHashMap<ObjId, Rc<Obj>>>,
    over: Vec<(ObjId, Rc<Obj>)>,
}

impl Heap {
    pub(crate) fn get(&self, id: ObjId) -> Option<&Obj> {
        self.shared(id).map(|rc| &**rc)
    }

    fn shared(&self, id: ObjId) -> Option<&Rc<Obj>> {
        match self.over.binary_search_by_key(&id, |(k, _)| *k) {
            Ok(i) => Some(&self.over[i].1),
            Err(_) => self.base.get(&id),
        }
    }

    pub(crate) fn set(&mut self, id: ObjId, obj: Obj) {
        match self.over.binary_search_by_key(&id, |(k, _)| *k) {
            Ok(i) => self.over[i].1 = Rc::new(obj),
            Err(i) => self.over.insert(i, (id, Rc::new(obj))),
        }
    }

    /// The object, to change in place.
    pub(crate) fn change(&mut self, id: ObjId) -> Option<&mut Obj> {
        let i = match self.over.binary_search_by_key(&id, |(k, _)| *k) {
            Ok(i) => i,
            Err(i) => {
                let rc = Rc::clone(self.base.get(&id)?);
                self.over.insert(i, (id, rc));
                i
            }
        };
        Some(Rc::make_mut(&mut self.over[i].1))
    }

    pub(crate) fn len(&self) -> usize {
        self.over.len()
    }

    /// Makes everything so far the shared base.
    pub(crate) fn settle(&mut self) {
        if self.over.is_empty() {
            return;
        }
        let mut base = (*self.base).clone();
        base.extend(self.over.drain(..));
        self.base = Rc::new(base);
    }

    /// A heap with the same base and nothing on top.
    pub(crate) fn fresh(&self) -> Self {
        Self { base: Rc::clone(&self.base), over: Vec::new() }
    }

    /// Objects on top, in order of their ids.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (ObjId, &Obj)> {
        self.over.iter().map(|(id, rc)| (*id, &**rc))
    }

    /// Takes in another state's objects; true when something changed.
    pub(crate) fn join(&mut self, with: &Self, values: &mut Values, widen: bool) -> bool {
        let mut changed = false;
        let mut mine = std::mem::take(&mut self.over).into_iter().peekable();
        let mut theirs = with.over.iter().peekable();
        let mut joined = Vec::with_capacity(mine.len().max(with.over.len()));
        loop {
            match (mine.peek(), theirs.peek()) {
                (None, None) => break,
                (Some(_), None) => joined.extend(mine.next()),
                (None, Some(_)) => {
                    changed = true;
                    joined.extend(theirs.next().cloned());
                }
                (Some((a, _)), Some((b, _))) if a < b => joined.extend(mine.next()),
                (Some((a, _)), Some((b, _))) if b < a => {
                    changed = true;
                    joined.extend(theirs.next().cloned());
                }
                (Some(_), Some(_)) => {
                    if let (Some((id, a)), Some((_, b))) = (mine.next(), theirs.next()) {
                        if Rc::ptr_eq(&a, b) || a == *b {
                            joined.push((id, a));
                        } else {
                            let both = a.join(b, values, widen);
                            if both == *a {
                                joined.push((id, a));
                            } else {
                                changed = true;
                                joined.push((id, Rc::new(both)));
                            }
                        }
                    }
                }
            }
        }
        self.over = joined;
        changed
    }
}
