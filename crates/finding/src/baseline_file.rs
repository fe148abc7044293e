//! The two file formats a baseline comes in: our JSON report and our SARIF, read only as far as matching needs.

use serde::Deserialize;

use crate::Fingerprints;
use crate::baseline::BaselineEntry;

/// Either format; which one it is shows in the keys that are present.
#[derive(Deserialize)]
pub(crate) struct BaselineFile {
    schema: Option<String>,
    #[serde(default)]
    findings: Vec<JsonFinding>,
    runs: Option<Vec<Run>>,
}

/// The JSON schema that this version reads and writes.
pub const JSON_SCHEMA: &str = "shindan/1";

impl BaselineFile {
    pub(crate) fn entries(text: &str) -> Result<Vec<BaselineEntry>, String> {
        if text.trim().is_empty() {
            return Err("the file is empty".to_owned());
        }
        let file: Self = serde_json::from_str(text)
            .map_err(|e| format!("it is not a shindan report in JSON or SARIF: {e}"))?;
        match (file.schema.as_deref(), file.runs) {
            (Some(JSON_SCHEMA), None) => Ok(file
                .findings
                .into_iter()
                .filter_map(JsonFinding::entry)
                .collect()),
            (Some(other), None) => Err(format!(
                "its schema is `{other}`, but this version reads `{JSON_SCHEMA}`"
            )),
            (_, Some(runs)) => runs
                .into_iter()
                .map(Run::entries)
                .collect::<Result<Vec<_>, _>>()
                .map(|e| e.into_iter().flatten().collect()),
            (None, None) => Err(
                "it has neither the `schema` key of a shindan report nor the `runs` key of SARIF"
                    .to_owned(),
            ),
        }
    }
}

#[derive(Deserialize)]
struct Prints {
    #[serde(rename = "findingHash/v1")]
    finding: String,
    #[serde(rename = "contextFreeHash/v1")]
    context_free: String,
}

impl From<Prints> for Fingerprints {
    fn from(prints: Prints) -> Self {
        Self {
            finding: prints.finding,
            context_free: prints.context_free,
        }
    }
}

#[derive(Deserialize)]
struct JsonFinding {
    detector: String,
    location: JsonLocation,
    #[serde(default)]
    enclosing: String,
    #[serde(default)]
    sink: String,
    fingerprints: Prints,
    suppression: Option<Suppression>,
}

#[derive(Deserialize)]
struct JsonLocation {
    path: String,
}

#[derive(Deserialize)]
struct Suppression {
    #[serde(default)]
    by: String,
}

impl Suppression {
    /// A finding that only an older baseline suppressed is still known.
    fn hides(&self) -> bool {
        self.by != "baseline"
    }
}

impl JsonFinding {
    fn entry(self) -> Option<BaselineEntry> {
        if self.suppression.is_some_and(|s| s.hides()) {
            return None;
        }
        Some(BaselineEntry {
            detector: self.detector,
            path: self.location.path,
            enclosing: self.enclosing,
            sink: self.sink,
            hashes: self.fingerprints.into(),
        })
    }
}

#[derive(Deserialize)]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Vec<SarifResult>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    #[serde(default)]
    locations: Vec<SarifLocation>,
    partial_fingerprints: Prints,
    properties: SarifProperties,
    #[serde(default)]
    suppressions: Vec<SarifSuppression>,
}

#[derive(Deserialize)]
struct SarifProperties {
    detector: String,
    #[serde(default)]
    enclosing: String,
    #[serde(default)]
    sink: String,
}

#[derive(Deserialize)]
struct SarifSuppression {
    properties: Option<Suppression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Deserialize)]
struct ArtifactLocation {
    uri: String,
}

impl Run {
    fn entries(self) -> Result<Vec<BaselineEntry>, String> {
        if self.tool.driver.name != "shindan" {
            return Err(format!(
                "it was written by `{}`, not by shindan",
                self.tool.driver.name
            ));
        }
        Ok(self
            .results
            .into_iter()
            .filter_map(SarifResult::entry)
            .collect())
    }
}

