//! The catalogue's library models, compiled for one scan: rows by API node.

use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::{Interner, Sym};
use shindan_catalogue::{
    ApiPath, Catalogue, Condition, Entry, EntryMatch, Flow, Guard, Place, ReturnUse, RowLanguage,
    SourceKind, Test, Trigger,
};
use shindan_finding::Confidence;
use shindan_source::{Family, Language};
use smallvec::SmallVec;

use crate::api::{ApiId, Trie};
use crate::pattern::{Patterns, compile};
use crate::value::ALL_KINDS;

/// Which sources count as untrusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreatModel {
    /// Environment, files, standard input, sockets, databases.
    pub local: bool,
    /// Parameters of exported functions.
    pub library: bool,
}

/// The catalogue's rows that apply to a family of languages.
#[must_use]
pub fn row_language(family: Family) -> RowLanguage {
    match family {
        Family::Python => RowLanguage::Python,
        Family::EcmaScript => RowLanguage::JavaScript,
        Family::Java => RowLanguage::Java,
        Family::CSharp => RowLanguage::CSharp,
        Family::Ruby => RowLanguage::Ruby,
    }
}

/// A set of [`SourceKind`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KindSet(u16);

impl KindSet {
    pub(crate) fn of(kinds: &[SourceKind]) -> Self {
        let mut set = Self::default();
        for kind in kinds {
            set.0 |= 1 << *kind as u16;
            if matches!(kind, SourceKind::Event | SourceKind::Http) {
                set.0 |= SourceKind::ALL
                    .iter()
                    .filter(|(k, _)| k.is_untrusted())
                    .fold(0, |m, (k, _)| m | 1 << *k as u16);
            }
        }
        set
    }

    pub(crate) fn has(self, kind: SourceKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

/// A taint detector, as the engine sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaintTarget {
    /// Index in [`Catalogue::detectors`].
    pub(crate) detector: u32,
    pub(crate) sources: KindSet,
}

/// A sink row.
#[derive(Clone, Debug)]
pub(crate) struct SinkRow<'c> {
    pub(crate) bit: u8,
    pub(crate) places: &'c [Place],
    pub(crate) when: &'c [Condition],
    pub(crate) unless: &'c [Condition],
    pub(crate) confidence: Option<Confidence>,
}

/// A guard row.
#[derive(Clone, Debug)]
pub(crate) struct GuardRow<'c> {
    pub(crate) guard: &'c Guard,
    pub(crate) mask: u64,
}

/// An entry row: what the parameters are.
#[derive(Clone, Debug)]
pub(crate) struct EntryRow {
    pub(crate) params: Vec<Option<ApiId>>,
    pub(crate) rest: Option<ApiId>,
    pub(crate) returns: Option<ReturnUse>,
}

/// Everything that the catalogue says of one API node.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeModel<'c> {
    pub(crate) sources: SmallVec<[SourceKind; 1]>,
    pub(crate) sinks: Vec<SinkRow<'c>>,
    pub(crate) assigned: Vec<SinkRow<'c>>,
    pub(crate) clears: u64,
    pub(crate) restores: u64,
    pub(crate) flows: Option<&'c [Flow]>,
    pub(crate) guards: Vec<GuardRow<'c>>,
    pub(crate) argument_entries: Vec<EntryRow>,
    pub(crate) decorator_entries: Vec<EntryRow>,
}

/// A regular expression over whole words that is usually a plain list of alternatives.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    List(Vec<String>),
    Regex(regex::bytes::Regex),
    Never,
}

impl Words {
    /// `pattern` was checked by the catalogue's builder; it may be wrapped in `^(?:…)$`.
    fn new(pattern: &str) -> Self {
        let inner = pattern
            .strip_prefix("^(?:")
            .and_then(|p| p.strip_suffix(")$"))
            .or_else(|| {
                pattern
                    .strip_prefix("^(")
                    .and_then(|p| p.strip_suffix(")$"))
            });
        if let Some(inner) = inner
            && inner
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'|'))
        {
            return Self::List(inner.split('|').map(str::to_owned).collect());
        }
        compile(pattern).map_or(Self::Never, Self::Regex)
    }

    pub(crate) fn matches(&self, word: &str) -> bool {
        match self {
            Self::List(words) => words.iter().any(|w| w == word),
            Self::Regex(regex) => regex.is_match(word.as_bytes()),
            Self::Never => false,
        }
    }
}

