//! The enumerations of Inspector's API, as far as Lambda functions need them.
//!
//! Source: the API's model, version 2020-06-08. Values of other resource types are left out where the API never has to
//! answer them, and kept where a caller may send them.

use crate::wire_enum;

wire_enum!(
    /// What a finding is about.
    FindingType {
        /// How a function can be reached; only ever a filter's value here.
        NetworkReachability = "NETWORK_REACHABILITY",
        /// A package with a known vulnerability.
        PackageVulnerability = "PACKAGE_VULNERABILITY",
        /// A weakness in the function's own code.
        CodeVulnerability = "CODE_VULNERABILITY",
    }
);

wire_enum!(
    /// Where a finding is in its life.
    FindingStatus {
        /// It is there and wants attention.
        Active = "ACTIVE",
        /// It is there and a filter hides it.
        Suppressed = "SUPPRESSED",
        /// It is gone, or nobody looks any more.
        Closed = "CLOSED",
    }
);

wire_enum!(
    /// How bad a finding is, least first.
    Severity {
        /// Nobody has judged it.
        Untriaged = "UNTRIAGED",
        /// Score 0.
        Informational = "INFORMATIONAL",
        /// Score 0.1 to 3.9.
        Low = "LOW",
        /// Score 4.0 to 6.9.
        Medium = "MEDIUM",
        /// Score 7.0 to 8.9.
        High = "HIGH",
        /// Score 9.0 to 10.
        Critical = "CRITICAL",
    }
);

wire_enum!(
    /// Whether the affected packages have fixed versions.
    FixAvailable { No = "NO", Partial = "PARTIAL", Yes = "YES" }
);

wire_enum!(
    /// Whether an exploit is known.
    ExploitAvailable { No = "NO", Yes = "YES" }
);

wire_enum!(
    /// What a filter does with what it matches.
    FilterAction {
        /// It only finds.
        None = "NONE",
        /// It suppresses.
        Suppress = "SUPPRESS",
    }
);

wire_enum!(
    /// A kind of scanning that accounts switch on and off.
    ResourceScanType {
        Ec2 = "EC2",
        Ecr = "ECR",
        /// Standard scanning of functions: their packages.
        Lambda = "LAMBDA",
        /// Code scanning of functions; needs standard scanning.
        LambdaCode = "LAMBDA_CODE",
        CodeRepository = "CODE_REPOSITORY",
    }
);

impl ResourceScanType {
    /// The type that has to be on for this one to be.
    #[must_use]
    pub const fn needs(self) -> Option<Self> {
        match self {
            Self::LambdaCode => Some(Self::Lambda),
            Self::Ec2 | Self::Ecr | Self::Lambda | Self::CodeRepository => None,
        }
    }
}

wire_enum!(
    /// Whether an account or one of its scan types is on.
    Status {
        Disabled = "DISABLED",
        Enabling = "ENABLING",
        Enabled = "ENABLED",
        Disabling = "DISABLING",
        Suspending = "SUSPENDING",
        Suspended = "SUSPENDED",
    }
);

wire_enum!(
    /// How an account stands to the delegated administrator.
    RelationshipStatus {
        Created = "CREATED",
        Invited = "INVITED",
        Disabled = "DISABLED",
        Enabled = "ENABLED",
        Removed = "REMOVED",
        Resigned = "RESIGNED",
        Deleted = "DELETED",
        EmailVerificationInProgress = "EMAIL_VERIFICATION_IN_PROGRESS",
        EmailVerificationFailed = "EMAIL_VERIFICATION_FAILED",
        RegionDisabled = "REGION_DISABLED",
        AccountSuspended = "ACCOUNT_SUSPENDED",
        CannotCreateDetectorInOrgMaster = "CANNOT_CREATE_DETECTOR_IN_ORG_MASTER",
    }
);

impl RelationshipStatus {
    /// Whether such an account is a member: it is until it was removed, left, or was deleted.
    #[must_use]
    pub const fn is_member(self) -> bool {
        !matches!(self, Self::Removed | Self::Resigned | Self::Deleted)
    }
}

wire_enum!(
    /// Whether the delegated administrator stays.
    DelegatedAdminStatus { Enabled = "ENABLED", DisableInProgress = "DISABLE_IN_PROGRESS" }
);

