//! Classes: methods and fields along the bases, and the library things that they extend.

use std::rc::Rc;

use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Interpreter, World};
use crate::value::{Const, Ref, ValueId};
use shindan_base::Sym;
use shindan_program::MOST_PARTS;

/// What a class says of a name.
pub(crate) enum Found {
    Method(ObjId),
    Getter(ObjId),
    Value(ValueId),
}

impl<'a> Interpreter<'a> {
    pub(crate) fn is_class_method(&self, world: &World, func: ObjId) -> bool {
        let Some(Obj {
            kind: ObjKind::Func { func, .. },
            ..
        }) = world.heap.get(func)
        else {
            return false;
        };
        let Some(module) = self.modules.get(&func.file) else {
            return false;
        };
        module
            .classes
            .iter()
            .flat_map(|c| &c.methods)
            .any(|m| m.func == func.index && (m.is_class_method || (m.is_static && !self.python)))
    }

    /// Looks a name up in a class and its bases.
    pub(crate) fn find_in_class(
        &mut self,
        world: &mut World,
        class: ObjId,
        name: Sym,
    ) -> Option<Found> {
        self.find_overload(world, class, name, None)
    }

    /// Looks a name up in a class and its bases; of methods that share it, the one that takes the arguments.
    pub(crate) fn find_overload(
        &mut self,
        world: &mut World,
        class: ObjId,
        name: Sym,
        arguments: Option<&Arguments>,
    ) -> Option<Found> {
        for &id in self.hierarchy(world, class).iter() {
            let obj = world.heap.get(id)?;
            let ObjKind::Class {
                file,
                class,
                frames,
            } = obj.kind.clone()
            else {
                continue;
            };
            let field = obj.field(Const::Str(name));
            let module = self.modules.get(&file).copied();
            let method = module.and_then(|m| self.pick_method(world, m, class, name, arguments));
            if let Some(method) = method {
                // A decorated method was stored again under its name; the undecorated one is what the class was written as.
                let func = crate::heap::FuncRef {
                    file,
                    index: method.func,
                };
                let method_id =
                    self.object(u32::MAX, shindan_base::Span::new(func.index.0, file.0), 7);
                if world.heap.get(method_id).is_none() {
                    world.heap.set(
                        method_id,
                        Obj::new(ObjKind::Func {
                            func,
                            frames,
                            this: ValueId::UNKNOWN,
                        }),
                    );
                }
                return Some(if method.is_getter {
                    Found::Getter(method_id)
                } else {
                    Found::Method(method_id)
                });
            }
            if let Some(value) = field {
                return Some(Found::Value(value));
            }
        }
        None
    }

    /// The library thing that instances of a class are, by its bases.
    pub(crate) fn class_api(&self, world: &World, class: ObjId) -> Option<ApiId> {
        self.hierarchy(world, class)
            .iter()
            .find_map(|id| world.heap.get(*id)?.api)
    }

    /// A class, its parts and what is above it, each once, in the order in which members are looked for.
    pub(crate) fn hierarchy(&self, world: &World, class: ObjId) -> Rc<[ObjId]> {
        if let Some(known) = self.hierarchies.borrow().get(&class) {
            return known.clone();
        }
        let found: Rc<[ObjId]> = Rc::from(self.find_hierarchy(world, class).as_slice());
        // Elsewhere the bases of a class are values, which may change.
        if self.is_nominal() {
            self.hierarchies.borrow_mut().insert(class, found.clone());
        }
        found
    }

    fn find_hierarchy(&self, world: &World, class: ObjId) -> SmallVec<[ObjId; 8]> {
        /// No hierarchy that people write comes near, further parts of its classes aside.
        const MOST: usize = 48;
        let mut found: SmallVec<[ObjId; 8]> = SmallVec::new();
        let mut further_parts = 0;
        let mut open: SmallVec<[ObjId; 8]> = SmallVec::from_elem(class, 1);
        while let Some(id) = open.pop() {
            if found.len() - further_parts >= MOST {
                break;
            }
            if found.contains(&id) {
                continue;
            }
            let first = found.len();
            found.push(id);
            for part in self.class_parts.get(&id).iter().flat_map(|p| p.iter()) {
                if further_parts < MOST_PARTS && !found[..first].contains(part) {
                    found.push(*part);
                    further_parts += 1;
                }
            }
            // Parts of the class come before the bases of any of them.
            for id in found[first..].iter().rev() {
                let bases = world.heap.get(*id).map_or(&[][..], |obj| &obj.items);
                for base in bases.iter().rev() {
                    for thing in &self.values.get(*base).refs {
                        if let Ref::Obj(id) = thing {
                            open.push(*id);
                        }
                    }
                }
            }
        }
        found
    }

    /// The node of instances of the type that an annotation evaluates to.
    pub(crate) fn instance_of_type(&mut self, ty: ValueId) -> Option<ApiId> {
        let node = self.values.get(ty).refs.iter().find_map(|r| {
            if let Ref::Api(node) = r {
                Some(*node)
            } else {
                None
            }
        })?;
        let known = self.apis.known_child(node, Edge::Call);
        known.or_else(|| {
            (self.apis.parent(node).0 != ApiId::ROOT).then(|| self.apis.child(node, Edge::Call))
        })
    }
}
