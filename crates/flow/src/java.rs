//! What the engine knows of Java's own library better than a row can say: texts, builders, collections, reflection.
//!
//! Library things are told by the last name of their class, so that it does not matter how a file imports them; a class
//! of the program is never a library's thing and comes here only if it has the name's method from nowhere else.
//!
//! An `Optional`, an iterator and a stream are the list that they are of. A map's entry is a list of key and value.
//! A `StringBuilder` is an object with the text so far in one hidden field.
//!
//! **Invariant.** What is not known exactly keeps its data: every answer here carries at least the taints of what it is
//! made of.

mod beans;
mod builder;
mod collections;
mod functions;
mod guards;
mod maps;
mod reflection;
mod text;
mod views;

use std::rc::Rc;

use shindan_base::{Span, Sym};
use shindan_source::Family;
use smallvec::SmallVec;

use crate::api::{ApiId, Edge};
use crate::arguments::Arguments;
use crate::call::CallContext;
use crate::heap::{Obj, ObjId, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, Ref, Value, ValueId};

/// What the arguments of a new collection fill it with.
enum Made {
    List,
    Set,
    Map,
    Text,
}

/// The kind of collection or builder that a class of the Java library is, by its name.
fn made_by_class(class: &str) -> Option<Made> {
    Some(match class {
        "ArrayList"
        | "LinkedList"
        | "Vector"
        | "Stack"
        | "ArrayDeque"
        | "PriorityQueue"
        | "CopyOnWriteArrayList"
        | "ConcurrentLinkedQueue"
        | "ConcurrentLinkedDeque"
        | "LinkedBlockingQueue"
        | "LinkedBlockingDeque"
        | "ArrayBlockingQueue" => Made::List,
        "HashSet"
        | "LinkedHashSet"
        | "TreeSet"
        | "CopyOnWriteArraySet"
        | "ConcurrentSkipListSet" => Made::Set,
        "HashMap"
        | "LinkedHashMap"
        | "TreeMap"
        | "Hashtable"
        | "ConcurrentHashMap"
        | "IdentityHashMap"
        | "WeakHashMap"
        | "EnumMap"
        | "ConcurrentSkipListMap"
        | "Properties" => Made::Map,
        "StringBuilder" | "StringBuffer" | "StringWriter" => Made::Text,
        _ => return None,
    })
}

/// The kind of collection that a declared type promises.
fn made_by_type(ty: &str) -> Option<Made> {
    Some(match ty {
        "List" | "Collection" | "Queue" | "Deque" | "Iterable" | "Iterator" | "Enumeration"
        | "Stream" | "Optional" | "ListIterator" | "BlockingQueue" => Made::List,
        "Set" | "SortedSet" | "NavigableSet" => Made::Set,
        "Map" | "SortedMap" | "NavigableMap" | "ConcurrentMap" | "Dictionary" => Made::Map,
        _ => return made_by_class(ty),
    })
}

impl<'a> Interpreter<'a> {
    pub(crate) fn is_java(&self) -> bool {
        self.family == Family::Java
    }

