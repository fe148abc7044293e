//! One finding where several say the same of one place.

use rustc_hash::FxHashMap;
use shindan_base::{FileId, Span};
use shindan_catalogue::Catalogue;
use shindan_detect::RawFinding;
use shindan_flow::Site;

use crate::analysis::Analysed;

/// Longest expression, in bytes, that a remark inside it stands for.
const MAX_NESTED: u32 = 400;

/// Where a flow was followed to a place, a remark on what might happen there says nothing more; where nobody is known to
/// fill the parameter that flows, the remark says more.
pub(crate) fn prefer_the_certain(
    catalogue: &Catalogue,
    analysed: &mut [Analysed],
    checks: &mut Vec<RawFinding>,
) {
    let cwe = |detector: u32| catalogue.detectors[detector as usize].info.cwe.as_slice();
    let shares = |a: &[u32], b: &[u32]| a.iter().any(|c| b.contains(c));
    let proven: FxHashMap<Site, u32> = analysed
        .iter()
        .flat_map(|a| &a.hits)
        .filter(|h| !h.uncalled)
        .map(|h| (h.site, h.detector))
        .collect();
    checks.retain(|raw| {
        proven
            .get(&raw.site)
            .is_none_or(|d| !shares(cwe(*d), cwe(raw.detector)))
    });
    let remarked: FxHashMap<Site, u32> =
        checks.iter().map(|raw| (raw.site, raw.detector)).collect();
    for group in analysed {
        group.keep(|hit| {
            let remark = remarked.get(&hit.site).filter(|_| hit.uncalled);
            remark.is_none_or(|d| !shares(cwe(*d), cwe(hit.detector)))
        });
    }
}

/// One remark of a detector where its checks fire for an expression and for a part of it, as an assignment does for the
/// statement and for its target.
pub(crate) fn without_nested(checks: Vec<RawFinding>) -> Vec<RawFinding> {
    let mut kept: Vec<RawFinding> = Vec::new();
    let mut by_place: FxHashMap<(u32, FileId), Vec<Span>> = FxHashMap::default();
    for raw in checks {
        let spans = by_place.entry((raw.detector, raw.site.file)).or_default();
        let span = raw.site.span;
        let nested = spans.iter().any(|s| {
            (s.start <= span.start && span.end <= s.end)
                || (span.start <= s.start
                    && s.end <= span.end
                    && span.end - span.start < MAX_NESTED)
        });
        if !nested {
            spans.push(span);
            kept.push(raw);
        }
    }
    kept
}
