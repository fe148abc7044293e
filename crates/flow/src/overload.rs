//! Which of several methods of one name a call means.
//!
//! **Invariant.** Where nothing tells them apart, the first one is meant; a method with a body comes before one without.

use shindan_base::Sym;
use shindan_program::ir::{ClassIdx, Func, Method, Module, ParamKind};

use crate::api::Edge;
use crate::arguments::Arguments;
use crate::heap::{ObjId, ObjKind};
use crate::interpreter::{Interpreter, World};
use crate::value::{Const, Ref, ValueId};

impl<'a> Interpreter<'a> {
    /// The method of a class that a call with these arguments means.
    pub(crate) fn pick_method(
        &self,
        world: &World,
        module: &'a Module,
        class: ClassIdx,
        name: Sym,
        arguments: Option<&Arguments>,
    ) -> Option<&'a Method> {
        let class = module.classes.get(class.0 as usize)?;
        let mut found = class
            .methods
            .iter()
            .filter(|m| m.name == name && !m.is_setter);
        let first = found.next()?;
        let Some(arguments) = arguments.filter(|a| !a.unknown && a.spread.is_none()) else {
            return Some(first);
        };
        if !self.is_nominal() || found.clone().next().is_none() {
            return Some(first);
        }
        let mut best = (i32::MIN, first);
        for method in std::iter::once(first).chain(found) {
            let Some(ir) = module.functions.get(method.func.0 as usize) else {
                continue;
            };
            let score = self.fitness(world, ir, arguments);
            if score > best.0 {
                best = (score, method);
            }
        }
        Some(best.1)
    }

    /// How well arguments fit parameters; negative when they cannot.
    fn fitness(&self, world: &World, ir: &Func, arguments: &Arguments) -> i32 {
        let given = arguments.positional.len();
        let rest = ir.params.iter().position(|p| p.kind == ParamKind::Rest);
        let most = ir
            .params
            .iter()
            .filter(|p| matches!(p.kind, ParamKind::Plain))
            .count();
        let mut score = 0;
        if given > most && rest.is_none() {
            score -= 100;
        }
        if given < most {
            // Parameters with defaults may be left out; those without may not.
            score -= 10 * (most - given) as i32;
        }
        if rest.is_some() {
            score -= 1;
        }
        for (param, (value, _)) in ir.params.iter().zip(&arguments.positional) {
            if let Some(ty) = param.ty {
                let path = self.text_of(ty.path);
                let name = path.rsplit('.').next().unwrap_or(path);
                score += self.likeness(world, *value, name);
            }
        }
        score
    }

    /// Whether a value may be of a type of that name: 2 if it is, 0 if nobody knows, -20 if it cannot be.
    fn likeness(&self, world: &World, value: ValueId, ty: &str) -> i32 {
        let value = self.values.get(value);
        if let Some(constant) = value.sole_const() {
            let is_text = matches!(
                ty,
                "String" | "string" | "CharSequence" | "Object" | "object" | "char" | "Character"
            );
            let is_number = crate::nominal::is_plain(ty) || matches!(ty, "Object" | "object");
            return match constant {
                Const::Str(_) if is_text => 2,
                Const::Int(_) | Const::Float(_) | Const::Bool(_) if is_number => 2,
                Const::Null | Const::Undefined => 0,
                Const::Str(_) | Const::Int(_) | Const::Float(_) | Const::Bool(_) => -20,
                _ => 0,
            };
        }
        // Untrusted data is text unless something says otherwise.
        if !value.taint.is_empty() && crate::nominal::is_plain(ty) {
            return -1;
        }
        let [thing] = value.refs.as_slice() else {
            return 0;
        };
        let class = match thing {
            Ref::Obj(id) => match world.heap.get(*id) {
                Some(obj) => match (&obj.kind, obj.api) {
                    (ObjKind::Instance(Some(class)), _) => {
                        return self.is_named(world, *class, ty);
                    }
                    (_, Some(api)) => Some(api),
                    (ObjKind::Func { .. }, None) => {
                        return if matches!(ty, "String" | "string" | "int") {
                            -20
                        } else {
                            0
                        };
                    }
                    _ => None,
                },
                None => None,
            },
            Ref::Api(node) => Some(*node),
            Ref::Module(_) | Ref::Bound(..) => None,
        };
        let Some(node) = class else {
            return 0;
        };
        let (made_by, edge) = self.apis.parent(node);
        match self.apis.parent(made_by).1 {
            Edge::Name(name) if edge == Edge::Call && self.text_of(name) == ty => 2,
            _ => 0,
        }
    }

    fn is_named(&self, world: &World, class: ObjId, ty: &str) -> i32 {
        let mut has_library_base = false;
        for &id in self.hierarchy(world, class).iter() {
            let Some(obj) = world.heap.get(id) else {
                return 0;
            };
            if let ObjKind::Class { file, class, .. } = &obj.kind
                && let Some(def) = self.class_def((*file, *class))
                && self.text_of(def.name) == ty
            {
                return 2;
            }
            has_library_base |= obj.items.iter().any(|base| {
                let refs = &self.values.get(*base).refs;
                refs.iter().any(|thing| !matches!(thing, Ref::Obj(_)))
            });
        }
        if has_library_base || matches!(ty, "Object" | "object") {
            0
        } else {
            -20
        }
    }
}
