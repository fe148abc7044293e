//! What equality tells of texts.

use shindan_base::Sym;
use shindan_catalogue::SourceKind;
use shindan_program::ir::{Callee, Op, Reg};

use crate::interpreter::{Activation, Interpreter, State};
use crate::value::{ALL_KINDS, Taint};

impl<'a> Interpreter<'a> {
    /// `a.equals(b)` came out true: what equals something that nobody outside chose is harmless.
    pub(crate) fn java_equality(
        &mut self,
        act: &Activation<'a>,
        state: &mut State,
        method: Sym,
        left: Reg,
        right: Reg,
    ) {
        let method = self.text_of(method);
        if !matches!(method, "equals" | "equalsIgnoreCase" | "contentEquals") {
            return;
        }
        for (checked, against) in [(left, right), (right, left)] {
            let against = state.regs[against.0 as usize];
            if self.deep_taint(&state.world, against).is_empty()
                && self.is_whole(act, state, checked)
            {
                let taint = self
                    .values
                    .get(state.regs[checked.0 as usize])
                    .taint
                    .clone();
                self.learn(&mut state.world, &taint, ALL_KINDS);
            }
        }
    }

    /// Whether a register holds all of its data, not something that was asked of a larger thing: a cookie's name says
    /// nothing of its value.
    fn is_whole(&self, act: &Activation<'a>, state: &State, reg: Reg) -> bool {
        match self.definition(act, reg) {
            Some(Op::Call(call)) => match call.callee {
                Callee::Method { object, name, .. } => {
                    let of = self.values.get(state.regs[object.0 as usize]);
                    // Whoever calls a function that nobody is known to call may give it anything.
                    let is_known =
                        |t: &Taint| self.sources.info(t.source).kind != SourceKind::Library;
                    !of.taint.iter().any(is_known)
                        || matches!(
                            self.text_of(name),
                            "trim"
                                | "strip"
                                | "toString"
                                | "toLowerCase"
                                | "toUpperCase"
                                | "intern"
                                | "get"
                                | "orElse"
                        )
                }
                Callee::Value(_) | Callee::Super { .. } | Callee::Bare { .. } => true,
            },
            Some(Op::Typed { value, .. } | Op::Copy(value)) => self.is_whole(act, state, *value),
            Some(Op::Member { .. }) => false,
            _ => true,
        }
    }
}
