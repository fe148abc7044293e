//! Runs a component: modules, then what the outside calls, then everything that nothing reached.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use shindan_base::{FileId, Interner, Span};
use shindan_program::Linker;
use shindan_program::ir::{FuncIdx, Module};
use shindan_source::{Family, Language};

use crate::activate::Entering;
use crate::arguments::Arguments;
use crate::hand_built::drop_repeated;
use crate::heap::{Frames, FuncRef, Obj, ObjId, ObjKind};
use crate::interpreter::{Broadened, Interpreter, ModuleState, World};
use crate::model::{EntryRow, Models};
use crate::observe::{Hit, Observer};
use crate::value::{Ref, ValueId};

/// Files that import each other, directly or not, and all that is needed to run them.
pub struct Component<'a> {
    /// The files, imported ones first.
    pub files: &'a [FileId],
    /// Their language; JavaScript and TypeScript mix.
    pub language: Language,
    /// All modules of the package.
    pub modules: &'a FxHashMap<FileId, &'a Module>,
    /// The files' texts.
    pub texts: &'a FxHashMap<FileId, &'a str>,
    /// Finds modules.
    pub linker: &'a Linker,
    /// Files that are no code but that programs read, such as properties: path and text.
    pub resources: &'a [(&'a str, &'a str)],
    /// Functions that a template or an option names as handlers.
    pub handlers: &'a [(FileId, String)],
}

/// What came of it.
pub struct Report {
    /// Untrusted data in sinks, in the order in which they were found.
    pub hits: Vec<Hit>,
    /// The API path of each hit's source, as the catalogue writes it.
    pub source_apis: Vec<Option<String>>,
    /// Approximations.
    pub broadened: Broadened,
    /// Functions whose end was not reached because following them took too many steps, in order.
    pub exhausted: Vec<FuncRef>,
}

/// Runs a component.
pub fn analyse<'a>(
    component: &Component<'a>,
    models: &'a Models<'a>,
    names: &'a Interner,
    observer: &'a mut dyn Observer,
) -> Report {
    let mut interpreter = Interpreter::new(
        models,
        component.modules,
        component.linker,
        component.language,
        names,
        component.texts,
        component.resources,
        observer,
    );
    let mut world = World::default();
    for file in component.files {
        if !interpreter.module_states.contains_key(file) {
            interpreter.steps_left = interpreter.limits.steps_per_root;
            interpreter.run_module(&mut world, *file, 0);
            world.heap.settle();
        }
    }
    world.facts.clear();
    interpreter.run_declared_handlers(&mut world, component);
    interpreter.run_found_entries(&mut world);
    interpreter.run_functions(&mut world, component.files, true);
    interpreter.run_functions(&mut world, component.files, false);
    let kinds = models.kinds;
    for (of_text, of_use) in [
        (kinds.html_text, kinds.html | kinds.response_trace),
        (kinds.sql_text, kinds.sql),
        (kinds.url_host, kinds.url | kinds.redirect),
    ] {
        drop_repeated(&mut interpreter.hits, of_text, of_use);
    }
    let source_apis = interpreter
        .hits
        .iter()
        .map(|h| h.source.api.map(|a| interpreter.apis.text(a, names)))
        .collect();
    Report {
        source_apis,
        hits: interpreter.hits,
        broadened: interpreter.broadened,
        exhausted: interpreter.exhausted,
    }
}

impl<'a> Interpreter<'a> {
    /// Runs a module's body once.
    pub(crate) fn run_module(&mut self, world: &mut World, file: FileId, depth: u32) {
        self.open_module(world, file);
        let func = FuncRef {
            file,
            index: FuncIdx(0),
        };
        let frames: Frames = Rc::from([]);
        // A module's body costs its importer nothing.
        let left = std::mem::replace(&mut self.steps_left, self.limits.steps_per_root * 4);
        let block = self.block;
        let key = u32::MAX - 2 - file.0;
        let exit = self.enter_function(
            world,
            Entering {
                func,
                frames,
                this: ValueId::UNKNOWN,
                arguments: Rc::new(Arguments::default()),
                key,
                depth: depth.min(2),
                entry: None,
                in_handler: false,
            },
        );
        self.block = block;
        self.steps_left = left;
        if let Some(after) = exit.world {
            *world = after;
        }
        self.last_tells = None;
        self.thrown = None;
        self.module_states.insert(file, ModuleState::Done);
    }

