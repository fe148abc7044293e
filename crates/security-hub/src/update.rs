//! What BatchUpdateFindings makes of findings.
//!
//! It is how customers say what they know: it may set what imports may not, and what it sets of the attributes that
//! provider and customer share stays. `UpdatedAt` is the provider's and does not move.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shindan_control::finding::WorkflowStatus;
use shindan_inspector::Timestamp;

use crate::HubError;
use crate::asff::{Identifier, MAX_BYTES};
use crate::import::{Stored, complete};
use crate::time::write_time;
use crate::vocabulary::{SeverityLabel, SharedField, VerificationState, workflow_status};

/// Findings of one call.
pub const MAX_IDENTIFIERS: usize = 100;

/// A BatchUpdateFindings request without the findings it is about. What is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Text and author.
    pub note: Option<(String, String)>,
    /// A severity that is complete.
    pub severity: Option<Map<String, Value>>,
    /// Whether it is true.
    pub verification_state: Option<VerificationState>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// 0 to 100.
    pub criticality: Option<u8>,
    /// Types of findings.
    pub types: Option<Vec<String>>,
    /// The customer's own fields, all of them.
    pub user_defined_fields: Option<Map<String, Value>>,
    /// Where the investigation is.
    pub workflow: Option<WorkflowStatus>,
    /// Findings it has to do with.
    pub related_findings: Option<Vec<Identifier>>,
}

/// An entry of `UnprocessedFindings`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprocessed {
    /// Which.
    pub identifier: Identifier,
    /// Why.
    pub code: UpdateFault,
}

/// Why a finding was not updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateFault {
    /// Somebody else changed it meanwhile.
    ConcurrentUpdate,
    /// It stands in the request twice.
    Duplicated,
    /// There is none that the caller may update.
    NotFound,
    /// It would be too large.
    TooLarge,
}

impl UpdateFault {
    /// `ErrorCode` and `ErrorMessage`, as the API's model lists them.
    #[must_use]
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::ConcurrentUpdate => (
                "ConcurrentUpdateError",
                "Concurrent finding updates detected",
            ),
            Self::Duplicated => (
                "DuplicatedFindingIdentifier",
                "Finding Identifier is duplicated",
            ),
            Self::NotFound => ("FindingNotFound", "Finding Not Found"),
            Self::TooLarge => ("FindingSizeExceeded", "Finding size exceeded 240 KB"),
        }
    }
}

impl Unprocessed {
    /// In the API's shape.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (code, message) = self.code.texts();
        json!({
            "FindingIdentifier": self.identifier.to_json(),
            "ErrorCode": code,
            "ErrorMessage": message,
        })
    }
}

/// The findings a request is about: each once, and those that stand in it again.
///
/// # Errors
/// When it is not 1 to 100 identifiers.
pub fn identifiers(body: &Value) -> Result<(Vec<Identifier>, Vec<Unprocessed>), HubError> {
    let list = read_identifiers(
        "FindingIdentifiers",
        body.get("FindingIdentifiers"),
        MAX_IDENTIFIERS,
    )?;
    if list.is_empty() {
        return Err(HubError::member(
            "FindingIdentifiers",
            "must hold 1 to 100 identifiers",
        ));
    }
    let mut seen = BTreeSet::new();
    let mut again = Vec::new();
    let mut once = Vec::new();
    for identifier in list {
        if seen.insert(identifier.clone()) {
            once.push(identifier);
        } else {
            again.push(Unprocessed {
                identifier,
                code: UpdateFault::Duplicated,
            });
        }
    }
    Ok((once, again))
}

impl Update {
    /// Reads a request.
    ///
    /// # Errors
    /// When something of it is out of bounds, or it changes nothing.
    pub fn parse(body: &Value) -> Result<Self, HubError> {
        let member = |name: &str| body.get(name).filter(|value| !value.is_null());
        let update = Self {
            note: member("Note").map(read_note).transpose()?,
            severity: member("Severity").map(read_severity).transpose()?,
            verification_state: member("VerificationState")
                .map(|value| word("VerificationState", value, VerificationState::parse))
                .transpose()?,
            confidence: member("Confidence")
                .map(|value| ratio("Confidence", value))
                .transpose()?,
            criticality: member("Criticality")
                .map(|value| ratio("Criticality", value))
                .transpose()?,
            types: member("Types").map(read_types).transpose()?,
            user_defined_fields: member("UserDefinedFields").map(read_fields).transpose()?,
            workflow: match member("Workflow").and_then(|workflow| workflow.get("Status")) {
                Some(status) => Some(word("Workflow.Status", status, workflow_status)?),
                None => None,
            },
            related_findings: match member("RelatedFindings") {
                Some(list) => Some(read_identifiers("RelatedFindings", Some(list), 10)?),
                None => None,
            },
        };
        if update == Self::default() {
            return Err(HubError::invalid(
                "Nothing to update: give Note, Severity, VerificationState, Confidence, Criticality, Types, \
                 UserDefinedFields, Workflow or RelatedFindings",
            ));
        }
        Ok(update)
    }

