//! Functions of the program that libraries are given: entries, decorators, callbacks, deferred calls.

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Activation, FoundEntry, Interpreter, Site, World};
use crate::model::{EntryRow, NodeModel};
use crate::value::{Ref, ValueId};
use shindan_base::Sym;
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    // Entries.

    pub(crate) fn function_refs(
        &self,
        world: &World,
        value: ValueId,
    ) -> SmallVec<[(ObjId, ValueId); 2]> {
        let mut found = SmallVec::new();
        for thing in &self.values.get(value).refs {
            match thing {
                Ref::Obj(id)
                    if world
                        .heap
                        .get(*id)
                        .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })) =>
                {
                    found.push((*id, ValueId::UNKNOWN))
                }
                Ref::Bound(id, receiver) => found.push((*id, *receiver)),
                Ref::Obj(id)
                    if world
                        .heap
                        .get(*id)
                        .is_some_and(|o| matches!(o.kind, ObjKind::List)) =>
                {
                    let items: Vec<ValueId> = world
                        .heap
                        .get(*id)
                        .map(|o| o.contents().collect())
                        .unwrap_or_default();
                    for item in items {
                        for inner in &self.values.get(item).refs {
                            if let Ref::Obj(id) = inner
                                && world
                                    .heap
                                    .get(*id)
                                    .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. }))
                            {
                                found.push((*id, ValueId::UNKNOWN));
                            }
                        }
                    }
                }
                Ref::Obj(_) | Ref::Api(_) | Ref::Module(_) => {}
            }
        }
        found
    }

    /// A decorator hands its function back; an entry decorator also makes it one that the outside calls.
    pub(crate) fn decorated_function(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        node: ApiId,
        model: Option<&'a NodeModel<'a>>,
        arguments: &Arguments,
    ) -> Option<ValueId> {
        if arguments.positional.len() != 1 || !arguments.named.is_empty() {
            return None;
        }
        let value = arguments.at(0)?;
        let functions = self.function_refs(world, value);
        let first = *functions.first()?;
        if !self.python || self.values.get(value).refs.len() != 1 {
            return None;
        }
        let mut row = model.and_then(|m| m.decorator_entries.first());
        let (parent, edge) = self.apis.parent(node);
        if row.is_none() && matches!(edge, Edge::Call | Edge::CallWith(_)) {
            row = self.model(parent).and_then(|m| m.decorator_entries.first());
        }
        if let Some(row) = row {
            self.entries.push(FoundEntry {
                function: first.0,
                this: first.1,
                row: row.clone(),
            });
        }
        let site = self
            .function_site(world, first.0)
            .unwrap_or(act.site(act.ir.span));
        self.with_view(act, world, |o, v| {
            o.decorated(v, node, &Arguments::default(), &[], site);
        });
        Some(value)
    }

    pub(crate) fn function_site(&self, world: &World, id: ObjId) -> Option<Site> {
        let ObjKind::Func { func, .. } = world.heap.get(id)?.kind.clone() else {
            return None;
        };
        let ir = self
            .modules
            .get(&func.file)?
            .functions
            .get(func.index.0 as usize)?;
        Some(Site {
            file: func.file,
            span: ir.name_span,
        })
    }

    /// Calls that only say when: `executor.submit(function, argument)`, `Thread(target=function, args=(argument,))`.
    pub(crate) fn deferred_call(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        if !self.python {
            return None;
        }
        let position = match self.text_of(name) {
            "submit" | "to_thread" | "call_soon" | "partial" | "apply_async" | "apply"
            | "run_sync" => 0,
            "run_in_executor" | "call_later" | "call_at" => 1,
            "Thread" | "Process" | "Timer" => {
                let target = self.names.get("target").and_then(|n| arguments.named(n))?;
                let passed = self
                    .names
                    .get("args")
                    .and_then(|n| arguments.named(n))
                    .and_then(|v| self.sole_object(v))
                    .and_then(|id| world.heap.get(id))
                    .map(|o| o.items.to_vec());
                let inner = Arguments::positional(&passed.unwrap_or_default(), site.span);
                return self.call_value(act, world, target, &inner, site);
            }
            _ => return None,
        };
        let function = arguments.at(position)?;
        let callable = self.values.get(function).refs.iter().any(|r| match r {
            Ref::Api(_) | Ref::Bound(..) => true,
            Ref::Obj(id) => world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Module(_) => false,
        });
        if !callable {
            return None;
        }
        let mut inner = arguments.clone();
        inner.positional.drain(..=position);
        self.call_value(act, world, function, &inner, site)
    }

    /// Functions among the arguments: those that the outside calls become entries, others run here with unknown arguments.
    pub(crate) fn pass_functions(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        model: Option<&'a NodeModel<'a>>,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let mut result = None;
        let passed: SmallVec<[ValueId; 4]> = arguments.values().collect();
        for value in passed {
            for (id, this) in self.function_refs(world, value) {
                let Some(ObjKind::Func {
                    func,
                    frames,
                    this: own,
                }) = world.heap.get(id).map(|o| o.kind.clone())
                else {
                    continue;
                };
                let arity = self
                    .modules
                    .get(&func.file)
                    .and_then(|m| m.functions.get(func.index.0 as usize))
                    .map_or(0, |f| f.params.len());
                let row = model.and_then(|m| {
                    m.argument_entries
                        .iter()
                        .find(|e| e.params.len() == arity)
                        .or_else(|| m.argument_entries.first())
                });
                if let Some(row) = row {
                    self.entries.push(FoundEntry {
                        function: id,
                        this,
                        row: row.clone(),
                    });
                    self.run_entry_now(act, world, id, this, row, site);
                    continue;
                }
                let before = world.clone();
                let this = if this == ValueId::UNKNOWN { own } else { this };
                let value = self.call_function(
                    act,
                    world,
                    func,
                    frames,
                    this,
                    &Arguments::unknown(),
                    None,
                    site,
                );
                self.last_tells = None;
                let mut joined = before;
                if value.is_some() {
                    joined.heap.join(&world.heap, &mut self.values, false);
                }
                *world = joined;
                if let Some(value) = value {
                    result = Some(result.map_or(value, |r| self.values.join(r, value)));
                }
            }
        }
        result
    }

    /// An entry that is registered inside a function runs with that function's captured locals.
    pub(crate) fn run_entry_now(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        this: ValueId,
        row: &EntryRow,
        site: Site,
    ) {
        if act.depth == 0
            && act.ir.parent.is_none()
            && act
                .module
                .functions
                .first()
                .is_some_and(|f| std::ptr::eq(f, act.ir))
        {
            return;
        }
        let Some(ObjKind::Func {
            func,
            frames,
            this: own,
        }) = world.heap.get(id).map(|o| o.kind.clone())
        else {
            return;
        };
        let before = world.clone();
        let this = if this == ValueId::UNKNOWN { own } else { this };
        let ran = self.call_function(
            act,
            world,
            func,
            frames,
            this,
            &Arguments::unknown(),
            Some(row.clone()),
            site,
        );
        let mut joined = before;
        if ran.is_some() {
            joined.heap.join(&world.heap, &mut self.values, false);
        }
        *world = joined;
        self.last_tells = None;
    }
}