    fn run_declared_handlers(&mut self, world: &mut World, component: &Component<'a>) {
        for (file, name) in component.handlers {
            if let Some((class, method)) = name.split_once("::") {
                self.run_declared_method(world, *file, class, method);
                continue;
            }
            let frame = self.module_frame(*file);
            let key = crate::value::Const::Str(self.sym(name));
            let exported = if self.python || self.is_nominal() {
                world.heap.get(frame).and_then(|f| f.field(key))
            } else {
                let module = crate::value::Const::Str(self.sym("module"));
                let exports = crate::value::Const::Str(self.sym("exports"));
                let holder = world
                    .heap
                    .get(frame)
                    .and_then(|f| f.field(module))
                    .and_then(|v| self.sole_object(v));
                let exports = holder
                    .and_then(|h| world.heap.get(h))
                    .and_then(|o| o.field(exports))
                    .and_then(|v| self.sole_object(v));
                exports
                    .and_then(|e| world.heap.get(e))
                    .and_then(|o| o.field(key))
                    .or_else(|| world.heap.get(frame).and_then(|f| f.field(key)))
            };
            let Some(value) = exported else { continue };
            let refs = self.values.get(value).refs.clone();
            for thing in refs {
                let (id, this) = match thing {
                    Ref::Obj(id) => (id, ValueId::UNKNOWN),
                    Ref::Bound(id, this) => (id, this),
                    Ref::Api(_) | Ref::Module(_) => continue,
                };
                if let Some(row) = self.handler_row() {
                    self.run_entry(world, id, this, Some(row));
                }
            }
        }
    }

    /// Runs the methods of that name of a class of that qualified name.
    fn run_declared_method(&mut self, world: &mut World, file: FileId, class: &str, method: &str) {
        let (class, method) = (self.sym(class), self.sym(method));
        let Some(parts) = self.linker.class_named(file, class) else {
            return;
        };
        for of in parts {
            self.class_object(world, of);
            let Some(def) = self.class_def(of) else {
                continue;
            };
            for found in def.methods.iter().filter(|m| m.name == method) {
                let func = FuncRef {
                    file: of.0,
                    index: found.func,
                };
                let row = self.handler_row();
                self.run_method(world, of.0, of.1, func, row);
            }
        }
    }

    /// What the parameters of a Lambda handler are, whatever their names.
    fn handler_row(&self) -> Option<EntryRow> {
        self.rows
            .named_entries
            .iter()
            .find(|e| e.params.first().is_some_and(|w| w.matches("event")))
            .map(|e| e.row.clone())
    }

    fn run_found_entries(&mut self, world: &mut World) {
        let mut done = 0;
        while done < self.entries.len() {
            let entry = self.entries[done].clone();
            done += 1;
            self.run_entry(world, entry.function, entry.this, Some(entry.row));
        }
        self.entries.clear();
    }

    /// Runs a function object as a root.
    fn run_entry(&mut self, world: &mut World, id: ObjId, this: ValueId, row: Option<EntryRow>) {
        let Some(ObjKind::Func {
            func,
            frames,
            this: own,
        }) = world.heap.get(id).map(|o| o.kind.clone())
        else {
            return;
        };
        let this = if this == ValueId::UNKNOWN { own } else { this };
        self.run_root(world, func, frames, this, row);
    }

    fn run_root(
        &mut self,
        world: &mut World,
        func: FuncRef,
        frames: Frames,
        this: ValueId,
        row: Option<EntryRow>,
    ) {
        let Some(module) = self.modules.get(&func.file).copied() else {
            return;
        };
        let Some(ir) = module.functions.get(func.index.0 as usize) else {
            return;
        };
        self.grant_steps(ir);
        self.closures.clear();
        let mut arguments = Arguments::unknown();
        let method = ir
            .class
            .and_then(|c| module.classes.get(c.0 as usize))
            .and_then(|c| c.method_of(func.index));
        if self.python && method.is_some_and(|m| !m.is_static) && this != ValueId::UNKNOWN {
            arguments = arguments.with_receiver(this, ir.span);
        }
        let next_key = self.activations.len() as u32 + 1;
        let site = crate::interpreter::Site {
            file: func.file,
            span: ir.span,
        };
        let key = *self.activations.entry((0, site, func)).or_insert(next_key);
        let exit = self.enter_function(
            world,
            Entering {
                func,
                frames: Rc::clone(&frames),
                this,
                arguments: Rc::new(arguments),
                key,
                depth: 0,
                entry: row,
                in_handler: false,
            },
        );
        if let Some(after) = exit.world {
            self.run_escaped(&after, 0);
            self.keep_globals(world, after);
        }
        self.last_tells = None;
        self.thrown = None;
    }