/// An entry by parameter names.
#[derive(Clone, Debug)]
pub(crate) struct NamedEntry {
    pub(crate) params: Vec<Words>,
    pub(crate) function: Option<Words>,
    pub(crate) row: EntryRow,
}

/// An entry by base class and method name.
#[derive(Clone, Debug)]
pub(crate) struct MethodEntry {
    pub(crate) bases: Vec<ApiId>,
    pub(crate) names: Words,
    pub(crate) row: EntryRow,
}

/// The models of one language.
#[derive(Default)]
pub(crate) struct LanguageModels<'c> {
    pub(crate) trie: Trie,
    pub(crate) nodes: FxHashMap<ApiId, NodeModel<'c>>,
    pub(crate) named_entries: Vec<NamedEntry>,
    pub(crate) method_entries: Vec<MethodEntry>,
    /// In a nominal language the classes that the rows name, by their last name; `None` where two have the same.
    pub(crate) by_last_name: FxHashMap<Sym, Option<ApiId>>,
    /// Things with members that are sources.
    pub(crate) have_sources: FxHashSet<ApiId>,
}

/// The compiled models of a catalogue.
pub struct Models<'c> {
    languages: [LanguageModels<'c>; RowLanguage::ALL.len()],
    pub(crate) patterns: &'c Patterns,
    /// By sink kind's bit.
    pub(crate) targets: Vec<Vec<TaintTarget>>,
    /// Source kinds that enter at all.
    pub(crate) enabled: KindSet,
    pub(crate) kinds: BuiltinKinds,
    /// Parameters of functions that nothing calls count as untrusted everywhere, not only in the worst sinks.
    pub(crate) library: bool,
    /// The catalogue that they come from.
    pub catalogue: &'c Catalogue,
}

/// Bits of the sink kinds that the engine's own guards and builtins speak of; 0 where no detector defines the kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BuiltinKinds {
    pub(crate) path: u64,
    pub(crate) url: u64,
    pub(crate) redirect: u64,
    pub(crate) html: u64,
    pub(crate) log: u64,
    pub(crate) header: u64,
    pub(crate) command: u64,
    pub(crate) sql: u64,
    pub(crate) nosql: u64,
    pub(crate) code: u64,
    pub(crate) xpath: u64,
    pub(crate) ldap: u64,
    pub(crate) prototype: u64,
    pub(crate) loop_bound: u64,
    pub(crate) response_trace: u64,
    pub(crate) response_plain: u64,
    pub(crate) reflection: u64,
    pub(crate) html_text: u64,
    pub(crate) sql_text: u64,
    pub(crate) url_host: u64,
    /// Sinks that are reported, as a remark, even for a parameter that nobody is known to fill.
    pub(crate) audited: u64,
}

impl<'c> Models<'c> {
    /// Compiles a catalogue's rows for some languages; nothing is known of the others.
    #[must_use]
    pub fn new(
        catalogue: &'c Catalogue,
        languages: &[RowLanguage],
        threat_model: ThreatModel,
        names: &Interner,
        patterns: &'c Patterns,
    ) -> Self {
        let bit = |kind: &str| catalogue.sink_bit(kind).map_or(0, |b| 1u64 << b);
        let kinds = BuiltinKinds {
            path: bit("path") | bit("archive-path"),
            url: bit("url"),
            redirect: bit("redirect"),
            html: bit("html"),
            log: bit("log"),
            header: bit("header") | bit("mail"),
            command: bit("command"),
            sql: bit("sql"),
            nosql: bit("nosql"),
            code: bit("code"),
            xpath: bit("xpath"),
            ldap: bit("ldap"),
            prototype: bit("prototype"),
            loop_bound: bit("loop-bound"),
            response_trace: bit("response-trace"),
            response_plain: bit("response-plain"),
            reflection: bit("reflection"),
            html_text: bit("html-text"),
            sql_text: bit("sql-text"),
            url_host: bit("url-host"),
            audited: bit("command")
                | bit("code")
                | bit("sql")
                | bit("deserialize")
                | bit("xml")
                | bit("url")
                | bit("html")
                | bit("archive-path"),
        };
        let mut targets = vec![Vec::new(); catalogue.sink_kinds.len()];
        for (i, detector) in catalogue.detectors.iter().enumerate() {
            if let Some((bit, rule)) = detector
                .taint
                .as_ref()
                .and_then(|t| Some((catalogue.sink_bit(&t.sink)?, t)))
            {
                targets[bit as usize].push(TaintTarget {
                    detector: i as u32,
                    sources: KindSet::of(&rule.sources),
                });
            }
        }
        let enabled: Vec<SourceKind> = SourceKind::ALL
            .iter()
            .map(|(kind, _)| *kind)
            .filter(|kind| match kind {
                SourceKind::Environment
                | SourceKind::File
                | SourceKind::Input
                | SourceKind::Socket
                | SourceKind::Database => threat_model.local,
                _ => true,
            })
            .collect();
        let enabled = KindSet(enabled.iter().fold(0, |m, k| m | 1 << *k as u16));
        Self {
            languages: RowLanguage::ALL.map(|language| {
                let mut rows = LanguageModels::default();
                if languages.contains(&language) {
                    rows.add_all(catalogue, language, names);
                }
                rows
            }),
            patterns,
            targets,
            enabled,
            kinds,
            library: threat_model.library,
            catalogue,
        }
    }

