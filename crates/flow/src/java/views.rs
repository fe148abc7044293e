//! What handlers of Spring return: the name of a view, or the body of the answer.

use shindan_base::Span;

use crate::interpreter::{Activation, Interpreter, World};
use crate::text::{Part, TextId};
use crate::value::{Ref, ValueId};

/// What the name of a view begins with that is the address of another page.
const REDIRECT: &str = "redirect:";

impl<'a> Interpreter<'a> {
    /// A handler's result. Objects become JSON; only texts are looked at.
    pub(crate) fn check_view(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        value: ValueId,
        span: Option<Span>,
    ) {
        let kinds = self.models.kinds;
        let known = self.values.get(value);
        if known.refs.iter().any(|r| matches!(r, Ref::Obj(_))) {
            return;
        }
        let data = known.taint.clone();
        if self.returns_body(act) {
            self.arrive_returned(act, world, kinds.html, &data, span);
            self.arrive_returned(act, world, kinds.response_trace, &data, span);
        } else if known.text != TextId::NONE
            && let Some(Part::Literal(start)) = self.texts.get(known.text).first()
            && let Some(address) = self.text_of(*start).strip_prefix(REDIRECT)
            && !leads_to_a_known_host(address)
        {
            self.arrive_returned(act, world, kinds.redirect, &data, span);
        }
    }

    /// Whether the handler or its class is annotated to answer with its result.
    fn returns_body(&self, act: &Activation<'a>) -> bool {
        let of_class = self
            .class_of(act.func)
            .and_then(|class| self.class_def(class))
            .map_or(&[][..], |def| &def.declared.annotations);
        act.ir.annotations.iter().chain(of_class).any(|annotation| {
            let path = self.text_of(annotation.name.path);
            matches!(
                path.rsplit('.').next(),
                Some("ResponseBody" | "RestController")
            )
        })
    }
}

/// Whether an address begins with a whole host, or is a path of the same one.
fn leads_to_a_known_host(address: &str) -> bool {
    match address.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).is_some_and(|at| at > 0),
        None => address.len() > 1 && address.starts_with('/') && !address.starts_with("//"),
    }
}
