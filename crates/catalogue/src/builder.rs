//! Reads catalogue files and checks them against each other.

use std::collections::{BTreeMap, BTreeSet};

use shindan_finding::{DetectorId, DetectorInfo};

use crate::raw::{
    OneOrMany, RawCheck, RawCondition, RawDetector, RawEntry, RawExample, RawFlagOrPath, RawModel,
    RawPart, RawSink,
};
use crate::{
    ApiPath, ArgRef, ByLanguage, Catalogue, Check, Condition, Detector, Entry, EntryMatch, Example,
    Flow, Guard, Literal, Model, Moves, Place, RowLanguage, Scope, Sink, SourceKind, SourceRow,
    Subject, TaintRule, Test, Trigger,
};

/// What is wrong with a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// What is wrong, where in the file, and what to do.
    pub problem: String,
}

/// Collects catalogue files; [`Builder::build`] checks the whole.
#[derive(Default)]
pub struct Builder {
    detectors: BTreeMap<String, (String, Detector)>,
    parts: Vec<Part>,
    models: BTreeMap<(RowLanguage, String), Model>,
}

/// What one language's file adds to a detector.
struct Part {
    file: String,
    id: String,
    covers: Vec<String>,
    checks: Vec<Check>,
    examples: Vec<Example>,
}

type Fallible<T> = Result<T, String>;

impl Builder {
    /// Starts from an existing catalogue: later files add to it and replace detectors of the same id.
    #[must_use]
    pub fn extending(base: Catalogue) -> Self {
        Self {
            detectors: base
                .detectors
                .into_iter()
                .map(|d| (d.info.id.0.clone(), ("built-in".to_owned(), d)))
                .collect(),
            models: base
                .models
                .iter()
                .map(|m| ((m.language, m.name.clone()), m.clone()))
                .collect(),
            parts: Vec::new(),
        }
    }

