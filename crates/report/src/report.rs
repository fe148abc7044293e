use std::str::FromStr;

use shindan_finding::{
    BaselineState, Disposition, FileNote, Finding, Fingerprints, Outcome, Severity, SuppressedBy,
};

use crate::ranking;

/// The formats a report can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The schema `shindan/1`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "sarif" => Ok(Self::Sarif),
            _ => Err(format!(
                "`{text}` is no format; use one of text, json, sarif"
            )),
        }
    }
}

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextStyle {
    /// Whether to write terminal colours.
    pub colour: bool,
    /// Columns to write within.
    pub width: usize,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self {
            colour: false,
            width: 100,
        }
    }
}

/// Everything a report shows. The slices run parallel to `outcome.findings`.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What the scan says.
    pub outcome: &'a Outcome,
    /// Identities, from [`shindan_finding::fingerprints`].
    pub fingerprints: &'a [Fingerprints],
    /// What counts, from [`shindan_finding::dispositions`].
    pub dispositions: &'a [Disposition],
    /// How the findings relate to a baseline, when one is used.
    pub baseline: Option<&'a [BaselineState]>,
    /// Remarks on suppressions and the like, beside those of the outcome.
    pub notes: &'a [FileNote],
    /// The version of the product.
    pub version: &'a str,
    /// How text is laid out.
    pub style: TextStyle,
}

/// A finding with all that is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its identity.
    pub fingerprints: Option<&'a Fingerprints>,
    /// Whether it counts.
    pub disposition: &'a Disposition,
    /// How it relates to the baseline.
    pub baseline: Option<BaselineState>,
    /// Of a finding about a dependency that counts, its place in the order in which to look at them, from 1.
    pub rank: Option<u32>,
}

impl<'a> Report<'a> {
    /// All findings, suppressed ones included. One without a disposition counts, so that no mismatch hides it.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let Self {
            outcome,
            fingerprints,
            dispositions,
            baseline,
            ..
        } = *self;
        let ranks = ranking::ranks(&outcome.findings, dispositions);
        (outcome.findings.iter().zip(ranks))
            .enumerate()
            .map(move |(i, (finding, rank))| Entry {
                rank,
                finding,
                fingerprints: fingerprints.get(i),
                disposition: dispositions.get(i).unwrap_or(&Disposition::Active),
                baseline: baseline
                    .map(|states| states.get(i).copied().unwrap_or(BaselineState::New)),
            })
    }

    /// Remarks of the scan and of the caller, sorted by path.
    pub(crate) fn all_notes(&self) -> Vec<&'a FileNote> {
        let mut notes: Vec<_> = self
            .outcome
            .coverage
            .notes
            .iter()
            .chain(self.notes)
            .collect();
        notes.sort();
        notes
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entry in self.entries() {
            match entry.disposition {
                Disposition::Active => totals.active[entry.finding.severity as usize] += 1,
                Disposition::Suppressed {
                    by: SuppressedBy::Inline,
                    ..
                } => totals.inline += 1,
                Disposition::Suppressed {
                    by: SuppressedBy::Config,
                    ..
                } => totals.config += 1,
                Disposition::Suppressed {
                    by: SuppressedBy::Baseline,
                    ..
                } => totals.baseline += 1,
                Disposition::Suppressed {
                    by: SuppressedBy::Vex,
                    ..
                } => totals.vex += 1,
            }
        }
        totals
    }
}

/// How many findings there are of each kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    active: [usize; Severity::ALL.len()],
    pub(crate) inline: usize,
    pub(crate) config: usize,
    pub(crate) baseline: usize,
    pub(crate) vex: usize,
}

impl Totals {
    pub(crate) const fn of(&self, severity: Severity) -> usize {
        self.active[severity as usize]
    }

    pub(crate) fn active(&self) -> usize {
        self.active.iter().sum()
    }

    pub(crate) const fn suppressed(&self) -> usize {
        self.inline + self.config + self.baseline + self.vex
    }
}
