use serde::{Deserialize, Serialize};

use crate::{DetectorInfo, Finding, Upgrade};

/// Everything one scan says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Sorted by path, region and detector.
    pub findings: Vec<Finding>,
    /// What was and was not looked at.
    pub coverage: Coverage,
    /// The detectors that ran, sorted by id; those that found nothing without their long texts.
    pub detectors: Vec<DetectorInfo>,
    /// For each package the version that closes most of the findings about it, where there is one; sorted by package.
    pub upgrades: Vec<Upgrade>,
    /// Counters.
    pub statistics: Statistics,
}

/// What was and was not looked at. Nothing is silently clean: whatever was skipped stands here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Lambda functions found in the package, by name.
    pub functions: Vec<FunctionNote>,
    /// Files and parts that were not, or not fully, analysed, sorted by path.
    pub skipped: Vec<FileNote>,
    /// Things worth knowing that cost no coverage, sorted by path.
    pub notes: Vec<FileNote>,
}

impl Coverage {
    /// Whether something that could hold a weakness was not analysed.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.skipped.iter().any(|s| s.incomplete)
    }
}

/// A remark about one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileNote {
    /// Path within the artifact.
    pub path: String,
    /// What and why, one line.
    pub reason: String,
    /// Whether this makes the scan incomplete (exit code); vendored code, for one, does not.
    pub incomplete: bool,
}

/// A Lambda function of the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionNote {
    /// Its name in the template, or its file's name.
    pub name: String,
    /// `python3.12`, `nodejs20.x`, …; empty when unknown.
    pub runtime: String,
    /// The handler string; empty when unknown.
    pub handler: String,
    /// Which kind of declaration it comes from: `sam`, `cloudformation`, `cdk`, `terraform`, `serverless`, `option`, `convention`.
    pub declared_by: String,
    /// The template, or the handler's file.
    pub path: String,
    /// Whether its code was analysed.
    pub status: FunctionStatus,
}

/// Whether a function's code was analysed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionStatus {
    /// Yes.
    Scanned,
    /// No, and why.
    NotScanned(String),
}

/// Counters of a scan. They depend on the input alone, never on time or threads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Files that were analysed as source code, by language name.
    pub files_by_language: Vec<(String, u32)>,
    /// Lines of those files.
    pub lines: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Files searched for secrets.
    pub files_for_secrets: u32,
    /// Vendored files, not analysed.
    pub vendored_files: u32,
    /// Functions and methods in the analysed files.
    pub code_functions: u32,
    /// Detectors that ran.
    pub detectors: u32,
    /// Packages that were compared with advisories.
    pub packages: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_findings::{code, secret};

    #[test]
    fn an_outcome_survives_a_format_without_field_names() {
        let function = |status| FunctionNote {
            name: "Orders".into(),
            runtime: String::new(),
            handler: "app.handler".into(),
            declared_by: "sam".into(),
            path: "template.yaml".into(),
            status,
        };
        let outcome = Outcome {
            findings: vec![
                code("a.py", 1, "f", "x"),
                secret("b.py", 2, "<module>", "11aa"),
            ],
            coverage: Coverage {
                functions: vec![
                    function(FunctionStatus::Scanned),
                    function(FunctionStatus::NotScanned("image".into())),
                ],
                ..Coverage::default()
            },
            ..Outcome::default()
        };
        let bytes = postcard::to_stdvec(&outcome).expect("plain data");
        assert_eq!(
            postcard::from_bytes::<Outcome>(&bytes).expect("same data"),
            outcome
        );
    }
}