    /// Adds a detector file.
    ///
    /// # Errors
    /// When the text is not TOML, has unknown keys, or says something impossible.
    pub fn add_detector(&mut self, file: &str, text: &str) -> Result<(), CatalogueError> {
        let fail = |problem: String| CatalogueError {
            file: file.to_owned(),
            problem,
        };
        let raw: RawDetector =
            toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_owned()))?;
        let detector = detector(raw).map_err(fail)?;
        self.detectors
            .insert(detector.info.id.0.clone(), (file.to_owned(), detector));
        Ok(())
    }

    /// Adds what the file of one language says beside a detector's own file: checks and examples.
    ///
    /// # Errors
    /// As for [`Builder::add_detector`], and when `language` is none.
    pub fn add_detector_part(
        &mut self,
        file: &str,
        id: &str,
        language: &str,
        text: &str,
    ) -> Result<(), CatalogueError> {
        let fail = |problem: String| CatalogueError {
            file: file.to_owned(),
            problem,
        };
        let Some(rows) = RowLanguage::of(language) else {
            return Err(fail(format!(
                "`{language}` is no language here; name the file ID.toml or ID.LANGUAGE.toml"
            )));
        };
        let raw: RawPart =
            toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_owned()))?;
        self.parts.push(Part {
            file: file.to_owned(),
            id: id.to_owned(),
            covers: raw.covers,
            checks: raw
                .check
                .into_iter()
                .map(|c| check(c, Some(rows)))
                .collect::<Fallible<_>>()
                .map_err(fail)?,
            examples: examples(raw.example, Some(language)).map_err(fail)?,
        });
        Ok(())
    }

    /// Adds a library model; a model of the same language and name is replaced.
    ///
    /// # Errors
    /// As for [`Builder::add_detector`].
    pub fn add_model(&mut self, file: &str, name: &str, text: &str) -> Result<(), CatalogueError> {
        let fail = |problem: String| CatalogueError {
            file: file.to_owned(),
            problem,
        };
        let raw: RawModel =
            toml::from_str(text).map_err(|e| fail(e.to_string().trim_end().to_owned()))?;
        let model = model(name, raw).map_err(fail)?;
        self.models
            .insert((model.language, model.name.clone()), model);
        Ok(())
    }

    /// Checks the files against each other.
    ///
    /// # Errors
    /// When a model names a sink kind that no detector defines, or there are more than 63 kinds.
    pub fn build(mut self) -> Result<Catalogue, CatalogueError> {
        for part in std::mem::take(&mut self.parts) {
            let Some((_, detector)) = self.detectors.get_mut(&part.id) else {
                return Err(CatalogueError {
                    problem: format!(
                        "there is no detector `{}` that this could be a part of",
                        part.id
                    ),
                    file: part.file,
                });
            };
            detector.covers.extend(part.covers);
            detector.checks = by_language(detector.checks.iter().cloned().chain(part.checks));
            detector.examples = [detector.examples.get().as_slice(), &part.examples]
                .concat()
                .into();
        }
        for (file, detector) in self.detectors.values_mut() {
            if detector.taint.is_none() && detector.checks.iter().next().is_none() {
                return Err(CatalogueError {
                    file: file.clone(),
                    problem: "it has neither [taint] nor [[check]], so it can find nothing".into(),
                });
            }
            let languages: BTreeSet<&str> = detector
                .examples
                .get()
                .iter()
                .map(|e| e.language.as_str())
                .collect();
            detector.info.languages = languages.into_iter().map(str::to_owned).collect();
        }
        let detectors: Vec<Detector> = self.detectors.into_values().map(|(_, d)| d).collect();
        let kinds: BTreeSet<String> = detectors
            .iter()
            .filter_map(|d| d.taint.as_ref())
            .map(|t| t.sink.clone())
            .collect();
        if kinds.len() > 63 {
            return Err(CatalogueError {
                file: "detectors".into(),
                problem: format!("{} sink kinds; at most 63 fit", kinds.len()),
            });
        }
        for detector in &detectors {
            let conditions = (detector.checks.iter()).flat_map(|c| c.when.iter().chain(&c.unless));
            if let Some(kind) = unsettled_kinds(conditions).find(|k| !kinds.contains(*k)) {
                return Err(CatalogueError {
                    file: format!("detectors/{}.toml", detector.info.id),
                    problem: unknown_kind(kind, &kinds),
                });
            }
        }
        let models: Vec<Model> = self.models.into_values().collect();
        for model in &models {
            let named = model.sinks.iter().map(|s| &s.kind);
            let cleared = model
                .clears
                .iter()
                .chain(&model.restores)
                .flat_map(|(_, kinds)| kinds);
            let guarded = model.guards.iter().flat_map(|g| &g.clears);
            let conditions = (model.sinks.iter())
                .flat_map(|s| s.when.iter().chain(&s.unless))
                .chain(model.guards.iter().flat_map(|g| &g.when));
            let looked_for = unsettled_kinds(conditions);
            for kind in named.chain(cleared).chain(guarded).chain(looked_for) {
                if kind != "*" && !kinds.contains(kind) {
                    return Err(CatalogueError {
                        file: format!("models/{}.toml", model.name),
                        problem: unknown_kind(kind, &kinds),
                    });
                }
            }
        }
        Ok(Catalogue {
            detectors,
            models: models.into_iter().map(|m| (m.language, m)).collect(),
            sink_kinds: kinds.into_iter().collect(),
        })
    }
}

/// The sink kinds that conditions speak of.
fn unsettled_kinds<'c>(
    conditions: impl Iterator<Item = &'c Condition>,
) -> impl Iterator<Item = &'c String> {
    conditions.filter_map(|c| match &c.test {
        Test::Unsettled(kind) => Some(kind),
        _ => None,
    })
}

fn unknown_kind(kind: &str, kinds: &BTreeSet<String>) -> String {
    let known: Vec<&str> = kinds.iter().map(String::as_str).collect();
    format!(
        "no detector defines the sink kind `{kind}`; there are {}",
        known.join(", ")
    )
}

