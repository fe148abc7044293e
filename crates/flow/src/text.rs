//! How a text was put together: literal parts and holes.

use rustc_hash::FxHashMap;
use shindan_base::Sym;
use smallvec::SmallVec;

/// An interned sequence of [`Part`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(u32);

impl TextId {
    /// Nothing known.
    pub const NONE: Self = Self(0);
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// These characters.
    Literal(Sym),
    /// Something else; whether untrusted data may be in it.
    Hole { tainted: bool },
}

/// Longest sequence that is kept; the start decides about hosts and folders, so the end is cut.
pub(crate) const MAX_PARTS: usize = 8;

#[derive(Default)]
pub(crate) struct Texts {
    data: Vec<SmallVec<[Part; 4]>>,
    ids: FxHashMap<SmallVec<[Part; 4]>, TextId>,
}

impl Texts {
    /// The text of these parts; [`TextId::NONE`] unless it has both literals and holes.
    pub(crate) fn add(&mut self, parts: SmallVec<[Part; 4]>) -> TextId {
        let literal = parts.iter().any(|p| matches!(p, Part::Literal(_)));
        let hole = parts.iter().any(|p| matches!(p, Part::Hole { .. }));
        if !literal || !hole {
            return TextId::NONE;
        }
        if let Some(&id) = self.ids.get(&parts) {
            return id;
        }
        self.data.push(parts.clone());
        let id = TextId(self.data.len() as u32);
        self.ids.insert(parts, id);
        id
    }

    pub(crate) fn get(&self, id: TextId) -> &[Part] {
        match id.0.checked_sub(1) {
            Some(i) => &self.data[i as usize],
            None => &[],
        }
    }
}
