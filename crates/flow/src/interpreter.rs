//! The state of an analysis and the small operations that every part of it uses.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::{FileId, Interner, Span, Sym};
use shindan_catalogue::{ReturnUse, SourceKind};
use shindan_program::ClassRef;
use shindan_program::Linker;
use shindan_program::ir::{Func, Module, NameRef, Op, Reg};
use shindan_source::{Family, Language};
use smallvec::SmallVec;

use crate::api::{ApiId, Apis, Edge};
use crate::arguments::Arguments;
use crate::heap::{Frames, FuncRef, Heap, Obj, ObjId, ObjKind};
use crate::limits::Limits;
use crate::memory::{Answer, Question};
use crate::model::{EntryRow, LanguageModels, Models, NodeModel};
use crate::nominal::Meaning;
use crate::observe::{Hit, Observer};
use crate::source::{SourceId, SourceInfo, Sources, Step, StepId, StepWord};
use crate::text::Texts;
use crate::value::{ALL_KINDS, Const, Ref, Taint, Value, ValueId, Values};

/// What holds on a path: for each source, the kinds of sink that its data was checked for. Sorted by source.
pub(crate) type Facts = SmallVec<[(SourceId, u64); 4]>;

/// The part of a state that functions share.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) heap: Heap,
    pub(crate) facts: Facts,
}

/// The state of an activation at one point.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) regs: Vec<ValueId>,
    pub(crate) world: World,
    /// What a register's truth tells of the paths that made it: facts if true, facts if false.
    pub(crate) tells: Vec<(Reg, Rc<(Facts, Facts)>)>,
    /// The program's exception that is on its way; none where the runtime or a library threw.
    pub(crate) thrown: ValueId,
}

/// The only instruction that writes a register, if there is exactly one.
pub(crate) type Definition<'a> = Option<&'a Op>;

/// One run of a function with given arguments.
pub(crate) struct Activation<'a> {
    pub(crate) func: FuncRef,
    pub(crate) ir: &'a Func,
    pub(crate) module: &'a Module,
    pub(crate) arguments: Rc<Arguments>,
    pub(crate) this: ValueId,
    /// Own frame first.
    pub(crate) frames: Frames,
    pub(crate) key: u32,
    pub(crate) depth: u32,
    pub(crate) entry: Option<EntryRow>,
    pub(crate) in_handler: bool,
    pub(crate) definitions: Rc<[Definition<'a>]>,
    /// By register; empty for temporaries.
    pub(crate) names: Rc<[Sym]>,
}

/// A place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site {
    /// The file.
    pub file: FileId,
    /// The expression.
    pub span: Span,
}

/// A function that the outside calls, found while running.
#[derive(Clone)]
pub(crate) struct FoundEntry {
    pub(crate) function: ObjId,
    pub(crate) this: ValueId,
    pub(crate) row: EntryRow,
}

/// How far a module has been run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ModuleState {
    Running,
    Done,
}

/// Approximations that budgets forced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Broadened {
    /// Roots that used up their steps.
    pub steps: u32,
    /// Calls that were not followed because of their depth.
    pub depth: u32,
    /// Loops given up before they settled.
    pub loops: u32,
}

