//! Abstract values, interned: equal values have equal ids, so states compare and join by number.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};
use shindan_base::{FileId, Sym};
use smallvec::SmallVec;

use crate::api::ApiId;
use crate::heap::ObjId;
use crate::source::{SourceId, StepId};
use crate::text::TextId;

/// An interned [`Value`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(u32);

impl ValueId {
    /// No value: nothing was assigned yet, or the code does not get here.
    pub const NONE: Self = Self(0);
    /// Anything at all.
    pub const UNKNOWN: Self = Self(1);
    /// Something that the program itself decides: a number that it computed, the answer of a test.
    pub(crate) const SETTLED: Self = Self(2);
}

/// What an expression may evaluate to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Value {
    /// Whose data is in it; sorted by source, at most [`MAX_TAINTS`].
    pub taint: SmallVec<[Taint; 1]>,
    /// Constants it may be; at most [`MAX_CONSTS`].
    pub consts: SmallVec<[Const; 1]>,
    /// Things it may be; at most [`MAX_REFS`].
    pub refs: SmallVec<[Ref; 1]>,
    /// It may also be something that is not listed.
    pub other: bool,
    /// Kinds of sink for which data of unknown origin in it may be harmful; constants, and what is made of them, have none.
    pub unsettled: u64,
    /// How a text was put together.
    pub text: TextId,
}

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// A string.
    Str(Sym),
    /// A byte string.
    Bytes(Sym),
    /// An integer.
    Int(i64),
    /// The bits of another number.
    Float(u64),
    /// A truth value.
    Bool(bool),
    /// `None`, `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// A regular expression: its pattern.
    Regex(Sym),
}

/// A thing with identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ref {
    /// An object, class or function of the program.
    Obj(ObjId),
    /// A library's thing.
    Api(ApiId),
    /// A module of the program.
    Module(FileId),
    /// A method of the program and its receiver.
    Bound(ObjId, ValueId),
}

/// Data of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taint {
    /// Whose.
    pub source: SourceId,
    /// Kinds of sink that it is safe for.
    pub cleared: u64,
    /// How it got here.
    pub step: StepId,
}

/// Every kind of sink. The highest bit is not one.
pub(crate) const ALL_KINDS: u64 = u64::MAX >> 1;

/// Sources that one value tells apart.
pub(crate) const MAX_TAINTS: usize = 8;
/// Constants that one value tells apart: the arms of a small `switch`.
pub(crate) const MAX_CONSTS: usize = 4;
/// Things that one value tells apart.
pub(crate) const MAX_REFS: usize = 4;

impl Value {
    /// A value that is surely this constant.
    pub(crate) fn of_const(value: Const) -> Self {
        Self {
            consts: SmallVec::from_elem(value, 1),
            ..Self::default()
        }
    }

    /// A value that is surely this thing.
    pub(crate) fn of_ref(value: Ref) -> Self {
        Self {
            refs: SmallVec::from_elem(value, 1),
            ..Self::default()
        }
    }

    /// Anything, with these taints.
    pub(crate) fn of_taint(taint: SmallVec<[Taint; 1]>) -> Self {
        Self {
            taint,
            other: true,
            ..Self::default()
        }
    }

    /// The only constant it can be.
    #[must_use]
    pub fn sole_const(&self) -> Option<Const> {
        (self.consts.len() == 1 && self.refs.is_empty() && !self.other).then(|| self.consts[0])
    }

    /// The only string it can be.
    #[must_use]
    pub fn sole_str(&self) -> Option<Sym> {
        match self.sole_const() {
            Some(Const::Str(s)) => Some(s),
            _ => None,
        }
    }

    /// Adds the taints of another value.
    pub(crate) fn add_taint(&mut self, taints: &[Taint]) {
        for taint in taints {
            match self.taint.binary_search_by(|t| t.source.cmp(&taint.source)) {
                Ok(i) => {
                    let mine = &mut self.taint[i];
                    if mine.cleared & !taint.cleared != 0 {
                        let cleared = mine.cleared & taint.cleared;
                        *mine = Taint { cleared, ..*taint };
                    }
                }
                Err(i) if self.taint.len() < MAX_TAINTS => self.taint.insert(i, *taint),
                Err(_) => {}
            }
        }
    }