    pub(crate) fn of(&self, language: Language) -> &LanguageModels<'c> {
        self.rows(row_language(language.family()))
    }

    fn rows(&self, language: RowLanguage) -> &LanguageModels<'c> {
        &self.languages[language as usize]
    }

    /// The node of a path that the catalogue names.
    #[must_use]
    pub fn node(&self, language: RowLanguage, path: &ApiPath, names: &Interner) -> Option<ApiId> {
        self.rows(language).trie.find(path, names)
    }
}

impl<'c> LanguageModels<'c> {
    fn add_all(&mut self, catalogue: &'c Catalogue, language: RowLanguage, names: &Interner) {
        let models = catalogue.models.of(language);
        let mut types: Vec<_> = models.iter().flat_map(|m| &m.types).collect();
        types.sort_by_key(|(from, _)| from.0.len());
        for (from, to) in types {
            let target = self.trie.add(to, names);
            let node = self.trie.add(from, names);
            if node != target {
                self.trie.aliases.insert(node, target);
            }
        }
        let mask = |kinds: &[String]| {
            kinds.iter().fold(0u64, |m, k| {
                m | if k == "*" {
                    ALL_KINDS
                } else {
                    catalogue.sink_bit(k).map_or(0, |b| 1 << b)
                }
            })
        };
        for model in models {
            for row in &model.sources {
                let node = self.trie.add(&row.path, names);
                let sources = &mut self.nodes.entry(node).or_default().sources;
                if !sources.contains(&row.kind) {
                    sources.push(row.kind);
                }
                self.have_sources.extend(self.trie.above(node));
            }
            for sink in &model.sinks {
                let Some(bit) = catalogue.sink_bit(&sink.kind) else {
                    continue;
                };
                self.add_condition_paths(sink.when.iter().chain(&sink.unless), names);
                let row = SinkRow {
                    bit,
                    places: &sink.args,
                    when: &sink.when,
                    unless: &sink.unless,
                    confidence: sink.confidence,
                };
                let node = self.node(&sink.path, names);
                if sink.assigned {
                    node.assigned.push(row)
                } else {
                    node.sinks.push(row)
                }
            }
            for (path, kinds) in &model.clears {
                self.node(path, names).clears |= mask(kinds);
            }
            for (path, kinds) in &model.restores {
                self.node(path, names).restores |= mask(kinds);
            }
            for (path, flows) in &model.flows {
                self.node(path, names).flows = Some(flows);
            }
            for guard in &model.guards {
                self.add_condition_paths(guard.when.iter(), names);
                let row = GuardRow {
                    guard,
                    mask: mask(&guard.clears),
                };
                self.node(&guard.path, names).guards.push(row);
            }
            for entry in &model.entries {
                self.add_entry(entry, names);
            }
        }
        for check in catalogue
            .detectors
            .iter()
            .flat_map(|d| d.checks.of(language))
        {
            self.add_condition_paths(check.when.iter().chain(&check.unless), names);
            match &check.trigger {
                Trigger::Call(paths)
                | Trigger::Assign(paths)
                | Trigger::Read(paths)
                | Trigger::Class(paths)
                | Trigger::Decorated(paths) => {
                    for path in paths {
                        self.trie.add(path, names);
                    }
                }
                Trigger::Property(_)
                | Trigger::Variable(_)
                | Trigger::Equality
                | Trigger::Text(_)
                | Trigger::SlowRegex
                | Trigger::Import(_)
                | Trigger::EmptyCatch => {}
            }
        }
        if matches!(language, RowLanguage::Java | RowLanguage::CSharp) {
            let first_counts = language == RowLanguage::CSharp;
            self.by_last_name = self.trie.classes_by_last_name(names, first_counts);
        }
    }

