//! The bounds of the AWS Security Finding Format, as data.
//!
//! Members, types and enumerations are those of `AwsSecurityFinding` in the API's model, lengths and numbers those that its
//! documentation gives ("Length Constraints", "Array Members"). Details of the hundred kinds of resources, and parts that
//! nothing here writes or decides by, are [`Shape::Anything`]: an object or a list.

/// What a value has to be.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text with something in it, of at most so many characters.
    Text {
        max: usize,
    },
    OneOf(&'static [&'static str]),
    Time,
    /// Twelve digits.
    Account,
    Integer {
        min: i64,
        max: i64,
    },
    Number,
    Boolean,
    List {
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    /// Texts by name.
    Map {
        max: usize,
        key: usize,
        value: usize,
    },
    /// These members and no others.
    Object(&'static [Member]),
    Anything,
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) required: bool,
}

impl Shape {
    /// The type's name in messages.
    pub(super) const fn expected(&self) -> &'static str {
        match self {
            Self::Text { .. } | Self::OneOf(_) | Self::Time | Self::Account => "string",
            Self::Integer { .. } => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List { .. } => "array",
            Self::Map { .. } | Self::Object(_) | Self::Anything => "object",
        }
    }
}

const fn must(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        required: true,
    }
}

const fn may(name: &'static str, shape: Shape) -> Member {
    Member {
        name,
        shape,
        required: false,
    }
}

const fn text(max: usize) -> Shape {
    Shape::Text { max }
}

const fn list(of: &'static Shape, min: usize, max: usize) -> Shape {
    Shape::List { of, min, max }
}

const fn map(max: usize, key: usize, value: usize) -> Shape {
    Shape::Map { max, key, value }
}

