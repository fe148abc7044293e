//! Watches an analysis for the API misuse that the catalogue's checks describe.

use std::sync::OnceLock;

use regex::bytes::{RegexSet, RegexSetBuilder};
use rustc_hash::{FxHashMap, FxHashSet};
use shindan_base::{Interner, Span, Sym};
use shindan_catalogue::{ApiPath, Catalogue, Check, RowLanguage, Subject, Trigger};
use shindan_flow::{
    ApiId, Arguments, CallEvent, Circumstances, FuncRef, Models, Observer, Site, ValueId, View,
};
use smallvec::SmallVec;

use crate::slow_regex::is_slow;

/// A check that applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFinding {
    /// Index of the detector in the catalogue.
    pub detector: u32,
    /// The language of the check.
    pub language: RowLanguage,
    /// Index of the check among the detector's of that language.
    pub check: u32,
    /// Where.
    pub site: Site,
    /// The enclosing function.
    pub function: FuncRef,
}

#[derive(Clone, Copy)]
struct CheckRef<'c> {
    detector: u32,
    index: u32,
    check: &'c Check,
}

/// Checks whose trigger is a regular expression over names or texts.
struct Patterns<'c> {
    patterns: Vec<&'c str>,
    /// Built when the first name is met: many a package has none of the kind.
    set: OnceLock<RegexSet>,
    checks: Vec<CheckRef<'c>>,
}

/// Which patterns of a set find something in a name; every name is tried once an analysis.
type Seen = FxHashMap<Sym, SmallVec<[u16; 2]>>;

/// The checks of one language, by trigger.
pub struct Checks<'c> {
    calls: FxHashMap<ApiId, Vec<CheckRef<'c>>>,
    assigns: FxHashMap<ApiId, Vec<CheckRef<'c>>>,
    reads: FxHashMap<ApiId, Vec<CheckRef<'c>>>,
    classes: FxHashMap<ApiId, Vec<CheckRef<'c>>>,
    decorators: FxHashMap<ApiId, Vec<CheckRef<'c>>>,
    member_assigns: FxHashMap<Sym, Vec<CheckRef<'c>>>,
    imports: FxHashMap<Sym, Vec<CheckRef<'c>>>,
    equality: Vec<CheckRef<'c>>,
    regexes: Vec<CheckRef<'c>>,
    properties: Patterns<'c>,
    variables: Patterns<'c>,
    texts: Patterns<'c>,
}

impl<'c> Patterns<'c> {
    fn new(checks: Vec<(&'c str, CheckRef<'c>)>) -> Self {
        let (patterns, checks) = checks.into_iter().unzip();
        Self {
            patterns,
            set: OnceLock::new(),
            checks,
        }
    }

    fn set(&self) -> &RegexSet {
        self.set.get_or_init(|| {
            // Names are nearly always ASCII, and sets that know of nothing else are a tenth of the size.
            let ascii = RegexSetBuilder::new(&self.patterns).unicode(false).build();
            ascii
                .or_else(|_| RegexSet::new(&self.patterns))
                .unwrap_or_else(|_| RegexSet::empty())
        })
    }

    fn matching(
        &self,
        name: Sym,
        names: &Interner,
        seen: &mut Seen,
    ) -> SmallVec<[CheckRef<'c>; 2]> {
        let found = seen.entry(name).or_insert_with(|| {
            self.set()
                .matches(names.text(name).as_bytes())
                .iter()
                .map(|i| i as u16)
                .collect()
        });
        found
            .iter()
            .filter_map(|i| self.checks.get(*i as usize).copied())
            .collect()
    }
}

