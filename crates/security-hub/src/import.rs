//! What BatchImportFindings makes of a finding and of what is there.
//!
//! From the Security Hub user guide (page `finding-update-batchimportfindings`):
//!
//! - `Id` and `ProductArn` say whether a finding is new. An update that is not newer by `UpdatedAt` is ignored.
//! - Of a known finding, `Note`, `UserDefinedFields`, `VerificationState` and `Workflow` are the customer's: what an import
//!   says of them is ignored. Everything else is replaced by what the import says.
//! - Confidence, criticality, related findings, severity and types are shared. What the provider says of them, at the top
//!   or in `FindingProviderFields`, is kept there; it is the value at the top too, until BatchUpdateFindings sets that.
//!   An import that says nothing of one leaves it as it was.
//!
//! The state of the investigation follows from `control`'s machine: what passes is resolved, what fails again or comes back
//! from the archive is new, what is suppressed stays so. That makes importing the same thing twice the same as once.

use serde_json::{Map, Value, json};
use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::workflow::{self, Observation, WorkflowStatus};
use shindan_inspector::{AccountId, Region, Timestamp};

use crate::asff::{Finding, Rejected, RejectedCode, object};
use crate::finding_of::{FINDING_STATUS, SUPPRESSED};
use crate::time::write_time;
use crate::vocabulary::{CustomerFields, SeverityLabel, SharedField};
use crate::{HubError, asff};

/// Findings of one call.
pub const MAX_BATCH: usize = 100;

/// Who imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importer {
    /// An account, through the API.
    Client(AccountId),
    /// The service itself, which speaks for `product/aws/…` and for every account.
    Service,
}

/// A finding that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// As GetFindings shows it.
    pub finding: Finding,
    /// What of it the customer has set.
    pub customer: CustomerFields,
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Imported {
    /// It was not there.
    New(Stored),
    /// It replaces what was there.
    Updated(Stored),
    /// What is there is as new or newer.
    Ignored,
}

/// The findings of a BatchImportFindings request, each held against the format; those that cannot even be named refuse the
/// whole request.
///
/// # Errors
/// When the request is not 1 to 100 findings that have an `Id`.
pub fn batch(body: &Value) -> Result<Vec<Result<Finding, Rejected>>, HubError> {
    let findings = body.get("Findings").and_then(Value::as_array);
    let findings =
        findings.ok_or_else(|| HubError::member("Findings", "must be a list of findings"))?;
    if !(1..=MAX_BATCH).contains(&findings.len()) {
        return Err(HubError::member(
            "Findings",
            format_args!(
                "must hold 1 to {MAX_BATCH} findings, not {}",
                findings.len()
            ),
        ));
    }
    for (at, finding) in findings.iter().enumerate() {
        let id = finding.get("Id").and_then(Value::as_str);
        if id.is_none_or(|id| id.trim().is_empty()) {
            let path = format!("Findings[{at}].Id");
            return Err(HubError::member(path, "must be a text that is not empty"));
        }
    }
    Ok(findings.iter().cloned().map(asff::check).collect())
}

/// Whether a finding may be imported by who imports it, in a Region.
///
/// # Errors
/// When it is another account's, or of a product that only the service speaks for, or of another Region.
pub fn admit(finding: &Finding, importer: Importer, region: &Region) -> Result<(), Rejected> {
    let rejected = |code, message: String| {
        Err(Rejected {
            id: finding.identifier().id,
            code,
            message,
        })
    };
    let Some(product) = finding.product() else {
        return rejected(
            RejectedCode::InvalidInput,
            "Finding does not adhere to Amazon Finding Format. data.ProductArn should match format \"arn\".".to_owned(),
        );
    };
    if product.region() != region {
        return rejected(
            RejectedCode::InvalidInput,
            format!(
                "ProductArn is of {}; send the finding to that Region, not to {region}",
                product.region()
            ),
        );
    }
    let Importer::Client(caller) = importer else {
        return Ok(());
    };
    let own_default = match &product {
        crate::ProductArn::Default { account, .. } => *account == caller,
        crate::ProductArn::Integrated { .. } => !product.is_service(),
    };
    if finding.account() != Some(caller) {
        rejected(
            RejectedCode::InvalidAccess,
            format!(
                "AwsAccountId is not {caller}, which imports the finding; import it from its own account"
            ),
        )
    } else if !own_default {
        rejected(
            RejectedCode::InvalidAccess,
            format!(
                "account {caller} does not provide findings of {product}; use its own product/{caller}/default"
            ),
        )
    } else {
        Ok(())
    }
}