    /// The finding after it.
    ///
    /// # Errors
    /// When it would be larger than 240 KB.
    pub fn apply(&self, stored: &Stored, now: Timestamp) -> Result<Stored, UpdateFault> {
        let mut next = stored.clone();
        let mut customer = next.customer;
        let members = next.finding.members_mut();
        let mut set = |name: &str, value: Value| {
            members.insert(name.to_owned(), value);
        };
        if let Some((text, author)) = &self.note {
            let note = json!({ "Text": text, "UpdatedBy": author, "UpdatedAt": write_time(now) });
            set("Note", note);
        }
        if let Some(state) = self.verification_state {
            set("VerificationState", state.as_str().into());
        }
        if let Some(status) = self.workflow {
            set("Workflow", json!({ "Status": status.as_str() }));
        }
        if let Some(fields) = &self.user_defined_fields {
            set("UserDefinedFields", Value::Object(fields.clone()));
        }
        let related = |list: &Vec<Identifier>| list.iter().map(Identifier::to_json).collect();
        let severity = |given: &Map<String, Value>| {
            let mut severity = given.clone();
            // The provider's own word is not the customer's to change.
            let old = stored.finding.members().get("Severity");
            if let Some(original) = old.and_then(|old| old.get("Original")) {
                severity.insert("Original".to_owned(), original.clone());
            }
            Value::Object(severity)
        };
        for (field, value) in [
            (SharedField::Confidence, self.confidence.map(Value::from)),
            (SharedField::Criticality, self.criticality.map(Value::from)),
            (SharedField::Types, self.types.clone().map(Value::from)),
            (
                SharedField::RelatedFindings,
                self.related_findings.as_ref().map(related),
            ),
            (SharedField::Severity, self.severity.as_ref().map(severity)),
        ] {
            if let Some(value) = value {
                set(field.as_str(), value);
                customer = customer.with(field);
            }
        }
        next.customer = customer;
        if next.finding.to_text().len() > MAX_BYTES {
            return Err(UpdateFault::TooLarge);
        }
        Ok(next)
    }
}

fn read_note(note: &Value) -> Result<(String, String), HubError> {
    let part = |name: &str| bounded(&format!("Note.{name}"), note.get(name), 512);
    Ok((part("Text")?, part("UpdatedBy")?))
}

fn read_severity(value: &Value) -> Result<Map<String, Value>, HubError> {
    let mut severity = Map::new();
    if let Some(label) = value.get("Label").filter(|label| !label.is_null()) {
        let label = word("Severity.Label", label, SeverityLabel::parse)?;
        severity.insert("Label".to_owned(), label.as_str().into());
    }
    if let Some(normalized) = value.get("Normalized").filter(|number| !number.is_null()) {
        let normalized = ratio("Severity.Normalized", normalized)?;
        severity.insert("Normalized".to_owned(), normalized.into());
    }
    if severity.is_empty() {
        return Err(HubError::member(
            "Severity",
            "must have a Label, or a Normalized value",
        ));
    }
    Ok(complete(severity))
}

fn read_types(value: &Value) -> Result<Vec<String>, HubError> {
    let list = value
        .as_array()
        .filter(|list| list.len() <= 50)
        .ok_or_else(|| HubError::member("Types", "must be a list of at most 50 types"))?;
    list.iter()
        .map(|item| bounded("Types", Some(item), 2048))
        .collect()
}

fn read_fields(value: &Value) -> Result<Map<String, Value>, HubError> {
    let fields = value.as_object().filter(|fields| {
        fields.len() <= 50
            && fields.iter().all(|(name, value)| {
                let length = value.as_str().map(|text| text.chars().count());
                (1..=128).contains(&name.chars().count())
                    && length.is_some_and(|length| length <= 1024)
            })
    });
    fields.cloned().ok_or_else(|| {
        HubError::member(
            "UserDefinedFields",
            "must be at most 50 texts of up to 1024 characters, by names of up to 128",
        )
    })
}

fn read_identifiers(
    path: &str,
    value: Option<&Value>,
    max: usize,
) -> Result<Vec<Identifier>, HubError> {
    let list = value
        .and_then(Value::as_array)
        .filter(|list| list.len() <= max)
        .ok_or_else(|| {
            HubError::member(
                path,
                format_args!("must be a list of at most {max} findings"),
            )
        })?;
    list.iter()
        .map(|item| {
            Ok(Identifier {
                id: bounded(&format!("{path}.Id"), item.get("Id"), 512)?,
                product_arn: bounded(&format!("{path}.ProductArn"), item.get("ProductArn"), 2048)?,
            })
        })
        .collect()
}

fn bounded(path: &str, value: Option<&Value>, max: usize) -> Result<String, HubError> {
    value
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty() && text.chars().nth(max).is_none())
        .map(str::to_owned)
        .ok_or_else(|| {
            HubError::member(
                path,
                format_args!("must be a text of 1 to {max} characters"),
            )
        })
}

fn word<T>(path: &str, value: &Value, parse: impl Fn(&str) -> Option<T>) -> Result<T, HubError> {
    value
        .as_str()
        .and_then(parse)
        .ok_or_else(|| HubError::member(path, "must be one of the values that the API lists"))
}

fn ratio(path: &str, value: &Value) -> Result<u8, HubError> {
    value
        .as_u64()
        .filter(|number| *number <= 100)
        .and_then(|number| u8::try_from(number).ok())
        .ok_or_else(|| HubError::member(path, "must be a whole number from 0 to 100"))
}
