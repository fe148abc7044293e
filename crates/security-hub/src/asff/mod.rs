//! A finding in the AWS Security Finding Format.
//!
//! [`Finding`] is a JSON object that was held against [`schema`]: the members that the format requires are there, and what
//! the format bounds is within bounds. It has no other way in. What is asked of it by name here is what something is decided
//! by; everything else stays as it came.

mod check;
mod schema;

use serde_json::{Map, Value};
use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_inspector::{AccountId, Timestamp};

use crate::name::ProductArn;
use crate::time::parse_time;
use crate::vocabulary::{SeverityLabel, compliance_status, record_state, workflow_status};

pub use check::{MAX_BYTES, Rejected, RejectedCode, check};

/// The only version of the format.
pub const SCHEMA_VERSION: &str = "2018-10-08";

/// A finding within the bounds of the format.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding(Map<String, Value>);

/// What a finding is called: both together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// The provider's name for it.
    pub id: String,
    /// The provider.
    pub product_arn: String,
}

impl Identifier {
    /// In the API's shape.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::json!({ "Id": self.id, "ProductArn": self.product_arn })
    }
}

impl Finding {
    /// A finding that was checked when it was stored. Nothing else may be given.
    ///
    /// # Errors
    /// When the text is no JSON object.
    pub fn from_stored(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// For the modules that build findings; they are held against the format by tests.
    pub(crate) const fn trusted(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// The JSON object.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The JSON object itself.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// The JSON text to store or to answer with.
    #[must_use]
    pub fn to_text(&self) -> String {
        // An object whose keys are texts always has a JSON form.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    pub(crate) const fn members_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }

    /// What it is called.
    #[must_use]
    pub fn identifier(&self) -> Identifier {
        Identifier {
            id: self.text(&["Id"]).unwrap_or_default().to_owned(),
            product_arn: self.text(&["ProductArn"]).unwrap_or_default().to_owned(),
        }
    }

    /// What it comes from; none if the ARN has a form that no product has.
    #[must_use]
    pub fn product(&self) -> Option<ProductArn> {
        ProductArn::parse(self.text(&["ProductArn"])?)
    }

    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        AccountId::parse(self.text(&["AwsAccountId"])?).ok()
    }

    /// When the provider last changed it.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.time("UpdatedAt").unwrap_or_default()
    }

    /// One of the times at the top.
    #[must_use]
    pub fn time(&self, member: &str) -> Option<Timestamp> {
        self.text(&[member]).and_then(parse_time)
    }

    /// `Severity.Label`.
    #[must_use]
    pub fn severity(&self) -> Option<SeverityLabel> {
        self.text(&["Severity", "Label"])
            .and_then(SeverityLabel::parse)
    }

    /// `Severity.Normalized`, 0 to 100.
    #[must_use]
    pub fn normalized_severity(&self) -> u8 {
        let severity = self.0.get("Severity").and_then(|s| s.get("Normalized"));
        severity
            .and_then(Value::as_u64)
            .and_then(|number| u8::try_from(number).ok())
            .or_else(|| self.severity().map(SeverityLabel::normalized))
            .unwrap_or_default()
    }

    /// `Compliance.Status`, of findings that tell of a check.
    #[must_use]
    pub fn compliance(&self) -> Option<ComplianceStatus> {
        self.text(&["Compliance", "Status"])
            .and_then(compliance_status)
    }

    /// `Compliance.SecurityControlId`.
    #[must_use]
    pub fn control(&self) -> Option<&str> {
        self.text(&["Compliance", "SecurityControlId"])
    }

    /// `Workflow.Status`; a finding without one is new.
    #[must_use]
    pub fn workflow(&self) -> WorkflowStatus {
        self.text(&["Workflow", "Status"])
            .and_then(workflow_status)
            .unwrap_or(WorkflowStatus::New)
    }

    /// `RecordState`; a finding without one is active.
    #[must_use]
    pub fn record_state(&self) -> RecordState {
        self.text(&["RecordState"])
            .and_then(record_state)
            .unwrap_or(RecordState::Active)
    }

    /// A text within objects.
    #[must_use]
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let (last, objects) = path.split_last()?;
        let mut members = &self.0;
        for name in objects {
            members = members.get(*name)?.as_object()?;
        }
        members.get(*last)?.as_str()
    }
}

/// The members of what `json!({…})` makes.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
