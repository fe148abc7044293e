use std::cmp::Reverse;

use crate::{Finding, Severity, Usage};

/// Which of two findings about dependencies to look at first: the lesser one.
///
/// What is exploited somewhere comes first, then what this code uses, then what would do the most harm, then what is
/// most likely to be exploited. It orders findings and hides none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Urgency<'f> {
    exploited: Reverse<bool>,
    usage: Usage,
    severity: Reverse<Severity>,
    /// 0 where there is no score.
    probability: Reverse<u32>,
    id: &'f str,
}

impl<'f> Urgency<'f> {
    /// `None` for a finding that is about no dependency.
    #[must_use]
    pub fn of(finding: &'f Finding) -> Option<Self> {
        let vulnerability = finding.vulnerability.as_deref()?;
        Some(Self {
            exploited: Reverse(vulnerability.known_exploit.is_some()),
            usage: vulnerability.usage(),
            severity: Reverse(finding.severity),
            probability: Reverse(vulnerability.epss.map_or(0, |epss| epss.probability)),
            id: &vulnerability.id,
        })
    }

    /// What puts it where it is, in words; never empty.
    #[must_use]
    pub fn reasons(&self) -> String {
        let usage = match self.usage {
            Usage::Called => Some("your code calls it"),
            Usage::Imported => Some("your code imports it"),
            Usage::Unknown => None,
            Usage::NotImported => Some("your code does not import it"),
        };
        let exploited = self.exploited.0.then_some("known exploited");
        let severity = format!("{} severity", self.severity.0);
        let reasons: Vec<&str> = [exploited, usage, Some(&severity)]
            .into_iter()
            .flatten()
            .collect();
        reasons.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_findings::{code, dependency};
    use crate::{Epss, KnownExploit};

    #[test]
    fn exploits_come_before_use_and_use_before_severity_and_that_before_probability() {
        let made = |id: &str, change: &dyn Fn(&mut Finding)| {
            let mut finding = dependency(id, Usage::Unknown, Severity::High);
            change(&mut finding);
            finding
        };
        let use_it = |finding: &mut Finding, usage| {
            if let Some(vulnerability) = &mut finding.vulnerability {
                vulnerability.packages[0].usage = usage;
            }
        };
        let expect = |finding: &mut Finding, probability| {
            if let Some(vulnerability) = &mut finding.vulnerability {
                vulnerability.epss = Some(Epss {
                    probability,
                    percentile: 0,
                });
            }
        };
        // In the order that is right; ids tell against it, except for the last two.
        let right = [
            made("CVE-9", &|f| {
                if let Some(vulnerability) = &mut f.vulnerability {
                    vulnerability.known_exploit = Some(KnownExploit {
                        added: String::new(),
                        due: String::new(),
                        ransomware: false,
                    });
                }
                f.severity = Severity::Low;
            }),
            made("CVE-8", &|f| use_it(f, Usage::Called)),
            made("CVE-7", &|f| use_it(f, Usage::Imported)),
            made("CVE-6", &|f| f.severity = Severity::Critical),
            made("CVE-5", &|f| expect(f, 2)),
            made("CVE-4", &|f| expect(f, 1)),
            made("CVE-1", &|_| {}),
            made("CVE-2", &|_| {}),
            made("CVE-0", &|f| {
                f.severity = Severity::Critical;
                use_it(f, Usage::NotImported);
            }),
        ];
        let urgencies: Vec<_> = right.iter().map(Urgency::of).collect();
        assert!(urgencies.iter().all(Option::is_some));
        assert!(urgencies.is_sorted(), "{urgencies:#?}");
    }

    #[test]
    fn reasons_say_what_decided() {
        let reasons = |usage| {
            let finding = dependency("CVE-1", usage, Severity::High);
            Urgency::of(&finding).map(|urgency| urgency.reasons())
        };
        assert_eq!(
            reasons(Usage::Called).as_deref(),
            Some("your code calls it, high severity")
        );
        assert_eq!(reasons(Usage::Unknown).as_deref(), Some("high severity"));
        assert_eq!(Urgency::of(&code("a.py", 1, "f", "x")), None);
    }
}
