//! `StringBuilder`, `StringBuffer` and `StringWriter`: texts that change.

use shindan_base::Sym;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};

/// The field that holds the text so far.
const TEXT: &str = "%text";

impl<'a> Interpreter<'a> {
    pub(super) fn new_builder(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        first: Option<ValueId>,
        site: Site,
    ) -> ValueId {
        let text = match first {
            // A number is a capacity.
            Some(value) if self.sole_int(value).is_none() => self.java_text_of(world, value),
            _ => self.string(""),
        };
        let mut obj = Obj::new(ObjKind::Instance(None));
        obj.api = Some(self.apis.child(node, Edge::Call));
        obj.set_field(Const::Str(self.sym(TEXT)), text);
        self.allocate(act, world, site.span, 1, obj)
    }

    /// The builder that a value is, if it is one.
    pub(crate) fn builder(&self, world: &World, value: ValueId) -> Option<ObjId> {
        let id = self.sole_object(value)?;
        let text = self.names.get(TEXT)?;
        world.heap.get(id)?.field(Const::Str(text))?;
        Some(id)
    }

    pub(super) fn builder_method(
        &mut self,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let field = Const::Str(self.sym(TEXT));
        let text = world.heap.get(id)?.field(field)?;
        let this = self.values.reference(Ref::Obj(id));
        let number = |this: &Self, i: usize| arguments.at(i).and_then(|v| this.sole_int(v));
        let changed = match self.text_of(name) {
            "append" | "appendCodePoint" | "write" => {
                let added = self.step_value(arguments.at(0)?, site, StepWord::Stored);
                self.concat(world, &[text, added])
            }
            "insert" => {
                let added = self.step_value(arguments.at(1)?, site, StepWord::Stored);
                match (self.split_at(text, number(self, 0)), number(self, 0)) {
                    (Some((before, after)), _) => self.concat(world, &[before, added, after]),
                    (None, Some(0)) => self.concat(world, &[added, text]),
                    (None, _) => self.concat(world, &[text, added]),
                }
            }
            "replace" => {
                let with = self.step_value(arguments.at(2)?, site, StepWord::Stored);
                match self.cut(text, number(self, 0), number(self, 1)) {
                    Some((before, after)) => self.concat(world, &[before, with, after]),
                    None => self.concat(world, &[text, with]),
                }
            }
            "delete" | "deleteCharAt" => {
                let start = number(self, 0);
                let end = match self.text_of(name) {
                    "delete" => number(self, 1),
                    _ => start.map(|start| start + 1),
                };
                match self.cut(text, start, end) {
                    Some((before, after)) => self.concat(world, &[before, after]),
                    None => self.shapeless(world, text),
                }
            }
            "reverse" => match self.sole_str(text) {
                Some(known) => {
                    let reversed: String = known.chars().rev().collect();
                    self.string(&reversed)
                }
                None => self.shapeless(world, text),
            },
            "setLength" => match number(self, 0) {
                Some(0) => self.string(""),
                _ => self.shapeless(world, text),
            },
            "setCharAt" => {
                let with = arguments.at(1)?;
                let both = self.concat(world, &[text, with]);
                self.shapeless(world, both)
            }
            "toString" | "getBuffer" => return Some(text),
            "ensureCapacity" | "trimToSize" | "flush" | "close" => return Some(ValueId::UNKNOWN),
            _ => return self.java_text_method(world, text, name, arguments, site),
        };
        world.heap.change(id)?.set_field(field, changed);
        Some(this)
    }

    /// The same data with nothing known of the characters.
    fn shapeless(&mut self, world: &World, text: ValueId) -> ValueId {
        let taint = self.deep_taint(world, text);
        self.values.tainted(taint)
    }

    fn split_at(&mut self, text: ValueId, at: Option<i64>) -> Option<(ValueId, ValueId)> {
        self.cut(text, at, at)
    }

    /// What stands before `start` and behind `end` in a constant text.
    fn cut(
        &mut self,
        text: ValueId,
        start: Option<i64>,
        end: Option<i64>,
    ) -> Option<(ValueId, ValueId)> {
        let known: Vec<char> = self.sole_str(text)?.chars().collect();
        let start = usize::try_from(start?).ok()?;
        let end = usize::try_from(end?).ok()?.min(known.len());
        if start > end {
            return None;
        }
        let before: String = known[..start].iter().collect();
        let after: String = known[end..].iter().collect();
        Some((self.string(&before), self.string(&after)))
    }
}
