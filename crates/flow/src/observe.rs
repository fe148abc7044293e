//! What detectors see of a running analysis.

use shindan_base::{Interner, Span, Sym};
use shindan_catalogue::SourceKind;
use shindan_finding::Confidence;

use crate::api::ApiId;
use crate::arguments::Arguments;
use crate::heap::{FuncRef, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::source::{SourceInfo, Trace};
use crate::value::{Const, Ref, Value, ValueId};

/// Untrusted data in a sink.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Index of the detector in the catalogue.
    pub detector: u32,
    /// The call or assignment.
    pub site: Site,
    /// The enclosing function.
    pub function: FuncRef,
    /// What is called or assigned, as the catalogue writes it.
    pub sink: String,
    /// Whose data.
    pub source: SourceInfo,
    /// How it got here.
    pub trace: Trace,
    /// Of the sink row, if it has one of its own.
    pub confidence: Option<Confidence>,
    /// The analysis was approximate somewhere on the way.
    pub broadened: bool,
    /// The data is a parameter of a function that nothing here calls: a remark for those who do.
    pub uncalled: bool,
    /// The bit of the sink's kind.
    pub(crate) kind: u64,
}

/// A call as it happens.
pub struct CallEvent<'e> {
    /// What is called: library things.
    pub callee: &'e [ApiId],
    /// The name of the method or function, as written.
    pub name: Option<Sym>,
    /// The receiver.
    pub receiver: Option<ValueId>,
    /// The arguments.
    pub arguments: &'e Arguments,
    /// The call.
    pub site: Site,
    /// The variable that takes the result, if it is one.
    pub assigned_to: Option<Sym>,
    /// Nothing takes the result.
    pub result_unused: bool,
}

/// Takes notice of what happens. Every method is called as often as the code is run; identical events must be taken once.
pub trait Observer {
    /// A call of a library thing or of something unknown.
    fn call(&mut self, view: &View<'_, '_>, event: &CallEvent<'_>);
    /// A read of a library thing that is not the callee of a call.
    fn read(&mut self, view: &View<'_, '_>, node: ApiId, site: Site);
    /// An assignment to a member or element: of a library thing (its node) or of anything (the member's name).
    fn assign(
        &mut self,
        view: &View<'_, '_>,
        node: Option<ApiId>,
        name: Option<Sym>,
        receiver: ValueId,
        value: ValueId,
        site: Site,
    );
    /// A key of a map literal, or a named argument.
    fn property(&mut self, view: &View<'_, '_>, name: Sym, value: ValueId, site: Site);
    /// An assignment to a variable.
    fn variable(&mut self, view: &View<'_, '_>, name: Sym, value: ValueId, site: Site);
    /// A test for equality; the places are of the operands.
    fn equality(
        &mut self,
        view: &View<'_, '_>,
        left: (ValueId, Span),
        right: (ValueId, Span),
        site: Site,
    );
    /// A constant string.
    fn text(&mut self, view: &View<'_, '_>, text: Sym, value: ValueId, site: Site);
    /// A regular expression.
    fn regex(&mut self, view: &View<'_, '_>, pattern: Sym, site: Site);
    /// An import of a library.
    fn import(&mut self, view: &View<'_, '_>, module: Sym, site: Site);
    /// A class with a library base.
    fn class(&mut self, view: &View<'_, '_>, base: ApiId, annotations: &[ApiId], site: Site);
    /// A function with a library decorator, and the place is the function's name; or a class with an annotation. The
    /// arguments are the constant ones, the annotations all that stand there or at the class around it.
    fn decorated(
        &mut self,
        view: &View<'_, '_>,
        decorator: ApiId,
        arguments: &Arguments,
        annotations: &[ApiId],
        site: Site,
    );
}

/// A look into the running analysis.
pub struct View<'v, 'a> {
    pub(crate) interpreter: &'v Interpreter<'a>,
    pub(crate) world: &'v World,
    pub(crate) function: FuncRef,
    pub(crate) in_handler: bool,
}

impl<'v, 'a> View<'v, 'a> {
    pub(crate) fn new(
        interpreter: &'v Interpreter<'a>,
        world: &'v World,
        act: &Activation<'_>,
    ) -> Self {
        Self {
            interpreter,
            world,
            function: act.func,
            in_handler: act.in_handler,
        }
    }

    /// The names.
    #[must_use]
    pub fn names(&self) -> &'a Interner {
        self.interpreter.names
    }

    /// The function that runs.
    #[must_use]
    pub fn function(&self) -> FuncRef {
        self.function
    }

    /// Whether that is a handler or route itself.
    #[must_use]
    pub fn in_handler(&self) -> bool {
        self.in_handler
    }

    /// A value.
    #[must_use]
    pub fn value(&self, id: ValueId) -> &Value {
        self.interpreter.values.get(id)
    }

    /// An API path as text.
    #[must_use]
    pub fn api_text(&self, node: ApiId) -> String {
        self.interpreter.apis.text(node, self.interpreter.names)
    }

    /// Whether a value is certainly true or false as a condition.
    #[must_use]
    pub fn truth(&self, id: ValueId) -> Option<bool> {
        self.interpreter.truth(self.world, id)
    }

    /// Whether data of one of these kinds is in a value. An untrusted kind stands for all of them.
    #[must_use]
    pub fn is_tainted(&self, id: ValueId, kinds: &[SourceKind]) -> bool {
        let set = crate::model::KindSet::of(kinds);
        self.interpreter.deep_taint(self.world, id).iter().any(|t| {
            let kind = self.interpreter.sources.info(t.source).kind;
            set.has(kind) && (kind != SourceKind::Library || self.interpreter.models.library)
        })
    }

