//! Classes by name, and files that lie beside them.

use shindan_base::Sym;

use crate::arguments::Arguments;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, ValueId};

/// How many streams and readers around a file are looked through.
const MAX_WRAPPERS: u32 = 4;

impl<'a> Interpreter<'a> {
    /// `Class.forName("a.b.C")` where the program declares that class.
    pub(super) fn class_for_name(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: ValueId,
    ) -> Option<ValueId> {
        let name = self.values.get(name).sole_str()?;
        let name = if self.text_of(name).contains('$') {
            self.sym(&self.text_of(name).replace('$', "."))
        } else {
            name
        };
        let class = *self.linker.class_named(act.func.file, name)?.first()?;
        let id = self.class_object(world, class);
        Some(self.values.reference(Ref::Obj(id)))
    }

    /// Methods of `Class` on a class of the program. Its constructor stands for itself.
    pub(super) fn class_reflection(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let method = self.text_of(name);
        let known = matches!(
            method,
            "newInstance"
                | "getConstructor"
                | "getDeclaredConstructor"
                | "getName"
                | "getSimpleName"
                | "getCanonicalName"
                | "setAccessible"
                | "getClassLoader"
                | "asSubclass"
        );
        if !known || self.find_overload(world, id, name, None).is_some() {
            return None;
        }
        match method {
            "newInstance" => Some(self.instantiate(act, world, id, arguments, site)),
            "getConstructor" | "getDeclaredConstructor" | "asSubclass" => {
                Some(self.values.reference(Ref::Obj(id)))
            }
            "getName" | "getSimpleName" | "getCanonicalName" => {
                let ObjKind::Class { file, class, .. } = &world.heap.get(id)?.kind else {
                    return None;
                };
                let def = self.class_def((*file, *class))?;
                let name = if method == "getSimpleName" {
                    def.name
                } else {
                    def.declared.qualified
                };
                Some(self.constant(Const::Str(name)))
            }
            _ => Some(ValueId::UNKNOWN),
        }
    }

    /// The text of the file that a stream or reader reads, if the artifact holds it.
    pub(super) fn resource_text(&self, world: &World, stream: ValueId) -> Option<&'a str> {
        let mut value = stream;
        for _ in 0..MAX_WRAPPERS {
            if let Some(path) = self.sole_str(value) {
                return self.resource(path);
            }
            let id = self.sole_object(value)?;
            value = world.heap.get(id)?.made_by.as_ref()?.at(0)?;
        }
        None
    }

    /// The one file of the artifact whose path ends with `path`.
    fn resource(&self, path: &str) -> Option<&'a str> {
        let path = path.trim_start_matches('/');
        if path.is_empty() {
            return None;
        }
        let mut found = self.resources.iter().filter(|(whole, _)| {
            whole
                .strip_suffix(path)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        });
        let (_, text) = found.next()?;
        found.next().is_none().then_some(*text)
    }
}
