//! The nesting bound that both adapters keep.

use shindan_base::Span;

use crate::{MAX_DEPTH, ParseIssue};

/// Counts nesting and remembers where the bound was hit first.
#[derive(Default)]
pub(crate) struct Depth {
    now: u32,
    exceeded: Option<Span>,
}

impl Depth {
    /// Enters one level; false when the bound is reached, in which case the caller must not descend (nor leave).
    pub(crate) fn enter(&mut self, at: Span) -> bool {
        if self.now >= MAX_DEPTH {
            self.exceeded.get_or_insert(at);
            return false;
        }
        self.now += 1;
        true
    }

    /// Leaves a level that [`Depth::enter`] granted.
    pub(crate) fn leave(&mut self) {
        self.now -= 1;
    }

    /// Remembers that a part was left out for its length, without having entered it.
    pub(crate) fn note(&mut self, at: Span) {
        self.exceeded.get_or_insert(at);
    }

    /// The issue to report, if the bound was hit.
    pub(crate) fn into_issue(self) -> Option<ParseIssue> {
        self.exceeded.map(|span| ParseIssue {
            span,
            message: format!(
                "nested deeper than {MAX_DEPTH} levels; the inner part was not analysed"
            ),
        })
    }
}
