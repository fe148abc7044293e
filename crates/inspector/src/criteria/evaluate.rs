use std::collections::BTreeMap;

use super::{DateField, FilterCriteria, NumberField, PackageFilter, StringField, TextMatch};
use crate::finding::{FunctionDetails, VulnerablePackage};
use crate::{AccountId, FindingArn, FindingDocument, FindingStatus, Timestamp};

/// A finding with what belongs to its life: all that criteria ask about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'f> {
    /// Its name.
    pub arn: &'f FindingArn,
    /// Its state.
    pub status: FindingStatus,
    /// When it was first observed.
    pub first_observed_at: Timestamp,
    /// When it was last observed.
    pub last_observed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What the scan said.
    pub document: &'f FindingDocument,
    /// The function's tags.
    pub tags: &'f BTreeMap<String, String>,
}

impl FilterCriteria {
    /// Whether a finding matches.
    #[must_use]
    pub fn matches(&self, finding: &Subject<'_>) -> bool {
        self.strings
            .iter()
            .all(|(field, filters)| finding.text_holds(*field, &TextMatch::new(filters)))
            && self.dates.iter().all(|(field, filters)| {
                let time = finding.time(*field);
                time.is_some_and(|time| filters.iter().any(|filter| filter.holds(time)))
            })
            && self.numbers.iter().all(|(field, filters)| {
                let number = finding.number(*field);
                number.is_some_and(|number| filters.iter().any(|filter| filter.holds(number)))
            })
            && (self.resource_tags.is_empty()
                || self.resource_tags.iter().any(|filter| {
                    let value = finding.tags.get(&filter.key);
                    value.is_some_and(|value| filter.value.as_ref().is_none_or(|v| v == value))
                }))
            && self.port_range.is_empty()
            && (self.vulnerable_packages.is_empty()
                || self.vulnerable_packages.iter().any(|filter| {
                    finding
                        .packages()
                        .iter()
                        .any(|package| filter.holds(package))
                }))
    }
}

impl PackageFilter {
    /// Whether one package has all that is asked for.
    #[must_use]
    pub fn holds(&self, package: &VulnerablePackage) -> bool {
        self.is_possible()
            && [
                (&self.name, Some(&package.name)),
                (&self.version, Some(&package.version)),
                (&self.file_path, package.file_path.as_ref()),
                (
                    &self.source_lambda_layer_arn,
                    package.source_lambda_layer_arn.as_ref(),
                ),
            ]
            .iter()
            .all(|(filter, value)| {
                let values: Vec<&str> = value.iter().map(|value| value.as_str()).collect();
                TextMatch::new(filter.as_ref()).holds(&values)
            })
    }
}

