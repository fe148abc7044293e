//! `StringBuilder` and `StringWriter`.

use shindan_base::Sym;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, ValueId};

/// The hidden field with the text so far; no program can write such a name.
const TEXT: &str = "%text";

impl<'a> Interpreter<'a> {
    pub(super) fn new_csharp_builder(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        start: Option<ValueId>,
        site: Site,
    ) -> ValueId {
        let start = start.filter(|v| self.sole_int(*v).is_none());
        let text = match start {
            Some(start) => self.csharp_text_of(world, start),
            None => self.string(""),
        };
        let mut obj = Obj::new(ObjKind::Instance(None));
        obj.api = Some(self.apis.child(node, Edge::Call));
        let field = Const::Str(self.sym(TEXT));
        obj.set_field(field, text);
        self.allocate(act, world, site.span, 1, obj)
    }

    /// The builder that a value is.
    pub(crate) fn csharp_builder(&mut self, world: &World, value: ValueId) -> Option<ObjId> {
        let id = self.sole_object(value)?;
        let field = Const::Str(self.sym(TEXT));
        world.heap.get(id)?.field(field)?;
        Some(id)
    }

    fn built(&mut self, world: &World, id: ObjId) -> ValueId {
        let field = Const::Str(self.sym(TEXT));
        let text = world.heap.get(id).and_then(|obj| obj.field(field));
        text.unwrap_or(ValueId::UNKNOWN)
    }

    pub(super) fn csharp_builder_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let this = self.values.reference(Ref::Obj(id));
        let before = self.built(world, id);
        let method = self.text_of(name);
        let after = match method {
            "Append" | "Write" | "AppendLine" | "WriteLine" | "WriteAsync" | "WriteLineAsync" => {
                let mut parts = vec![before];
                if arguments.positional.len() > 1 && method.starts_with("Write") {
                    parts.push(self.csharp_format(world, arguments, 0));
                } else if let Some(value) = arguments.at(0) {
                    parts.push(self.csharp_text_of(world, value));
                }
                if method.contains("Line") {
                    parts.push(self.string("\n"));
                }
                self.concat(world, &parts)
            }
            "AppendFormat" => {
                let added = self.csharp_format(world, arguments, 0);
                self.concat(world, &[before, added])
            }
            "AppendJoin" => {
                let values: SmallVec<[ValueId; 4]> = arguments.values().collect();
                let mut parts = vec![before];
                for value in values {
                    parts.push(self.csharp_text_of(world, value));
                }
                self.concat(world, &parts)
            }
            "Insert" => {
                let value = self.csharp_text_of(world, arguments.at(1)?);
                match arguments.at(0).and_then(|at| self.sole_int(at)) {
                    Some(0) => self.concat(world, &[value, before]),
                    _ => {
                        let joined = self.concat(world, &[before, value]);
                        self.join(joined, ValueId::SETTLED)
                    }
                }
            }
            "Replace" => self
                .text_method(act, world, before, name, arguments, site)
                .unwrap_or(before),
            "Clear" => self.string(""),
            "Remove" => {
                let text = self.values.get(before).taint.clone();
                self.values.tainted(text)
            }
            "ToString" | "GetStringBuilder" => {
                if arguments.positional.is_empty() {
                    return Some(if method == "ToString" { before } else { this });
                }
                let substring = self.sym("Substring");
                return self.text_method(act, world, before, substring, arguments, site);
            }
            "Flush" | "Close" | "Dispose" | "EnsureCapacity" => return Some(ValueId::UNKNOWN),
            _ => return None,
        };
        let field = Const::Str(self.sym(TEXT));
        world.heap.change(id)?.set_field(field, after);
        Some(this)
    }
}