pub(crate) struct Interpreter<'a> {
    pub(crate) names: &'a Interner,
    /// Files that programs read at run time, by path.
    pub(crate) resources: &'a [(&'a str, &'a str)],
    pub(crate) source_texts: &'a FxHashMap<FileId, &'a str>,
    /// The block that runs.
    pub(crate) block: usize,
    pub(crate) models: &'a Models<'a>,
    pub(crate) rows: &'a LanguageModels<'a>,
    pub(crate) modules: &'a FxHashMap<FileId, &'a Module>,
    pub(crate) linker: &'a Linker,
    pub(crate) limits: Limits,
    pub(crate) family: Family,
    pub(crate) python: bool,
    pub(crate) apis: Apis<'a>,
    pub(crate) values: Values,
    pub(crate) sources: Sources,
    pub(crate) texts: Texts,
    pub(crate) observer: Option<&'a mut dyn Observer>,
    pub(crate) register_names: FxHashMap<FuncRef, Rc<[Sym]>>,
    pub(crate) objects: FxHashMap<(u32, u32, u8), ObjId>,
    pub(crate) next_object: u32,
    pub(crate) activations: FxHashMap<(u32, Site, FuncRef), u32>,
    pub(crate) stack: Vec<FuncRef>,
    pub(crate) visited: FxHashSet<FuncRef>,
    pub(crate) steps_left: u32,
    pub(crate) broadened: Broadened,
    /// Roots whose budget of steps did not last.
    pub(crate) exhausted: Vec<FuncRef>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) hit_index: FxHashMap<(u32, Site), usize>,
    pub(crate) module_states: FxHashMap<FileId, ModuleState>,
    pub(crate) star_imports: FxHashMap<FileId, Vec<ApiId>>,
    pub(crate) entries: Vec<FoundEntry>,
    /// Calls that were followed before.
    pub(crate) memory: FxHashMap<FuncRef, Vec<(Question, Answer)>>,
    /// The only definition of each register, by function.
    pub(crate) definitions: FxHashMap<FuncRef, Rc<[Definition<'a>]>>,
    /// The first object of every function and class that was made.
    pub(crate) made_functions: FxHashMap<FuncRef, ObjId>,
    pub(crate) made_classes: FxHashMap<ClassRef, ObjId>,
    /// Class objects that have not been given their bases yet.
    pub(crate) unfilled_classes: Vec<(ObjId, ClassRef)>,
    /// The other parts of classes that have several, the nearest first.
    pub(crate) class_parts: FxHashMap<ObjId, Rc<[ObjId]>>,
    /// Functions made in the current root, to run those that nothing called.
    pub(crate) closures: Vec<(ObjId, FuncRef)>,
    /// What the truth of the last program call's result tells.
    pub(crate) last_tells: Option<Rc<(Facts, Facts)>>,
    /// What left the calls of the last instruction as an exception, and the world as it was then.
    pub(crate) thrown: Option<(ValueId, World)>,
    pub(crate) never_returns: FxHashSet<ApiId>,
    /// What names of nominal languages mean, and which members classes inherit.
    pub(crate) meanings: FxHashMap<(FileId, NameRef), Option<Meaning>>,
    /// In nominal languages, where the bases of a class never change; forgotten when a class is added.
    pub(crate) class_apis: FxHashMap<ObjId, Rc<[ApiId]>>,
    pub(crate) hierarchies: RefCell<FxHashMap<ObjId, Rc<[ObjId]>>>,
    pub(crate) inherited: FxHashMap<(ClassRef, Sym), bool>,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(
        models: &'a Models<'a>,
        modules: &'a FxHashMap<FileId, &'a Module>,
        linker: &'a Linker,
        language: Language,
        names: &'a Interner,
        source_texts: &'a FxHashMap<FileId, &'a str>,
        resources: &'a [(&'a str, &'a str)],
        observer: &'a mut dyn Observer,
    ) -> Self {
        let rows = models.of(language);
        let mut this = Self {
            names,
            source_texts,
            resources,
            block: 0,
            models,
            rows,
            modules,
            linker,
            limits: Limits::default(),
            family: language.family(),
            python: language.family() == Family::Python,
            apis: Apis::new(&rows.trie),
            values: Values::new(),
            sources: Sources::default(),
            texts: Texts::default(),
            observer: Some(observer),
            register_names: FxHashMap::default(),
            objects: FxHashMap::default(),
            next_object: 0,
            activations: FxHashMap::default(),
            stack: Vec::new(),
            visited: FxHashSet::default(),
            steps_left: 0,
            broadened: Broadened::default(),
            exhausted: Vec::new(),
            hits: Vec::new(),
            hit_index: FxHashMap::default(),
            module_states: FxHashMap::default(),
            star_imports: FxHashMap::default(),
            entries: Vec::new(),
            closures: Vec::new(),
            memory: FxHashMap::default(),
            definitions: FxHashMap::default(),
            made_functions: FxHashMap::default(),
            made_classes: FxHashMap::default(),
            unfilled_classes: Vec::new(),
            class_parts: FxHashMap::default(),
            last_tells: None,
            thrown: None,
            never_returns: FxHashSet::default(),
            meanings: FxHashMap::default(),
            class_apis: FxHashMap::default(),
            hierarchies: RefCell::default(),
            inherited: FxHashMap::default(),
        };
        let leaving: &[&str] = match this.family {
            Family::Python => &[
                "sys.exit",
                "exit",
                "quit",
                "os._exit",
                "os.abort",
                "flask.abort",
            ],
            Family::EcmaScript => &["process.exit", "process.abort"],
            Family::Java => &["java.lang.System.exit"],
            Family::CSharp => &["System.Environment.Exit"],
            Family::Ruby => &["exit", "exit!", "abort", "raise"],
        };
        for path in leaving {
            let node = this.apis.module(path, true, names);
            this.never_returns.insert(node);
        }
        this
    }

    pub(crate) fn sym(&self, text: &str) -> Sym {
        self.names.intern(text)
    }

    pub(crate) fn text_of(&self, sym: Sym) -> &'a str {
        self.names.text(sym)
    }

    pub(crate) fn constant(&mut self, value: Const) -> ValueId {
        self.values.constant(value)
    }

    pub(crate) fn string(&mut self, text: &str) -> ValueId {
        let sym = self.sym(text);
        self.constant(Const::Str(sym))
    }

    pub(crate) fn boolean(&mut self, value: bool) -> ValueId {
        self.constant(Const::Bool(value))
    }

    pub(crate) fn join(&mut self, a: ValueId, b: ValueId) -> ValueId {
        self.values.join(a, b)
    }

    /// The only string that a value can be.
    pub(crate) fn sole_str(&self, value: ValueId) -> Option<&'a str> {
        self.values
            .get(value)
            .sole_str()
            .map(|s| self.names.text(s))
    }

    pub(crate) fn sole_int(&self, value: ValueId) -> Option<i64> {
        match self.values.get(value).sole_const() {
            Some(Const::Int(i)) => Some(i),
            Some(Const::Bool(b)) if self.python => Some(i64::from(b)),
            _ => None,
        }
    }

    /// The only object that a value can be.
    pub(crate) fn sole_object(&self, value: ValueId) -> Option<ObjId> {
        let value = self.values.get(value);
        match value.refs.as_slice() {
            [Ref::Obj(id)] if value.consts.is_empty() && !value.other => Some(*id),
            _ => None,
        }
    }

    /// The object of an allocation site in an activation. Made again (a loop), it is the same one.
    pub(crate) fn object(&mut self, key: u32, span: Span, salt: u8) -> ObjId {
        let next = ObjId(self.next_object);
        let id = *self
            .objects
            .entry((key, span.start ^ span.end.rotate_left(16), salt))
            .or_insert(next);
        if id == next {
            self.next_object += 1;
        }
        id
    }

    pub(crate) fn allocate(
        &mut self,
        act: &Activation<'_>,
        world: &mut World,
        span: Span,
        salt: u8,
        obj: Obj,
    ) -> ValueId {
        let id = self.object(act.key, span, salt);
        world.heap.set(id, obj);
        self.values.reference(Ref::Obj(id))
    }

    /// A library thing, and its data if it is a source.
    pub(crate) fn api_value(&mut self, node: ApiId, site: Site) -> ValueId {
        let taint = self.source_taint(node, site);
        let unsettled = self.source_unsettled(node, &taint);
        self.values.add(Value {
            taint,
            refs: SmallVec::from_elem(Ref::Api(node), 1),
            unsettled,
            ..Value::default()
        })
    }

    /// What a library thing holds is unknown unless it is a source, or is said to be safe.
    pub(crate) fn source_unsettled(&self, node: ApiId, taint: &[Taint]) -> u64 {
        if taint.is_empty() {
            ALL_KINDS & !self.rows.nodes.get(&node).map_or(0, |m| m.clears)
        } else {
            0
        }
    }

    pub(crate) fn source_taint(&mut self, node: ApiId, site: Site) -> SmallVec<[Taint; 1]> {
        let mut taint = SmallVec::new();
        let rows = self.rows;
        if let Some(model) = rows.nodes.get(&node) {
            for kind in &model.sources {
                if let Some(t) = self.new_taint(*kind, Some(node), site) {
                    taint.push(t);
                }
            }
        }
        taint
    }

    pub(crate) fn new_taint(
        &mut self,
        kind: SourceKind,
        api: Option<ApiId>,
        site: Site,
    ) -> Option<Taint> {
        if !self.models.enabled.has(kind) {
            return None;
        }
        let source = self.sources.add(
            SourceInfo {
                kind,
                api,
                path: SmallVec::new(),
                file: site.file,
            },
            None,
        );
        let step = self.sources.step(Step {
            before: StepId::NONE,
            file: site.file,
            span: site.span,
            word: StepWord::Enters,
        });
        Some(Taint {
            source,
            cleared: 0,
            step,
        })
    }

    /// What the catalogue says of a node; for a thing that it does not know, what it says of any receiver's member.
    pub(crate) fn model(&self, node: ApiId) -> Option<&'a NodeModel<'a>> {
        if let Some(model) = self.rows.nodes.get(&node) {
            return Some(model);
        }
        if self.apis.is_known(node) {
            return None;
        }
        match self.apis.parent(node).1 {
            Edge::Name(name) => self.any_model(name),
            Edge::Call | Edge::CallWith(_) | Edge::Index => None,
        }
    }

    /// What the catalogue says of a member of any receiver.
    pub(crate) fn any_model(&self, name: Sym) -> Option<&'a NodeModel<'a>> {
        let node = self.apis.known_child(ApiId::ANY, Edge::Name(name))?;
        self.rows.nodes.get(&node)
    }

    /// Taints with one more step.
    pub(crate) fn stepped(
        &mut self,
        taint: &[Taint],
        site: Site,
        word: StepWord,
    ) -> SmallVec<[Taint; 1]> {
        taint
            .iter()
            .map(|t| Taint {
                step: self.sources.step(Step {
                    before: t.step,
                    file: site.file,
                    span: site.span,
                    word,
                }),
                ..*t
            })
            .collect()
    }

    pub(crate) fn step_value(&mut self, value: ValueId, site: Site, word: StepWord) -> ValueId {
        if self.values.get(value).taint.is_empty() {
            return value;
        }
        let taint = self.values.get(value).taint.clone();
        let taint = self.stepped(&taint, site, word);
        self.values.with_taint(value, taint)
    }

    /// The data of a value and of everything inside it.
    pub(crate) fn deep_taint(&self, world: &World, value: ValueId) -> SmallVec<[Taint; 1]> {
        let mut all = Value::default();
        self.absorb(world, value, &mut all);
        all.taint
    }

    /// Adds the data of a value and of everything inside it, known and unknown.
    pub(crate) fn absorb(&self, world: &World, value: ValueId, into: &mut Value) {
        self.collect_taint(world, value, 4, into, &mut SmallVec::new());
    }

    /// What may come out of a thing whose parts are not told apart.
    pub(crate) fn inside_of(&mut self, world: &World, value: ValueId) -> ValueId {
        let mut inside = Value {
            other: true,
            ..Value::default()
        };
        self.absorb(world, value, &mut inside);
        self.values.add(inside)
    }

    /// Kinds of sink for which something in a value is not known to be safe here.
    pub(crate) fn unsettled(&self, world: &World, value: ValueId) -> u64 {
        let mut all = Value::default();
        self.absorb(world, value, &mut all);
        all.taint.iter().fold(all.unsettled, |m, t| {
            m | ALL_KINDS & !self.cleared(world, *t)
        })
    }

    /// The data of a value and of a list's elements.
    pub(crate) fn shallow_taint(&self, world: &World, value: ValueId) -> SmallVec<[Taint; 1]> {
        let mut all = Value::default();
        all.add_taint(&self.values.get(value).taint);
        for thing in &self.values.get(value).refs {
            if let Ref::Obj(id) = thing
                && let Some(obj) = world.heap.get(*id)
                && matches!(obj.kind, ObjKind::List | ObjKind::Set)
            {
                for item in obj.contents() {
                    all.add_taint(&self.values.get(item).taint);
                }
            }
        }
        all.taint
    }

    fn collect_taint(
        &self,
        world: &World,
        value: ValueId,
        depth: u32,
        all: &mut Value,
        seen: &mut SmallVec<[ObjId; 8]>,
    ) {
        let value = self.values.get(value);
        all.add_taint(&value.taint);
        all.unsettled |= value.unsettled;
        for thing in &value.refs {
            let Ref::Obj(id) = thing else { continue };
            if depth == 0 || seen.contains(id) {
                continue;
            }
            seen.push(*id);
            if let Some(obj) = world.heap.get(*id)
                && matches!(
                    obj.kind,
                    ObjKind::List | ObjKind::Set | ObjKind::Map | ObjKind::Instance(_)
                )
            {
                for inner in obj.contents() {
                    self.collect_taint(world, inner, depth - 1, all, seen);
                }
            }
        }
    }

    /// Kinds of sink that a taint's data is safe for here.
    pub(crate) fn cleared(&self, world: &World, taint: Taint) -> u64 {
        let mut cleared = taint.cleared;
        let mut source = Some(taint.source);
        while let Some(id) = source {
            if let Ok(i) = world.facts.binary_search_by_key(&id, |(s, _)| *s) {
                cleared |= world.facts[i].1;
            }
            source = self.sources.parent(id);
        }
        cleared
    }

    /// The value with what its path knows of its data.
    pub(crate) fn with_facts(&mut self, world: &World, value: ValueId) -> ValueId {
        let taint = &self.values.get(value).taint;
        if taint.is_empty() {
            return value;
        }
        let known: SmallVec<[Taint; 1]> = taint
            .iter()
            .map(|t| Taint {
                cleared: self.cleared(world, *t),
                ..*t
            })
            .collect();
        self.values.with_taint(value, known)
    }

    /// From here on, data of these sources is safe for these kinds.
    pub(crate) fn learn(&self, world: &mut World, taint: &[Taint], mask: u64) {
        for t in taint {
            match world.facts.binary_search_by_key(&t.source, |(s, _)| *s) {
                Ok(i) => world.facts[i].1 |= mask,
                Err(i) => world.facts.insert(i, (t.source, mask)),
            }
        }
    }

    /// Whether a value is true as a condition, if that is certain.
    pub(crate) fn truth(&self, world: &World, value: ValueId) -> Option<bool> {
        let value = self.values.get(value);
        if value.other {
            return None;
        }
        let mut answer = None;
        let mut agree = |b: bool| match answer {
            None => {
                answer = Some(b);
                true
            }
            Some(a) => a == b,
        };
        for constant in &value.consts {
            let b = match constant {
                Const::Null | Const::Undefined => false,
                Const::Bool(b) => *b,
                // In Ruby nothing else is false.
                _ if self.family == Family::Ruby => true,
                Const::Str(s) | Const::Bytes(s) => *s != Sym::EMPTY,
                Const::Int(i) => *i != 0,
                Const::Float(bits) => f64::from_bits(*bits) != 0.0,
                Const::Regex(_) => true,
            };
            if !agree(b) {
                return None;
            }
        }
        for thing in &value.refs {
            let b = match thing {
                Ref::Obj(id) => match world.heap.get(*id) {
                    Some(obj)
                        if self.python
                            && matches!(obj.kind, ObjKind::List | ObjKind::Set | ObjKind::Map) =>
                    {
                        let empty = obj.items.is_empty() && obj.fields.is_empty();
                        if empty && !(obj.exact && obj.rest == ValueId::NONE) {
                            return None;
                        }
                        !empty
                    }
                    Some(_) => true,
                    None => return None,
                },
                Ref::Module(_) | Ref::Bound(..) => true,
                Ref::Api(_) => return None,
            };
            if !agree(b) {
                return None;
            }
        }
        answer
    }

    pub(crate) fn class_of(&self, func: FuncRef) -> Option<ClassRef> {
        let module = self.modules.get(&func.file)?;
        module
            .functions
            .get(func.index.0 as usize)?
            .class
            .map(|c| (func.file, c))
    }

    /// The entry row of a function whose parameters have telling names.
    pub(crate) fn named_entry(&self, func: &Func) -> Option<EntryRow> {
        let skip = usize::from(
            func.class.is_some()
                && func
                    .params
                    .first()
                    .is_some_and(|p| matches!(self.text_of(p.name), "self" | "cls")),
        );
        let params = func.params.get(skip..)?;
        let name = self.text_of(func.name);
        let entry = self.rows.named_entries.iter().find(|entry| {
            entry.params.len() <= params.len()
                && entry
                    .params
                    .iter()
                    .zip(params)
                    .all(|(words, param)| words.matches(self.text_of(param.name)))
                && entry.function.as_ref().is_none_or(|f| f.matches(name))
        })?;
        let mut row = entry.row.clone();
        for _ in 0..skip {
            row.params.insert(0, None);
        }
        Some(row)
    }
}

impl Activation<'_> {
    pub(crate) fn site(&self, span: Span) -> Site {
        Site {
            file: self.func.file,
            span,
        }
    }

    pub(crate) fn returns(&self) -> Option<ReturnUse> {
        self.entry.as_ref().and_then(|e| e.returns)
    }
}