/// A text or list for which no bound is documented; the size of the finding bounds it.
const UNBOUNDED: usize = 240 * 1024;
const TEXT: Shape = text(UNBOUNDED);
const TEXTS: Shape = list(&TEXT, 0, UNBOUNDED);
const RATIO: Shape = Shape::Integer { min: 0, max: 100 };
const INTEGER: Shape = Shape::Integer {
    min: i64::MIN,
    max: i64::MAX,
};
/// "If FindingProviderFields is …/Types: Maximum number of 50 items".
const TYPES: Shape = list(&TEXT, 0, 50);
const LABEL: Shape = Shape::OneOf(&["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const YES_NO: Shape = Shape::OneOf(&["YES", "NO"]);

const RELATED: Shape = list(
    &Shape::Object(&[must("ProductArn", text(2048)), must("Id", text(512))]),
    0,
    10,
);

/// The whole finding.
pub(super) static FINDING: Shape = Shape::Object(&[
    must("SchemaVersion", Shape::OneOf(&[super::SCHEMA_VERSION])),
    must("Id", text(512)),
    must("ProductArn", text(2048)),
    must("GeneratorId", text(512)),
    must("AwsAccountId", Shape::Account),
    must("CreatedAt", Shape::Time),
    must("UpdatedAt", Shape::Time),
    must("Title", text(256)),
    must("Description", text(1024)),
    must("Resources", list(&RESOURCE, 1, 32)),
    may("ProductName", text(128)),
    may("CompanyName", text(128)),
    may("Region", text(16)),
    may("AwsAccountName", text(50)),
    may("Types", TYPES),
    may("FirstObservedAt", Shape::Time),
    may("LastObservedAt", Shape::Time),
    may("ProcessedAt", Shape::Time),
    may("Severity", SEVERITY),
    may("Confidence", RATIO),
    may("Criticality", RATIO),
    may("Remediation", REMEDIATION),
    may("SourceUrl", TEXT),
    may("ProductFields", map(50, 128, 2048)),
    may("UserDefinedFields", map(50, 128, 1024)),
    may("Malware", list(&MALWARE, 0, 5)),
    may("Network", NETWORK),
    may("NetworkPath", Shape::Anything),
    may("Process", PROCESS),
    may("Threats", Shape::Anything),
    may("ThreatIntelIndicators", list(&INDICATOR, 0, 5)),
    may("Compliance", COMPLIANCE),
    may(
        "VerificationState",
        Shape::OneOf(&[
            "UNKNOWN",
            "TRUE_POSITIVE",
            "FALSE_POSITIVE",
            "BENIGN_POSITIVE",
        ]),
    ),
    may(
        "WorkflowState",
        Shape::OneOf(&["NEW", "ASSIGNED", "IN_PROGRESS", "DEFERRED", "RESOLVED"]),
    ),
    may(
        "Workflow",
        Shape::Object(&[may(
            "Status",
            Shape::OneOf(&["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]),
        )]),
    ),
    may("RecordState", Shape::OneOf(&["ACTIVE", "ARCHIVED"])),
    may("RelatedFindings", RELATED),
    may("Note", NOTE),
    may("Vulnerabilities", list(&VULNERABILITY, 0, UNBOUNDED)),
    may("PatchSummary", Shape::Anything),
    may("Action", Shape::Anything),
    may("FindingProviderFields", PROVIDER_FIELDS),
    may("Sample", Shape::Boolean),
    may("GeneratorDetails", GENERATOR),
    may("Detection", Shape::Anything),
]);

const SEVERITY: Shape = Shape::Object(&[
    may("Product", Shape::Number),
    may("Label", LABEL),
    may("Normalized", RATIO),
    may("Original", text(64)),
]);

const PROVIDER_FIELDS: Shape = Shape::Object(&[
    may("Confidence", RATIO),
    may("Criticality", RATIO),
    may("RelatedFindings", RELATED),
    may("Severity", SEVERITY),
    may("Types", TYPES),
]);

const REMEDIATION: Shape = Shape::Object(&[may(
    "Recommendation",
    Shape::Object(&[may("Text", text(512)), may("Url", TEXT)]),
)]);

const NOTE: Shape = Shape::Object(&[
    must("Text", text(512)),
    must("UpdatedBy", text(512)),
    must("UpdatedAt", Shape::Time),
]);

const COMPLIANCE: Shape = Shape::Object(&[
    may(
        "Status",
        Shape::OneOf(&["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]),
    ),
    may("RelatedRequirements", list(&TEXT, 0, 32)),
    may(
        "StatusReasons",
        list(
            &Shape::Object(&[must("ReasonCode", TEXT), may("Description", TEXT)]),
            0,
            UNBOUNDED,
        ),
    ),
    may("SecurityControlId", TEXT),
    may(
        "AssociatedStandards",
        list(&Shape::Object(&[may("StandardsId", TEXT)]), 0, UNBOUNDED),
    ),
    may(
        "SecurityControlParameters",
        list(
            &Shape::Object(&[may("Name", TEXT), may("Value", TEXTS)]),
            0,
            UNBOUNDED,
        ),
    ),
]);

const RESOURCE: Shape = Shape::Object(&[
    must("Type", text(256)),
    must("Id", TEXT),
    may(
        "Partition",
        Shape::OneOf(&[
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-us-iso",
            "aws-us-iso-b",
            "AzureCloud",
        ]),
    ),
    may("Region", text(16)),
    may("Provider", Shape::OneOf(&["Azure", "AWS", "GCP"])),
    may("Owner", Shape::Anything),
    may("ResourceRole", TEXT),
    may("Tags", map(50, 128, 256)),
    may("DataClassification", Shape::Anything),
    may("Details", Shape::Anything),
    may("ApplicationName", TEXT),
    may("ApplicationArn", TEXT),
]);

const MALWARE: Shape = Shape::Object(&[
    must("Name", text(64)),
    may("Type", TEXT),
    may("Path", text(512)),
    may(
        "State",
        Shape::OneOf(&["OBSERVED", "REMOVAL_FAILED", "REMOVED"]),
    ),
]);

const NETWORK: Shape = Shape::Object(&[
    may("Direction", Shape::OneOf(&["IN", "OUT"])),
    may("Protocol", TEXT),
    may("OpenPortRange", Shape::Anything),
    may("SourceIpV4", TEXT),
    may("SourceIpV6", TEXT),
    may("SourcePort", INTEGER),
    may("SourceDomain", TEXT),
    may("SourceMac", TEXT),
    may("DestinationIpV4", TEXT),
    may("DestinationIpV6", TEXT),
    may("DestinationPort", INTEGER),
    may("DestinationDomain", TEXT),
]);

const PROCESS: Shape = Shape::Object(&[
    may("Name", TEXT),
    may("Path", TEXT),
    may("Pid", INTEGER),
    may("ParentPid", INTEGER),
    may("LaunchedAt", Shape::Time),
    may("TerminatedAt", Shape::Time),
]);

const INDICATOR: Shape = Shape::Object(&[
    may("Type", TEXT),
    may("Value", TEXT),
    may("Category", TEXT),
    may("LastObservedAt", Shape::Time),
    may("Source", TEXT),
    may("SourceUrl", TEXT),
]);

const GENERATOR: Shape = Shape::Object(&[
    may("Name", TEXT),
    may("Description", TEXT),
    may("Labels", list(&TEXT, 0, 10)),
]);

const VULNERABILITY: Shape = Shape::Object(&[
    must("Id", TEXT),
    may("VulnerablePackages", list(&PACKAGE, 0, UNBOUNDED)),
    may("Cvss", list(&CVSS, 0, UNBOUNDED)),
    may("RelatedVulnerabilities", TEXTS),
    may(
        "Vendor",
        Shape::Object(&[
            must("Name", TEXT),
            may("Url", TEXT),
            may("VendorSeverity", TEXT),
            may("VendorCreatedAt", Shape::Time),
            may("VendorUpdatedAt", Shape::Time),
        ]),
    ),
    may("ReferenceUrls", TEXTS),
    may("FixAvailable", Shape::OneOf(&["YES", "NO", "PARTIAL"])),
    may("EpssScore", Shape::Number),
    may("ExploitAvailable", YES_NO),
    may("LastKnownExploitAt", Shape::Time),
    may("CodeVulnerabilities", list(&CODE, 0, UNBOUNDED)),
]);

const PACKAGE: Shape = Shape::Object(&[
    may("Name", TEXT),
    may("Version", TEXT),
    may("Epoch", TEXT),
    may("Release", TEXT),
    may("Architecture", TEXT),
    may("PackageManager", TEXT),
    may("FilePath", TEXT),
    may("FixedInVersion", TEXT),
    may("Remediation", TEXT),
    may("SourceLayerHash", TEXT),
    may("SourceLayerArn", TEXT),
]);

const CVSS: Shape = Shape::Object(&[
    may("Version", TEXT),
    may("BaseScore", Shape::Number),
    may("BaseVector", TEXT),
    may("Source", TEXT),
    may("Adjustments", Shape::Anything),
]);

const CODE: Shape = Shape::Object(&[
    may("Cwes", TEXTS),
    may(
        "FilePath",
        Shape::Object(&[
            may("EndLine", INTEGER),
            may("FileName", TEXT),
            may("FilePath", TEXT),
            may("StartLine", INTEGER),
        ]),
    ),
    may("SourceArn", TEXT),
]);