fn detector(raw: RawDetector) -> Fallible<Detector> {
    let well_formed = !raw.id.is_empty()
        && raw
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !well_formed {
        return Err(format!(
            "id `{}`: use lower-case words joined by `-`",
            raw.id
        ));
    }
    if raw.cwe.is_empty() {
        return Err("cwe: name at least one CWE number, the primary one first".into());
    }
    let checks = (raw.check.into_iter())
        .map(|c| check(c, None))
        .collect::<Fallible<Vec<_>>>()?;
    let taint = match raw.taint {
        None => None,
        Some(taint) => Some(TaintRule {
            sources: if taint.sources.is_empty() {
                vec![SourceKind::Event]
            } else {
                taint
                    .sources
                    .iter()
                    .map(|s| source_kind(s))
                    .collect::<Fallible<_>>()?
            },
            sink: taint.sink,
            message: taint.message,
        }),
    };
    Ok(Detector {
        info: DetectorInfo {
            id: DetectorId(raw.id),
            title: raw.title,
            severity: raw.severity,
            confidence: raw.confidence,
            cwe: raw.cwe,
            description: raw.description.trim().to_owned(),
            fix: raw.fix.trim().to_owned(),
            references: raw.references,
            languages: Vec::new(),
        },
        covers: raw.covers,
        taint,
        checks: by_language(checks),
        examples: examples(raw.example, None)?.into(),
    })
}

fn by_language(checks: impl IntoIterator<Item = Check>) -> ByLanguage<Check> {
    checks.into_iter().map(|c| (c.language, c)).collect()
}

/// `language` is that of the file, where a file is of one language.
fn examples(raw: Vec<RawExample>, language: Option<&str>) -> Fallible<Vec<Example>> {
    let mut examples = Vec::new();
    for example in raw {
        let Some(language) = example.language.as_deref().or(language) else {
            return Err("example: say which `language` it is in".into());
        };
        if RowLanguage::of(language).is_none() {
            return Err(format!("example: `{language}` is no language here"));
        }
        let (bad, code) = match (example.bad, example.good) {
            (Some(code), None) => (true, code),
            (None, Some(code)) => (false, code),
            _ => return Err("example: give either `bad` or `good`".into()),
        };
        examples.push(Example {
            language: language.to_owned(),
            bad,
            code,
        });
    }
    Ok(examples)
}

fn check(raw: RawCheck, language: Option<RowLanguage>) -> Fallible<Check> {
    let Some(language) = raw.language.or(language) else {
        return Err(format!(
            "check `{}`: say which `language` it is for",
            raw.message
        ));
    };
    let mut triggers = Vec::new();
    triggers.extend(raw.call.map(|p| paths(&p).map(Trigger::Call)).transpose()?);
    triggers.extend(
        raw.assign
            .map(|p| paths(&p).map(Trigger::Assign))
            .transpose()?,
    );
    triggers.extend(
        raw.property
            .map(|p| regex(p).map(Trigger::Property))
            .transpose()?,
    );
    triggers.extend(
        raw.variable
            .map(|p| regex(p).map(Trigger::Variable))
            .transpose()?,
    );
    triggers.extend(raw.equality.then_some(Trigger::Equality));
    triggers.extend(raw.text.map(|p| regex(p).map(Trigger::Text)).transpose()?);
    triggers.extend(raw.slow_regex.then_some(Trigger::SlowRegex));
    triggers.extend(raw.import.map(|p| Trigger::Import(p.as_slice().to_vec())));
    triggers.extend(raw.read.map(|p| paths(&p).map(Trigger::Read)).transpose()?);
    triggers.extend(
        raw.class
            .map(|p| paths(&p).map(Trigger::Class))
            .transpose()?,
    );
    triggers.extend(
        raw.decorated
            .map(|p| paths(&p).map(Trigger::Decorated))
            .transpose()?,
    );
    triggers.extend(raw.empty_catch.then_some(Trigger::EmptyCatch));
    let trigger = match triggers.len() {
        1 => triggers.remove(0),
        n => {
            return Err(format!(
                "check `{}`: it names {n} triggers; give exactly one of call, assign, property, variable, equality, text, slow-regex, import, read, class, decorated, empty-catch",
                raw.message
            ));
        }
    };
    Ok(Check {
        language,
        trigger,
        when: conditions(&raw.when)?,
        unless: conditions(&raw.unless)?,
        message: raw.message,
        cwe: raw.cwe,
        severity: raw.severity,
        confidence: raw.confidence,
    })
}