impl<'c> Checks<'c> {
    /// The checks of a language.
    #[must_use]
    pub fn new(
        catalogue: &'c Catalogue,
        models: &Models<'_>,
        language: RowLanguage,
        names: &Interner,
    ) -> Self {
        let node = |path: &ApiPath| models.node(language, path, names);
        let mut this = Self {
            calls: FxHashMap::default(),
            assigns: FxHashMap::default(),
            reads: FxHashMap::default(),
            classes: FxHashMap::default(),
            decorators: FxHashMap::default(),
            member_assigns: FxHashMap::default(),
            imports: FxHashMap::default(),
            equality: Vec::new(),
            regexes: Vec::new(),
            properties: Patterns::new(Vec::new()),
            variables: Patterns::new(Vec::new()),
            texts: Patterns::new(Vec::new()),
        };
        let (mut properties, mut variables, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (d, detector) in catalogue.detectors.iter().enumerate() {
            for (i, check) in detector.checks.of(language).iter().enumerate() {
                let check_ref = CheckRef {
                    detector: d as u32,
                    index: i as u32,
                    check,
                };
                let add = |table: &mut FxHashMap<ApiId, Vec<CheckRef<'c>>>, paths: &[ApiPath]| {
                    for id in paths.iter().filter_map(node) {
                        table.entry(id).or_default().push(check_ref);
                    }
                };
                match &check.trigger {
                    Trigger::Call(paths) => add(&mut this.calls, paths),
                    Trigger::Read(paths) => add(&mut this.reads, paths),
                    Trigger::Class(paths) => add(&mut this.classes, paths),
                    Trigger::Decorated(paths) => add(&mut this.decorators, paths),
                    Trigger::Assign(paths) => {
                        add(&mut this.assigns, paths);
                        for path in paths {
                            if let [
                                shindan_catalogue::Segment::Any,
                                shindan_catalogue::Segment::Name(name),
                            ] = path.0.as_slice()
                            {
                                this.member_assigns
                                    .entry(names.intern(name))
                                    .or_default()
                                    .push(check_ref);
                            }
                        }
                    }
                    Trigger::Import(modules) => modules.iter().for_each(|m| {
                        this.imports
                            .entry(names.intern(m))
                            .or_default()
                            .push(check_ref)
                    }),
                    Trigger::Equality => this.equality.push(check_ref),
                    Trigger::SlowRegex => this.regexes.push(check_ref),
                    Trigger::Property(pattern) => properties.push((pattern.as_str(), check_ref)),
                    Trigger::Variable(pattern) => variables.push((pattern.as_str(), check_ref)),
                    Trigger::Text(pattern) => texts.push((pattern.as_str(), check_ref)),
                    Trigger::EmptyCatch => {}
                }
            }
        }
        this.properties = Patterns::new(properties);
        this.variables = Patterns::new(variables);
        this.texts = Patterns::new(texts);
        this
    }
}

/// Collects what applies during one analysis.
pub struct Watch<'w, 'c> {
    checks: &'w Checks<'c>,
    properties: Seen,
    variables: Seen,
    texts: Seen,
    seen: FxHashSet<(u32, Site)>,
    /// In the order in which it happened.
    pub found: Vec<RawFinding>,
    /// Library functions that were called, as a catalogue would write them, if that is of interest.
    pub called: Option<FxHashMap<ApiId, String>>,
}

impl<'c> Checks<'c> {
    /// An observer for one analysis.
    #[must_use]
    pub fn watch(&self) -> Watch<'_, 'c> {
        Watch {
            checks: self,
            properties: Seen::default(),
            variables: Seen::default(),
            texts: Seen::default(),
            seen: FxHashSet::default(),
            found: Vec::new(),
            called: None,
        }
    }
}

impl<'c> Watch<'_, 'c> {
    fn consider(&mut self, view: &View<'_, '_>, checks: &[CheckRef<'c>], at: &Circumstances<'_>) {
        let Some(site) = at.site else { return };
        for check in checks {
            let key = (check.detector, site);
            if self.seen.contains(&key) || !view.applies(&check.check.when, &check.check.unless, at)
            {
                continue;
            }
            self.seen.insert(key);
            self.found.push(RawFinding {
                detector: check.detector,
                language: check.check.language,
                check: check.index,
                site,
                function: view.function(),
            });
        }
    }
}

impl Observer for Watch<'_, '_> {
    fn call(&mut self, view: &View<'_, '_>, event: &CallEvent<'_>) {
        let at = Circumstances {
            arguments: Some(event.arguments),
            receiver: event.receiver,
            site: Some(event.site),
            assigned_to: event.assigned_to,
            result_unused: event.result_unused,
            ..Circumstances::default()
        };
        let checks = self.checks;
        if let Some(called) = &mut self.called {
            for node in event.callee {
                called.entry(*node).or_insert_with(|| view.api_text(*node));
            }
        }
        for node in event.callee {
            if let Some(refs) = checks.calls.get(node) {
                self.consider(view, refs, &at);
            }
        }
        if !checks.regexes.is_empty()
            && let Some(pattern) = regex_argument(view, event)
        {
            self.regex(view, pattern, event.site);
        }
    }

    fn read(&mut self, view: &View<'_, '_>, node: ApiId, site: Site) {
        if let Some(refs) = self.checks.reads.get(&node) {
            self.consider(view, refs, &Circumstances::at(site));
        }
    }

    fn assign(
        &mut self,
        view: &View<'_, '_>,
        node: Option<ApiId>,
        name: Option<Sym>,
        receiver: ValueId,
        value: ValueId,
        site: Site,
    ) {
        let at = Circumstances {
            site: Some(site),
            receiver: Some(receiver),
            value: Some(value),
            ..Circumstances::default()
        };
        let checks = self.checks;
        if let Some(refs) = node.and_then(|n| checks.assigns.get(&n)) {
            self.consider(view, refs, &at);
        }
        if let Some(name) = name {
            if let Some(refs) = checks.member_assigns.get(&name) {
                self.consider(view, refs, &at);
            }
            self.variable(view, name, value, site);
        }
    }