/// What an import makes of what is there.
#[must_use]
pub fn merge(
    stored: Option<&Stored>,
    incoming: Finding,
    importer: Importer,
    now: Timestamp,
) -> Imported {
    if let Some(stored) = stored
        && incoming.updated_at() <= stored.finding.updated_at()
    {
        return Imported::Ignored;
    }
    let mut next = incoming;
    share(&mut next, stored);
    fill_in(&mut next, now);
    match stored {
        None => {
            if next.text(&["Workflow", "Status"]).is_none() {
                let initial = next
                    .compliance()
                    .map_or(WorkflowStatus::New, workflow::initial);
                set_workflow(&mut next, initial);
            }
            Imported::New(Stored {
                finding: next,
                customer: CustomerFields::default(),
            })
        }
        Some(stored) => {
            let status = investigation(&stored.finding, &next, importer);
            let members = next.members_mut();
            for name in ["Note", "UserDefinedFields", "VerificationState"] {
                match stored.finding.members().get(name) {
                    Some(value) => members.insert(name.to_owned(), value.clone()),
                    None => members.remove(name),
                };
            }
            set_workflow(&mut next, status);
            Imported::Updated(Stored {
                finding: next,
                customer: stored.customer,
            })
        }
    }
}

/// A finding of Inspector that is not there any more, as it is then: archived, and otherwise as it was.
#[must_use]
pub fn archived(stored: &Stored, now: Timestamp) -> Stored {
    let mut next = stored.clone();
    let updated_at = now.max(stored.finding.updated_at().plus_millis(1));
    let members = next.finding.members_mut();
    members.insert("RecordState".to_owned(), "ARCHIVED".into());
    members.insert("UpdatedAt".to_owned(), write_time(updated_at).into());
    if let Some(Value::Object(fields)) = members.get_mut("ProductFields") {
        let closed = shindan_inspector::FindingStatus::Closed.as_str();
        fields.insert(FINDING_STATUS.to_owned(), closed.into());
    }
    next
}

fn set_workflow(finding: &mut Finding, status: WorkflowStatus) {
    let workflow = json!({ "Status": status.as_str() });
    finding
        .members_mut()
        .insert("Workflow".to_owned(), workflow);
}

/// The state of the investigation after an update.
fn investigation(before: &Finding, after: &Finding, importer: Importer) -> WorkflowStatus {
    let was = before.workflow();
    if importer == Importer::Service {
        // A filter of Inspector that begins or ceases to suppress speaks for the customer who made it.
        let suppressed = |finding: &Finding| {
            finding.text(&["ProductFields", FINDING_STATUS]) == Some(SUPPRESSED)
        };
        match (suppressed(before), suppressed(after)) {
            (false, true) => return WorkflowStatus::Suppressed,
            (true, false) if was == WorkflowStatus::Suppressed => return WorkflowStatus::New,
            _ => {}
        }
    }
    workflow::next(was, observation(before), observation(after))
}

/// Findings that tell of no check count as failed: only their coming back from the archive matters then.
fn observation(finding: &Finding) -> Observation {
    Observation {
        compliance: finding.compliance().unwrap_or(ComplianceStatus::Failed),
        record: finding.record_state(),
    }
}