    /// A budget for a root: a long function gets more, so that at least its own code is run to the end.
    fn grant_steps(&mut self, ir: &shindan_program::ir::Func) {
        let own: usize = ir.blocks.iter().map(|b| b.insts.len()).sum();
        self.steps_left = self.limits.steps_per_root.saturating_add(own as u32 * 16);
    }

    /// Functions that were made in a root and that nothing called there: someone else will, with the locals they captured.
    fn run_escaped(&mut self, world: &World, depth: u32) {
        if depth > 3 {
            return;
        }
        let made = std::mem::take(&mut self.closures);
        for (id, func) in made {
            if self.visited.contains(&func) {
                continue;
            }
            let Some(ObjKind::Func { frames, this, .. }) =
                world.heap.get(id).map(|o| o.kind.clone())
            else {
                continue;
            };
            let Some(module) = self.modules.get(&func.file).copied() else {
                continue;
            };
            let Some(ir) = module.functions.get(func.index.0 as usize) else {
                continue;
            };
            let row = self
                .entries
                .iter()
                .find(|e| e.function == id)
                .map(|e| e.row.clone());
            self.grant_steps(ir);
            let next_key = self.activations.len() as u32 + 1;
            let site = crate::interpreter::Site {
                file: func.file,
                span: ir.span,
            };
            let key = *self.activations.entry((1, site, func)).or_insert(next_key);
            let exit = self.enter_function(
                world,
                Entering {
                    func,
                    frames,
                    this,
                    arguments: Rc::new(Arguments::unknown()),
                    key,
                    depth: 0,
                    entry: row,
                    in_handler: false,
                },
            );
            if let Some(after) = exit.world {
                self.run_escaped(&after, depth + 1);
            }
        }
    }

    /// What a root wrote to module-level names and objects is there for the next invocation.
    fn keep_globals(&mut self, world: &mut World, after: World) {
        let nominal = self.is_nominal();
        let changed: Vec<(ObjId, Obj)> = after
            .heap
            .changed()
            .filter(|(id, o)| {
                let is_global = match o.kind {
                    ObjKind::Frame => true,
                    ObjKind::Class { .. } => nominal,
                    ObjKind::Instance(Some(_)) => self.family == Family::Ruby,
                    _ => false,
                };
                is_global && world.heap.get(*id).is_some()
            })
            .map(|(id, o)| (id, o.clone()))
            .collect();
        // What other objects carried is kept of an instance's variables, though the objects are gone.
        let changed: Vec<(ObjId, Obj)> = changed
            .into_iter()
            .map(|(id, mut obj)| {
                if matches!(obj.kind, ObjKind::Instance(_)) {
                    for (_, value) in &mut obj.fields {
                        let carried = !self.values.get(*value).refs.is_empty();
                        if carried {
                            let taint = self.deep_taint(&after, *value);
                            *value = self.values.tainted(taint);
                        }
                    }
                }
                (id, obj)
            })
            .collect();
        // The base is shared with no other state from here on, so that it can be changed in place.
        drop(after);
        for (id, obj) in changed {
            for (key, value) in obj.fields {
                let old = world
                    .heap
                    .get(id)
                    .and_then(|o| o.field(key))
                    .unwrap_or(ValueId::NONE);
                if old == value
                    || self
                        .values
                        .get(value)
                        .refs
                        .iter()
                        .any(|r| matches!(r, Ref::Obj(o) if world.heap.get(*o).is_none()))
                {
                    continue;
                }
                let joined = self.join(old, value);
                if let Some(frame) = world.heap.change(id) {
                    frame.set_field(key, joined);
                }
            }
        }
        world.heap.settle();
    }