fn model(name: &str, raw: RawModel) -> Fallible<Model> {
    let mut model = Model {
        name: name.to_owned(),
        language: raw.language,
        types: Vec::new(),
        sources: Vec::new(),
        sinks: Vec::new(),
        clears: Vec::new(),
        restores: Vec::new(),
        flows: Vec::new(),
        guards: Vec::new(),
        entries: Vec::new(),
    };
    for (from, to) in &raw.types {
        model.types.push((path(from)?, path(to)?));
    }
    for (kind, rows) in &raw.sources {
        for row in rows {
            model.sources.push(SourceRow {
                path: path(row)?,
                kind: source_kind(kind)?,
            });
        }
    }
    for (kind, rows) in &raw.sinks {
        for row in rows {
            model.sinks.push(short_sink(kind, row)?);
        }
    }
    for sink in &raw.sink {
        long_sink(sink, &mut model.sinks)?;
    }
    for (kinds, rows) in &raw.clears {
        for row in rows {
            model.clears.push((path(row)?, kind_list(kinds)));
        }
    }
    for (kinds, rows) in &raw.restores {
        for row in rows {
            model.restores.push((path(row)?, kind_list(kinds)));
        }
    }
    for (call, rows) in &raw.flows {
        model.flows.push((
            path(call)?,
            rows.as_slice()
                .iter()
                .map(|r| flow(r))
                .collect::<Fallible<_>>()?,
        ));
    }
    for guard in &raw.guard {
        for call in guard.call.as_slice() {
            model.guards.push(Guard {
                path: path(call)?,
                on: arg_ref(&guard.on),
                answer: guard.answer,
                clears: guard.clears.clone(),
                when: conditions(&guard.when)?,
            });
        }
    }
    model.entries = raw.entry.iter().map(entry).collect::<Fallible<_>>()?;
    Ok(model)
}

fn kind_list(kinds: &str) -> Vec<String> {
    kinds.split(',').map(|k| k.trim().to_owned()).collect()
}

/// `path(args)` for a call, `path=` for an assignment.
fn short_sink(kind: &str, row: &str) -> Fallible<Sink> {
    let bare = |path, assigned, args| Sink {
        kind: kind.to_owned(),
        path,
        assigned,
        args,
        when: Vec::new(),
        unless: Vec::new(),
        confidence: None,
    };
    if let Some(target) = row.strip_suffix('=') {
        return Ok(bare(path(target)?, true, Vec::new()));
    }
    let (call, args) = row
        .strip_suffix(')')
        .and_then(|r| r.rsplit_once('('))
        .filter(|(_, args)| !args.is_empty())
        .ok_or_else(|| format!("sink `{row}`: write `path(arguments)`, such as `os.system(0)`, or `path=` for an assignment"))?;
    Ok(bare(
        path(call)?,
        false,
        args.split(',')
            .map(|a| place(a.trim()))
            .collect::<Fallible<_>>()?,
    ))
}

fn long_sink(raw: &RawSink, sinks: &mut Vec<Sink>) -> Fallible<()> {
    let calls = raw
        .call
        .as_ref()
        .map(OneOrMany::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|p| (p, false));
    let assigns = raw
        .assign
        .as_ref()
        .map(OneOrMany::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|p| (p, true));
    for (text, assigned) in calls.chain(assigns) {
        sinks.push(Sink {
            kind: raw.kind.clone(),
            path: path(text)?,
            assigned,
            args: raw.args.iter().map(|a| place(a)).collect::<Fallible<_>>()?,
            when: conditions(&raw.when)?,
            unless: conditions(&raw.unless)?,
            confidence: raw.confidence,
        });
    }
    Ok(())
}

fn entry(raw: &RawEntry) -> Fallible<Entry> {
    let matched = if let Some(calls) = &raw.argument {
        EntryMatch::Argument(paths(calls)?)
    } else if let Some(decorators) = &raw.decorator {
        EntryMatch::Decorator(paths(decorators)?)
    } else if let Some(bases) = &raw.bases {
        EntryMatch::Method {
            bases: paths(bases)?,
            names: regex(raw.methods.clone().unwrap_or_default())?,
        }
    } else if let Some(names) = &raw.names {
        let params = names
            .iter()
            .map(|n| regex(format!("^(?:{n})$")))
            .collect::<Fallible<_>>()?;
        EntryMatch::Names {
            params,
            function: raw.function.clone().map(regex).transpose()?,
        }
    } else {
        return Err("entry: name `argument`, `decorator`, `bases` or `names`".into());
    };
    let type_of = |text: &String| {
        if text == "_" {
            Ok(None)
        } else {
            path(text).map(Some)
        }
    };
    Ok(Entry {
        matched,
        params: raw.params.iter().map(type_of).collect::<Fallible<_>>()?,
        rest: raw.rest.as_ref().map(|r| path(r)).transpose()?,
        returns: raw.returns,
    })
}

