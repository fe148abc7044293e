//! Words of the API that several modules share. Those of control findings (`ComplianceStatus`, `WorkflowStatus`,
//! `RecordState`) are `control`'s.

use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::{RecordState, WorkflowStatus};

use shindan_inspector::wire_enum;

wire_enum!(
    /// `Severity.Label`, least first.
    SeverityLabel {
        Informational = "INFORMATIONAL",
        Low = "LOW",
        Medium = "MEDIUM",
        High = "HIGH",
        Critical = "CRITICAL",
    }
);

impl SeverityLabel {
    /// `Severity.Normalized` of a finding that has only the label.
    #[must_use]
    pub const fn normalized(self) -> u8 {
        match self {
            Self::Informational => 0,
            Self::Low => 1,
            Self::Medium => 40,
            Self::High => 70,
            Self::Critical => 90,
        }
    }

    /// The label of a finding that has only `Severity.Normalized`.
    #[must_use]
    pub const fn of_normalized(normalized: u64) -> Self {
        match normalized {
            0 => Self::Informational,
            1..=39 => Self::Low,
            40..=69 => Self::Medium,
            70..=89 => Self::High,
            _ => Self::Critical,
        }
    }
}

wire_enum!(
    /// Whether somebody has looked, and what they think.
    VerificationState {
        Unknown = "UNKNOWN",
        TruePositive = "TRUE_POSITIVE",
        FalsePositive = "FALSE_POSITIVE",
        BenignPositive = "BENIGN_POSITIVE",
    }
);

wire_enum!(
    /// Whether a control has one finding, or one for each standard that holds it. Only the first is served: there is no
    /// `STANDARD_CONTROL` here.
    ControlFindingGenerator { SecurityControl = "SECURITY_CONTROL" }
);

/// Which of the five attributes that provider and customer share were set by BatchUpdateFindings; imports leave those alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerFields(u8);

/// An attribute that providers give in `FindingProviderFields` and customers at the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharedField {
    Confidence,
    Criticality,
    RelatedFindings,
    Severity,
    Types,
}

impl SharedField {
    pub(crate) const ALL: [Self; 5] = [
        Self::Confidence,
        Self::Criticality,
        Self::RelatedFindings,
        Self::Severity,
        Self::Types,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Confidence => "Confidence",
            Self::Criticality => "Criticality",
            Self::RelatedFindings => "RelatedFindings",
            Self::Severity => "Severity",
            Self::Types => "Types",
        }
    }
}

impl CustomerFields {
    /// The number databases hold.
    #[must_use]
    pub const fn code(self) -> i16 {
        self.0 as i16
    }

    /// From the number in a database; bits that mean nothing are dropped.
    #[must_use]
    pub const fn from_code(code: i16) -> Self {
        Self((code & 0b1_1111) as u8)
    }

    pub(crate) const fn has(self, field: SharedField) -> bool {
        self.0 & (1 << field as u8) != 0
    }

    pub(crate) const fn with(self, field: SharedField) -> Self {
        Self(self.0 | 1 << field as u8)
    }
}

pub(crate) fn compliance_status(text: &str) -> Option<ComplianceStatus> {
    [
        ComplianceStatus::Passed,
        ComplianceStatus::Failed,
        ComplianceStatus::Warning,
        ComplianceStatus::NotAvailable,
    ]
    .into_iter()
    .find(|status| status.as_str() == text)
}

pub(crate) fn workflow_status(text: &str) -> Option<WorkflowStatus> {
    WorkflowStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text)
}

pub(crate) fn record_state(text: &str) -> Option<RecordState> {
    [RecordState::Active, RecordState::Archived]
        .into_iter()
        .find(|state| state.as_str() == text)
}
