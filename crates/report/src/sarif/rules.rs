use std::borrow::Cow;
use std::collections::BTreeMap;

use shindan_finding::{DetectorInfo, Finding, Severity};

use super::model::{Configuration, Help, Level, Rule, RuleProperties, Text};
use crate::Report;
use crate::text::markdown;

/// The rules of a run: one for each detector that has results, and its variants by CWE.
pub(super) struct Rules<'a> {
    detectors: BTreeMap<&'a str, &'a DetectorInfo>,
    /// Detector and, for a variant, the CWE that differs from the detector's.
    index: BTreeMap<(&'a str, Option<u32>), usize>,
    rules: Vec<RuleSource<'a>>,
}

struct RuleSource<'a> {
    id: String,
    detector: Option<&'a DetectorInfo>,
    /// Stands in for a detector that the outcome does not list.
    example: &'a Finding,
    cwe: Vec<u32>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let detectors: BTreeMap<_, _> = report
            .outcome
            .detectors
            .iter()
            .map(|d| (d.id.0.as_str(), d))
            .collect();
        let mut examples: BTreeMap<(&str, Option<u32>), &Finding> = BTreeMap::new();
        for finding in &report.outcome.findings {
            examples.entry(key(&detectors, finding)).or_insert(finding);
        }
        let index = examples
            .keys()
            .enumerate()
            .map(|(i, &key)| (key, i))
            .collect();
        let rules = examples
            .into_iter()
            .map(|((id, variant), example)| RuleSource::new(id, variant, &detectors, example));
        Self {
            rules: rules.collect(),
            index,
            detectors,
        }
    }

    /// Index and id of a finding's rule.
    pub(super) fn of_finding(&self, finding: &'a Finding) -> (usize, &str) {
        let index = self
            .index
            .get(&key(&self.detectors, finding))
            .copied()
            .unwrap_or_default();
        (
            index,
            self.rules
                .get(index)
                .map_or(&finding.detector.0, |rule| &rule.id),
        )
    }

    pub(super) fn descriptors(&self) -> Vec<Rule<'_>> {
        self.rules.iter().map(RuleSource::descriptor).collect()
    }
}

/// The CWEs, the primary one first and each with three digits at least, as consumers expect. Tags are a set.
pub(super) fn security_tags(cwe: &[u32]) -> Vec<String> {
    let distinct = cwe
        .iter()
        .enumerate()
        .filter(|(i, c)| !cwe[..*i].contains(c));
    distinct
        .map(|(_, c)| format!("external/cwe/cwe-{c:03}"))
        .chain(["security".to_owned()])
        .collect()
}

fn key<'a>(
    detectors: &BTreeMap<&str, &DetectorInfo>,
    finding: &'a Finding,
) -> (&'a str, Option<u32>) {
    let id = finding.detector.0.as_str();
    let own = finding.cwe.first().copied();
    let rule = detectors.get(id).and_then(|d| d.cwe.first().copied());
    (id, own.filter(|_| rule.is_some() && own != rule))
}

impl<'a> RuleSource<'a> {
    fn new(
        id: &str,
        variant: Option<u32>,
        detectors: &BTreeMap<&str, &'a DetectorInfo>,
        example: &'a Finding,
    ) -> Self {
        let detector = detectors.get(id).copied();
        let mut cwe = variant.map_or_else(Vec::new, |cwe| vec![cwe]);
        let rest = detector.map_or(&example.cwe, |d| &d.cwe);
        cwe.extend(rest.iter().filter(|c| Some(**c) != variant));
        let id = variant.map_or_else(|| id.to_owned(), |cwe| format!("{id}/cwe-{cwe:03}"));
        Self {
            id,
            detector,
            example,
            cwe,
        }
    }

    fn descriptor(&self) -> Rule<'_> {
        let (severity, confidence) = self
            .detector
            .map_or((self.example.severity, self.example.confidence), |d| {
                (d.severity, d.confidence)
            });
        let mut tags = security_tags(&self.cwe);
        for language in self
            .detector
            .iter()
            .flat_map(|d| &d.languages)
            .map(|language| language.to_lowercase())
        {
            if !tags.contains(&language) {
                tags.push(language);
            }
        }
        let title = self
            .detector
            .map_or(self.example.detector.0.as_str(), |d| &d.title);
        let full = match self
            .detector
            .map(|d| markdown::first_paragraph(&d.description))
            .filter(|p| !p.is_empty())
        {
            Some(paragraph) => Cow::Owned(paragraph),
            None => Cow::Borrowed(title),
        };
        Rule {
            id: &self.id,
            name: pascal_case(&self.id),
            short_description: Text {
                text: Cow::Borrowed(title),
            },
            full_description: Text { text: full },
            help: self.help(title),
            help_uri: self
                .detector
                .and_then(|d| d.references.iter().find(|r| is_web_address(r)))
                .map(String::as_str),
            default_configuration: Configuration {
                level: Level::from(severity),
            },
            properties: RuleProperties {
                tags,
                precision: confidence,
                security_severity: security_severity(severity),
            },
        }
    }

    fn help(&self, title: &str) -> Help {
        let Some(detector) = self.detector else {
            return Help {
                text: title.to_owned(),
                markdown: title.to_owned(),
            };
        };
        let (what, fix) = (detector.description.trim(), detector.fix.trim());
        let mut markdown = format!("# {title}\n\n{what}\n");
        let mut text = format!("{title}\n\n{what}\n");
        if !fix.is_empty() {
            markdown += &format!("\n## How to repair\n\n{fix}\n");
            text += &format!("\nHow to repair: {fix}\n");
        }
        if !detector.references.is_empty() {
            markdown += "\n## References\n\n";
            text += "\nReferences:\n";
            for reference in &detector.references {
                markdown += &if is_web_address(reference) {
                    format!("- <{reference}>\n")
                } else {
                    format!("- {reference}\n")
                };
                text += &format!("- {reference}\n");
            }
        }
        Help { text, markdown }
    }
}

fn is_web_address(reference: &str) -> bool {
    (reference.starts_with("https://") || reference.starts_with("http://"))
        && reference.bytes().all(|b| b.is_ascii_graphic())
}

/// In the middle of the ranges in which code-scanning services sort.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

fn pascal_case(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for word in id.split(|c: char| !c.is_alphanumeric()) {
        let mut characters = word.chars();
        name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(characters.as_str());
    }
    name
}