impl Subject<'_> {
    fn function(&self) -> Option<&FunctionDetails> {
        let resource = self.document.resources.first()?;
        Some(&resource.details.aws_lambda_function)
    }

    fn packages(&self) -> &[VulnerablePackage] {
        self.document
            .package_vulnerability_details
            .as_ref()
            .map_or(&[], |details| &details.vulnerable_packages)
    }

    const fn account(&self) -> AccountId {
        self.arn.account
    }

    fn text_holds(&self, field: StringField, wanted: &TextMatch<'_>) -> bool {
        let package = self.document.package_vulnerability_details.as_ref();
        let code = self.document.code_vulnerability_details.as_ref();
        let function = self.function();
        let one = |value: Option<&str>| wanted.holds(value.as_slice());
        let many = |values: Option<&[String]>| {
            let values: Vec<&str> = values.unwrap_or_default().iter().map(|v| &**v).collect();
            wanted.holds(&values)
        };
        match field {
            StringField::FindingArn => one(Some(&self.arn.to_string())),
            StringField::AwsAccountId => one(Some(&self.account().to_string())),
            StringField::FindingType => one(Some(self.document.finding_type.as_str())),
            StringField::Severity => one(Some(self.document.severity.as_str())),
            StringField::FindingStatus => one(Some(self.status.as_str())),
            StringField::Title => one(Some(&self.document.title)),
            StringField::ResourceType => one(function.map(|_| "AWS_LAMBDA_FUNCTION")),
            StringField::ResourceId => one(self.document.resources.first().map(|r| &*r.id)),
            StringField::VulnerabilityId => one(package.map(|p| &*p.vulnerability_id)),
            StringField::VulnerabilitySource => one(package.map(|p| &*p.source)),
            StringField::VendorSeverity => one(package.and_then(|p| p.vendor_severity.as_deref())),
            StringField::RelatedVulnerabilities => {
                many(package.map(|p| &*p.related_vulnerabilities))
            }
            StringField::FixAvailable => one(Some(self.document.fix_available.as_str())),
            StringField::ExploitAvailable => one(Some(self.document.exploit_available.as_str())),
            StringField::LambdaFunctionName => one(function.map(|f| &*f.function_name)),
            StringField::LambdaFunctionLayers => many(function.map(|f| &*f.layers)),
            StringField::LambdaFunctionRuntime => one(function.map(|f| &*f.runtime)),
            StringField::LambdaFunctionExecutionRoleArn => {
                one(function.map(|f| &*f.execution_role_arn))
            }
            StringField::CodeVulnerabilityDetectorName => one(code.map(|c| &*c.detector_name)),
            StringField::CodeVulnerabilityDetectorTags => many(code.map(|c| &*c.detector_tags)),
            StringField::CodeVulnerabilityFilePath => one(code.map(|c| &*c.file_path.file_path)),
            StringField::Ec2InstanceImageId
            | StringField::Ec2InstanceVpcId
            | StringField::Ec2InstanceSubnetId
            | StringField::EcrImageArchitecture
            | StringField::EcrImageRegistry
            | StringField::EcrImageRepositoryName
            | StringField::EcrImageTags
            | StringField::EcrImageHash
            | StringField::NetworkProtocol
            | StringField::ComponentId
            | StringField::ComponentType
            | StringField::CodeRepositoryProjectName
            | StringField::CodeRepositoryProviderType
            | StringField::MachineImageId
            | StringField::MachineImageName
            | StringField::MachineImageOwnerAccountId
            | StringField::MachineImagePlatform
            | StringField::CloudProvider
            | StringField::CloudProviderRegion
            | StringField::CloudProviderAccountId
            | StringField::CloudProviderOrgId
            | StringField::CloudVmImageReference
            | StringField::CloudVmNetworkId
            | StringField::CloudVmSubnetIds
            | StringField::CloudImageRepositoryName
            | StringField::CloudImageRegistry
            | StringField::CloudImageDigest
            | StringField::CloudImageTags
            | StringField::CloudImageArchitecture
            | StringField::CloudServerlessFunctionName
            | StringField::CloudServerlessFunctionRuntime
            | StringField::CloudServerlessFunctionExecutionRole => one(None),
        }
    }

    fn time(&self, field: DateField) -> Option<Timestamp> {
        match field {
            DateField::FirstObservedAt => Some(self.first_observed_at),
            DateField::LastObservedAt => Some(self.last_observed_at),
            DateField::UpdatedAt => Some(self.updated_at),
            DateField::LambdaFunctionLastModifiedAt => self.function().map(|f| f.last_modified_at),
            DateField::EcrImagePushedAt
            | DateField::EcrImageLastInUseAt
            | DateField::CloudImagePushedAt
            | DateField::CloudImageLastInUseAt
            | DateField::CloudServerlessFunctionLastModifiedAt => None,
        }
    }

    fn number(&self, field: NumberField) -> Option<f64> {
        match field {
            NumberField::InspectorScore => self.document.inspector_score,
            NumberField::EpssScore => self.document.epss.map(|epss| epss.score),
            NumberField::EcrImageInUseCount | NumberField::CloudImageInUseCount => None,
        }
    }
}
