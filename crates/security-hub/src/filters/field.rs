//! What findings can be filtered by: every member of `AwsSecurityFindingFilters`, what kind of filter it takes, and where in a
//! finding its values are.

use serde_json::Value;

use crate::asff::Finding;
use shindan_inspector::wire_enum;

/// What kind of filter a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    Map,
    Address,
    Keyword,
    Truth,
}

wire_enum!(
    /// A member of `AwsSecurityFindingFilters`.
    Field {
        ProductArn = "ProductArn",
        AwsAccountId = "AwsAccountId",
        Id = "Id",
        GeneratorId = "GeneratorId",
        Region = "Region",
        Type = "Type",
        FirstObservedAt = "FirstObservedAt",
        LastObservedAt = "LastObservedAt",
        CreatedAt = "CreatedAt",
        UpdatedAt = "UpdatedAt",
        SeverityProduct = "SeverityProduct",
        SeverityNormalized = "SeverityNormalized",
        SeverityLabel = "SeverityLabel",
        Confidence = "Confidence",
        Criticality = "Criticality",
        Title = "Title",
        Description = "Description",
        RecommendationText = "RecommendationText",
        SourceUrl = "SourceUrl",
        ProductFields = "ProductFields",
        ProductName = "ProductName",
        CompanyName = "CompanyName",
        UserDefinedFields = "UserDefinedFields",
        MalwareName = "MalwareName",
        MalwareType = "MalwareType",
        MalwarePath = "MalwarePath",
        MalwareState = "MalwareState",
        NetworkDirection = "NetworkDirection",
        NetworkProtocol = "NetworkProtocol",
        NetworkSourceIpV4 = "NetworkSourceIpV4",
        NetworkSourceIpV6 = "NetworkSourceIpV6",
        NetworkSourcePort = "NetworkSourcePort",
        NetworkSourceDomain = "NetworkSourceDomain",
        NetworkSourceMac = "NetworkSourceMac",
        NetworkDestinationIpV4 = "NetworkDestinationIpV4",
        NetworkDestinationIpV6 = "NetworkDestinationIpV6",
        NetworkDestinationPort = "NetworkDestinationPort",
        NetworkDestinationDomain = "NetworkDestinationDomain",
        ProcessName = "ProcessName",
        ProcessPath = "ProcessPath",
        ProcessPid = "ProcessPid",
        ProcessParentPid = "ProcessParentPid",
        ProcessLaunchedAt = "ProcessLaunchedAt",
        ProcessTerminatedAt = "ProcessTerminatedAt",
        ThreatIntelIndicatorType = "ThreatIntelIndicatorType",
        ThreatIntelIndicatorValue = "ThreatIntelIndicatorValue",
        ThreatIntelIndicatorCategory = "ThreatIntelIndicatorCategory",
        ThreatIntelIndicatorLastObservedAt = "ThreatIntelIndicatorLastObservedAt",
        ThreatIntelIndicatorSource = "ThreatIntelIndicatorSource",
        ThreatIntelIndicatorSourceUrl = "ThreatIntelIndicatorSourceUrl",
        ResourceType = "ResourceType",
        ResourceId = "ResourceId",
        ResourcePartition = "ResourcePartition",
        ResourceRegion = "ResourceRegion",
        ResourceTags = "ResourceTags",
        ResourceAwsEc2InstanceType = "ResourceAwsEc2InstanceType",
        ResourceAwsEc2InstanceImageId = "ResourceAwsEc2InstanceImageId",
        ResourceAwsEc2InstanceIpV4Addresses = "ResourceAwsEc2InstanceIpV4Addresses",
        ResourceAwsEc2InstanceIpV6Addresses = "ResourceAwsEc2InstanceIpV6Addresses",
        ResourceAwsEc2InstanceKeyName = "ResourceAwsEc2InstanceKeyName",
        ResourceAwsEc2InstanceIamInstanceProfileArn = "ResourceAwsEc2InstanceIamInstanceProfileArn",
        ResourceAwsEc2InstanceVpcId = "ResourceAwsEc2InstanceVpcId",
        ResourceAwsEc2InstanceSubnetId = "ResourceAwsEc2InstanceSubnetId",
        ResourceAwsEc2InstanceLaunchedAt = "ResourceAwsEc2InstanceLaunchedAt",
        ResourceAwsS3BucketOwnerId = "ResourceAwsS3BucketOwnerId",
        ResourceAwsS3BucketOwnerName = "ResourceAwsS3BucketOwnerName",
        ResourceAwsIamAccessKeyUserName = "ResourceAwsIamAccessKeyUserName",
        ResourceAwsIamAccessKeyPrincipalName = "ResourceAwsIamAccessKeyPrincipalName",
        ResourceAwsIamAccessKeyStatus = "ResourceAwsIamAccessKeyStatus",
        ResourceAwsIamAccessKeyCreatedAt = "ResourceAwsIamAccessKeyCreatedAt",
        ResourceAwsIamUserUserName = "ResourceAwsIamUserUserName",
        ResourceContainerName = "ResourceContainerName",
        ResourceContainerImageId = "ResourceContainerImageId",
        ResourceContainerImageName = "ResourceContainerImageName",
        ResourceContainerLaunchedAt = "ResourceContainerLaunchedAt",
        ResourceDetailsOther = "ResourceDetailsOther",
        ComplianceStatus = "ComplianceStatus",
        VerificationState = "VerificationState",
        WorkflowState = "WorkflowState",
        WorkflowStatus = "WorkflowStatus",
        RecordState = "RecordState",
        RelatedFindingsProductArn = "RelatedFindingsProductArn",
        RelatedFindingsId = "RelatedFindingsId",
        NoteText = "NoteText",
        NoteUpdatedAt = "NoteUpdatedAt",
        NoteUpdatedBy = "NoteUpdatedBy",
        Keyword = "Keyword",
        FindingProviderFieldsConfidence = "FindingProviderFieldsConfidence",
        FindingProviderFieldsCriticality = "FindingProviderFieldsCriticality",
        FindingProviderFieldsRelatedFindingsId = "FindingProviderFieldsRelatedFindingsId",
        FindingProviderFieldsRelatedFindingsProductArn = "FindingProviderFieldsRelatedFindingsProductArn",
        FindingProviderFieldsSeverityLabel = "FindingProviderFieldsSeverityLabel",
        FindingProviderFieldsSeverityOriginal = "FindingProviderFieldsSeverityOriginal",
        FindingProviderFieldsTypes = "FindingProviderFieldsTypes",
        Sample = "Sample",
        ComplianceSecurityControlId = "ComplianceSecurityControlId",
        ComplianceAssociatedStandardsId = "ComplianceAssociatedStandardsId",
        VulnerabilitiesExploitAvailable = "VulnerabilitiesExploitAvailable",
        VulnerabilitiesFixAvailable = "VulnerabilitiesFixAvailable",
        ComplianceSecurityControlParametersName = "ComplianceSecurityControlParametersName",
        ComplianceSecurityControlParametersValue = "ComplianceSecurityControlParametersValue",
        AwsAccountName = "AwsAccountName",
        ResourceApplicationName = "ResourceApplicationName",
        ResourceApplicationArn = "ResourceApplicationArn",
        ResourceOwnerAccountId = "ResourceOwnerAccountId",
        ResourceOwnerOrgId = "ResourceOwnerOrgId",
        ResourceProvider = "ResourceProvider",
    }
);

