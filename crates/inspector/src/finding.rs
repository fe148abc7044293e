//! A finding as the API shows it, in the API's words.
//!
//! Bounds (lengths, numbers of items) are those of the API's model; [`FindingDocument::bounded`] cuts to them, because a
//! client that checks would refuse the whole page for one long line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Architecture, ExploitAvailable, FindingType, FixAvailable, FunctionArn, PackageManager,
    PackageType, Severity, Timestamp,
};

/// One finding as a scan says it. The store decides whether it is new, known or back.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// What makes it the same finding in the next scan of the same function: a fingerprint of the code, or the
    /// vulnerability. Unique among what one scan of one kind says.
    pub identity: String,
    /// What the API shows.
    pub document: FindingDocument,
    /// The lines of code around it, sealed; findings in code only.
    pub sealed_snippet: Option<Vec<u8>>,
}

/// What the API shows of a finding, without what belongs to its life: ARN, account, status and times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingDocument {
    /// What it is about.
    #[serde(rename = "type")]
    pub finding_type: FindingType,
    /// What is wrong; at most 1,024 characters.
    pub description: String,
    /// `CVE-2023-30861 - flask`, `CWE-798 - Hardcoded credentials`; at most 1,024 characters.
    pub title: String,
    /// What to do.
    pub remediation: Remediation,
    /// How bad it is.
    pub severity: Severity,
    /// The function. Whoever stores it apart leaves it out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource>,
    /// 0 to 10. For functions the CVSS base score, which nothing adjusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector_score: Option<f64>,
    /// Where the score comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector_score_details: Option<InspectorScoreDetails>,
    /// Of a package with a known vulnerability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_vulnerability_details: Option<PackageVulnerabilityDetails>,
    /// Of a weakness in code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_vulnerability_details: Option<CodeVulnerabilityDetails>,
    /// Whether all, some or none of the packages have a fixed version.
    pub fix_available: FixAvailable,
    /// Whether an exploit is known.
    pub exploit_available: ExploitAvailable,
    /// When an exploit was last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exploitability_details: Option<ExploitabilityDetails>,
    /// How likely it is to be exploited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epss: Option<Epss>,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// In words.
    pub recommendation: Recommendation,
}

/// What to do, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// One or two sentences, never empty.
    pub text: String,
    /// Where more is written. The API spells this member with a capital.
    #[serde(rename = "Url", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a finding is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Always `AWS_LAMBDA_FUNCTION`.
    #[serde(rename = "type")]
    pub resource_type: ResourceType,
    /// The function's ARN with `:$LATEST`.
    pub id: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Its Region.
    pub region: String,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What kind of resource it is, in full.
    pub details: ResourceDetails,
}

/// The one kind of resource that is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResourceType {
    /// A Lambda function.
    #[serde(rename = "AWS_LAMBDA_FUNCTION")]
    AwsLambdaFunction,
}

/// A resource in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDetails {
    /// The function.
    pub aws_lambda_function: FunctionDetails,
}

/// A function as findings show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionDetails {
    /// Its name.
    pub function_name: String,
    /// In the API's words: `PYTHON_3_12`, `UNSUPPORTED`.
    pub runtime: String,
    /// SHA-256 of the deployment package, base64.
    pub code_sha256: String,
    /// Always `$LATEST`.
    pub version: String,
    /// The role it runs as.
    pub execution_role_arn: String,
    /// Its layers, at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Where it is connected to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_config: Option<VpcConfig>,
    /// Zip or image.
    pub package_type: PackageType,
    /// One.
    pub architectures: Vec<Architecture>,
    /// When its code or settings last changed.
    pub last_modified_at: Timestamp,
}

/// The network a function is connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VpcConfig {
    /// At most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<String>,
    /// At most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<String>,
    /// `vpc-…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
}

/// Where a score comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InspectorScoreDetails {
    /// The CVSS score and its vector.
    pub adjusted_cvss: AdjustedCvss,
}

