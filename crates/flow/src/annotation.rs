//! Annotations and attributes, as detectors see them.

use shindan_base::FileId;
use shindan_program::ClassRef;
use shindan_program::ir::Annotation;

use crate::api::ApiId;
use crate::arguments::Arguments;
use crate::heap::ObjId;
use crate::interpreter::{Activation, Interpreter, Site, World};

impl<'a> Interpreter<'a> {
    /// Tells of the bases and annotations of a class, and of the annotations of its methods.
    pub(crate) fn notice_annotations(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        of: ClassRef,
        id: ObjId,
        site: Site,
    ) {
        let Some(class) = self.class_def(of) else {
            return;
        };
        let own = self.known_annotations(of.0, &class.declared.annotations);
        let nodes: Vec<ApiId> = own.iter().map(|(node, _)| *node).collect();
        for &api in self.class_apis(world, id).iter() {
            let base = self.apis.parent(api).0;
            self.with_view(act, world, |o, v| o.class(v, base, &nodes, site));
        }
        for (node, arguments) in &own {
            self.with_view(act, world, |o, v| {
                o.decorated(v, *node, arguments, &nodes, site)
            });
        }
        for field in &class.declared.fields {
            let found = self.known_annotations(of.0, &field.annotations);
            let all: Vec<ApiId> = found.iter().chain(&own).map(|(node, _)| *node).collect();
            for ((node, arguments), annotation) in found.iter().zip(&field.annotations) {
                let site = act.site(annotation.span);
                self.with_view(act, world, |o, v| {
                    o.decorated(v, *node, arguments, &all, site);
                });
            }
        }
        for method in &class.methods {
            let Some(ir) = act.module.functions.get(method.func.0 as usize) else {
                continue;
            };
            let found = self.known_annotations(of.0, &ir.annotations);
            if found.is_empty() {
                continue;
            }
            let site = act.site(ir.name_span);
            let all: Vec<ApiId> = found.iter().chain(&own).map(|(node, _)| *node).collect();
            for (node, arguments) in &found {
                self.with_view(act, world, |o, v| {
                    o.decorated(v, *node, arguments, &all, site)
                });
            }
        }
    }

    /// The library's annotations among some, with their constant arguments.
    fn known_annotations(
        &mut self,
        file: FileId,
        annotations: &[Annotation],
    ) -> Vec<(ApiId, Arguments)> {
        let mut found = Vec::new();
        for annotation in annotations {
            let Some(node) = self.library_name(file, annotation.name) else {
                continue;
            };
            let mut arguments = Arguments::default();
            for (name, value) in &annotation.args {
                let value = self.ir_const(*value);
                let value = self.constant(value);
                match name {
                    Some(name) => arguments.named.push((*name, value, annotation.span)),
                    None => arguments.positional.push((value, annotation.span)),
                }
            }
            found.push((node, arguments));
        }
        found
    }
}