/// `0`, `name`, `0|name`, `this`, `last`, `any`, then `.property`s and `.**`; or `this[0,1]`.
fn place(text: &str) -> Fallible<Place> {
    if let Some((holder, keys)) = text.strip_suffix(']').and_then(|t| t.split_once('[')) {
        let keys = keys
            .split(',')
            .map(|k| {
                k.trim().parse().map_err(|_| {
                    format!("`{text}`: between the brackets stand positions of arguments")
                })
            })
            .collect::<Fallible<_>>()?;
        return Ok(Place {
            keys,
            ..place(holder)?
        });
    }
    let (text, deep) = match text.strip_suffix(".**") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (refs, path) = references(text)?;
    Ok(Place {
        refs,
        path,
        deep,
        keys: Vec::new(),
    })
}

fn references(text: &str) -> Fallible<(Vec<ArgRef>, Vec<String>)> {
    let mut parts = text.split('.');
    let refs: Vec<ArgRef> = parts
        .next()
        .unwrap_or_default()
        .split('|')
        .map(|r| arg_ref(r.trim()))
        .collect();
    let path: Vec<String> = parts.map(str::to_owned).collect();
    if text.is_empty() || path.iter().any(String::is_empty) {
        return Err(format!(
            "`{text}` names no argument; write `0`, `name`, `0|name`, `this`, `last` or `any`, then `.property`"
        ));
    }
    Ok((refs, path))
}

fn arg_ref(text: &str) -> ArgRef {
    match text {
        "this" => ArgRef::This,
        "last" => ArgRef::Last,
        "any" => ArgRef::Any,
        _ => text
            .parse()
            .map_or_else(|_| ArgRef::Named(text.to_owned()), ArgRef::Position),
    }
}

/// `0 -> ret`, `0 = ret` (the very value), `0.** -> this`, `none` (nothing moves).
fn flow(text: &str) -> Fallible<Flow> {
    if text == "none" {
        return Ok(Flow {
            from: None,
            to: None,
            moves: Moves::Data,
        });
    }
    let (from, to, moves) = if text == "path -> ret" {
        ("any", "ret", Moves::PathParts)
    } else if let Some((from, to)) = text.split_once("->") {
        (from, to, Moves::Data)
    } else if let Some((from, to)) = text.split_once('=') {
        (from, to, Moves::Value)
    } else {
        return Err(format!(
            "flow `{text}`: write `0 -> ret`, `0 = ret`, `path -> ret` or `none`"
        ));
    };
    let to = to.trim();
    Ok(Flow {
        from: Some(place(from.trim())?),
        to: if to == "ret" { None } else { Some(place(to)?) },
        moves,
    })
}

fn conditions(raw: &[RawCondition]) -> Fallible<Vec<Condition>> {
    let mut all = Vec::new();
    for condition in raw {
        let subject = subject(condition)?;
        let tests = tests(condition)?;
        if tests.is_empty() {
            return Err(format!("condition {condition:?}: it tests nothing"));
        }
        all.extend(tests.into_iter().map(|test| Condition {
            subject: subject.clone(),
            test,
        }));
    }
    Ok(all)
}

fn subject(raw: &RawCondition) -> Fallible<Subject> {
    let inner = |flag: &RawFlagOrPath| match flag {
        RawFlagOrPath::Flag(_) => Vec::new(),
        RawFlagOrPath::Path(path) => path.split('.').map(str::to_owned).collect(),
    };
    Ok(if let Some(arg) = &raw.arg {
        let (refs, path) = references(arg)?;
        Subject::Argument { refs, path }
    } else if let Some(flag) = &raw.receiver {
        Subject::Receiver { path: inner(flag) }
    } else if let Some(flag) = &raw.value {
        Subject::Value { path: inner(flag) }
    } else if raw.left {
        Subject::Left
    } else if raw.right {
        Subject::Right
    } else if raw.either {
        Subject::Either
    } else {
        Subject::Place
    })
}

