//! The criteria by name and kind, from the API's model of version 2020-06-08 as of August 2026: 69 in all, of which the
//! tags, the port range and the packages are members of [`super::FilterCriteria`] itself.

use crate::wire_enum;

wire_enum!(
    /// Criteria about a text, an ARN or a value of an enumeration.
    StringField {
        FindingArn = "findingArn",
        AwsAccountId = "awsAccountId",
        FindingType = "findingType",
        Severity = "severity",
        FindingStatus = "findingStatus",
        Title = "title",
        ResourceType = "resourceType",
        ResourceId = "resourceId",
        VulnerabilityId = "vulnerabilityId",
        VulnerabilitySource = "vulnerabilitySource",
        VendorSeverity = "vendorSeverity",
        RelatedVulnerabilities = "relatedVulnerabilities",
        FixAvailable = "fixAvailable",
        ExploitAvailable = "exploitAvailable",
        LambdaFunctionName = "lambdaFunctionName",
        LambdaFunctionLayers = "lambdaFunctionLayers",
        LambdaFunctionRuntime = "lambdaFunctionRuntime",
        LambdaFunctionExecutionRoleArn = "lambdaFunctionExecutionRoleArn",
        CodeVulnerabilityDetectorName = "codeVulnerabilityDetectorName",
        CodeVulnerabilityDetectorTags = "codeVulnerabilityDetectorTags",
        CodeVulnerabilityFilePath = "codeVulnerabilityFilePath",
        // From here on: of other resources than functions.
        Ec2InstanceImageId = "ec2InstanceImageId",
        Ec2InstanceVpcId = "ec2InstanceVpcId",
        Ec2InstanceSubnetId = "ec2InstanceSubnetId",
        EcrImageArchitecture = "ecrImageArchitecture",
        EcrImageRegistry = "ecrImageRegistry",
        EcrImageRepositoryName = "ecrImageRepositoryName",
        EcrImageTags = "ecrImageTags",
        EcrImageHash = "ecrImageHash",
        NetworkProtocol = "networkProtocol",
        ComponentId = "componentId",
        ComponentType = "componentType",
        CodeRepositoryProjectName = "codeRepositoryProjectName",
        CodeRepositoryProviderType = "codeRepositoryProviderType",
        MachineImageId = "machineImageId",
        MachineImageName = "machineImageName",
        MachineImageOwnerAccountId = "machineImageOwnerAccountId",
        MachineImagePlatform = "machineImagePlatform",
        CloudProvider = "cloudProvider",
        CloudProviderRegion = "cloudProviderRegion",
        CloudProviderAccountId = "cloudProviderAccountId",
        CloudProviderOrgId = "cloudProviderOrgId",
        CloudVmImageReference = "cloudVmImageReference",
        CloudVmNetworkId = "cloudVmNetworkId",
        CloudVmSubnetIds = "cloudVmSubnetIds",
        CloudImageRepositoryName = "cloudImageRepositoryName",
        CloudImageRegistry = "cloudImageRegistry",
        CloudImageDigest = "cloudImageDigest",
        CloudImageTags = "cloudImageTags",
        CloudImageArchitecture = "cloudImageArchitecture",
        CloudServerlessFunctionName = "cloudServerlessFunctionName",
        CloudServerlessFunctionRuntime = "cloudServerlessFunctionRuntime",
        CloudServerlessFunctionExecutionRole = "cloudServerlessFunctionExecutionRole",
    }
);

wire_enum!(
    /// Criteria about a time.
    DateField {
        FirstObservedAt = "firstObservedAt",
        LastObservedAt = "lastObservedAt",
        UpdatedAt = "updatedAt",
        LambdaFunctionLastModifiedAt = "lambdaFunctionLastModifiedAt",
        // From here on: of other resources than functions.
        EcrImagePushedAt = "ecrImagePushedAt",
        EcrImageLastInUseAt = "ecrImageLastInUseAt",
        CloudImagePushedAt = "cloudImagePushedAt",
        CloudImageLastInUseAt = "cloudImageLastInUseAt",
        CloudServerlessFunctionLastModifiedAt = "cloudServerlessFunctionLastModifiedAt",
    }
);

wire_enum!(
    /// Criteria about a number.
    NumberField {
        InspectorScore = "inspectorScore",
        EpssScore = "epssScore",
        // From here on: of other resources than functions.
        EcrImageInUseCount = "ecrImageInUseCount",
        CloudImageInUseCount = "cloudImageInUseCount",
    }
);
