//! Sinks: where data arrives, and whether it does harm there.

use crate::api::ApiId;
use crate::arguments::Arguments;
use crate::heap::{Obj, ObjId};
use crate::interpreter::{Activation, Interpreter, Site, World};
use crate::model::{KindSet, NodeModel, SinkRow};
use crate::observe::Hit;
use crate::text::Part;
use crate::value::{Const, Ref, Taint, ValueId};
use shindan_base::Span;
use shindan_catalogue::{ReturnUse, SourceKind};
use smallvec::SmallVec;

impl<'a> Interpreter<'a> {
    pub(crate) fn check_sinks(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        model: &'a NodeModel<'a>,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        site: Site,
    ) {
        for row in &model.sinks {
            for place in row.places {
                for value in self.place_values(world, place, receiver, arguments) {
                    let taint = if place.deep {
                        self.deep_taint(world, value)
                    } else {
                        self.shallow_taint(world, value)
                    };
                    if !taint.is_empty()
                        && self.sink_applies(act, world, row, receiver, arguments, site)
                    {
                        self.arrive(act, world, node, row, value, &taint, site);
                    }
                }
            }
        }
    }

    pub(crate) fn check_assigned(
        &mut self,
        act: &Activation<'a>,
        world: &mut World,
        node: ApiId,
        model: &'a NodeModel<'a>,
        receiver: ValueId,
        value: ValueId,
        site: Site,
    ) {
        let taint = self.shallow_taint(world, value);
        if taint.is_empty() {
            return;
        }
        for row in &model.assigned {
            let arguments = Arguments::positional(&[value], site.span);
            if self.sink_applies(act, world, row, Some(receiver), &arguments, site) {
                self.arrive(act, world, node, row, value, &taint, site);
            }
        }
    }

    pub(crate) fn sink_applies(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        row: &SinkRow<'_>,
        receiver: Option<ValueId>,
        arguments: &Arguments,
        site: Site,
    ) -> bool {
        row.when
            .iter()
            .all(|c| self.condition_holds(act, world, c, receiver, arguments, site))
            && !row
                .unless
                .iter()
                .any(|c| self.condition_holds(act, world, c, receiver, arguments, site))
    }

    /// Data arrives in a sink: a hit for every detector that cares.
    pub(crate) fn arrive(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        node: ApiId,
        row: &SinkRow<'_>,
        value: ValueId,
        taint: &[Taint],
        site: Site,
    ) {
        let bit = 1u64 << row.bit;
        if self.is_shape_safe(value, bit) {
            return;
        }
        let models = self.models;
        let confined = bit & models.kinds.path != 0 && self.is_below_constant(value);
        for target in &models.targets[row.bit as usize] {
            let mut best: Option<Taint> = None;
            for t in taint {
                let counts = self.counts(target.sources, *t, bit)
                    || confined && target.sources.has(self.sources.info(t.source).kind);
                let open = self.cleared(world, *t) & bit == 0 && counts;
                if open
                    && best
                        .is_none_or(|b| self.sources.length(t.step) < self.sources.length(b.step))
                {
                    best = Some(*t);
                }
            }
            if let Some(t) = best {
                self.add_hit(act, target.detector, node, t, row.confidence, site, bit);
            }
        }
    }

    /// Whether data of a source is of interest in a kind of sink.
    pub(crate) fn counts(&self, wanted: KindSet, taint: Taint, bit: u64) -> bool {
        let kind = self.sources.info(taint.source).kind;
        wanted.has(kind)
            && (kind != SourceKind::Library
                || self.models.library
                || bit & self.models.kinds.audited != 0)
    }

    pub(crate) fn add_hit(
        &mut self,
        act: &Activation<'a>,
        detector: u32,
        node: ApiId,
        taint: Taint,
        confidence: Option<shindan_finding::Confidence>,
        site: Site,
        kind: u64,
    ) {
        let key = (detector, site);
        let uncalled =
            self.sources.info(taint.source).kind == SourceKind::Library && !self.models.library;
        let known = self.hit_index.get(&key).copied();
        if known.is_some_and(|at| uncalled || !self.hits[at].uncalled) {
            return;
        }
        let hit = Hit {
            detector,
            site,
            function: act.func,
            sink: self.apis.text(node, self.names),
            source: self.sources.info(taint.source).clone(),
            trace: self.sources.trace(taint.step),
            confidence,
            broadened: false,
            uncalled,
            kind,
        };
        // What certainly comes from outside counts for more than a parameter that nobody is known to fill.
        match known {
            Some(at) => self.hits[at] = hit,
            None => {
                self.hit_index.insert(key, self.hits.len());
                self.hits.push(hit);
            }
        }
    }

    pub(crate) fn prototype_hit(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        taint: Taint,
        site: Site,
    ) {
        let bit = self.models.kinds.prototype;
        if bit == 0 || self.cleared(world, taint) & bit != 0 {
            return;
        }
        let models = self.models;
        for target in &models.targets[bit.trailing_zeros() as usize] {
            if self.counts(target.sources, taint, bit) {
                self.add_hit(act, target.detector, ApiId::ANY, taint, None, site, bit);
            }
        }
    }

    /// Whether what stands before the first untrusted hole of a text makes it harmless: a fixed host before a path,
    /// a fixed folder of this site before a redirect's rest.
    /// Whether a path leads from a constant directory to a name that is not constant. Its author meant it to stay there,
    /// so what no check keeps there is worth a remark, whoever fills the name.
    fn is_below_constant(&self, value: ValueId) -> bool {
        match self.texts.get(self.values.get(value).text) {
            [Part::Literal(directory), Part::Hole { tainted: true }] => {
                let directory = self.text_of(*directory);
                directory.len() > 1 && directory.ends_with(['/', '\\'])
            }
            _ => false,
        }
    }

