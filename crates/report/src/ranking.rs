//! Which finding about a dependency to look at first, and which upgrade closes most of them.
//!
//! Only findings that count are ranked: nobody has to do anything about the others.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use shindan_finding::{ClosedFinding, Disposition, Finding, Upgrade, Urgency};

use crate::Report;
use crate::report::Entry;

/// The ranks of findings, from 1; `None` where one is about no dependency, or does not count. Parallel to `findings`.
pub(crate) fn ranks(findings: &[Finding], dispositions: &[Disposition]) -> Vec<Option<u32>> {
    let counts = |at: usize| dispositions.get(at).is_none_or(Disposition::is_active);
    let mut order: Vec<(Urgency<'_>, usize)> = (findings.iter().enumerate())
        .filter(|(at, _)| counts(*at))
        .filter_map(|(at, finding)| Some((Urgency::of(finding)?, at)))
        .collect();
    order.sort_unstable();
    let mut ranks = vec![None; findings.len()];
    for (rank, (_, at)) in (1..).zip(order) {
        ranks[at] = Some(rank);
    }
    ranks
}

/// An upgrade, and the findings that count and are closed by it.
pub(crate) struct RankedUpgrade<'a> {
    pub(crate) upgrade: &'a Upgrade,
    /// In the order of their ranks; never empty.
    pub(crate) closes: Vec<&'a ClosedFinding>,
}

/// The upgrades that close something, those that close most first; of equal ones that which closes the most urgent.
pub(crate) fn upgrades<'a>(report: &Report<'a>) -> Vec<RankedUpgrade<'a>> {
    let ranked = |entry: Entry<'a>| {
        let finding = entry.finding;
        let key = (finding.detector.0.as_str(), finding.location.path.as_str());
        Some((key, entry.rank?))
    };
    let ranks: BTreeMap<(&str, &str), u32> = report.entries().filter_map(ranked).collect();
    let mut upgrades: Vec<(Reverse<usize>, u32, RankedUpgrade<'a>)> = Vec::new();
    for upgrade in &report.outcome.upgrades {
        let mut closes: Vec<(u32, &ClosedFinding)> = (upgrade.closes.iter())
            .filter_map(|closed| {
                let key = (closed.detector.0.as_str(), closed.path.as_str());
                Some((*ranks.get(&key)?, closed))
            })
            .collect();
        closes.sort_unstable();
        if let Some(&(best, _)) = closes.first() {
            let closes: Vec<_> = closes.into_iter().map(|(_, closed)| closed).collect();
            let ranked = RankedUpgrade { upgrade, closes };
            upgrades.push((Reverse(ranked.closes.len()), best, ranked));
        }
    }
    // One finding is closed by one package's upgrade alone, so that no two are equal.
    upgrades.sort_by_key(|(closes, best, _)| (*closes, *best));
    upgrades.into_iter().map(|(.., ranked)| ranked).collect()
}
