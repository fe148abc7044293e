//! The four controls: what they are called, what they ask for, and where they exist.
//!
//! Titles, severity, rules and requirements are facts of the Security Hub user guide (page `inspector-controls`), the
//! Regions those of the AWS Config rules behind the controls; descriptions are our own words.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use shindan_inspector::{Region, ResourceScanType};

/// One of the controls for Amazon Inspector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum ControlId {
    /// EC2 scanning.
    Inspector1,
    /// ECR scanning.
    Inspector2,
    /// Lambda code scanning.
    Inspector3,
    /// Lambda standard scanning.
    Inspector4,
}

/// A text that names none of the controls.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "there is no such control here; choose Inspector.1, Inspector.2, Inspector.3 or Inspector.4"
)]
pub struct UnknownControl;

impl ControlId {
    pub const ALL: [Self; 4] = [
        Self::Inspector1,
        Self::Inspector2,
        Self::Inspector3,
        Self::Inspector4,
    ];

    /// As Security Hub writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inspector1 => "Inspector.1",
            Self::Inspector2 => "Inspector.2",
            Self::Inspector3 => "Inspector.3",
            Self::Inspector4 => "Inspector.4",
        }
    }

    /// The scan type that the control asks for.
    #[must_use]
    pub const fn scan_type(self) -> ResourceScanType {
        match self {
            Self::Inspector1 => ResourceScanType::Ec2,
            Self::Inspector2 => ResourceScanType::Ecr,
            Self::Inspector3 => ResourceScanType::LambdaCode,
            Self::Inspector4 => ResourceScanType::Lambda,
        }
    }

    /// Everything else about it.
    #[must_use]
    pub const fn definition(self) -> &'static Definition {
        match self {
            Self::Inspector1 => &INSPECTOR_1,
            Self::Inspector2 => &INSPECTOR_2,
            Self::Inspector3 => &INSPECTOR_3,
            Self::Inspector4 => &INSPECTOR_4,
        }
    }

    /// Whether the control exists in a Region; where it does not, it has no findings and no part in the score.
    #[must_use]
    pub fn exists_in(self, region: &Region) -> bool {
        match self.definition().regions {
            Regions::Only(regions) => regions.contains(&region.as_str()),
            Regions::AllBut(regions) => !regions.contains(&region.as_str()),
        }
    }

    /// The page that Security Hub links to.
    #[must_use]
    pub fn remediation_url(self) -> String {
        format!("https://docs.aws.amazon.com/console/securityhub/{self}/remediation")
    }
}

impl From<ControlId> for &'static str {
    fn from(control: ControlId) -> Self {
        control.as_str()
    }
}

impl TryFrom<String> for ControlId {
    type Error = UnknownControl;

    fn try_from(text: String) -> Result<Self, UnknownControl> {
        text.parse()
    }
}

impl FromStr for ControlId {
    type Err = UnknownControl;

    /// In any case, because Security Hub's own documents write both `Inspector.3` and `inspector.3`.
    fn from_str(text: &str) -> Result<Self, UnknownControl> {
        Self::ALL
            .into_iter()
            .find(|control| control.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownControl)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The fixed texts and facts of a control.
#[derive(Debug)]
pub struct Definition {
    pub id: ControlId,
    pub title: &'static str,
    pub description: &'static str,
    /// The severity of a `FAILED` finding.
    pub severity: ControlSeverity,
    /// As `Compliance.RelatedRequirements` lists them.
    pub related_requirements: &'static [&'static str],
    /// The AWS Config rule that Security Hub evaluates.
    pub config_rule: &'static str,
    pub schedule: Schedule,
    pub resource: ResourceType,
    /// The standards that hold the control.
    pub standards: &'static [Standard],
    pub regions: Regions,
}

/// How bad a failed control is. The four controls are all high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlSeverity {
    High,
}

/// When a control is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every 12 or 24 hours, whatever changed.
    Periodic,
}

/// What a control's finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceType {
    /// The account itself: `AWS::::Account` to Config, `AwsAccount` in findings.
    AwsAccount,
}

/// Where a control exists, by the codes of Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regions {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

/// A security standard that can be enabled in Security Hub. No control for Inspector is part of a NIST standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standard {
    /// AWS Foundational Security Best Practices v1.0.0.
    FoundationalBestPractices,
    /// PCI DSS v4.0.1.
    PciDss401,
}

impl Standard {
    pub const ALL: [Self; 2] = [Self::FoundationalBestPractices, Self::PciDss401];

    /// The name that Security Hub shows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FoundationalBestPractices => "AWS Foundational Security Best Practices v1.0.0",
            Self::PciDss401 => "PCI DSS v4.0.1",
        }
    }

    /// `StandardsId` in findings: the part of the ARN behind the account.
    #[must_use]
    pub const fn standards_id(self) -> &'static str {
        match self {
            Self::FoundationalBestPractices => {
                "standards/aws-foundational-security-best-practices/v/1.0.0"
            }
            Self::PciDss401 => "standards/pci-dss/v/4.0.1",
        }
    }

    /// The standard's ARN in a Region.
    #[must_use]
    pub fn arn(self, region: &Region) -> String {
        format!(
            "arn:{}:securityhub:{region}::{}",
            region.partition(),
            self.standards_id()
        )
    }
}