    pub(crate) fn is_shape_safe(&self, value: ValueId, bit: u64) -> bool {
        let kinds = self.models.kinds;
        if bit & (kinds.url | kinds.redirect) == 0 {
            return false;
        }
        let parts = self.texts.get(self.values.get(value).text);
        if parts.is_empty() {
            return false;
        }
        let mut prefix = String::new();
        let mut opaque_start = false;
        for part in parts {
            match part {
                Part::Literal(text) => prefix.push_str(self.text_of(*text)),
                Part::Hole { tainted: false } => {
                    opaque_start |= prefix.is_empty();
                    prefix.push('x');
                }
                Part::Hole { tainted: true } => break,
            }
        }
        let fixed_host = match prefix.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?', '#']).is_some_and(|i| i > 0),
            None => opaque_start,
        };
        let same_site = bit & kinds.redirect != 0
            && prefix.len() > 1
            && prefix.starts_with('/')
            && !prefix.starts_with("//")
            && !prefix.starts_with("/\\");
        let local_query = bit & kinds.redirect != 0 && prefix.starts_with('?');
        fixed_host || same_site || local_query
    }

    /// What an entry hands to the outside.
    pub(crate) fn check_returned(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        value: ValueId,
        span: Option<Span>,
    ) {
        let kinds = self.models.kinds;
        match act.returns() {
            Some(ReturnUse::Html) => {
                let data = self.shallow_taint(world, value);
                // A response object of a library says itself what it is; what a source yields is no response.
                let is_read = |node: ApiId| {
                    data.iter()
                        .filter_map(|t| self.sources.info(t.source).api)
                        .any(|source| self.apis.is_below(node, source))
                };
                let is_response = self.values.get(value).refs.iter().any(|r| match r {
                    Ref::Obj(id) => (world.heap.get(*id))
                        .and_then(|o| o.api)
                        .is_some_and(|node| !is_read(node)),
                    Ref::Api(_) | Ref::Module(_) | Ref::Bound(..) => false,
                });
                if !data.is_empty() && !is_response {
                    self.arrive_returned(act, world, kinds.html, &data, span);
                    self.arrive_returned(act, world, kinds.response_trace, &data, span);
                }
            }
            Some(ReturnUse::View) => self.check_view(act, world, value, span),
            Some(ReturnUse::LambdaProxy) => {
                let objects: SmallVec<[ObjId; 4]> = self
                    .values
                    .get(value)
                    .refs
                    .iter()
                    .filter_map(|r| {
                        if let Ref::Obj(id) = r {
                            Some(*id)
                        } else {
                            None
                        }
                    })
                    .collect();
                for id in objects {
                    self.check_proxy_response(act, world, id, span);
                }
            }
            None => {}
        }
    }

    pub(crate) fn check_proxy_response(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        id: ObjId,
        span: Option<Span>,
    ) {
        let kinds = self.models.kinds;
        let Some(obj) = world.heap.get(id) else {
            return;
        };
        let get = |o: &Obj, name: &str| self.names.get(name).and_then(|n| o.field(Const::Str(n)));
        let body = get(obj, "body").unwrap_or(ValueId::NONE);
        let headers = get(obj, "headers")
            .and_then(|h| self.sole_object(h))
            .and_then(|id| world.heap.get(id));
        let is_html = headers.is_some_and(|h| {
            h.fields.iter().any(|(key, value)| {
                matches!(key, Const::Str(k) if self.text_of(*k).eq_ignore_ascii_case("content-type"))
                    && self.values.get(*value).consts.iter().any(|c| matches!(c, Const::Str(s) if self.text_of(*s).to_ascii_lowercase().contains("html")))
            })
        });
        let location = headers.and_then(|h| {
            h.fields.iter().find_map(|(key, value)| match key {
                Const::Str(k) if self.text_of(*k).eq_ignore_ascii_case("location") => Some(*value),
                _ => None,
            })
        });
        if let Some(location) = location.filter(|l| !self.is_shape_safe(*l, kinds.redirect)) {
            let data = self.deep_taint(world, location);
            self.arrive_returned(act, world, kinds.redirect, &data, span);
        }
        let data = self.deep_taint(world, body);
        if is_html {
            self.arrive_returned(act, world, kinds.html, &data, span);
        }
        self.arrive_returned(act, world, kinds.response_trace, &data, span);
        self.arrive_returned(act, world, kinds.response_plain, &data, span);
    }

    pub(crate) fn arrive_returned(
        &mut self,
        act: &Activation<'a>,
        world: &World,
        bit: u64,
        data: &[Taint],
        span: Option<Span>,
    ) {
        if bit == 0 {
            return;
        }
        let models = self.models;
        for target in &models.targets[bit.trailing_zeros() as usize] {
            for t in data {
                let uncalled =
                    !self.models.library && self.sources.info(t.source).kind == SourceKind::Library;
                if self.cleared(world, *t) & bit == 0
                    && !uncalled
                    && self.counts(target.sources, *t, bit)
                {
                    // The expression that builds what is returned, or where the data last moved.
                    let last = self
                        .sources
                        .trace(t.step)
                        .last()
                        .filter(|s| s.file == act.func.file)
                        .map(|s| s.span);
                    let site = act.site(span.or(last).unwrap_or(act.ir.name_span));
                    self.add_hit(act, target.detector, ApiId::ANY, *t, None, site, bit);
                    break;
                }
            }
        }
    }
}