/// The attributes that provider and customer share.
fn share(next: &mut Finding, stored: Option<&Stored>) {
    let members = next.members_mut();
    let mut provided = members
        .remove("FindingProviderFields")
        .map(object)
        .unwrap_or_default();
    for field in SharedField::ALL {
        let name = field.as_str();
        let top = members.remove(name).map(|value| at_top(field, value));
        let given = provided.remove(name).map(|value| at_top(field, value));
        let old = |stored: &Stored| {
            let members = stored.finding.members();
            let provided = members.get("FindingProviderFields");
            (
                members.get(name).cloned(),
                provided.and_then(|provided| provided.get(name)).cloned(),
            )
        };
        let (old_top, old_given) = stored.map(old).unwrap_or_default();
        let kept = stored.is_some_and(|stored| stored.customer.has(field));
        let (new_top, new_given) = match (top, given) {
            (None, None) => (old_top.clone(), old_given),
            (None, Some(given)) => (Some(given.clone()), Some(given)),
            (Some(top), None) => (Some(top.clone()), Some(top)),
            (Some(_), Some(given)) if stored.is_none() => (Some(given.clone()), Some(given)),
            (Some(top), Some(given)) => (Some(top), Some(given)),
        };
        if let Some(value) = if kept { old_top } else { new_top } {
            members.insert(name.to_owned(), value);
        }
        if let Some(value) = new_given {
            provided.insert(name.to_owned(), as_provided(field, value));
        }
    }
    if !provided.is_empty() {
        members.insert("FindingProviderFields".to_owned(), Value::Object(provided));
    }
}

/// A severity with both of its values; everything else as it is.
fn at_top(field: SharedField, value: Value) -> Value {
    match (field, value) {
        (SharedField::Severity, Value::Object(severity)) => Value::Object(complete(severity)),
        (_, value) => value,
    }
}

/// `FindingProviderFields.Severity` has a label and the provider's own word, and no more.
fn as_provided(field: SharedField, value: Value) -> Value {
    match (field, value) {
        (SharedField::Severity, Value::Object(mut severity)) => {
            severity.retain(|name, _| matches!(&**name, "Label" | "Original"));
            Value::Object(severity)
        }
        (_, value) => value,
    }
}

/// Fills in what a severity lacks, its label or its number. `Product` is not part of findings any more.
pub(crate) fn complete(mut severity: Map<String, Value>) -> Map<String, Value> {
    severity.remove("Product");
    let label = severity.get("Label").and_then(Value::as_str);
    let label = label.and_then(SeverityLabel::parse);
    let normalized = severity.get("Normalized").and_then(Value::as_u64);
    let label = label.or_else(|| normalized.map(SeverityLabel::of_normalized));
    if let Some(label) = label {
        severity.insert("Label".to_owned(), label.as_str().into());
        severity
            .entry("Normalized")
            .or_insert_with(|| label.normalized().into());
    }
    severity
}

/// What Security Hub itself says of a finding.
fn fill_in(finding: &mut Finding, now: Timestamp) {
    let product = finding.product();
    let identifier = finding.identifier();
    let members = finding.members_mut();
    if let Some(product) = &product {
        let (company, name) = product.names();
        let custom = matches!(product, crate::ProductArn::Default { .. });
        for (member, value) in [("CompanyName", company), ("ProductName", name)] {
            // An account's own findings may be called anything.
            if !(custom && members.contains_key(member)) {
                members.insert(member.to_owned(), value.into());
            }
        }
        members.insert("Region".to_owned(), product.region().as_str().into());
        let company = members.get("CompanyName").cloned();
        let name = members.get("ProductName").cloned();
        let fields = members
            .entry("ProductFields")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(fields) = fields {
            let id = format!("{}/{}", identifier.product_arn, identifier.id);
            fields.insert("aws/securityhub/FindingId".to_owned(), id.into());
            if let (Some(company), Some(name)) = (company, name) {
                fields.insert("aws/securityhub/CompanyName".to_owned(), company);
                fields.insert("aws/securityhub/ProductName".to_owned(), name);
            }
        }
    }
    members
        .entry("RecordState")
        .or_insert_with(|| "ACTIVE".into());
    members.insert("WorkflowState".to_owned(), "NEW".into());
    members.insert("ProcessedAt".to_owned(), write_time(now).into());
}