const STANDARDS: &[Standard] = &Standard::ALL;
const PCI_MONITORING: &[&str] = &["PCI DSS v4.0.1/11.3.1"];
const PCI_DEVELOPMENT: &[&str] = &["PCI DSS v4.0.1/6.2.4", "PCI DSS v4.0.1/6.3.1"];

/// Where Amazon Inspector scans the code of functions (Inspector user guide, page `inspector_regions`).
pub const CODE_SCANNING_REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];

/// Where the rules of Inspector.1 and Inspector.4 do not exist.
const WITHOUT_EC2_AND_LAMBDA_RULES: &[&str] = &[
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// Where the rule of Inspector.2 does not exist.
const WITHOUT_ECR_RULE: &[&str] = &[
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-4",
    "ap-southeast-6",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

static INSPECTOR_1: Definition = Definition {
    id: ControlId::Inspector1,
    title: "Amazon Inspector EC2 scanning should be enabled",
    description: "Checks whether Amazon Inspector looks for vulnerable packages and unintended network exposure on EC2 \
                  instances. A standalone account fails while EC2 scanning is off. In an organization the delegated \
                  administrator fails while it is off in its own or in any member account.",
    severity: ControlSeverity::High,
    related_requirements: PCI_MONITORING,
    config_rule: "inspector-ec2-scan-enabled",
    schedule: Schedule::Periodic,
    resource: ResourceType::AwsAccount,
    standards: STANDARDS,
    regions: Regions::AllBut(WITHOUT_EC2_AND_LAMBDA_RULES),
};

static INSPECTOR_2: Definition = Definition {
    id: ControlId::Inspector2,
    title: "Amazon Inspector ECR scanning should be enabled",
    description: "Checks whether Amazon Inspector looks for vulnerable packages in the container images of ECR \
                  repositories. A standalone account fails while ECR scanning is off. In an organization the delegated \
                  administrator fails while it is off in its own or in any member account.",
    severity: ControlSeverity::High,
    related_requirements: PCI_MONITORING,
    config_rule: "inspector-ecr-scan-enabled",
    schedule: Schedule::Periodic,
    resource: ResourceType::AwsAccount,
    standards: STANDARDS,
    regions: Regions::AllBut(WITHOUT_ECR_RULE),
};

static INSPECTOR_3: Definition = Definition {
    id: ControlId::Inspector3,
    title: "Amazon Inspector Lambda code scanning should be enabled",
    description: "Checks whether Amazon Inspector looks for weaknesses such as injection, leaked data and weak \
                  cryptography in the code that a team has written for its Lambda functions. A standalone account fails \
                  while Lambda code scanning is off. In an organization the delegated administrator fails while it is \
                  off in its own or in any member account.",
    severity: ControlSeverity::High,
    related_requirements: PCI_DEVELOPMENT,
    config_rule: "inspector-lambda-code-scan-enabled",
    schedule: Schedule::Periodic,
    resource: ResourceType::AwsAccount,
    standards: STANDARDS,
    regions: Regions::Only(CODE_SCANNING_REGIONS),
};

static INSPECTOR_4: Definition = Definition {
    id: ControlId::Inspector4,
    title: "Amazon Inspector Lambda standard scanning should be enabled",
    description: "Checks whether Amazon Inspector looks for known vulnerabilities in the packages that Lambda functions \
                  and their layers bring along. A standalone account fails while Lambda standard scanning is off. In an \
                  organization the delegated administrator fails while it is off in its own or in any member account.",
    severity: ControlSeverity::High,
    related_requirements: PCI_DEVELOPMENT,
    config_rule: "inspector-lambda-standard-scan-enabled",
    schedule: Schedule::Periodic,
    resource: ResourceType::AwsAccount,
    standards: STANDARDS,
    regions: Regions::AllBut(WITHOUT_EC2_AND_LAMBDA_RULES),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str) -> Region {
        code.parse().expect("a Region")
    }

    #[test]
    fn code_scanning_exists_in_ten_regions_and_standard_scanning_in_more() {
        assert_eq!(CODE_SCANNING_REGIONS.len(), 10);
        for (code, code_scanning, standard) in [
            ("ap-northeast-1", true, true),
            ("us-east-1", true, true),
            ("us-west-1", false, true),
            ("ap-northeast-3", false, true),
            ("eu-south-2", false, false),
            ("cn-north-1", false, false),
            ("me-central-1", false, false),
        ] {
            let region = region(code);
            assert_eq!(
                ControlId::Inspector3.exists_in(&region),
                code_scanning,
                "{code}"
            );
            assert_eq!(ControlId::Inspector4.exists_in(&region), standard, "{code}");
        }
        for code in CODE_SCANNING_REGIONS {
            assert!(ControlId::Inspector4.exists_in(&region(code)), "{code}");
        }
    }

    #[test]
    fn definitions_belong_to_their_ids() {
        for control in ControlId::ALL {
            assert_eq!(control.definition().id, control);
            assert_eq!(control.as_str().to_lowercase().parse(), Ok(control));
        }
        assert_eq!("Inspector.5".parse::<ControlId>(), Err(UnknownControl));
    }

    #[test]
    fn standards_have_their_arns() {
        assert_eq!(
            Standard::FoundationalBestPractices.arn(&region("ap-northeast-1")),
            "arn:aws:securityhub:ap-northeast-1::standards/aws-foundational-security-best-practices/v/1.0.0"
        );
        assert_eq!(
            ControlId::Inspector3.remediation_url(),
            "https://docs.aws.amazon.com/console/securityhub/Inspector.3/remediation"
        );
    }
}