    fn join(&self, with: &Self) -> Self {
        let mut joined = self.clone();
        joined.add_taint(&with.taint);
        joined.other |= with.other;
        joined.unsettled |= with.unsettled;
        for constant in &with.consts {
            if !joined.consts.contains(constant) {
                joined.consts.push(*constant);
            }
        }
        if joined.consts.len() > MAX_CONSTS {
            joined.consts.clear();
            joined.other = true;
        }
        for thing in &with.refs {
            if !joined.refs.contains(thing) {
                if joined.refs.len() < MAX_REFS {
                    joined.refs.push(*thing);
                } else {
                    joined.other = true;
                }
            }
        }
        if joined.text != with.text && joined.text == TextId::NONE {
            joined.text = with.text;
        }
        joined
    }
}

/// The table of values.
pub(crate) struct Values {
    data: Vec<Value>,
    table: HashTable<u32>,
    joins: FxHashMap<(ValueId, ValueId), ValueId>,
}

impl Values {
    pub(crate) fn new() -> Self {
        let mut values = Self {
            data: Vec::new(),
            table: HashTable::new(),
            joins: FxHashMap::default(),
        };
        values.add(Value::default());
        values.opaque(ALL_KINDS);
        values.opaque(0);
        values
    }

    pub(crate) fn add(&mut self, value: Value) -> ValueId {
        let hash = FxBuildHasher.hash_one(&value);
        if let Some(&i) = self.table.find(hash, |&i| self.data[i as usize] == value) {
            return ValueId(i);
        }
        let i = self.data.len() as u32;
        self.data.push(value);
        self.table
            .insert_unique(hash, i, |&i| FxBuildHasher.hash_one(&self.data[i as usize]));
        ValueId(i)
    }

    pub(crate) fn get(&self, id: ValueId) -> &Value {
        &self.data[id.0 as usize]
    }

    pub(crate) fn constant(&mut self, value: Const) -> ValueId {
        self.add(Value::of_const(value))
    }

    pub(crate) fn reference(&mut self, value: Ref) -> ValueId {
        self.add(Value::of_ref(value))
    }

    /// Something that is not known, in which data of unknown origin may be harmful for these kinds of sink.
    pub(crate) fn opaque(&mut self, unsettled: u64) -> ValueId {
        self.add(Value {
            other: true,
            unsettled,
            ..Value::default()
        })
    }

    pub(crate) fn tainted(&mut self, taint: SmallVec<[Taint; 1]>) -> ValueId {
        if taint.is_empty() {
            ValueId::UNKNOWN
        } else {
            self.add(Value::of_taint(taint))
        }
    }

    /// The value that may be either; steps of `a` win, so that repeated joins settle.
    pub(crate) fn join(&mut self, a: ValueId, b: ValueId) -> ValueId {
        if a == b || b == ValueId::NONE {
            return a;
        }
        if a == ValueId::NONE {
            return b;
        }
        if let Some(&joined) = self.joins.get(&(a, b)) {
            return joined;
        }
        let value = self.get(a).join(self.get(b));
        let joined = self.add(value);
        self.joins.insert((a, b), joined);
        joined
    }

    /// The join at the head of a loop: a number or text that changes becomes anything, so that the loop settles.
    pub(crate) fn widen(&mut self, old: ValueId, new: ValueId) -> ValueId {
        let joined = self.join(old, new);
        if joined == old {
            return old;
        }
        let value = self.get(joined);
        let counts = value
            .consts
            .iter()
            .filter(|c| matches!(c, Const::Int(_) | Const::Float(_) | Const::Str(_)))
            .count();
        if counts < 2 && value.text == TextId::NONE {
            return joined;
        }
        let mut wide = value.clone();
        if counts >= 2 {
            wide.consts
                .retain(|c| !matches!(c, Const::Int(_) | Const::Float(_) | Const::Str(_)));
            wide.other = true;
        }
        if wide.text != self.get(old).text {
            wide.text = TextId::NONE;
            wide.other = true;
        }
        self.add(wide)
    }

    /// The same value with other taints.
    pub(crate) fn with_taint(&mut self, id: ValueId, taint: SmallVec<[Taint; 1]>) -> ValueId {
        if self.get(id).taint == taint {
            return id;
        }
        let mut value = self.get(id).clone();
        value.taint = taint;
        if value.consts.is_empty() && value.refs.is_empty() {
            value.other = true;
        }
        self.add(value)
    }

    /// The value with more taints.
    pub(crate) fn add_taint(&mut self, id: ValueId, taint: &[Taint]) -> ValueId {
        if taint.is_empty() {
            return id;
        }
        let mut value = self.get(id).clone();
        value.add_taint(taint);
        if value.consts.is_empty() && value.refs.is_empty() {
            value.other = true;
        }
        self.add(value)
    }
}

/// A number of some bytes that is the same in every run (FNV-1a).
pub(crate) fn stable_number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, b| {
        (hash ^ u32::from(*b)).wrapping_mul(0x0100_0193)
    })
}
