//! Properties of library objects that the program makes: what a setter was given, a getter gives back, and conditions of
//! the catalogue can ask for.

use shindan_base::Sym;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Interpreter, Site, World};
use crate::source::StepWord;
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    /// Notes what a setter is given; the value of a getter whose setter was called.
    pub(super) fn bean_access(
        &mut self,
        world: &mut World,
        node: ApiId,
        receiver: ValueId,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let id = self.sole_object(receiver)?;
        if !matches!(world.heap.get(id)?.kind, ObjKind::Instance(None)) {
            return None;
        }
        let (_, Edge::Name(method)) = self.apis.parent(node) else {
            return None;
        };
        let method = self.text_of(method);
        let read = method
            .strip_prefix("get")
            .or_else(|| method.strip_prefix("is"));
        if let (Some(name), 0) = (read, arguments.positional.len())
            && let Some(key) = property_name(name).and_then(|name| self.names.get(&name))
        {
            return world.heap.get(id)?.field(Const::Str(key));
        }
        let set = method
            .strip_prefix("set")
            .or_else(|| method.strip_prefix("with"))?;
        let (key, value) = match arguments.positional.as_slice() {
            [(value, _)] => (self.sym(&property_name(set)?), *value),
            // `setFeature("name", value)`, `setProperty(Factory.NAME, value)`.
            [(key, _), (value, _)] => (self.setting_name(*key)?, *value),
            _ => return None,
        };
        let value = self.step_value(value, site, StepWord::Stored);
        world.heap.change(id)?.set_field(Const::Str(key), value);
        None
    }
}

impl<'a> Interpreter<'a> {
    /// What a named setting is called: the last part of an address, or the name of a library's constant.
    fn setting_name(&self, key: ValueId) -> Option<Sym> {
        let value = self.values.get(key);
        if let Some(text) = value.sole_str() {
            let whole = self.text_of(text);
            let last = whole.rsplit('/').next().unwrap_or(whole);
            return Some(self.sym(last));
        }
        match value.refs.as_slice() {
            [Ref::Api(node)] => match self.apis.parent(*node) {
                (_, Edge::Name(name)) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is made by an object that was set up keeps its settings.
    pub(crate) fn inherit_settings(&self, world: &World, maker: ValueId, made: &mut Obj) {
        let maker = self.sole_object(maker).and_then(|id| world.heap.get(id));
        if let Some(maker) = maker
            && matches!(maker.kind, ObjKind::Instance(None))
        {
            made.fields.clone_from(&maker.fields);
        }
    }
}

/// `Secure` of `setSecure` as `secure`.
fn property_name(name: &str) -> Option<String> {
    let mut chars = name.chars();
    let first = chars.next().filter(|c| c.is_uppercase())?;
    Some(first.to_lowercase().chain(chars).collect())
}
