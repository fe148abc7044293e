//! Names of modules: globals, builtins, imports and exports.

use crate::api::{ApiId, Edge};
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, ModuleState, Site, World};
use crate::value::{Const, Ref, ValueId};
use shindan_base::{FileId, Sym};
use shindan_program::Linker;
use shindan_program::ir::Require;
use shindan_source::Family;

impl<'a> Interpreter<'a> {
    // Names and modules.

    pub(crate) fn module_frame(&mut self, file: FileId) -> ObjId {
        self.object(u32::MAX, shindan_base::Span::new(0, file.0), 6)
    }

    pub(crate) fn load_global(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(act.func.file);
        match world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            Some(value) if value != ValueId::NONE => value,
            _ => {
                // A name that the file binds only in code that has not run, or that a library's star import may bind.
                let _ = site;
                ValueId::UNKNOWN
            }
        }
    }

    pub(crate) fn store_global(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        value: ValueId,
    ) {
        self.store_in_module(world, act.func.file, name, value);
    }

    pub(crate) fn store_in_module(
        &mut self,
        world: &mut World,
        file: FileId,
        name: Sym,
        value: ValueId,
    ) {
        let frame = self.module_frame(file);
        if let Some(obj) = world.heap.change(frame) {
            obj.set_field(Const::Str(name), value);
        }
    }

    pub(crate) fn load_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(act.func.file);
        if let Some(value) = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            return value;
        }
        if let Some(stars) = self.star_imports.get(&act.func.file).cloned() {
            for star in stars {
                if let Some(node) = self.apis.known_child(star, Edge::Name(name)) {
                    return self.api_value(node, site);
                }
            }
        }
        match self.text_of(name) {
            "undefined" if !self.python => self.constant(Const::Undefined),
            "NaN" | "Infinity" if !self.python => ValueId::UNKNOWN,
            "globalThis" | "window" | "self" | "global" if !self.python => {
                match self.apis.known_child(ApiId::ROOT, Edge::Name(name)) {
                    Some(node) => self.api_value(node, site),
                    None => self.values.reference(Ref::Api(ApiId::ROOT)),
                }
            }
            "arguments" if self.family == Family::EcmaScript && !act.ir.is_arrow => {
                let mut obj = Obj::new(ObjKind::List);
                obj.items = act.arguments.positional.iter().map(|(v, _)| *v).collect();
                if let Some(spread) = act.arguments.spread {
                    obj.rest = spread;
                    obj.blur_items(&mut self.values);
                }
                self.allocate(act, world, site.span, 15, obj)
            }
            "__name__" if self.python => self.string("__main__"),
            _ => {
                let node = self.apis.child(ApiId::ROOT, Edge::Name(name));
                self.with_view(act, world, |o, v| o.read(v, node, site));
                self.api_value(node, site)
            }
        }
    }

    pub(crate) fn module_member(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        file: FileId,
        name: Sym,
        site: Site,
    ) -> ValueId {
        let frame = self.module_frame(file);
        if let Some(value) = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(name)))
        {
            return value;
        }
        let require = Require {
            module: Sym::EMPTY,
            level: 1,
            item: Some(name),
        };
        match self.resolve(file, require) {
            shindan_program::Resolution::File(found) if found != file => {
                self.module_value(act, world, found)
            }
            _ => {
                let _ = site;
                ValueId::UNKNOWN
            }
        }
    }

    pub(crate) fn resolve(&self, from: FileId, require: Require) -> shindan_program::Resolution {
        let linker: &Linker = self.linker;
        linker.resolve(
            from,
            self.text_of(require.module),
            require.level,
            require.item.map(|i| self.text_of(i)),
        )
    }

    /// Runs a module if it has not run, and is it.
    pub(crate) fn module_value(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        file: FileId,
    ) -> ValueId {
        if !self.module_states.contains_key(&file) && self.modules.contains_key(&file) {
            self.run_module(world, file, act.depth + 1);
        }
        if self.python {
            return self.values.reference(Ref::Module(file));
        }
        let frame = self.module_frame(file);
        let module = self.sym("module");
        let holder = world
            .heap
            .get(frame)
            .and_then(|f| f.field(Const::Str(module)));
        let exports = self.sym("exports");
        match holder
            .and_then(|h| self.sole_object(h))
            .and_then(|id| world.heap.get(id))
            .and_then(|o| o.field(Const::Str(exports)))
        {
            Some(value) => value,
            None => ValueId::UNKNOWN,
        }
    }

    pub(crate) fn import(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) -> ValueId {
        use shindan_program::Resolution;
        match self.resolve(act.func.file, require) {
            Resolution::File(file) => {
                let value = self.module_value(act, world, file);
                match require.item {
                    Some(item) if !self.python => self.exported(act, world, value, item, site),
                    _ => value,
                }
            }
            Resolution::FileItem(file) => {
                let value = self.module_value(act, world, file);
                match require.item {
                    Some(item) if self.python => self.module_member(act, world, file, item, site),
                    Some(item) => self.exported(act, world, value, item, site),
                    None => value,
                }
            }
            Resolution::External => self.external(act, world, require, site),
        }
    }

    pub(crate) fn exported(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        exports: ValueId,
        item: Sym,
        site: Site,
    ) -> ValueId {
        let value = self.get_member(act, world, exports, item, site);
        let missing = self.values.get(value).sole_const() == Some(Const::Undefined)
            || value == ValueId::UNKNOWN;
        if missing && self.text_of(item) == "default" {
            exports
        } else {
            value
        }
    }

    pub(crate) fn external(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        require: Require,
        site: Site,
    ) -> ValueId {
        if require.level > 0 {
            return ValueId::UNKNOWN;
        }
        let text = self.text_of(require.module);
        let text = text.strip_prefix("node:").unwrap_or(text);
        if !self.python && (text.starts_with('.') || text.starts_with('/')) {
            return ValueId::UNKNOWN;
        }
        let names = self.names;
        let name = self.sym(text);
        self.with_view(act, world, |o, v| o.import(v, name, site));
        let module = self.apis.module(text, self.python, names);
        let node = match require.item {
            Some(item) if self.python || self.text_of(item) != "default" => {
                self.apis.child(module, Edge::Name(item))
            }
            _ => module,
        };
        if require.item.is_some() {
            self.with_view(act, world, |o, v| o.read(v, node, site));
        }
        self.api_value(node, site)
    }

    /// `import a.b.c` binds `a`, from which the rest is reached by member names.
    pub(crate) fn import_root(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) -> ValueId {
        let path = self.text_of(require.module);
        let found = self.import(act, world, require, site);
        let parts: Vec<&str> = path.split('.').collect();
        let local = self
            .values
            .get(found)
            .refs
            .iter()
            .any(|r| matches!(r, Ref::Module(_)));
        if !local {
            let root = self.sym(parts[0]);
            let node = self.apis.child(ApiId::ROOT, Edge::Name(root));
            return self.api_value(node, site);
        }
        // Packages need no file of their own, so the way down is built from namespace objects.
        let mut inner = found;
        for depth in (1..parts.len()).rev() {
            let prefix = self.sym(&parts[..depth].join("."));
            let package = Require {
                module: prefix,
                level: 0,
                item: None,
            };
            let name = self.sym(parts[depth]);
            if let shindan_program::Resolution::File(file) = self.resolve(act.func.file, package) {
                let module = self.module_value(act, world, file);
                self.store_in_module(world, file, name, inner);
                inner = module;
            } else {
                let salt = crate::value::stable_number(parts[..depth].join(".").as_bytes());
                let id = self.object(u32::MAX - 1, shindan_base::Span::new(salt, depth as u32), 5);
                if world.heap.get(id).is_none() {
                    world.heap.set(id, Obj::new(ObjKind::Map));
                }
                if let Some(obj) = world.heap.change(id) {
                    obj.set_field(Const::Str(name), inner);
                }
                inner = self.values.reference(Ref::Obj(id));
            }
        }
        inner
    }

    pub(crate) fn import_all(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) {
        let value = self.import(act, world, require, site);
        let refs = self.values.get(value).refs.clone();
        for thing in refs {
            match thing {
                Ref::Module(file) => {
                    let frame = self.module_frame(file);
                    let names: Vec<(Const, ValueId)> = world
                        .heap
                        .get(frame)
                        .map(|f| f.fields.clone())
                        .unwrap_or_default();
                    for (key, value) in names {
                        if let Const::Str(name) = key
                            && !self.text_of(name).starts_with('_')
                        {
                            self.store_global(act, world, name, value);
                        }
                    }
                }
                Ref::Api(node) => self
                    .star_imports
                    .entry(act.func.file)
                    .or_default()
                    .push(node),
                Ref::Obj(_) | Ref::Bound(..) => {}
            }
        }
    }

    pub(crate) fn export(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        value: ValueId,
    ) {
        let exports = self.module_value(act, world, act.func.file);
        if let Some(id) = self.sole_object(exports)
            && let Some(obj) = world.heap.change(id)
        {
            obj.set_field(Const::Str(name), value);
        }
    }

    pub(crate) fn export_all(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        require: Require,
        site: Site,
    ) {
        let value = self.import(act, world, require, site);
        let fields = self
            .sole_object(value)
            .and_then(|id| world.heap.get(id))
            .map(|o| o.fields.clone())
            .unwrap_or_default();
        for (key, value) in fields {
            if let Const::Str(name) = key {
                self.export(act, world, name, value);
            }
        }
    }

    /// Prepares a module's frame before its body runs.
    pub(crate) fn open_module(&mut self, world: &mut World, file: FileId) {
        let frame = self.module_frame(file);
        let mut obj = Obj::new(ObjKind::Frame);
        if self.family == Family::EcmaScript {
            let exports_id = self.object(u32::MAX, shindan_base::Span::new(1, file.0), 6);
            let module_id = self.object(u32::MAX, shindan_base::Span::new(2, file.0), 6);
            let exports_value = self.values.reference(Ref::Obj(exports_id));
            let (exports, module) = (self.sym("exports"), self.sym("module"));
            let mut holder = Obj::new(ObjKind::Map);
            holder.set_field(Const::Str(exports), exports_value);
            world.heap.set(exports_id, Obj::new(ObjKind::Map));
            world.heap.set(module_id, holder);
            obj.set_field(Const::Str(exports), exports_value);
            let module_value = self.values.reference(Ref::Obj(module_id));
            obj.set_field(Const::Str(module), module_value);
        }
        world.heap.set(frame, obj);
        self.module_states.insert(file, ModuleState::Running);
    }
}
