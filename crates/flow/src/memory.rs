//! Calls that were followed before: the same function with the same arguments in the same surroundings has the same
//! answer, unless it changes objects of its caller or hands out objects that it made.

use std::rc::Rc;

use crate::arguments::Arguments;
use crate::heap::{Frames, FuncRef, Obj, ObjId, ObjKind};
use crate::interpreter::{Facts, Interpreter, World};
use crate::value::{Ref, ValueId};

/// Objects that a call can reach, at most; a call that reaches more is not remembered.
const MAX_REACH: usize = 48;

/// Everything that the answer of a call depends on.
#[derive(PartialEq)]
pub(crate) struct Question {
    func: FuncRef,
    this: ValueId,
    arguments: Arguments,
    facts: Facts,
    reach: Vec<(ObjId, Same)>,
}

/// An object as it was; equal when it is the very same version.
struct Same(Rc<Obj>);

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// What came of a call.
#[derive(Clone)]
pub(crate) struct Answer {
    /// `None` when it never returned.
    pub(crate) value: Option<ValueId>,
    pub(crate) facts: Facts,
    pub(crate) tells: Option<Rc<(Facts, Facts)>>,
    /// How deep the call was: a deeper one may have been cut short where this one would not be.
    pub(crate) depth: u32,
}

impl Interpreter<'_> {
    pub(crate) fn question(
        &mut self,
        world: &World,
        func: FuncRef,
        frames: &Frames,
        this: ValueId,
        arguments: &Arguments,
    ) -> Option<Question> {
        let mut reach: Vec<(ObjId, Same)> = Vec::new();
        let own_module = self.module_frame(func.file);
        let mut pending: Vec<ObjId> = frames.iter().copied().flatten().collect();
        for value in arguments.values().chain([this]) {
            self.objects_of(value, &mut pending);
        }
        if let Some(frame) = world.heap.shared(own_module) {
            // The names of the module, but not all that they reach: functions and classes do not change.
            reach.push((own_module, Same(Rc::clone(frame))));
        }
        if self.is_nominal()
            && let Some(class) = self.class_of(func)
        {
            // Static members are to a class what names are to a module.
            pending.extend(self.made_classes.get(&class));
        }
        while let Some(id) = pending.pop() {
            if reach.iter().any(|(known, _)| *known == id) {
                continue;
            }
            if reach.len() >= MAX_REACH {
                return None;
            }
            let obj = world.heap.shared(id)?;
            reach.push((id, Same(Rc::clone(obj))));
            if !matches!(obj.kind, ObjKind::Func { .. } | ObjKind::Class { .. }) {
                for inner in obj.contents() {
                    self.objects_of(inner, &mut pending);
                }
            }
        }
        Some(Question {
            func,
            this,
            arguments: arguments.clone(),
            facts: world.facts.clone(),
            reach,
        })
    }

    fn objects_of(&self, value: ValueId, found: &mut Vec<ObjId>) {
        for thing in &self.values.get(value).refs {
            match thing {
                Ref::Obj(id) => found.push(*id),
                Ref::Bound(func, receiver) => {
                    found.push(*func);
                    if *receiver != value {
                        self.objects_of(*receiver, found);
                    }
                }
                Ref::Api(_) | Ref::Module(_) => {}
            }
        }
    }

    pub(crate) fn remembered(&self, question: &Question, depth: u32) -> Option<Answer> {
        let known = self.memory.get(&question.func)?;
        known
            .iter()
            .rev()
            .find(|(q, a)| a.depth <= depth && q == question)
            .map(|(_, a)| a.clone())
    }

    pub(crate) fn remember(&mut self, question: Question, answer: Answer) {
        let known = self.memory.entry(question.func).or_default();
        // A few recent answers serve nearly all repetitions; the rest would only be compared in vain.
        if known.len() >= 16 {
            known.remove(0);
        }
        known.push((question, answer));
    }
}