    fn property(&mut self, view: &View<'_, '_>, name: Sym, value: ValueId, site: Site) {
        let refs = self
            .checks
            .properties
            .matching(name, view.names(), &mut self.properties);
        if !refs.is_empty() {
            self.consider(
                view,
                &refs,
                &Circumstances {
                    value: Some(value),
                    ..Circumstances::at(site)
                },
            );
        }
    }

    fn variable(&mut self, view: &View<'_, '_>, name: Sym, value: ValueId, site: Site) {
        let refs = self
            .checks
            .variables
            .matching(name, view.names(), &mut self.variables);
        if !refs.is_empty() {
            self.consider(
                view,
                &refs,
                &Circumstances {
                    value: Some(value),
                    assigned_to: Some(name),
                    ..Circumstances::at(site)
                },
            );
        }
    }

    fn equality(
        &mut self,
        view: &View<'_, '_>,
        left: (ValueId, Span),
        right: (ValueId, Span),
        site: Site,
    ) {
        let checks = self.checks;
        if !checks.equality.is_empty() {
            self.consider(
                view,
                &checks.equality,
                &Circumstances {
                    sides: Some([left, right]),
                    ..Circumstances::at(site)
                },
            );
        }
    }

    fn text(&mut self, view: &View<'_, '_>, text: Sym, value: ValueId, site: Site) {
        let refs = self
            .checks
            .texts
            .matching(text, view.names(), &mut self.texts);
        if !refs.is_empty() {
            self.consider(
                view,
                &refs,
                &Circumstances {
                    value: Some(value),
                    ..Circumstances::at(site)
                },
            );
        }
    }

    fn regex(&mut self, view: &View<'_, '_>, pattern: Sym, site: Site) {
        let checks = self.checks;
        if !checks.regexes.is_empty() && is_slow(view.names().text(pattern)) {
            self.consider(view, &checks.regexes, &Circumstances::at(site));
        }
    }

    fn import(&mut self, view: &View<'_, '_>, module: Sym, site: Site) {
        if let Some(refs) = self.checks.imports.get(&module) {
            self.consider(view, refs, &Circumstances::at(site));
        }
    }

    fn class(&mut self, view: &View<'_, '_>, base: ApiId, annotations: &[ApiId], site: Site) {
        if let Some(refs) = self.checks.classes.get(&base) {
            let at = Circumstances {
                annotations,
                ..Circumstances::at(site)
            };
            self.consider(view, refs, &at);
        }
    }

    fn decorated(
        &mut self,
        view: &View<'_, '_>,
        decorator: ApiId,
        arguments: &Arguments,
        annotations: &[ApiId],
        site: Site,
    ) {
        if let Some(refs) = self.checks.decorators.get(&decorator) {
            // What an argument says stands at the annotation, what is missing at the function.
            let place = arguments.values_and_places().next();
            for check in refs {
                let speaks_of_argument = (check.check.when.iter())
                    .any(|c| matches!(c.subject, Subject::Argument { .. }));
                let site = match place {
                    Some((_, span)) if speaks_of_argument => Site { span, ..site },
                    _ => site,
                };
                let at = Circumstances {
                    arguments: Some(arguments),
                    annotations,
                    ..Circumstances::at(site)
                };
                self.consider(view, &[*check], &at);
            }
        }
    }
}

/// The pattern of a call that compiles or uses a regular expression given as text.
fn regex_argument(view: &View<'_, '_>, event: &CallEvent<'_>) -> Option<Sym> {
    let name = view.names().text(event.name?);
    let node = *event.callee.first()?;
    let path = view.api_text(node);
    if let Some(method) = path.strip_prefix("System.Text.RegularExpressions.Regex") {
        let at = match method {
            "" => 0,
            ".IsMatch" | ".Match" | ".Matches" | ".Replace" | ".Split" => 1,
            _ => return None,
        };
        return view.value(event.arguments.at(at)?).sole_str();
    }
    if !matches!(
        name,
        "compile"
            | "match"
            | "fullmatch"
            | "search"
            | "findall"
            | "finditer"
            | "sub"
            | "subn"
            | "subf"
            | "subfn"
            | "split"
            | "splititer"
            | "RegExp"
    ) {
        return None;
    }
    if name != "RegExp" && !path.starts_with("re.") && !path.starts_with("regex.") {
        return None;
    }
    view.value(event.arguments.at(0)?).sole_str()
}
