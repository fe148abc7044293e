//! Where data comes from and how it got where it is.

use rustc_hash::FxHashMap;
use shindan_base::{FileId, Span, Sym};
use shindan_catalogue::SourceKind;
use smallvec::SmallVec;

use crate::api::ApiId;

/// An interned [`SourceInfo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A place where data enters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceInfo {
    /// Which data.
    pub kind: SourceKind,
    /// The library thing that yields it.
    pub api: Option<ApiId>,
    /// Member names and keys read from it, at most three; [`Sym::EMPTY`] is any element.
    pub path: SmallVec<[Sym; 2]>,
    /// The file that reads it. Two reads of one expression in a file are one source, so that a check of the first
    /// protects the second.
    pub file: FileId,
}

/// An interned [`Step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(u32);

impl StepId {
    /// Before the first step.
    pub const NONE: Self = Self(u32::MAX);
}

/// One step of data on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The step before.
    pub before: StepId,
    /// The file.
    pub file: FileId,
    /// Where.
    pub span: Span,
    /// What happens.
    pub word: StepWord,
}

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepWord {
    /// It enters.
    Enters,
    /// It is assigned to this name.
    Assigned(Sym),
    /// It passes through a call of this name.
    Through(Sym),
    /// It is passed to this function.
    Passed(Sym),
    /// This function returns it.
    Returned(Sym),
    /// It is put into an object or collection.
    Stored,
}

/// The way of a taint, from the source to the last step.
pub type Trace = Vec<Step>;

/// Longest way that is kept; later steps are dropped, the source and the sink never are.
const MAX_STEPS: u32 = 24;

#[derive(Default)]
pub(crate) struct Sources {
    infos: Vec<SourceInfo>,
    parents: Vec<Option<SourceId>>,
    ids: FxHashMap<SourceInfo, SourceId>,
    steps: Vec<(Step, u32)>,
    step_ids: FxHashMap<Step, StepId>,
}

impl Sources {
    pub(crate) fn add(&mut self, info: SourceInfo, parent: Option<SourceId>) -> SourceId {
        if let Some(&id) = self.ids.get(&info) {
            return id;
        }
        let id = SourceId(self.infos.len() as u32);
        self.infos.push(info.clone());
        self.parents.push(parent);
        self.ids.insert(info, id);
        id
    }

    pub(crate) fn info(&self, id: SourceId) -> &SourceInfo {
        &self.infos[id.0 as usize]
    }

    pub(crate) fn parent(&self, id: SourceId) -> Option<SourceId> {
        self.parents[id.0 as usize]
    }

    /// The part of a source's data under a name or key.
    pub(crate) fn part(&mut self, id: SourceId, name: Sym) -> SourceId {
        let info = self.info(id);
        if info.path.len() >= 3 {
            return id;
        }
        let mut part = info.clone();
        part.path.push(name);
        self.add(part, Some(id))
    }

    pub(crate) fn step(&mut self, step: Step) -> StepId {
        let depth = if step.before == StepId::NONE {
            0
        } else {
            self.steps[step.before.0 as usize].1 + 1
        };
        if depth > MAX_STEPS {
            return step.before;
        }
        if let Some(&id) = self.step_ids.get(&step) {
            return id;
        }
        let id = StepId(self.steps.len() as u32);
        self.steps.push((step, depth));
        self.step_ids.insert(step, id);
        id
    }

    /// How many steps lie before and at `id`.
    pub(crate) fn length(&self, id: StepId) -> u32 {
        if id == StepId::NONE {
            0
        } else {
            self.steps[id.0 as usize].1 + 1
        }
    }

    pub(crate) fn trace(&self, mut id: StepId) -> Trace {
        let mut trace = Vec::new();
        while id != StepId::NONE {
            let step = self.steps[id.0 as usize].0;
            trace.push(step);
            id = step.before;
        }
        trace.reverse();
        trace
    }
}