impl SarifResult {
    fn entry(self) -> Option<BaselineEntry> {
        if self
            .suppressions
            .iter()
            .any(|s| s.properties.as_ref().is_none_or(Suppression::hides))
        {
            return None;
        }
        let uri = self
            .locations
            .first()
            .map_or("", |l| &l.physical_location.artifact_location.uri);
        Some(BaselineEntry {
            detector: self.properties.detector,
            path: percent_decoded(uri),
            enclosing: self.properties.enclosing,
            sink: self.properties.sink,
            hashes: self.partial_fingerprints.into(),
        })
    }
}

fn percent_decoded(uri: &str) -> String {
    let bytes = uri.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escape = bytes
            .get(i + 1..i + 3)
            .filter(|_| bytes[i] == b'%')
            .and_then(|hex| {
                let hex = str::from_utf8(hex)
                    .ok()
                    .filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))?;
                u8::from_str_radix(hex, 16).ok()
            });
        decoded.push(escape.unwrap_or(bytes[i]));
        i += if escape.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Baseline;

    const PRINTS: &str = r#"{"findingHash/v1":"aa","contextFreeHash/v1":"bb"}"#;

    fn paths(text: &str) -> Vec<String> {
        BaselineFile::entries(text)
            .expect("readable")
            .into_iter()
            .map(|e| e.path)
            .collect()
    }

    fn error(text: &str) -> String {
        Baseline::parse(text, "old.json")
            .expect_err("unreadable")
            .to_string()
    }

    #[test]
    fn json_leaves_out_what_comments_and_rules_suppressed() {
        let finding = |path: &str, more: &str| {
            format!(
                r#"{{"detector":"x","location":{{"path":"{path}","startLine":1}},"fingerprints":{PRINTS}{more}}}"#
            )
        };
        let text = format!(
            r#"{{"schema":"shindan/1","findings":[{},{},{}]}}"#,
            finding("a", ""),
            finding("b", r#","suppression":{"by":"config","reason":"r"}"#),
            finding("c", r#","suppression":{"by":"baseline","reason":"r"}"#)
        );
        assert_eq!(paths(&text), ["a", "c"]);
    }

    #[test]
    fn sarif_paths_are_decoded_and_suppressions_read() {
        let result = |uri: &str, more: &str| {
            format!(
                r#"{{"ruleId":"x","locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"{uri}"}}}}}}],"partialFingerprints":{PRINTS},"properties":{{"detector":"x"}}{more}}}"#
            )
        };
        let text = format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"shindan"}}}},"results":[{},{},{}]}}]}}"#,
            result("a%20b/%E3%81%82%zz%", ""),
            result("b", r#","suppressions":[{"kind":"inSource"}]"#),
            result(
                "c",
                r#","suppressions":[{"kind":"external","properties":{"by":"baseline"}}]"#
            )
        );
        assert_eq!(paths(&text), ["a b/あ%zz%", "c"]);
    }

    #[test]
    fn what_is_no_report_of_ours_is_refused_in_words() {
        assert_eq!(
            error(" "),
            "old.json cannot be used as a baseline: the file is empty"
        );
        assert!(error("{\"schema\": 1}").contains("line 1 column"));
        assert!(error("[]").contains("not a shindan report"));
        assert!(error("{}").contains("neither the `schema` key"));
        assert!(error(r#"{"schema":"shindan/9"}"#).contains("`shindan/9`"));
        assert!(
            error(r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"other"}}}]}"#)
                .contains("`other`")
        );
        assert!(
            error(r#"{"schema":"shindan/1","findings":[{"detector":"x"}]}"#)
                .contains("missing field")
        );
        assert!(error(&"[".repeat(100_000)).contains("not a shindan report"));
    }
}