impl Field {
    /// Kind and path. A list on the way means each of its items.
    const fn place(self) -> (Kind, &'static [&'static str]) {
        match self {
            Self::ProductArn => (Kind::Text, &["ProductArn"]),
            Self::AwsAccountId => (Kind::Text, &["AwsAccountId"]),
            Self::Id => (Kind::Text, &["Id"]),
            Self::GeneratorId => (Kind::Text, &["GeneratorId"]),
            Self::Region => (Kind::Text, &["Region"]),
            Self::Type => (Kind::Text, &["Types"]),
            Self::FirstObservedAt => (Kind::Date, &["FirstObservedAt"]),
            Self::LastObservedAt => (Kind::Date, &["LastObservedAt"]),
            Self::CreatedAt => (Kind::Date, &["CreatedAt"]),
            Self::UpdatedAt => (Kind::Date, &["UpdatedAt"]),
            Self::SeverityProduct => (Kind::Number, &["Severity", "Product"]),
            Self::SeverityNormalized => (Kind::Number, &["Severity", "Normalized"]),
            Self::SeverityLabel => (Kind::Text, &["Severity", "Label"]),
            Self::Confidence => (Kind::Number, &["Confidence"]),
            Self::Criticality => (Kind::Number, &["Criticality"]),
            Self::Title => (Kind::Text, &["Title"]),
            Self::Description => (Kind::Text, &["Description"]),
            Self::RecommendationText => (Kind::Text, &["Remediation", "Recommendation", "Text"]),
            Self::SourceUrl => (Kind::Text, &["SourceUrl"]),
            Self::ProductFields => (Kind::Map, &["ProductFields"]),
            Self::ProductName => (Kind::Text, &["ProductName"]),
            Self::CompanyName => (Kind::Text, &["CompanyName"]),
            Self::UserDefinedFields => (Kind::Map, &["UserDefinedFields"]),
            Self::MalwareName => (Kind::Text, &["Malware", "Name"]),
            Self::MalwareType => (Kind::Text, &["Malware", "Type"]),
            Self::MalwarePath => (Kind::Text, &["Malware", "Path"]),
            Self::MalwareState => (Kind::Text, &["Malware", "State"]),
            Self::NetworkDirection => (Kind::Text, &["Network", "Direction"]),
            Self::NetworkProtocol => (Kind::Text, &["Network", "Protocol"]),
            Self::NetworkSourceIpV4 => (Kind::Address, &["Network", "SourceIpV4"]),
            Self::NetworkSourceIpV6 => (Kind::Address, &["Network", "SourceIpV6"]),
            Self::NetworkSourcePort => (Kind::Number, &["Network", "SourcePort"]),
            Self::NetworkSourceDomain => (Kind::Text, &["Network", "SourceDomain"]),
            Self::NetworkSourceMac => (Kind::Text, &["Network", "SourceMac"]),
            Self::NetworkDestinationIpV4 => (Kind::Address, &["Network", "DestinationIpV4"]),
            Self::NetworkDestinationIpV6 => (Kind::Address, &["Network", "DestinationIpV6"]),
            Self::NetworkDestinationPort => (Kind::Number, &["Network", "DestinationPort"]),
            Self::NetworkDestinationDomain => (Kind::Text, &["Network", "DestinationDomain"]),
            Self::ProcessName => (Kind::Text, &["Process", "Name"]),
            Self::ProcessPath => (Kind::Text, &["Process", "Path"]),
            Self::ProcessPid => (Kind::Number, &["Process", "Pid"]),
            Self::ProcessParentPid => (Kind::Number, &["Process", "ParentPid"]),
            Self::ProcessLaunchedAt => (Kind::Date, &["Process", "LaunchedAt"]),
            Self::ProcessTerminatedAt => (Kind::Date, &["Process", "TerminatedAt"]),
            Self::ThreatIntelIndicatorType => (Kind::Text, &["ThreatIntelIndicators", "Type"]),
            Self::ThreatIntelIndicatorValue => (Kind::Text, &["ThreatIntelIndicators", "Value"]),
            Self::ThreatIntelIndicatorCategory => {
                (Kind::Text, &["ThreatIntelIndicators", "Category"])
            }
            Self::ThreatIntelIndicatorLastObservedAt => {
                (Kind::Date, &["ThreatIntelIndicators", "LastObservedAt"])
            }
            Self::ThreatIntelIndicatorSource => (Kind::Text, &["ThreatIntelIndicators", "Source"]),
            Self::ThreatIntelIndicatorSourceUrl => {
                (Kind::Text, &["ThreatIntelIndicators", "SourceUrl"])
            }
            Self::ResourceType => (Kind::Text, &["Resources", "Type"]),
            Self::ResourceId => (Kind::Text, &["Resources", "Id"]),
            Self::ResourcePartition => (Kind::Text, &["Resources", "Partition"]),
            Self::ResourceRegion => (Kind::Text, &["Resources", "Region"]),
            Self::ResourceTags => (Kind::Map, &["Resources", "Tags"]),
            Self::ResourceAwsEc2InstanceType => (
                Kind::Text,
                &["Resources", "Details", "AwsEc2Instance", "Type"],
            ),
            Self::ResourceAwsEc2InstanceImageId => (
                Kind::Text,
                &["Resources", "Details", "AwsEc2Instance", "ImageId"],
            ),
            Self::ResourceAwsEc2InstanceIpV4Addresses => (
                Kind::Address,
                &["Resources", "Details", "AwsEc2Instance", "IpV4Addresses"],
            ),
            Self::ResourceAwsEc2InstanceIpV6Addresses => (
                Kind::Address,
                &["Resources", "Details", "AwsEc2Instance", "IpV6Addresses"],
            ),
            Self::ResourceAwsEc2InstanceKeyName => (
                Kind::Text,
                &["Resources", "Details", "AwsEc2Instance", "KeyName"],
            ),
            Self::ResourceAwsEc2InstanceIamInstanceProfileArn => (
                Kind::Text,
                &[
                    "Resources",
                    "Details",
                    "AwsEc2Instance",
                    "IamInstanceProfileArn",
                ],
            ),
            Self::ResourceAwsEc2InstanceVpcId => (
                Kind::Text,
                &["Resources", "Details", "AwsEc2Instance", "VpcId"],
            ),
            Self::ResourceAwsEc2InstanceSubnetId => (
                Kind::Text,
                &["Resources", "Details", "AwsEc2Instance", "SubnetId"],
            ),
            Self::ResourceAwsEc2InstanceLaunchedAt => (
                Kind::Date,
                &["Resources", "Details", "AwsEc2Instance", "LaunchedAt"],
            ),
            Self::ResourceAwsS3BucketOwnerId => (
                Kind::Text,
                &["Resources", "Details", "AwsS3Bucket", "OwnerId"],
            ),
            Self::ResourceAwsS3BucketOwnerName => (
                Kind::Text,
                &["Resources", "Details", "AwsS3Bucket", "OwnerName"],
            ),
            Self::ResourceAwsIamAccessKeyUserName => (
                Kind::Text,
                &["Resources", "Details", "AwsIamAccessKey", "UserName"],
            ),
            Self::ResourceAwsIamAccessKeyPrincipalName => (
                Kind::Text,
                &["Resources", "Details", "AwsIamAccessKey", "PrincipalName"],
            ),
            Self::ResourceAwsIamAccessKeyStatus => (
                Kind::Text,
                &["Resources", "Details", "AwsIamAccessKey", "Status"],
            ),
            Self::ResourceAwsIamAccessKeyCreatedAt => (
                Kind::Date,
                &["Resources", "Details", "AwsIamAccessKey", "CreatedAt"],
            ),
            Self::ResourceAwsIamUserUserName => (
                Kind::Text,
                &["Resources", "Details", "AwsIamUser", "UserName"],
            ),
            Self::ResourceContainerName => {
                (Kind::Text, &["Resources", "Details", "Container", "Name"])
            }
            Self::ResourceContainerImageId => (
                Kind::Text,
                &["Resources", "Details", "Container", "ImageId"],
            ),
            Self::ResourceContainerImageName => (
                Kind::Text,
                &["Resources", "Details", "Container", "ImageName"],
            ),
            Self::ResourceContainerLaunchedAt => (
                Kind::Date,
                &["Resources", "Details", "Container", "LaunchedAt"],
            ),
            Self::ResourceDetailsOther => (Kind::Map, &["Resources", "Details", "Other"]),
            Self::ComplianceStatus => (Kind::Text, &["Compliance", "Status"]),
            Self::VerificationState => (Kind::Text, &["VerificationState"]),
            Self::WorkflowState => (Kind::Text, &["WorkflowState"]),
            Self::WorkflowStatus => (Kind::Text, &["Workflow", "Status"]),
            Self::RecordState => (Kind::Text, &["RecordState"]),
            Self::RelatedFindingsProductArn => (Kind::Text, &["RelatedFindings", "ProductArn"]),
            Self::RelatedFindingsId => (Kind::Text, &["RelatedFindings", "Id"]),
            Self::NoteText => (Kind::Text, &["Note", "Text"]),
            Self::NoteUpdatedAt => (Kind::Date, &["Note", "UpdatedAt"]),
            Self::NoteUpdatedBy => (Kind::Text, &["Note", "UpdatedBy"]),
            Self::Keyword => (Kind::Keyword, &[]),
            Self::FindingProviderFieldsConfidence => {
                (Kind::Number, &["FindingProviderFields", "Confidence"])
            }
            Self::FindingProviderFieldsCriticality => {
                (Kind::Number, &["FindingProviderFields", "Criticality"])
            }
            Self::FindingProviderFieldsRelatedFindingsId => (
                Kind::Text,
                &["FindingProviderFields", "RelatedFindings", "Id"],
            ),
            Self::FindingProviderFieldsRelatedFindingsProductArn => (
                Kind::Text,
                &["FindingProviderFields", "RelatedFindings", "ProductArn"],
            ),
            Self::FindingProviderFieldsSeverityLabel => {
                (Kind::Text, &["FindingProviderFields", "Severity", "Label"])
            }
            Self::FindingProviderFieldsSeverityOriginal => (
                Kind::Text,
                &["FindingProviderFields", "Severity", "Original"],
            ),
            Self::FindingProviderFieldsTypes => (Kind::Text, &["FindingProviderFields", "Types"]),
            Self::Sample => (Kind::Truth, &["Sample"]),
            Self::ComplianceSecurityControlId => (Kind::Text, &["Compliance", "SecurityControlId"]),
            Self::ComplianceAssociatedStandardsId => (
                Kind::Text,
                &["Compliance", "AssociatedStandards", "StandardsId"],
            ),
            Self::VulnerabilitiesExploitAvailable => {
                (Kind::Text, &["Vulnerabilities", "ExploitAvailable"])
            }
            Self::VulnerabilitiesFixAvailable => (Kind::Text, &["Vulnerabilities", "FixAvailable"]),
            Self::ComplianceSecurityControlParametersName => (
                Kind::Text,
                &["Compliance", "SecurityControlParameters", "Name"],
            ),
            Self::ComplianceSecurityControlParametersValue => (
                Kind::Text,
                &["Compliance", "SecurityControlParameters", "Value"],
            ),
            Self::AwsAccountName => (Kind::Text, &["AwsAccountName"]),
            Self::ResourceApplicationName => (Kind::Text, &["Resources", "ApplicationName"]),
            Self::ResourceApplicationArn => (Kind::Text, &["Resources", "ApplicationArn"]),
            Self::ResourceOwnerAccountId => (Kind::Text, &["Resources", "Owner", "Account", "Id"]),
            Self::ResourceOwnerOrgId => (Kind::Text, &["Resources", "Owner", "Org", "Id"]),
            Self::ResourceProvider => (Kind::Text, &["Resources", "Provider"]),
        }
    }

    pub(super) const fn kind(self) -> Kind {
        self.place().0
    }

    /// What a finding without the field has.
    pub(super) const fn absent(self) -> Option<&'static str> {
        match self {
            Self::VerificationState => Some("UNKNOWN"),
            Self::WorkflowStatus => Some("NEW"),
            Self::RecordState => Some("ACTIVE"),
            Self::ResourceProvider => Some("AWS"),
            _ => None,
        }
    }

    /// Its values in a finding.
    pub(super) fn values(self, finding: &Finding) -> Vec<&Value> {
        let Some((first, rest)) = self.place().1.split_first() else {
            return Vec::new();
        };
        let mut values: Vec<&Value> = finding.members().get(*first).into_iter().collect();
        for name in rest {
            values = flat(&values).filter_map(|value| value.get(*name)).collect();
        }
        flat(&values).collect()
    }
}

/// The items of lists, and what is no list.
fn flat<'v>(values: &[&'v Value]) -> impl Iterator<Item = &'v Value> {
    values.iter().copied().flat_map(|value| match value {
        Value::Array(items) => items.iter().collect(),
        value => vec![value],
    })
}