    /// Runs functions that nothing reached: first (`entries`) those that look as if the outside calls them, so that what
    /// they call is seen with real data, then all others.
    fn run_functions(&mut self, world: &mut World, files: &[FileId], entries: bool) {
        // What a Ruby object keeps in its variables is often put there by methods that a framework calls before others
        // (`before_action`), which are private.
        let passes: &[Option<bool>] = if self.family == Family::Ruby {
            &[Some(false), Some(true)]
        } else {
            &[None]
        };
        for (file, pass) in passes
            .iter()
            .flat_map(|pass| files.iter().map(move |f| (f, pass)))
        {
            let Some(module) = self.modules.get(file).copied() else {
                continue;
            };
            for (i, ir) in module.functions.iter().enumerate().skip(1) {
                let func = FuncRef {
                    file: *file,
                    index: FuncIdx(i as u32),
                };
                if pass.is_some_and(|public| {
                    public != self.method_of(func).is_none_or(|m| m.is_public)
                }) {
                    continue;
                }
                let by_name = self.named_entry(ir);
                let is_entry = by_name.is_some() || self.is_declared_entry(world, *file, ir, func);
                if is_entry != entries || (self.visited.contains(&func) && !entries) {
                    continue;
                }
                if let Some(id) = self
                    .made_functions
                    .get(&func)
                    .copied()
                    .filter(|id| world.heap.get(*id).is_some())
                {
                    let this = self.shown_by(world, *file, ir);
                    self.run_entry(world, id, this, by_name);
                    continue;
                }
                if let Some(class) = ir.class {
                    self.run_method(world, *file, class, func, by_name);
                }
            }
        }
        if !entries {
            self.run_unmade(world, files);
        }
    }

    /// The object whose variables a template shows: its controller.
    fn shown_by(
        &mut self,
        world: &mut World,
        file: FileId,
        ir: &shindan_program::ir::Func,
    ) -> ValueId {
        if self.family != Family::Ruby || self.text_of(ir.name) != "__view__" {
            return ValueId::UNKNOWN;
        }
        let Some(class) = self.linker.controller_of(file, self.names) else {
            return ValueId::UNKNOWN;
        };
        let object = self.class_object(world, class);
        self.instance_for_methods(world, object, class.0)
    }

    /// Whether annotations or the bases of its class make a method of a nominal language an entry.
    fn is_declared_entry(
        &mut self,
        world: &mut World,
        file: FileId,
        ir: &shindan_program::ir::Func,
        func: FuncRef,
    ) -> bool {
        let Some(class) = ir.class.filter(|_| self.is_nominal()) else {
            return false;
        };
        if self.annotated_entry(file, ir).is_some() {
            return true;
        }
        let Some(method) = self.method_of(func) else {
            return false;
        };
        let Some(&class) = self.made_classes.get(&(file, class)) else {
            return false;
        };
        self.method_entry(world, class, method, ir.name).is_some()
    }

    /// Nested functions whose makers never ran to them.
    fn run_unmade(&mut self, world: &mut World, files: &[FileId]) {
        for file in files {
            let Some(module) = self.modules.get(file).copied() else {
                continue;
            };
            for (i, ir) in module.functions.iter().enumerate().skip(1) {
                let func = FuncRef {
                    file: *file,
                    index: FuncIdx(i as u32),
                };
                if !self.visited.contains(&func) {
                    let frames: Frames = self.empty_frames(module, ir);
                    let row = self.named_entry(ir);
                    self.run_root(world, func, frames, ValueId::UNKNOWN, row);
                }
            }
        }
    }

    fn empty_frames(&self, module: &Module, ir: &shindan_program::ir::Func) -> Frames {
        let mut depth = 0;
        let mut at = ir.parent;
        while let Some(parent) = at {
            depth += 1;
            at = module
                .functions
                .get(parent.0 as usize)
                .and_then(|f| f.parent);
        }
        vec![None; depth].into()
    }

