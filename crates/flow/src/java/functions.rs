//! Static functions of `java.lang` and `java.util`, and factories of collections like theirs.

use smallvec::SmallVec;

use crate::arguments::Arguments;
use crate::heap::{Obj, ObjKind};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::value::{Const, ValueId};

impl<'a> Interpreter<'a> {
    pub(super) fn java_function(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        class: &str,
        method: &str,
        arguments: &Arguments,
        site: Site,
    ) -> Option<ValueId> {
        let first = arguments.at(0);
        match (class, method) {
            ("String", "valueOf" | "copyValueOf")
            | ("Objects", "toString")
            | ("Character" | "Integer" | "Long" | "Boolean", "toString") => {
                Some(self.java_text_of(world, first?))
            }
            ("String", "format") => {
                // A locale may come first.
                let format = first?;
                let has_locale = self.sole_str(format).is_none()
                    && arguments.at(1).is_some_and(|v| self.sole_str(v).is_some())
                    && self.values.get(format).taint.is_empty()
                    && !self.values.get(format).refs.is_empty();
                let skip = usize::from(has_locale);
                let format = arguments.at(skip)?;
                Some(self.java_format(world, format, arguments, skip + 1))
            }
            ("String", "join") => {
                let separator = first?;
                let mut items: Vec<ValueId> = arguments.values().skip(1).collect();
                if let [only] = items.as_slice() {
                    let only = *only;
                    match self.known_items(world, only) {
                        Some(known) => items = known.to_vec(),
                        None => return Some(self.join_texts(world, only, separator, None)),
                    }
                }
                Some(self.join_texts(world, ValueId::UNKNOWN, separator, Some(items)))
            }
            ("Integer" | "Long" | "Short" | "Byte", "parseInt" | "parseLong" | "valueOf") => {
                let known = self.values.get(first?).sole_const()?;
                let number = match known {
                    Const::Str(text) => self.text_of(text).trim().parse().ok()?,
                    Const::Int(number) => number,
                    _ => return None,
                };
                Some(self.constant(Const::Int(number)))
            }
            ("Boolean", "parseBoolean" | "valueOf") => {
                let known = self.values.get(first?).sole_const()?;
                match known {
                    Const::Str(text) => {
                        let is_true = self.text_of(text).eq_ignore_ascii_case("true");
                        Some(self.boolean(is_true))
                    }
                    Const::Bool(known) => Some(self.boolean(known)),
                    _ => None,
                }
            }
            ("Objects", "equals") => {
                let same = self.equal_consts(first?, arguments.at(1)?);
                Some(same.map_or(ValueId::UNKNOWN, |same| self.boolean(same)))
            }
            ("Objects", "isNull" | "nonNull" | "hash" | "hashCode") => Some(ValueId::UNKNOWN),
            ("Objects", "requireNonNull")
            | ("Preconditions" | "Validate" | "Assert", "checkNotNull" | "notNull") => first,
            ("Objects", "requireNonNullElse") => Some(self.join(first?, arguments.at(1)?)),
            ("Math", "abs" | "max" | "min" | "floorMod") => {
                let a = self.sole_int(first?)?;
                let b = arguments.at(1).and_then(|v| self.sole_int(v));
                let result = match (method, b) {
                    ("abs", None) => a.checked_abs()?,
                    ("max", Some(b)) => a.max(b),
                    ("min", Some(b)) => a.min(b),
                    ("floorMod", Some(b)) if b != 0 => a.checked_rem_euclid(b)?,
                    _ => return None,
                };
                Some(self.constant(Const::Int(result)))
            }
            (
                "Arrays" | "List" | "Stream" | "ImmutableList" | "Lists" | "IntStream",
                "asList" | "of" | "newArrayList" | "stream" | "copyOf" | "copyOfRange",
            )
            | ("Collections", "singletonList")
            | ("Optional" | "OptionalInt", "of" | "ofNullable") => {
                if let (Some(only), true) = (first, method != "ofNullable" && class != "Optional") {
                    let is_array = self.sole_object(only).is_some_and(|id| {
                        world
                            .heap
                            .get(id)
                            .is_some_and(|o| matches!(o.kind, ObjKind::List | ObjKind::Set))
                    });
                    let takes_one = matches!(
                        (class, method),
                        ("Arrays" | "Stream" | "IntStream", _)
                            | (_, "copyOf" | "newArrayList" | "copyOfRange")
                    );
                    if takes_one && (is_array || method == "copyOf" || method == "stream") {
                        return Some(only);
                    }
                }
                Some(self.collected(act, world, ObjKind::List, arguments, site))
            }
            ("Set" | "ImmutableSet" | "Sets" | "EnumSet", "of" | "newHashSet" | "copyOf")
            | ("Collections", "singleton") => {
                if method == "copyOf" {
                    return first;
                }
                Some(self.collected(act, world, ObjKind::Set, arguments, site))
            }
            ("Optional", "empty")
            | ("Collections", "emptyList" | "emptySet" | "emptyIterator")
            | ("Stream", "empty") => {
                let none = Arguments::default();
                Some(self.collected(act, world, ObjKind::List, &none, site))
            }
            ("Maps", "newHashMap" | "newLinkedHashMap") | ("Collections", "emptyMap") => {
                Some(self.allocate(act, world, site.span, 1, Obj::new(ObjKind::Map)))
            }
            ("Map" | "ImmutableMap", "copyOf") => first,
            ("Map" | "ImmutableMap", "of") | ("Collections", "singletonMap") => {
                let mut obj = Obj::new(ObjKind::Map);
                let values: SmallVec<[ValueId; 8]> = arguments.values().collect();
                for pair in values.chunks_exact(2) {
                    match self.values.get(pair[0]).sole_const() {
                        Some(key) => obj.set_field(key, pair[1]),
                        None => {
                            obj.rest = self.join(obj.rest, pair[1]);
                            obj.keys = self.join(obj.keys, pair[0]);
                            obj.exact = false;
                        }
                    }
                }
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Map", "entry") | ("Pair", "of") => {
                Some(self.collected(act, world, ObjKind::List, arguments, site))
            }
            ("Map", "ofEntries") => {
                let mut obj = Obj::new(ObjKind::Map);
                for entry in arguments.values().collect::<SmallVec<[ValueId; 8]>>() {
                    let Some(pair) = self.known_items(world, entry) else {
                        continue;
                    };
                    if let [key, value] = pair.as_slice() {
                        match self.values.get(*key).sole_const() {
                            Some(key) => obj.set_field(key, *value),
                            None => obj.rest = self.join(obj.rest, *value),
                        }
                    }
                }
                Some(self.allocate(act, world, site.span, 1, obj))
            }
            ("Collections", "addAll") => {
                let list = self.sole_object(first?)?;
                for value in arguments
                    .values()
                    .skip(1)
                    .collect::<SmallVec<[ValueId; 4]>>()
                {
                    let one = Arguments::positional(&[value], site.span);
                    let add = self.sym("add");
                    self.java_object_method(act, world, list, add, &one, site);
                }
                Some(ValueId::UNKNOWN)
            }
            ("Collections", _)
                if method.starts_with("unmodifiable")
                    || method.starts_with("synchronized")
                    || method.starts_with("checked")
                    || matches!(method, "enumeration" | "list") =>
            {
                first
            }
            ("ResourceBundle", "getBundle") => {
                let name = self.sole_str(first?)?;
                let file = self.string(&format!("{}.properties", name.replace('.', "/")));
                let bundle = self.allocate(act, world, site.span, 1, Obj::new(ObjKind::Map));
                let id = self.sole_object(bundle)?;
                self.load_properties(world, id, file);
                Some(bundle)
            }
            ("Class", "forName") => self.class_for_name(act, world, first?),
            _ => None,
        }
    }

    /// A new collection of the arguments.
    fn collected(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        kind: ObjKind,
        arguments: &Arguments,
        site: Site,
    ) -> ValueId {
        let mut obj = Obj::new(kind);
        obj.items = arguments.positional.iter().map(|(v, _)| *v).collect();
        if let Some(spread) = arguments.spread {
            obj.rest = spread;
            obj.exact = false;
        }
        if obj.items.len() > self.limits.elements {
            obj.blur_items(&mut self.values);
        }
        self.allocate(act, world, site.span, 1, obj)
    }

    fn known_items(&self, world: &World, list: ValueId) -> Option<SmallVec<[ValueId; 4]>> {
        let obj = world.heap.get(self.sole_object(list)?)?;
        let is_known = obj.exact
            && obj.rest == ValueId::NONE
            && matches!(obj.kind, ObjKind::List | ObjKind::Set);
        is_known.then(|| obj.items.clone())
    }
}
