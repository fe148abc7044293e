//! The parts of the SARIF object model that are written, in the order they are written.

use std::borrow::Cow;

use super::result;
use super::rules::Rules;
use crate::Report;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use shindan_finding::{
    CONTEXT_FREE_HASH, Confidence, FINDING_HASH, FindingKind, Fingerprints, Severity,
};

use crate::vulnerability::VulnerabilityView;

#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool<'a>,
    pub(super) invocations: [Invocation<'a>; 1],
    pub(super) results: Results<'a>,
    pub(super) column_kind: &'static str,
}

/// The results, made one at a time as they are written.
pub(super) struct Results<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) rules: &'a Rules<'a>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.report
                .entries()
                .map(|entry| result::of(entry, self.rules)),
        )
    }
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub(super) driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    pub(super) name: &'static str,
    pub(super) version: &'a str,
    pub(super) semantic_version: &'a str,
    pub(super) information_uri: &'static str,
    pub(super) rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) short_description: Text<'a>,
    pub(super) full_description: Text<'a>,
    pub(super) help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help_uri: Option<&'a str>,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

#[derive(Serialize)]
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
}

#[derive(Serialize)]
pub(super) struct Help {
    pub(super) text: String,
    pub(super) markdown: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: Level,
}

#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) tags: Vec<String>,
    pub(super) precision: Confidence,
    #[serde(rename = "security-severity")]
    pub(super) security_severity: &'static str,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Error,
            Severity::Medium => Self::Warning,
            Severity::Low | Severity::Info => Self::Note,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    pub(super) execution_successful: bool,
    pub(super) tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
pub(super) struct Notification<'a> {
    pub(super) level: Level,
    pub(super) message: Message<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locations: Option<[Location<'a>; 1]>,
}

/// A plain-text message. `[text](target)` in it would become a link, and names in the scanned code could forge one.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    text: Cow<'a, str>,
}

impl<'a> Message<'a> {
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if !text.contains("](") {
            return Self { text };
        }
        let mut escaped = String::with_capacity(text.len() + 8);
        for c in text.chars() {
            if matches!(c, '[' | ']' | '\\') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        Self {
            text: Cow::Owned(escaped),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultObject<'a> {
    pub(super) rule_id: &'a str,
    pub(super) rule_index: usize,
    pub(super) level: Level,
    pub(super) message: Message<'a>,
    pub(super) locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code_flows: Option<[CodeFlow<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partial_fingerprints: Option<PartialFingerprints<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<[Suppression<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<&'static str>,
    pub(super) properties: ResultProperties<'a>,
}

pub(super) struct PartialFingerprints<'a>(pub(super) &'a Fingerprints);

impl Serialize for PartialFingerprints<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(FINDING_HASH, &self.0.finding)?;
        map.serialize_entry(CONTEXT_FREE_HASH, &self.0.context_free)?;
        map.end()
    }
}

#[derive(Serialize)]
pub(super) struct Suppression<'a> {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) justification: &'a str,
    pub(super) properties: SuppressionProperties,
}

#[derive(Serialize)]
pub(super) struct SuppressionProperties {
    pub(super) by: &'static str,
}

/// For people and tools: confidence, functions, CWE. For a later run with this file as baseline: the rest.
#[derive(Serialize)]
pub(super) struct ResultProperties<'a> {
    pub(super) tags: Vec<String>,
    pub(super) detector: &'a str,
    pub(super) kind: FindingKind,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) cwe: Vec<String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) functions: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) approximations: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) masked: Option<&'a str>,
    pub(super) enclosing: &'a str,
    pub(super) sink: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vulnerability: Option<VulnerabilityView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    pub(super) physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation<'a> {
    pub(super) fully_qualified_name: &'a str,
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation<'a> {
    pub(super) artifact_location: ArtifactLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<Region<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context_region: Option<ContextRegion<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation<'a> {
    uri: Cow<'a, str>,
    uri_base_id: &'static str,
}

impl<'a> ArtifactLocation<'a> {
    pub(super) const fn new(uri: Cow<'a, str>) -> Self {
        Self {
            uri,
            uri_base_id: "%SRCROOT%",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region<'a> {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet: Option<SnippetText<'a>>,
}

/// The whole lines around a region.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContextRegion<'a> {
    pub(super) start_line: u32,
    pub(super) end_line: u32,
    pub(super) snippet: SnippetText<'a>,
}

#[derive(Serialize)]
pub(super) struct SnippetText<'a> {
    pub(super) text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeFlow<'a> {
    pub(super) thread_flows: [ThreadFlow<'a>; 1],
}

#[derive(Serialize)]
pub(super) struct ThreadFlow<'a> {
    pub(super) locations: Vec<ThreadFlowLocation<'a>>,
}

#[derive(Serialize)]
pub(super) struct ThreadFlowLocation<'a> {
    pub(super) location: Location<'a>,
    pub(super) kinds: &'static [&'static str],
    pub(super) importance: &'static str,
}