    /// Kinds of sink for which something in a value is not known to be safe.
    pub(crate) fn unsettled(&self, id: ValueId) -> u64 {
        self.interpreter.unsettled(self.world, id)
    }

    /// Whether a value is an array of constant numbers: what bytes are written as where texts are no bytes.
    pub(crate) fn is_constant_array(&self, id: ValueId) -> bool {
        let object = self.interpreter.sole_object(id);
        self.interpreter.is_nominal()
            && object
                .and_then(|object| self.world.heap.get(object))
                .is_some_and(|obj| {
                    matches!(obj.kind, ObjKind::List)
                        && obj.exact
                        && obj.rest == ValueId::NONE
                        && !obj.items.is_empty()
                        && obj.items.iter().all(|item| {
                            matches!(self.value(*item).sole_const(), Some(Const::Int(_)))
                        })
                })
    }

    /// The library things that a value is or is an instance of.
    #[must_use]
    pub fn apis(&self, id: ValueId) -> Vec<ApiId> {
        let mut found = Vec::new();
        for thing in &self.value(id).refs {
            match thing {
                Ref::Api(node) => found.push(*node),
                Ref::Obj(obj) => found.extend(self.world.heap.get(*obj).and_then(|o| o.api)),
                Ref::Module(_) | Ref::Bound(..) => {}
            }
        }
        found
    }

    /// Whether a value is a function of the program.
    #[must_use]
    pub fn is_function(&self, id: ValueId) -> bool {
        self.value(id).refs.iter().any(|thing| match thing {
            Ref::Bound(..) => true,
            Ref::Obj(obj) => self
                .world
                .heap
                .get(*obj)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Api(_) | Ref::Module(_) => false,
        })
    }

    /// Whether a value is certainly a list or map without elements.
    #[must_use]
    pub fn is_empty(&self, id: ValueId) -> bool {
        let value = self.value(id);
        !value.other
            && value.consts.is_empty()
            && !value.refs.is_empty()
            && value.refs.iter().all(|thing| match thing {
                Ref::Obj(obj) => self.world.heap.get(*obj).is_some_and(|o| {
                    matches!(o.kind, ObjKind::List | ObjKind::Map | ObjKind::Set)
                        && o.exact
                        && o.items.is_empty()
                        && o.fields.is_empty()
                        && o.rest == ValueId::NONE
                }),
                Ref::Api(_) | Ref::Module(_) | Ref::Bound(..) => false,
            })
    }

    /// What stands under a property name or key: `Known(None)` when certainly nothing does.
    #[must_use]
    pub fn property(&self, id: ValueId, name: &str) -> Property {
        let position = name.parse::<usize>().ok();
        let key = self.interpreter.names.get(name);
        if key.is_none() && position.is_none() {
            return self.absent(id);
        }
        let mut unknown = self.value(id).other && self.value(id).refs.is_empty();
        for thing in &self.value(id).refs {
            match thing {
                Ref::Obj(obj) => match self.world.heap.get(*obj) {
                    Some(o) => {
                        let item = position.and_then(|i| o.items.get(i).copied());
                        if let Some(value) = key.and_then(|k| o.field(Const::Str(k))).or(item) {
                            return Property::Present(value);
                        }
                        let made = o.made_by.as_ref().and_then(|a| {
                            key.and_then(|k| a.named(k))
                                .or_else(|| self.first_map_entry(a, name))
                        });
                        if let Some(value) = made {
                            return Property::Present(value);
                        }
                        unknown |= o.rest != ValueId::NONE || !o.exact;
                    }
                    None => unknown = true,
                },
                Ref::Api(_) => unknown = true,
                Ref::Module(_) | Ref::Bound(..) => {}
            }
        }
        if unknown {
            Property::Unknown
        } else {
            Property::Absent
        }
    }

    fn first_map_entry(&self, arguments: &Arguments, name: &str) -> Option<ValueId> {
        arguments.values().find_map(|v| {
            let is_map = self.value(v).refs.iter().any(|r| matches!(r, Ref::Obj(o) if self.world.heap.get(*o).is_some_and(|o| matches!(o.kind, ObjKind::Map))));
            match is_map.then(|| self.property(v, name)) {
                Some(Property::Present(value)) => Some(value),
                _ => None,
            }
        })
    }

    fn absent(&self, id: ValueId) -> Property {
        let value = self.value(id);
        let open = value.other
            || value.refs.iter().any(|thing| match thing {
                Ref::Obj(obj) => self
                    .world
                    .heap
                    .get(*obj)
                    .is_none_or(|o| o.rest != ValueId::NONE || !o.exact),
                Ref::Api(_) => true,
                Ref::Module(_) | Ref::Bound(..) => false,
            });
        if open {
            Property::Unknown
        } else {
            Property::Absent
        }
    }

    /// The arguments of the library call that made an object.
    #[must_use]
    pub fn made_by(&self, id: ValueId) -> Option<&Arguments> {
        self.value(id).refs.iter().find_map(|thing| match thing {
            Ref::Obj(obj) => self.world.heap.get(*obj).and_then(|o| o.made_by.as_deref()),
            _ => None,
        })
    }
}

/// What stands under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// This.
    Present(ValueId),
    /// Certainly nothing.
    Absent,
    /// Nobody knows.
    Unknown,
}