    /// Runs a method on an instance that was made with unknown arguments.
    fn run_method(
        &mut self,
        world: &mut World,
        file: FileId,
        class: shindan_program::ir::ClassIdx,
        func: FuncRef,
        named: Option<EntryRow>,
    ) {
        let class_object = self
            .made_classes
            .get(&(file, class))
            .copied()
            .filter(|id| world.heap.get(*id).is_some());
        let Some(class_object) = class_object else {
            return;
        };
        let Some(module) = self.modules.get(&file).copied() else {
            return;
        };
        let Some(ir) = module.functions.get(func.index.0 as usize) else {
            return;
        };
        let Some(method) = module
            .classes
            .get(class.0 as usize)
            .and_then(|c| c.method_of(func.index))
        else {
            return;
        };
        let Some(ObjKind::Class { frames, .. }) =
            world.heap.get(class_object).map(|o| o.kind.clone())
        else {
            return;
        };
        self.grant_steps(ir);
        let row = named
            .or_else(|| self.annotated_entry(file, ir))
            .or_else(|| self.method_entry(world, class_object, method, ir.name));
        let this = if method.is_static && self.family == shindan_source::Family::Ruby {
            // A class's own methods run on the class.
            self.values.reference(Ref::Obj(class_object))
        } else if method.is_static {
            ValueId::UNKNOWN
        } else if method.is_class_method {
            self.values.reference(Ref::Obj(class_object))
        } else {
            self.instance_for_methods(world, class_object, file)
        };
        self.run_root(world, func, frames, this, row);
    }

    /// What a method is to the outside by the bases of its class.
    fn method_entry(
        &mut self,
        world: &World,
        class: ObjId,
        method: &shindan_program::ir::Method,
        name: shindan_base::Sym,
    ) -> Option<EntryRow> {
        // What a Java class overrides may be called by the library although it is protected.
        if !method.is_public && !self.is_java() {
            return None;
        }
        let apis = if self.is_nominal() {
            self.class_apis(world, class)
        } else {
            self.class_api(world, class).into_iter().collect()
        };
        let text = self.text_of(name);
        for &api in apis.iter() {
            let base = self.apis.parent(api).0;
            let entry =
                self.rows.method_entries.iter().find(|e| {
                    e.names.matches(text) && e.bases.iter().any(|b| *b == base || *b == api)
                });
            if let Some(entry) = entry {
                let mut row = entry.row.clone();
                if self.python {
                    row.params.insert(0, None);
                }
                return Some(row);
            }
        }
        None
    }

    /// What a function is to the outside by its annotations.
    fn annotated_entry(
        &mut self,
        file: FileId,
        ir: &shindan_program::ir::Func,
    ) -> Option<EntryRow> {
        ir.annotations.iter().find_map(|annotation| {
            let node = self.library_name(file, annotation.name)?;
            let model = self.rows.nodes.get(&node)?;
            model.decorator_entries.first().cloned()
        })
    }

    fn instance_for_methods(&mut self, world: &mut World, class: ObjId, file: FileId) -> ValueId {
        let id = self.object(u32::MAX - 3, Span::new(class.0, 0), 4);
        if world.heap.get(id).is_some() {
            return self.values.reference(Ref::Obj(id));
        }
        let mut obj = Obj::new(ObjKind::Instance(Some(class)));
        obj.api = self.class_api(world, class);
        world.heap.set(id, obj);
        let instance = self.values.reference(Ref::Obj(id));
        let name = self.sym(self.constructor_name());
        let mut runs: Vec<(FuncRef, Frames)> = self.field_initialisers(world, class);
        if let Some(crate::class::Found::Method(method)) = self.find_in_class(world, class, name)
            && let Some(ObjKind::Func { func, frames, .. }) =
                world.heap.get(method).map(|o| o.kind.clone())
        {
            runs.push((func, frames));
        }
        let _ = file;
        for (func, frames) in runs {
            let Some(module) = self.modules.get(&func.file).copied() else {
                continue;
            };
            let Some(ir) = module.functions.get(func.index.0 as usize) else {
                continue;
            };
            let mut arguments = Arguments::unknown();
            if self.python {
                arguments = arguments.with_receiver(instance, ir.span);
            }
            let next_key = self.activations.len() as u32 + 1;
            let site = crate::interpreter::Site {
                file: func.file,
                span: ir.span,
            };
            let key = *self.activations.entry((2, site, func)).or_insert(next_key);
            let exit = self.enter_function(
                world,
                Entering {
                    func,
                    frames,
                    this: instance,
                    arguments: Rc::new(arguments),
                    key,
                    depth: 1,
                    entry: None,
                    in_handler: false,
                },
            );
            if let Some(after) = exit.world {
                *world = after;
            }
        }
        world.facts.clear();
        world.heap.settle();
        instance
    }
}
