//! JSX: what an element does with the data that is put into it.

use crate::api::{ApiId, Edge};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Value, ValueId};
use shindan_base::Sym;

impl<'a> Interpreter<'a> {
    pub(crate) fn markup(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        tag: Option<ValueId>,
        attributes: &[(Sym, ValueId)],
        children: &[ValueId],
        site: Site,
    ) -> ValueId {
        let raw = self.sym("dangerouslySetInnerHTML");
        for (name, value) in attributes {
            self.with_view(act, world, |o, v| o.property(v, *name, *value, site));
            if *name == raw
                || matches!(
                    self.text_of(*name),
                    "href" | "src" | "srcDoc" | "formAction"
                )
            {
                let node = self.apis.known_child(ApiId::ANY, Edge::Name(*name));
                if let (Some(node), Some(model)) = (node, self.any_model(*name)) {
                    self.check_assigned(act, world, node, model, *value, *value, site);
                }
            }
        }
        let mut all = Value {
            other: true,
            ..Value::default()
        };
        for value in children.iter().copied().chain(tag) {
            self.absorb(world, value, &mut all);
        }
        // React escapes text, so what is in an element is safe as HTML.
        for taint in &mut all.taint {
            taint.cleared |= self.models.kinds.html;
        }
        all.unsettled &= !self.models.kinds.html;
        self.values.add(all)
    }
}