wire_enum!(
    /// Why something could not be done for one account of several.
    ErrorCode {
        AlreadyEnabled = "ALREADY_ENABLED",
        EnableInProgress = "ENABLE_IN_PROGRESS",
        DisableInProgress = "DISABLE_IN_PROGRESS",
        SuspendInProgress = "SUSPEND_IN_PROGRESS",
        ResourceNotFound = "RESOURCE_NOT_FOUND",
        AccessDenied = "ACCESS_DENIED",
        InternalError = "INTERNAL_ERROR",
        SsmUnavailable = "SSM_UNAVAILABLE",
        SsmThrottled = "SSM_THROTTLED",
        EventbridgeUnavailable = "EVENTBRIDGE_UNAVAILABLE",
        EventbridgeThrottled = "EVENTBRIDGE_THROTTLED",
        ResourceScanNotDisabled = "RESOURCE_SCAN_NOT_DISABLED",
        DisassociateAllMembers = "DISASSOCIATE_ALL_MEMBERS",
        AccountIsIsolated = "ACCOUNT_IS_ISOLATED",
        BlockedByOrganizationPolicy = "BLOCKED_BY_ORGANIZATION_POLICY",
        Ec2SsmResourceDataSyncLimitExceeded = "EC2_SSM_RESOURCE_DATA_SYNC_LIMIT_EXCEEDED",
        Ec2SsmAssociationVersionLimitExceeded = "EC2_SSM_ASSOCIATION_VERSION_LIMIT_EXCEEDED",
    }
);

wire_enum!(
    /// What a covered resource is scanned for.
    ScanType { Network = "NETWORK", Package = "PACKAGE", Code = "CODE" }
);

wire_enum!(
    /// Whether a resource is being watched.
    ScanStatusCode { Active = "ACTIVE", Inactive = "INACTIVE" }
);

wire_enum!(
    /// Why a resource is or is not watched; those that can apply to functions.
    ScanStatusReason {
        PendingInitialScan = "PENDING_INITIAL_SCAN",
        Successful = "SUCCESSFUL",
        ScanInProgress = "SCAN_IN_PROGRESS",
        ExcludedByTag = "EXCLUDED_BY_TAG",
        ScanEligibilityExpired = "SCAN_ELIGIBILITY_EXPIRED",
        UnsupportedRuntime = "UNSUPPORTED_RUNTIME",
        UnsupportedCodeArtifacts = "UNSUPPORTED_CODE_ARTIFACTS",
        UnsupportedLanguage = "UNSUPPORTED_LANGUAGE",
        AccessDenied = "ACCESS_DENIED",
        AccessDeniedToEncryptionKey = "ACCESS_DENIED_TO_ENCRYPTION_KEY",
        PendingDisable = "PENDING_DISABLE",
        ResourceTerminated = "RESOURCE_TERMINATED",
        InternalError = "INTERNAL_ERROR",
        ExtractionCollectionTimeLimitExceeded = "EXTRACTION_COLLECTION_TIME_LIMIT_EXCEEDED",
        StorageLimitExceeded = "STORAGE_LIMIT_EXCEEDED",
        InvalidArtifact = "INVALID_ARTIFACT",
    }
);

wire_enum!(
    /// What a list of findings is sorted by.
    SortField {
        AwsAccountId = "AWS_ACCOUNT_ID",
        FindingType = "FINDING_TYPE",
        Severity = "SEVERITY",
        FirstObservedAt = "FIRST_OBSERVED_AT",
        LastObservedAt = "LAST_OBSERVED_AT",
        FindingStatus = "FINDING_STATUS",
        ResourceType = "RESOURCE_TYPE",
        EcrImagePushedAt = "ECR_IMAGE_PUSHED_AT",
        EcrImageRepositoryName = "ECR_IMAGE_REPOSITORY_NAME",
        EcrImageRegistry = "ECR_IMAGE_REGISTRY",
        NetworkProtocol = "NETWORK_PROTOCOL",
        ComponentType = "COMPONENT_TYPE",
        VulnerabilityId = "VULNERABILITY_ID",
        VulnerabilitySource = "VULNERABILITY_SOURCE",
        InspectorScore = "INSPECTOR_SCORE",
        VendorSeverity = "VENDOR_SEVERITY",
        EpssScore = "EPSS_SCORE",
    }
);

wire_enum!(
    /// Which end of a list comes first.
    SortOrder { Asc = "ASC", Desc = "DESC" }
);

wire_enum!(
    /// What installed a package, or what declares it.
    PackageManager {
        Bundler = "BUNDLER",
        Cargo = "CARGO",
        Composer = "COMPOSER",
        Npm = "NPM",
        Nuget = "NUGET",
        Pipenv = "PIPENV",
        Poetry = "POETRY",
        Yarn = "YARN",
        Gobinary = "GOBINARY",
        Gomod = "GOMOD",
        Jar = "JAR",
        Os = "OS",
        Pip = "PIP",
        Pythonpkg = "PYTHONPKG",
        Nodepkg = "NODEPKG",
        Pom = "POM",
        Gemspec = "GEMSPEC",
        DotnetCore = "DOTNET_CORE",
    }
);

wire_enum!(
    /// How a function is packaged.
    PackageType { Image = "IMAGE", Zip = "ZIP" }
);

wire_enum!(
    /// What a function runs on.
    Architecture { X86_64 = "X86_64", Arm64 = "ARM64" }
);