    fn node(&mut self, path: &ApiPath, names: &Interner) -> &mut NodeModel<'c> {
        let node = self.trie.add(path, names);
        self.nodes.entry(node).or_default()
    }

    fn add_condition_paths<'x>(
        &mut self,
        conditions: impl Iterator<Item = &'x Condition>,
        names: &Interner,
    ) {
        for condition in conditions {
            if let Test::Type(paths) | Test::Annotated(paths) = &condition.test {
                for path in paths {
                    self.trie.add(path, names);
                }
            }
        }
    }

    fn add_entry(&mut self, entry: &Entry, names: &Interner) {
        let row = EntryRow {
            params: entry
                .params
                .iter()
                .map(|p| p.as_ref().map(|p| self.trie.add(p, names)))
                .collect(),
            rest: entry.rest.as_ref().map(|p| self.trie.add(p, names)),
            returns: entry.returns,
        };
        match &entry.matched {
            EntryMatch::Argument(paths) => paths
                .iter()
                .for_each(|p| self.node(p, names).argument_entries.push(row.clone())),
            EntryMatch::Decorator(paths) => paths
                .iter()
                .for_each(|p| self.node(p, names).decorator_entries.push(row.clone())),
            EntryMatch::Method {
                bases,
                names: methods,
            } => {
                let bases = bases.iter().map(|b| self.trie.add(b, names)).collect();
                self.method_entries.push(MethodEntry {
                    bases,
                    names: Words::new(methods),
                    row,
                });
            }
            EntryMatch::Names { params, function } => self.named_entries.push(NamedEntry {
                params: params.iter().map(|p| Words::new(p)).collect(),
                function: function.as_deref().map(Words::new),
                row,
            }),
        }
    }
}

impl Trie {
    /// The nodes that a node is a member, an element or a result of.
    fn above(&self, node: ApiId) -> impl Iterator<Item = ApiId> + '_ {
        std::iter::successors(Some(node), |node| {
            let above = self.parents.get(node.0 as usize)?.0;
            (above != ApiId::ROOT && above != *node).then_some(above)
        })
        .skip(1)
    }

    /// Nodes below a namespace whose names look like those of classes.
    fn classes_by_last_name(
        &self,
        names: &Interner,
        first_counts: bool,
    ) -> FxHashMap<Sym, Option<ApiId>> {
        use crate::api::Edge;
        let mut found: FxHashMap<Sym, Option<ApiId>> = FxHashMap::default();
        let is_class = |name: Sym| names.text(name).starts_with(|c: char| c.is_uppercase());
        for (i, &(parent, edge)) in self.parents.iter().enumerate().skip(2) {
            let Edge::Name(name) = edge else {
                continue;
            };
            // A member of a class is no class of its own: nested ones are written behind their class.
            let is_top = match self.parents[parent.0 as usize] {
                _ if parent == ApiId::ROOT || parent == ApiId::ANY => false,
                (above, Edge::Name(namespace)) => {
                    above == ApiId::ROOT
                        || matches!(self.parents[above.0 as usize].1, Edge::Name(_))
                            && !self.children.contains_key(&(parent, Edge::Call))
                        || !is_class(namespace)
                }
                _ => false,
            };
            if is_top && is_class(name) {
                let node = ApiId(i as u32);
                let node = self.aliases.get(&node).copied().unwrap_or(node);
                // Classes that replace each other have the same members, whatever their namespace.
                found
                    .entry(name)
                    .and_modify(|known| {
                        if !first_counts {
                            *known = None;
                        }
                    })
                    .or_insert(Some(node));
            }
        }
        found
    }

    pub(crate) fn find(&self, path: &ApiPath, names: &Interner) -> Option<ApiId> {
        use crate::api::Edge;
        use shindan_catalogue::Segment;
        let name = |text: &str| -> Option<Sym> { names.get(text) };
        let mut at = ApiId::ROOT;
        for segment in &path.0 {
            let edge = match segment {
                Segment::Any => {
                    at = ApiId::ANY;
                    continue;
                }
                Segment::Name(text) => Edge::Name(name(text)?),
                Segment::Call => Edge::Call,
                Segment::CallWith(text) => Edge::CallWith(name(text)?),
                Segment::Index => Edge::Index,
            };
            let node = *self.children.get(&(at, edge))?;
            at = self.aliases.get(&node).copied().unwrap_or(node);
        }
        Some(at)
    }
}
