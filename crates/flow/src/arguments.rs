//! The arguments of a call, evaluated.

use shindan_base::{Span, Sym};
use smallvec::SmallVec;

use crate::value::ValueId;

/// The arguments of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// By position, with their places; an exact list that was spread is spread here too.
    pub positional: SmallVec<[(ValueId, Span); 4]>,
    /// By name.
    pub named: SmallVec<[(Sym, ValueId, Span); 2]>,
    /// Elements of an unknown number of further positional arguments.
    pub spread: Option<ValueId>,
    /// Elements of an unknown number of further named arguments.
    pub spread_map: Option<ValueId>,
    /// Nothing is known of the call: every parameter may be anything.
    pub unknown: bool,
}

impl Arguments {
    /// A call that nothing is known of.
    pub(crate) fn unknown() -> Self {
        Self {
            unknown: true,
            ..Self::default()
        }
    }

    /// A call with these positional arguments.
    pub(crate) fn positional(values: &[ValueId], span: Span) -> Self {
        Self {
            positional: values.iter().map(|v| (*v, span)).collect(),
            ..Self::default()
        }
    }

    /// All that are known, with their places.
    pub fn values_and_places(&self) -> impl Iterator<Item = (ValueId, Span)> + '_ {
        let named = self.named.iter().map(|(_, value, span)| (*value, *span));
        self.positional.iter().copied().chain(named)
    }

    /// The same call with a receiver before the other arguments.
    pub(crate) fn with_receiver(&self, receiver: ValueId, span: Span) -> Self {
        let mut arguments = self.clone();
        arguments.positional.insert(0, (receiver, span));
        arguments
    }

    /// The argument at a position.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<ValueId> {
        self.positional.get(position).map(|(v, _)| *v)
    }

    /// The argument of a name.
    #[must_use]
    pub fn named(&self, name: Sym) -> Option<ValueId> {
        self.named
            .iter()
            .find(|(n, _, _)| *n == name)
            .map(|(_, v, _)| *v)
    }

    /// Every value that is passed, in order.
    pub fn values(&self) -> impl Iterator<Item = ValueId> + '_ {
        let positional = self.positional.iter().map(|(v, _)| *v);
        positional
            .chain(self.named.iter().map(|(_, v, _)| *v))
            .chain(self.spread)
            .chain(self.spread_map)
    }
}