/// A CVSS score that counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdjustedCvss {
    /// Who gave it.
    pub score_source: String,
    /// Who gave the vector.
    pub cvss_source: String,
    /// `3.1`.
    pub version: String,
    /// 0 to 10.
    pub score: f64,
    /// `CVSS:3.1/AV:N/…`.
    pub scoring_vector: String,
}

/// Of a package with a known vulnerability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageVulnerabilityDetails {
    /// `CVE-…` where there is one.
    pub vulnerability_id: String,
    /// The packages that have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vulnerable_packages: Vec<VulnerablePackage>,
    /// Who published it.
    pub source: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// CVSS scores of all sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cvss: Vec<CvssScore>,
    /// Its other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_vulnerabilities: Vec<String>,
    /// The publisher's own word for how bad it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_severity: Option<String>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_created_at: Option<Timestamp>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_updated_at: Option<Timestamp>,
    /// Where more is written, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_urls: Vec<String>,
}

/// A package that has a vulnerability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VulnerablePackage {
    /// Its name.
    pub name: String,
    /// The installed version.
    pub version: String,
    /// What installed or declared it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_manager: Option<PackageManager>,
    /// Where in the function it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_path: Option<String>,
    /// The version that fixes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed_in_version: Option<String>,
    /// The command that upgrades it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
    /// The layer it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_lambda_layer_arn: Option<String>,
}

/// A CVSS score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CvssScore {
    /// 0 to 10.
    pub base_score: f64,
    /// `CVSS:3.1/AV:N/…`.
    pub scoring_vector: String,
    /// `3.1`, `4.0`.
    pub version: String,
    /// Who gave it.
    pub source: String,
}

/// Of a weakness in code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeVulnerabilityDetails {
    /// Where it is.
    pub file_path: CodeFilePath,
    /// `python/sql-injection@v1.0`.
    pub detector_id: String,
    /// `SQL injection`.
    pub detector_name: String,
    /// What kind of detector it is, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detector_tags: Vec<String>,
    /// `CWE-89`, 1 to 10.
    pub cwes: Vec<String>,
    /// Where more is written, at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_urls: Vec<String>,
    /// The rule within the detector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<String>,
    /// The layer it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_lambda_layer_arn: Option<String>,
}

/// A place in code. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeFilePath {
    /// `app.py`.
    pub file_name: String,
    /// `src/app.py`.
    pub file_path: String,
    /// First line.
    pub start_line: u32,
    /// Last line.
    pub end_line: u32,
}

/// When an exploit was last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExploitabilityDetails {
    /// The moment.
    pub last_known_exploit_at: Timestamp,
}

/// How likely it is to be exploited within 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epss {
    /// 0 to 1.
    pub score: f64,
}

impl FindingDocument {
    /// Cuts every text and list to what the API's model allows, at a border between characters.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        cut(&mut self.description, 1024);
        cut(&mut self.title, 1024);
        if let Some(details) = &mut self.package_vulnerability_details {
            cut(&mut details.vulnerability_id, 128);
            for package in &mut details.vulnerable_packages {
                cut(&mut package.name, 1024);
                cut(&mut package.version, 1024);
                for text in [
                    &mut package.file_path,
                    &mut package.fixed_in_version,
                    &mut package.remediation,
                ] {
                    text.iter_mut().for_each(|text| cut(text, 1024));
                }
            }
            details.reference_urls.truncate(10);
        }
        if let Some(details) = &mut self.code_vulnerability_details {
            details.detector_tags.truncate(10);
            details.cwes.truncate(10);
            details.reference_urls.truncate(10);
        }
        self
    }
}

fn cut(text: &mut String, characters: usize) {
    if let Some((end, _)) = text.char_indices().nth(characters) {
        text.truncate(end);
    }
}

impl Resource {
    /// The resource of a function.
    #[must_use]
    pub fn function(
        arn: &FunctionArn,
        tags: BTreeMap<String, String>,
        details: FunctionDetails,
    ) -> Self {
        Self {
            resource_type: ResourceType::AwsLambdaFunction,
            id: arn.resource_id(),
            partition: arn.region.partition().to_owned(),
            region: arn.region.to_string(),
            tags,
            details: ResourceDetails {
                aws_lambda_function: details,
            },
        }
    }
}
