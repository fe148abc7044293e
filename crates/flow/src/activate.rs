//! Follows calls into functions and classes of the program.

use crate::api::Edge;
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::class::Found;
use crate::execute::{Exit, meet_facts};
use crate::heap::{Frames, FuncRef, Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::memory::Answer;
use crate::model::EntryRow;
use crate::source::StepWord;
use crate::value::{ALL_KINDS, Ref, Value, ValueId};
use shindan_base::{Span, Sym};
use shindan_source::Family;
use std::rc::Rc;

/// A run of a function that is about to start.
pub(crate) struct Entering {
    pub(crate) func: FuncRef,
    /// The frames of the functions around it.
    pub(crate) frames: Frames,
    pub(crate) this: ValueId,
    pub(crate) arguments: Rc<Arguments>,
    /// The call path, interned.
    pub(crate) key: u32,
    pub(crate) depth: u32,
    /// What the outside passes, when it is the outside that calls.
    pub(crate) entry: Option<EntryRow>,
    /// Its code counts as the handler's own.
    pub(crate) in_handler: bool,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn construct_by_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        func: FuncRef,
        frames: Frames,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let this = self.allocate(act, world, site.span, 4, Obj::new(ObjKind::Instance(None)));
        self.call_function(act, world, func, frames, this, arguments, None, site);
        this
    }

    /// Follows a call into a function of the program.
    pub(crate) fn call_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        func: FuncRef,
        frames: Frames,
        this: ValueId,
        arguments: &Arguments,
        entry: Option<EntryRow>,
        site: Site,
    ) -> Option<ValueId> {
        let Some(module) = self.modules.get(&func.file).copied() else {
            return Some(ValueId::UNKNOWN);
        };
        let Some(ir) = module.functions.get(func.index.0 as usize) else {
            return Some(ValueId::UNKNOWN);
        };
        let method = self.method_of(func);
        let takes_receiver =
            self.python && method.is_some_and(|m| !m.is_static) && this != ValueId::UNKNOWN;
        let arguments = if takes_receiver {
            arguments.with_receiver(this, site.span)
        } else {
            arguments.clone()
        };
        let recursive = self.stack.iter().filter(|f| **f == func).count();
        if act.depth >= self.limits.call_depth
            || recursive >= 2
            || world.heap.len() as u32 > self.limits.objects
        {
            if recursive < 2 {
                self.broadened.depth += 1;
            }
            let mut result = Value {
                other: true,
                ..Value::default()
            };
            for value in arguments.values() {
                self.absorb(world, value, &mut result);
            }
            result.taint = self.stepped(&result.taint, site, StepWord::Through(ir.name));
            result.unsettled = ALL_KINDS;
            return Some(self.values.add(result));
        }
        let question = if entry.is_none() {
            self.question(world, func, &frames, this, &arguments)
        } else {
            None
        };
        if let Some(question) = &question
            && let Some(answer) = self.remembered(question, act.depth)
        {
            let Answer {
                value,
                facts,
                tells,
                ..
            } = answer;
            world.facts = facts;
            self.last_tells = tells;
            return value.map(|v| self.step_value(v, site, StepWord::Returned(ir.name)));
        }
        let before = question.as_ref().map(|_| world.clone());
        let next_key = self.activations.len() as u32 + 1;
        let key = *self
            .activations
            .entry((act.key, site, func))
            .or_insert(next_key);
        let exit = self.enter_function(
            world,
            Entering {
                func,
                frames,
                this,
                arguments: Rc::new(arguments),
                key,
                depth: act.depth + 1,
                entry,
                in_handler: act.in_handler && ir.is_arrow,
            },
        );
        let Exit {
            value,
            world: after,
            if_true,
            if_false,
            yielded,
            thrown,
        } = exit;
        let mut question = question;
        if let Some((value, after)) = thrown
            && self.is_carried(world, value, &after)
        {
            // Who remembers the answer would not remember the exception.
            question = None;
            self.throw_on(value, after);
        }
        let Some(after) = after else {
            if let (Some(question), Some(before)) = (question, before)
                && self.steps_left > 0
            {
                self.remember(
                    question,
                    Answer {
                        value: None,
                        facts: before.facts,
                        tells: None,
                        depth: act.depth,
                    },
                );
            }
            return None;
        };
        *world = after;
        let tells = match (if_true, if_false) {
            (Some(t), Some(f)) if t != f => Some(Rc::new((t, f))),
            _ => None,
        };
        self.last_tells.clone_from(&tells);
        if let (Some(question), Some(before), false) = (question, before, ir.is_generator) {
            let fresh = self.values.get(value).refs.iter().any(|r| {
                matches!(r, Ref::Obj(id) if before.heap.get(*id).is_none())
                    || matches!(r, Ref::Bound(..))
            });
            if self.steps_left > 0 && !fresh && world.heap.extends(&before.heap) {
                // What the call made for itself is of no use to anyone.
                world.heap = before.heap;
                self.remember(
                    question,
                    Answer {
                        value: Some(value),
                        facts: world.facts.clone(),
                        tells,
                        depth: act.depth,
                    },
                );
            }
        }
        let value = if ir.is_generator {
            let mut obj = Obj::new(ObjKind::List);
            obj.exact = false;
            obj.rest = yielded;
            self.allocate(act, world, site.span, 10, obj)
        } else {
            value
        };
        Some(self.step_value(value, site, StepWord::Returned(ir.name)))
    }

    /// Whether an exception brings its handler something: data, or changed objects.
    fn is_carried(&self, before: &World, value: ValueId, after: &World) -> bool {
        !self.deep_taint(after, value).is_empty() || !after.heap.extends(&before.heap)
    }

    /// An exception leaves a call; several may, when a library calls back more than once.
    fn throw_on(&mut self, value: ValueId, after: World) {
        match &mut self.thrown {
            Some((known, world)) => {
                *known = self.values.join(*known, value);
                world.heap.join(&after.heap, &mut self.values, false);
                world.facts = meet_facts(&world.facts, &after.facts);
            }
            slot @ None => *slot = Some((value, after)),
        }
    }

    /// Runs a function in a world; the exit has no world when the function is not known or never returns.
    pub(crate) fn enter_function(&mut self, world: &World, call: Entering) -> Exit {
        let Entering {
            func,
            frames,
            this,
            arguments,
            key,
            depth,
            entry,
            in_handler,
        } = call;
        let Some(module) = self.modules.get(&func.file).copied() else {
            return Exit::default();
        };
        let Some(ir) = module.functions.get(func.index.0 as usize) else {
            return Exit::default();
        };
        let mut world = world.clone();
        let frame = (!ir.cells.is_empty()).then(|| {
            let id = self.object(key, Span::new(0, 0), 6);
            world.heap.set(id, Obj::new(ObjKind::Frame));
            id
        });
        let frames: Frames = std::iter::once(frame)
            .chain(frames.iter().copied())
            .collect();
        let entry = entry.or_else(|| {
            if arguments.unknown {
                self.named_entry(ir)
            } else {
                None
            }
        });
        let in_handler = in_handler || entry.is_some();
        let names = Rc::clone(self.register_names.entry(func).or_insert_with(|| {
            let mut names = vec![Sym::EMPTY; ir.registers as usize];
            for (reg, name) in &ir.register_names {
                if let Some(slot) = names.get_mut(reg.0 as usize) {
                    *slot = *name;
                }
            }
            names.into()
        }));
        let definitions = Rc::clone(self.definitions.entry(func).or_insert_with(|| {
            let mut found: Vec<Option<&'a shindan_program::ir::Op>> =
                vec![None; ir.registers as usize];
            let mut written = vec![false; ir.registers as usize];
            for inst in ir.blocks.iter().flat_map(|b| &b.insts) {
                if let Some(reg) = inst.dst {
                    let i = reg.0 as usize;
                    found[i] = if written[i] { None } else { Some(&inst.op) };
                    written[i] = true;
                }
            }
            found.into()
        }));
        let inner = Activation {
            func,
            ir,
            module,
            arguments,
            this,
            frames,
            key,
            depth,
            entry,
            in_handler,
            names,
            definitions,
        };
        self.visited.insert(func);
        self.stack.push(func);
        let exit = self.run(&inner, world);
        self.stack.pop();
        exit
    }

    pub(crate) fn method_of(&self, func: FuncRef) -> Option<&'a shindan_program::ir::Method> {
        let (file, class) = self.class_of(func)?;
        let module = self.modules.get(&file).copied()?;
        module.classes.get(class.0 as usize)?.method_of(func.index)
    }

    pub(crate) fn instantiate(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: ObjId,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(ObjKind::Instance(Some(class)));
        obj.api = self.class_api(world, class);
        if obj.api.is_some() {
            obj.made_by = Some(Rc::new(arguments.clone()));
        }
        if let ObjKind::Class { file, class: c, .. } = world
            .heap
            .get(class)
            .map_or(ObjKind::Resolver, |o| o.kind.clone())
            && self
                .class_def((file, c))
                .is_some_and(|d| d.declared.is_inner)
        {
            let outer = self.sym(shindan_program::ir::OUTER);
            obj.set_field(crate::value::Const::Str(outer), act.this);
        }
        let instance = self.allocate(act, world, site.span, 4, obj);
        for fields in self.field_initialisers(world, class) {
            let (func, frames) = fields;
            self.call_function(
                act,
                world,
                func,
                frames,
                instance,
                &Arguments::default(),
                None,
                site,
            );
        }
        let name = self.sym(self.constructor_name());
        if let Some(Found::Method(method)) = self.find_overload(world, class, name, Some(arguments))
        {
            self.call_object(
                act,
                world,
                method,
                instance,
                arguments,
                CallContext::default(),
                site,
            );
        } else {
            self.keep_in_exception(world, instance, arguments);
        }
        self.last_tells = None;
        instance
    }

    /// The constructor of a library's exception, of which the object is one, keeps what it is given.
    pub(crate) fn keep_in_exception(
        &mut self,
        world: &mut World,
        instance: ValueId,
        arguments: &Arguments,
    ) {
        let Some(id) = self.sole_object(instance) else {
            return;
        };
        let is_exception = world.heap.get(id).and_then(|o| o.api).is_some_and(|node| {
            let (class, _) = self.apis.parent(node);
            match self.apis.parent(class).1 {
                Edge::Name(name) => ["Error", "Exception", "Throwable", "Warning"]
                    .iter()
                    .any(|end| self.text_of(name).ends_with(end)),
                Edge::Call | Edge::CallWith(_) | Edge::Index => false,
            }
        });
        if !is_exception {
            return;
        }
        let mut kept = Value::default();
        for value in arguments.values() {
            kept.add_taint(&self.deep_taint(world, value));
        }
        let kept = self.values.tainted(kept.taint);
        if kept != ValueId::UNKNOWN
            && let Some(obj) = world.heap.change(id)
        {
            obj.rest = self.values.join(obj.rest, kept);
        }
    }

    /// What the languages call a constructor; in the tree of nominal ones it is always the same.
    pub(crate) fn constructor_name(&self) -> &'static str {
        match self.family {
            Family::Python => "__init__",
            Family::EcmaScript => "constructor",
            Family::Java | Family::CSharp | Family::Ruby => "<init>",
        }
    }

    pub(crate) fn field_initialisers(
        &mut self,
        world: &World,
        class: ObjId,
    ) -> Vec<(FuncRef, Frames)> {
        let mut found = Vec::new();
        for &id in self.hierarchy(world, class).iter() {
            let Some(ObjKind::Class {
                file,
                class,
                frames,
            }) = world.heap.get(id).map(|o| &o.kind)
            else {
                continue;
            };
            let fields = self
                .modules
                .get(file)
                .and_then(|m| m.classes.get(class.0 as usize))
                .and_then(|c| c.fields);
            if let Some(index) = fields {
                found.push((FuncRef { file: *file, index }, Rc::clone(frames)));
            }
        }
        found.reverse();
        found
    }
}
