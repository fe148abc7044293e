//! Which findings count, and why the others do not.
//!
//! A finding is active or suppressed; what suppresses it is, in this order, a comment beside it, a rule of
//! `shindan.toml`, or a baseline that already holds it. Suppressed findings stay in the result, marked, so that a
//! report can show and count them. What a reviewer should know about the suppressions themselves (no reason given,
//! a rule that expired or matches nothing) comes back as notes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{BaselineState, Config, FileNote, Finding};

/// Whether a finding counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Disposition {
    /// It counts.
    Active,
    /// It does not.
    Suppressed {
        /// What suppresses it.
        by: SuppressedBy,
        /// Why, in the words of whoever did; may be empty for a comment.
        reason: String,
    },
}

impl Disposition {
    /// Whether the finding counts.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }
}

/// What suppresses a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuppressedBy {
    /// A comment in the code.
    Inline,
    /// A rule of `shindan.toml`.
    Config,
    /// A baseline holds it already.
    Baseline,
    /// Who knows the product says so in a VEX document.
    Vex,
}

impl SuppressedBy {
    /// The lower-case name that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Config => "config",
            Self::Baseline => "baseline",
            Self::Vex => "vex",
        }
    }
}

/// Decides about all findings of a scan, in their order.
///
/// `file` is the name of the settings file in notes, `today` the day on which rules are in force or not, and
/// `baseline` one state for each finding when the scan is compared with an earlier one.
#[must_use]
pub fn dispositions(
    findings: &[Finding],
    config: &Config,
    file: &str,
    today: Date,
    baseline: Option<&[BaselineState]>,
) -> (Vec<Disposition>, Vec<FileNote>) {
    let mut notes = Vec::new();
    let mut rule_matched = vec![false; config.ignores.len()];
    let mut decided = Vec::with_capacity(findings.len());
    for (i, finding) in findings.iter().enumerate() {
        let mut rule_reason = None;
        for (rule, matched) in config.ignores.iter().zip(&mut rule_matched) {
            if rule.matches(finding) {
                *matched = true;
                if !rule.is_expired(today) && rule_reason.is_none() {
                    rule_reason = Some(&rule.reason);
                }
            }
        }
        let known = baseline
            .and_then(|states| states.get(i))
            .is_some_and(|s| *s != BaselineState::New);
        decided.push(if let Some(reason) = &finding.ignored_inline {
            if reason.is_empty() {
                notes.push(note(
                    &finding.location.path,
                    finding.location.region.start_line,
                    format!(
                        "`{}` is ignored here without a reason; add one after the bracket",
                        finding.detector
                    ),
                ));
            }
            suppressed(SuppressedBy::Inline, reason)
        } else if let Some(reason) = rule_reason {
            suppressed(SuppressedBy::Config, reason)
        } else if known {
            suppressed(SuppressedBy::Baseline, "the baseline holds it")
        } else {
            Disposition::Active
        });
    }
    for (rule, matched) in config.ignores.iter().zip(rule_matched) {
        if let Some(day) = rule.expires.filter(|_| rule.is_expired(today)) {
            notes.push(note(
                file,
                rule.line,
                format!(
                    "the ignore rule for `{}` expired after {day}",
                    rule.detector
                ),
            ));
        } else if !matched {
            notes.push(note(
                file,
                rule.line,
                format!(
                    "the ignore rule for `{}` matches no finding; remove it",
                    rule.detector
                ),
            ));
        }
    }
    notes.sort();
    (decided, notes)
}

fn suppressed(by: SuppressedBy, reason: &str) -> Disposition {
    Disposition::Suppressed {
        by,
        reason: reason.to_owned(),
    }
}

fn note(path: &str, line: u32, what: String) -> FileNote {
    FileNote {
        path: path.to_owned(),
        reason: format!("line {line}: {what}"),
        incomplete: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_findings::code;

    const SETTINGS: &str = "[[ignore]]\ndetector = \"sql-injection\"\npath = \"old\"\nreason = \"legacy\"\nexpires = \"2027-01-31\"\n\
                            [[ignore]]\ndetector = \"xxe\"\nreason = \"never met\"\n";

    fn decide(
        findings: &[Finding],
        today: &str,
        baseline: Option<&[BaselineState]>,
    ) -> (Vec<String>, Vec<String>) {
        let config = Config::parse(SETTINGS, "shindan.toml").expect("valid settings");
        let today = today.parse().expect("date");
        let (decided, notes) = dispositions(findings, &config, "shindan.toml", today, baseline);
        let decided = decided.iter().map(|d| match d {
            Disposition::Active => "active".to_owned(),
            Disposition::Suppressed { by, reason } => format!("{}: {reason}", by.name()),
        });
        (
            decided.collect(),
            notes
                .into_iter()
                .map(|n| format!("{}: {}", n.path, n.reason))
                .collect(),
        )
    }

    fn findings() -> Vec<Finding> {
        let mut inline = code("old/a.py", 3, "f", "x");
        inline.ignored_inline = Some("reviewed".into());
        let mut silent = code("src/b.py", 7, "f", "x");
        silent.ignored_inline = Some(String::new());
        vec![
            inline,
            code("old/a.py", 9, "f", "y"),
            silent,
            code("src/c.py", 1, "f", "x"),
        ]
    }

    #[test]
    fn comments_come_before_rules_before_the_baseline() {
        let all_known = [BaselineState::Unchanged; 4];
        let (decided, _) = decide(&findings(), "2027-01-31", Some(&all_known));
        assert_eq!(
            decided,
            [
                "inline: reviewed",
                "config: legacy",
                "inline: ",
                "baseline: the baseline holds it"
            ]
        );
        let (decided, notes) = decide(&findings(), "2027-01-31", None);
        assert_eq!(decided[3], "active");
        assert_eq!(
            notes,
            [
                "shindan.toml: line 6: the ignore rule for `xxe` matches no finding; remove it",
                "src/b.py: line 7: `sql-injection` is ignored here without a reason; add one after the bracket",
            ]
        );
    }

    #[test]
    fn an_expired_rule_ignores_nothing_and_says_so() {
        let states = [
            BaselineState::New,
            BaselineState::New,
            BaselineState::New,
            BaselineState::Updated,
        ];
        let (decided, notes) = decide(&findings(), "2027-02-01", Some(&states));
        assert_eq!(
            decided,
            [
                "inline: reviewed",
                "active",
                "inline: ",
                "baseline: the baseline holds it"
            ]
        );
        assert_eq!(
            notes[0],
            "shindan.toml: line 1: the ignore rule for `sql-injection` expired after 2027-01-31"
        );
    }
}
