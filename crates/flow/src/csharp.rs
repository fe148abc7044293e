//! What the engine knows of .NET's own library better than a row can say: texts, builders, collections, tasks.
//!
//! Library things are told by the last name of their class, so that it does not matter how a file imports them; a class
//! of the program is never a library's thing. Where .NET and the engine have the same operation under different names,
//! the engine's is used.
//!
//! A task, a nullable and a `Lazy` are what they hold. A key-value pair and a tuple are the list of their parts. A
//! `StringBuilder` is an object with the text so far in one hidden field.
//!
//! **Invariant.** What is not known exactly keeps its data: every answer here carries at least the taints of what it is
//! made of.

mod builder;
mod collections;
mod functions;

use shindan_base::{Span, Sym};
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, Value, ValueId};

/// What an object of a library's class is to the engine.
#[derive(Clone, Copy)]
enum Made {
    List,
    Set,
    Map,
    Text,
}

/// What a class of the library is, by its last name.
fn made_by_class(class: &str) -> Option<Made> {
    Some(match class {
        "List"
        | "ArrayList"
        | "Queue"
        | "Stack"
        | "LinkedList"
        | "Collection"
        | "ObservableCollection"
        | "ConcurrentQueue"
        | "ConcurrentStack"
        | "ConcurrentBag"
        | "BlockingCollection"
        | "PriorityQueue"
        | "StringCollection" => Made::List,
        "HashSet" | "SortedSet" => Made::Set,
        "Dictionary"
        | "SortedDictionary"
        | "SortedList"
        | "Hashtable"
        | "ConcurrentDictionary"
        | "NameValueCollection"
        | "StringDictionary"
        | "ListDictionary"
        | "HybridDictionary"
        | "OrderedDictionary"
        | "ExpandoObject" => Made::Map,
        "StringBuilder" | "StringWriter" => Made::Text,
        _ => return None,
    })
}

/// What a declared type promises.
fn made_by_type(ty: &str) -> Option<Made> {
    Some(match ty {
        "IList"
        | "ICollection"
        | "IEnumerable"
        | "IReadOnlyList"
        | "IReadOnlyCollection"
        | "IEnumerator"
        | "IQueryable"
        | "IOrderedEnumerable"
        | "IAsyncEnumerable" => Made::List,
        "ISet" => Made::Set,
        "IDictionary" | "IReadOnlyDictionary" => Made::Map,
        _ => return made_by_class(ty),
    })
}

impl<'a> Interpreter<'a> {
    pub(crate) fn is_csharp(&self) -> bool {
        self.family == Family::CSharp
    }

    /// The class's last name and the method's of a library's node: `System.String.Format`, `List().Add`.
    fn csharp_method(&self, node: ApiId) -> Option<(&'a str, &'a str)> {
        let (of, Edge::Name(method)) = self.apis.parent(node) else {
            return None;
        };
        let class = match self.apis.parent(of) {
            (_, Edge::Name(class)) => class,
            (made_by, Edge::Call) => match self.apis.parent(made_by) {
                (_, Edge::Name(class)) => class,
                _ => return None,
            },
            _ => return None,
        };
        Some((self.text_of(class), self.text_of(method)))
    }

