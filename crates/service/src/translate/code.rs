//! Weaknesses and secrets in code.

use shindan_finding::{DetectorInfo, Finding, FindingKind};
use shindan_inspector::finding::{
    CodeFilePath, CodeVulnerabilityDetails, Recommendation, Remediation, Resource,
};
use shindan_inspector::{ExploitAvailable, FindingDocument, FindingType, FixAvailable, Observed};
use shindan_store::FunctionState;

use super::layers::layer_of;
use super::snippet::snippet;
use super::{Seal, severity, text};

/// The API demands a CWE of every weakness; this is what NVD calls one that fits none.
const NO_CWE: &str = "CWE-Other";

pub(super) fn observed(
    finding: &Finding,
    fingerprint: String,
    info: Option<&DetectorInfo>,
    function: &FunctionState,
    resource: &Resource,
    seal: &Seal,
) -> Observed {
    let slug = &finding.detector.0;
    let name = name_of(slug);
    let language = language_of(&finding.location.path, &function.runtime);
    let lowered = language.to_lowercase();
    let description = match info {
        Some(info) => format!("{}\n\n{}", finding.message, info.description),
        None => finding.message.clone(),
    };
    let region = &finding.location.region;
    let path = &finding.location.path;
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let layers = function.layers.iter().map(|layer| layer.arn.as_str());
    let cwes: Vec<String> = finding.cwe.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    let mut tags = vec!["security".to_owned()];
    if finding.kind == FindingKind::Secret {
        tags.push("secrets".to_owned());
    }
    tags.extend(cwes.iter().map(|cwe| cwe.to_lowercase()));
    tags.push(language.to_owned());
    let document = FindingDocument {
        finding_type: FindingType::CodeVulnerability,
        description: text(&description, &name),
        title: title(&finding.cwe, &name),
        remediation: Remediation {
            recommendation: Recommendation {
                text: text(
                    info.map_or("", |info| &info.fix),
                    "Remove the weakness that the description tells of.",
                ),
                url: info.and_then(|info| info.references.first().cloned()),
            },
        },
        severity: severity(finding.severity),
        resources: vec![resource.clone()],
        inspector_score: None,
        inspector_score_details: None,
        package_vulnerability_details: None,
        code_vulnerability_details: Some(CodeVulnerabilityDetails {
            file_path: CodeFilePath {
                file_name: text(file_name, "unknown"),
                file_path: text(path, "unknown"),
                start_line: region.start_line,
                end_line: region.end_line,
            },
            detector_id: format!("{lowered}/{slug}@v1.0"),
            detector_name: name,
            detector_tags: tags,
            cwes: if cwes.is_empty() {
                vec![NO_CWE.to_owned()]
            } else {
                cwes
            },
            reference_urls: info.map_or_else(Vec::new, |info| info.references.clone()),
            rule_id: Some(format!("{lowered}-{slug}")),
            source_lambda_layer_arn: layer_of(path, layers),
        }),
        // There always is something to do about one's own code, as Inspector has it.
        fix_available: FixAvailable::Yes,
        exploit_available: ExploitAvailable::No,
        exploitability_details: None,
        epss: None,
    };
    let sealed_snippet =
        snippet(finding, info).and_then(|plain| seal(function, &fingerprint, &plain));
    Observed {
        identity: fingerprint,
        document: document.bounded(),
        sealed_snippet,
    }
}

/// `CWE-117,93 - Log injection`.
fn title(cwes: &[u32], name: &str) -> String {
    let numbers: Vec<String> = cwes.iter().map(u32::to_string).collect();
    if numbers.is_empty() {
        name.to_owned()
    } else {
        format!("CWE-{} - {name}", numbers.join(","))
    }
}

/// Words that are written in capitals in the names of detectors.
const ACRONYMS: &[&str] = &[
    "api", "aws", "cors", "csrf", "css", "dns", "http", "https", "iam", "ip", "json", "jwt",
    "ldap", "os", "rsa", "s3", "smtp", "sns", "sql", "sqs", "ssh", "ssl", "ssrf", "tls", "url",
    "xml", "xpath", "xss", "xxe", "yaml",
];

/// The name of a detector in words: `sql-injection` is `SQL injection`.
fn name_of(slug: &str) -> String {
    let words = slug.split(['-', '_', '/']).filter(|word| !word.is_empty());
    let mut name = String::new();
    for (position, word) in words.enumerate() {
        if position > 0 {
            name.push(' ');
        }
        let mut characters = word.chars();
        if ACRONYMS.contains(&word) {
            name.push_str(&word.to_uppercase());
        } else if position == 0 {
            name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
            name.push_str(characters.as_str());
        } else {
            name.push_str(word);
        }
    }
    if name.is_empty() { "Weakness" } else { &name }.to_owned()
}

/// The language of a file; of a file that has none, the function's.
fn language_of(path: &str, runtime: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "py" => "Python",
        "js" | "mjs" | "cjs" | "jsx" => "JavaScript",
        "ts" | "mts" | "cts" | "tsx" => "TypeScript",
        "java" | "class" | "jar" => "Java",
        "cs" | "dll" | "cshtml" => "CSharp",
        "rb" | "erb" => "Ruby",
        _ => match runtime {
            runtime if runtime.starts_with("python") => "Python",
            runtime if runtime.starts_with("nodejs") => "JavaScript",
            runtime if runtime.starts_with("java") => "Java",
            runtime if runtime.starts_with("dotnet") => "CSharp",
            runtime if runtime.starts_with("ruby") => "Ruby",
            _ => "Generic",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detectors_have_names_in_words() {
        for (slug, name) in [
            ("sql-injection", "SQL injection"),
            ("hardcoded-credentials", "Hardcoded credentials"),
            ("insecure-tls-version", "Insecure TLS version"),
            ("aws-access-key", "AWS access key"),
            ("", "Weakness"),
        ] {
            assert_eq!(name_of(slug), name);
        }
        assert_eq!(
            title(&[117, 93], "Log injection"),
            "CWE-117,93 - Log injection"
        );
    }
}