fn tests(raw: &RawCondition) -> Fallible<Vec<Test>> {
    let literals = |list: &Vec<_>| list.iter().map(Literal::from).collect::<Vec<_>>();
    let mut tests = Vec::new();
    tests.extend(raw.is.as_ref().map(|l| Test::In(vec![l.into()])));
    tests.extend(raw.one_of.as_ref().map(|l| Test::In(literals(l))));
    tests.extend(raw.not_in.as_ref().map(|l| Test::NotIn(literals(l))));
    tests.extend(raw.is_null.then(|| Test::In(vec![Literal::Null])));
    tests.extend(
        raw.matches
            .clone()
            .map(regex)
            .transpose()?
            .map(Test::Matches),
    );
    tests.extend(
        raw.not_matches
            .clone()
            .map(regex)
            .transpose()?
            .map(Test::NotMatches),
    );
    tests.extend(raw.absent.then_some(Test::Absent));
    tests.extend(raw.present.then_some(Test::Present));
    tests.extend(raw.literal.then_some(Test::Literal));
    tests.extend(raw.dynamic.then_some(Test::Dynamic));
    tests.extend(raw.unsettled.clone().map(Test::Unsettled));
    tests.extend(raw.below.map(Test::Below));
    tests.extend(raw.above.map(Test::Above));
    tests.extend(raw.truthy.map(Test::Truthy));
    if let Some(kinds) = &raw.tainted {
        tests.push(Test::Tainted(
            kinds
                .as_slice()
                .iter()
                .map(|k| source_kind(k))
                .collect::<Fallible<_>>()?,
        ));
    }
    tests.extend(raw.of_type.as_ref().map(paths).transpose()?.map(Test::Type));
    tests.extend(
        raw.annotated
            .as_ref()
            .map(paths)
            .transpose()?
            .map(Test::Annotated),
    );
    tests.extend(raw.function.then_some(Test::Function));
    tests.extend(raw.empty.then_some(Test::Empty));
    tests.extend(raw.result_unused.then_some(Test::ResultUnused));
    tests.extend(
        raw.within
            .as_deref()
            .map(scope)
            .transpose()?
            .map(Test::Within),
    );
    tests.extend(
        raw.assigned_to
            .clone()
            .map(regex)
            .transpose()?
            .map(Test::AssignedTo),
    );
    match (&raw.scope, &raw.text) {
        (Some(name), Some(text)) => tests.push(Test::ScopeText(scope(name)?, regex(text.clone())?)),
        (None, Some(text)) => tests.push(Test::Text(regex(text.clone())?)),
        (Some(_), None) => {
            return Err("`scope` needs `text`, a regular expression to find in it".into());
        }
        (None, None) => {}
    }
    Ok(tests)
}

fn scope(name: &str) -> Fallible<Scope> {
    Ok(match name {
        "handler" => Scope::Handler,
        "loop" => Scope::Loop,
        "function" => Scope::Function,
        "module" => Scope::Module,
        "file" => Scope::File,
        "class" => Scope::Class,
        "catch" => Scope::Catch,
        "statement" => Scope::Statement,
        _ => {
            return Err(format!(
                "`{name}` is no scope; use handler, loop, function, module, file, class, catch or statement"
            ));
        }
    })
}

fn source_kind(name: &str) -> Fallible<SourceKind> {
    SourceKind::ALL
        .iter()
        .find(|(_, n)| *n == name)
        .map(|(k, _)| *k)
        .ok_or_else(|| {
            let known: Vec<&str> = SourceKind::ALL.iter().map(|(_, n)| *n).collect();
            format!(
                "`{name}` is no kind of source; there are {}",
                known.join(", ")
            )
        })
}

fn path(text: &str) -> Fallible<ApiPath> {
    ApiPath::parse(text).map_err(|e| e.to_string())
}

fn paths(texts: &OneOrMany) -> Fallible<Vec<ApiPath>> {
    texts.as_slice().iter().map(|t| path(t)).collect()
}

fn regex(text: String) -> Fallible<String> {
    match regex::Regex::new(&text) {
        Ok(_) => Ok(text),
        Err(e) => Err(format!("regular expression `{text}`: {e}")),
    }
}