    /// Constructors and methods of the library; `None` for what rows say enough of.
    pub(crate) fn csharp_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        receiver: Option<ValueId>,
        is_new: bool,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let (_, Edge::Name(name)) = self.apis.parent(node) else {
            return None;
        };
        if is_new {
            let class = self.text_of(name);
            return self.csharp_new(act, world, node, class, arguments, site);
        }
        if let Some(receiver) = receiver {
            if let Some(builder) = self.csharp_builder(world, receiver) {
                return self.csharp_builder_method(act, world, builder, name, arguments, site);
            }
            if self.is_wrapper_method(name) {
                return Some(receiver);
            }
        }
        let (class, method) = self.csharp_method(node)?;
        self.csharp_function(act, world, class, method, arguments, site)
    }

    /// Methods that give what a task or a wrapper holds.
    fn is_wrapper_method(&self, name: Sym) -> bool {
        matches!(
            self.text_of(name),
            "ConfigureAwait"
                | "GetAwaiter"
                | "GetResult"
                | "AsTask"
                | "AsSpan"
                | "AsMemory"
                | "GetValueOrDefault"
                | "AsEnumerable"
                | "AsQueryable"
                | "AsReadOnly"
        )
    }

    /// `new Class(…)`; the class `[]` is that of arrays.
    fn csharp_new(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        class: &str,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let first = arguments.at(0);
        match class {
            "[]" => return Some(self.array_of_size(act, world, first, site)),
            "String" | "string" => return first,
            "KeyValuePair" | "Tuple" | "ValueTuple" | "DictionaryEntry" => {
                let mut pair = Obj::new(ObjKind::List);
                pair.items = arguments.positional.iter().map(|(v, _)| *v).collect();
                return Some(self.allocate(act, world, site.span, 13, pair));
            }
            _ => {}
        }
        let mut obj = match made_by_class(class)? {
            Made::List => Obj::new(ObjKind::List),
            Made::Set => Obj::new(ObjKind::Set),
            Made::Map => Obj::new(ObjKind::Map),
            Made::Text => return Some(self.new_csharp_builder(act, world, node, first, site)),
        };
        obj.api = Some(self.apis.child(node, Edge::Call));
        if let Some(from) = first.filter(|v| self.is_content(*v)) {
            let source = self
                .sole_object(from)
                .and_then(|id| world.heap.get(id))
                .filter(|o| matches!(o.kind, ObjKind::List | ObjKind::Set | ObjKind::Map));
            match source {
                Some(source) => {
                    obj.items.clone_from(&source.items);
                    obj.fields.clone_from(&source.fields);
                    (obj.rest, obj.keys) = (source.rest, source.keys);
                    obj.exact = source.exact;
                }
                None => {
                    obj.rest = self.inside_of(world, from);
                    obj.exact = false;
                }
            }
        }
        Some(self.allocate(act, world, site.span, 1, obj))
    }

    /// Whether a collection is filled with an argument; a number is a capacity, a library's thing a comparer.
    fn is_content(&self, value: ValueId) -> bool {
        let value = self.values.get(value);
        let is_number = value
            .consts
            .iter()
            .all(|c| matches!(c, Const::Int(_) | Const::Float(_)));
        let is_thing = value.refs.iter().any(|r| matches!(r, Ref::Api(_)));
        !value.taint.is_empty() || !(is_number && value.refs.is_empty() || is_thing)
    }

    /// Something of a declared type that the library's collections and builders are.
    pub(crate) fn csharp_instance(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        span: Span,
    ) -> Option<ValueId> {
        let (_, Edge::Name(ty)) = self.apis.parent(node) else {
            return None;
        };
        let kind = match made_by_type(self.text_of(ty))? {
            Made::List => ObjKind::List,
            Made::Set => ObjKind::Set,
            Made::Map => ObjKind::Map,
            Made::Text => {
                let unknown = Some(ValueId::UNKNOWN);
                return Some(self.new_csharp_builder(act, world, node, unknown, act.site(span)));
            }
        };
        Some(self.declared_collection(act, world, node, kind, span))
    }

    /// A property of an object that is a collection, a pair or a builder; `None` for what others know.
    pub(crate) fn csharp_member(
        &mut self,
        world: &mut World,
        id: ObjId,
        name: Sym,
        site: Site,
    ) -> Option<ValueId> {
        let obj = world.heap.get(id)?;
        let is_exact = obj.exact && obj.rest == ValueId::NONE;
        let this = self.values.reference(Ref::Obj(id));
        let property = self.text_of(name);
        match obj.kind {
            ObjKind::List | ObjKind::Set => match property {
                "Count" | "Length" | "LongLength" => Some(if is_exact {
                    let count = obj.items.len() as i64;
                    self.constant(Const::Int(count))
                } else {
                    ValueId::SETTLED
                }),
                "Key" | "Item1" => Some(self.item(world, id, 0)),
                "Value" | "Item2" => Some(self.item(world, id, 1)),
                "Current" => Some(self.element(world, this, false, site)),
                "First" | "Last" => Some(self.element(world, this, false, site)),
                _ => {
                    let number = property.strip_prefix("Item")?.parse::<usize>().ok()?;
                    Some(self.item(world, id, number.checked_sub(1)?))
                }
            },
            ObjKind::Map if obj.api.is_some() => match property {
                "Count" => Some(if is_exact {
                    let count = obj.fields.len() as i64;
                    self.constant(Const::Int(count))
                } else {
                    ValueId::SETTLED
                }),
                "Keys" | "AllKeys" => Some(self.element(world, this, true, site)),
                "Values" => Some(self.element(world, this, false, site)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a property gives what its object holds: `task.Result`, `nullable.Value`.
    pub(crate) fn is_csharp_wrapper(&self, name: Sym) -> bool {
        self.is_csharp() && matches!(self.text_of(name), "Result" | "Value")
    }

    /// Whether something of a value has a member of this name: a field, a member of its class, a row of the catalogue.
    pub(crate) fn declares(&mut self, world: &mut World, value: &Value, name: Sym) -> bool {
        value.refs.iter().any(|thing| match thing {
            Ref::Obj(id) => {
                let Some(obj) = world.heap.get(*id) else {
                    return false;
                };
                if obj.field(Const::Str(name)).is_some() {
                    return true;
                }
                match obj.kind {
                    // A pair has a value.
                    ObjKind::List | ObjKind::Set => !obj.items.is_empty(),
                    ObjKind::Instance(Some(class)) => {
                        let api = obj.api;
                        self.find_in_class(world, class, name).is_some()
                            || self.declared_field(world, class, name).is_some()
                            || api.is_some_and(|api| {
                                self.apis.known_child(api, Edge::Name(name)).is_some()
                            })
                    }
                    ObjKind::Instance(None) => obj
                        .api
                        .is_some_and(|api| self.apis.known_child(api, Edge::Name(name)).is_some()),
                    ObjKind::Class { .. } => true,
                    _ => false,
                }
            }
            Ref::Api(node) => self.apis.known_child(*node, Edge::Name(name)).is_some(),
            Ref::Module(_) | Ref::Bound(..) => false,
        })
    }

    /// Whether members of a library's thing are sources.
    pub(crate) fn has_sources(&self, value: ValueId) -> bool {
        self.values.get(value).refs.iter().any(|thing| match thing {
            Ref::Api(node) => self.rows.have_sources.contains(node),
            Ref::Obj(_) | Ref::Module(_) | Ref::Bound(..) => false,
        })
    }

    /// An element by its place, or any element where places are not known.
    fn item(&mut self, world: &World, id: ObjId, at: usize) -> ValueId {
        let Some(obj) = world.heap.get(id) else {
            return ValueId::UNKNOWN;
        };
        if obj.exact {
            if let Some(item) = obj.items.get(at) {
                return *item;
            }
            if obj.rest == ValueId::NONE {
                return ValueId::UNKNOWN;
            }
        }
        let all: SmallVec<[ValueId; 8]> = obj.items.iter().copied().chain([obj.rest]).collect();
        all.into_iter()
            .fold(ValueId::NONE, |all, item| self.join(all, item))
    }

    /// The text of a value, as joining would write it.
    fn csharp_text_of(&mut self, world: &World, value: ValueId) -> ValueId {
        let known = self.values.get(value);
        if let Some(text) = known.sole_const().and_then(|c| self.const_text(c)) {
            return self.string(&text);
        }
        let is_text = known.refs.is_empty();
        if is_text {
            return value;
        }
        let mut text = Value {
            other: true,
            ..Value::default()
        };
        self.absorb(world, value, &mut text);
        self.values.add(text)
    }
}