    /// The class's last name and the method's of a library's node: `java.util.List().get`, `String.valueOf`.
    fn java_method(&self, node: ApiId) -> Option<(&'a str, &'a str)> {
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

    /// Constructors and methods of the Java library; `None` for what rows say enough of.
    pub(crate) fn java_builtin(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        context: CallContext,
        site: Site,
    ) -> Option<ValueId> {
        if context.is_new {
            let (_, Edge::Name(class)) = self.apis.parent(node) else {
                return None;
            };
            return self.java_new(act, world, node, self.text_of(class), arguments, site);
        }
        if let (_, Edge::Name(method)) = self.apis.parent(node)
            && matches!(self.text_of(method), "getResourceAsStream" | "getResource")
        {
            let mut stream = Obj::new(ObjKind::Instance(None));
            stream.api = Some(self.apis.child(node, Edge::Call));
            stream.made_by = Some(Rc::new(arguments.clone()));
            return Some(self.allocate(act, world, site.span, 4, stream));
        }
        if let Some(builder) = receiver.and_then(|r| self.builder(world, r)) {
            let (_, Edge::Name(method)) = self.apis.parent(node) else {
                return None;
            };
            return self.builder_method(world, builder, method, arguments, site);
        }
        if let Some(receiver) = receiver
            && let Some(read) = self.bean_access(world, node, receiver, arguments, site)
        {
            return Some(read);
        }
        let (class, method) = self.java_method(node)?;
        if receiver.is_some_and(|r| self.sole_object(r).is_some()) {
            return None;
        }
        self.java_function(act, world, class, method, arguments, site)
    }

    /// `new Class(…)`; the class `[]` is that of arrays.
    fn java_new(
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
            "String" => {
                return Some(match first {
                    Some(value) => self.java_text_of(world, value),
                    None => self.string(""),
                });
            }
            "SimpleEntry" | "SimpleImmutableEntry" | "Pair" | "ImmutablePair" => {
                let mut pair = Obj::new(ObjKind::List);
                pair.items = SmallVec::from_slice(&[first?, arguments.at(1)?]);
                return Some(self.allocate(act, world, site.span, 13, pair));
            }
            _ => {}
        }
        let mut obj = match made_by_class(class)? {
            Made::List => Obj::new(ObjKind::List),
            Made::Set => Obj::new(ObjKind::Set),
            Made::Map => Obj::new(ObjKind::Map),
            Made::Text => return Some(self.new_builder(act, world, node, first, site)),
        };
        obj.api = Some(self.apis.child(node, Edge::Call));
        // A number is a capacity, a function an order; anything else is what it is filled with.
        let filled = first.filter(|v| {
            let value = self.values.get(*v);
            !value
                .consts
                .iter()
                .all(|c| matches!(c, Const::Int(_) | Const::Float(_)))
                || value.consts.is_empty() && (value.other || !value.refs.is_empty())
        });
        if let Some(from) = filled {
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
                None if self.is_function(world, from) => {}
                None => {
                    let taint = self.deep_taint(world, from);
                    obj.rest = self.values.tainted(taint);
                    obj.exact = false;
                }
            }
        }
        Some(self.allocate(act, world, site.span, 1, obj))
    }

    /// Something of a declared type that the library's collections and builders are.
    pub(crate) fn java_instance(
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
                return Some(self.new_builder(
                    act,
                    world,
                    node,
                    Some(ValueId::UNKNOWN),
                    act.site(span),
                ));
            }
        };
        Some(self.declared_collection(act, world, node, kind, span))
    }

    /// Methods of objects that are collections, builders or classes; `None` for what others know.
    pub(crate) fn java_object_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        match world.heap.get(id)?.kind {
            ObjKind::List | ObjKind::Set => {
                self.java_list_method(act, world, id, name, arguments, site)
            }
            ObjKind::Map => self.java_map_method(act, world, id, name, arguments, site),
            ObjKind::Class { .. } => self.class_reflection(act, world, id, name, arguments, site),
            ObjKind::Func { .. } => self.functional_method(act, world, id, name, arguments, site),
            ObjKind::Instance(_) | ObjKind::Resolver | ObjKind::Frame => None,
        }
    }

    /// The one method of a functional interface, whatever its name, calls the function.
    fn functional_method(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        id: ObjId,
        name: Sym,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let function = self.values.reference(Ref::Obj(id));
        match self.text_of(name) {
            "equals" | "hashCode" | "toString" | "getClass" => None,
            "andThen" | "compose" => {
                let result = self.call_value(act, world, function, arguments, site)?;
                Some(result)
            }
            "negate" | "or" | "and" | "reversed" | "thenComparing" => Some(function),
            _ => Some(
                self.call_value(act, world, function, arguments, site)
                    .unwrap_or(ValueId::UNKNOWN),
            ),
        }
    }

    /// Whether a value can be called back.
    fn is_function(&self, world: &World, value: ValueId) -> bool {
        self.values.get(value).refs.iter().any(|r| match r {
            Ref::Bound(..) => true,
            Ref::Obj(id) => world
                .heap
                .get(*id)
                .is_some_and(|o| matches!(o.kind, ObjKind::Func { .. })),
            Ref::Api(_) | Ref::Module(_) => false,
        })
    }

    /// Calls a function back, any number of times; what it answers, or unknown with the data that it was given.
    fn call_back(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        function: ValueId,
        values: &[ValueId],
        site: Site,
    ) -> ValueId {
        if !self.is_function(world, function) {
            let mut all = Value {
                other: true,
                ..Value::default()
            };
            for value in values {
                let data = self.deep_taint(world, *value);
                all.add_taint(&data);
            }
            return self.values.add(all);
        }
        let before = world.clone();
        let arguments = Arguments::positional(values, site.span);
        let result = self.call_value(act, world, function, &arguments, site);
        self.last_tells = None;
        let mut joined = before;
        if result.is_some() {
            joined.heap.join(&world.heap, &mut self.values, false);
        }
        *world = joined;
        result.unwrap_or(ValueId::UNKNOWN)
    }
}
