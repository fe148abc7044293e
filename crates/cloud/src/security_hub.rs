//! AWS Security Hub as its clients see it: findings in ASFF, standards and controls.
//!
//! Findings stay JSON: the format has hundreds of members, and whoever makes or reads them knows which. What batches
//! refuse item by item is part of the answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::session::Session;
use crate::signed::{Input, Paging};

/// Findings, controls or associations of one call, the most that Security Hub takes.
const BATCH: usize = 100;

/// Security Hub in an account and Region.
#[derive(Clone, Debug)]
pub struct SecurityHub(Session);

/// A hub.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Hub {
    #[serde(rename = "HubArn")]
    pub arn: String,
    #[serde(default)]
    pub auto_enable_controls: bool,
    /// `SECURITY_CONTROL`: one finding for a control; `STANDARD_CONTROL`: one for each standard.
    pub control_finding_generator: Option<String>,
}

/// What a finding is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FindingId {
    pub id: String,
    #[serde(rename = "ProductArn")]
    pub product: String,
}

/// What became of findings that were imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many were taken.
    pub taken: usize,
    pub refused: Vec<RefusedFinding>,
}

/// A finding that was not imported.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RefusedFinding {
    pub id: String,
    #[serde(rename = "ErrorCode")]
    pub code: String,
    #[serde(rename = "ErrorMessage")]
    pub message: String,
}

/// What is to be changed about findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingUpdate {
    pub workflow: Option<Workflow>,
    pub note: Option<Note>,
}

/// What people do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Workflow {
    New,
    Notified,
    Resolved,
    Suppressed,
}

/// A note on a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Note {
    pub text: String,
    /// Who writes it.
    pub updated_by: String,
}

/// A finding that was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedFinding {
    #[serde(rename = "FindingIdentifier")]
    pub id: FindingId,
    #[serde(rename = "ErrorCode")]
    pub code: String,
    #[serde(rename = "ErrorMessage", default)]
    pub message: String,
}

/// A standard that is switched on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Subscription {
    #[serde(rename = "StandardsSubscriptionArn")]
    pub arn: String,
    #[serde(rename = "StandardsArn")]
    pub standard: String,
    /// `PENDING`, `READY`, `FAILED`, `DELETING`, `INCOMPLETE`.
    #[serde(rename = "StandardsStatus")]
    pub status: String,
}

/// A control in an account and Region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityControl {
    /// `Inspector.3`.
    #[serde(rename = "SecurityControlId")]
    pub id: String,
    #[serde(rename = "SecurityControlArn")]
    pub arn: String,
    pub title: String,
    #[serde(rename = "SeverityRating")]
    pub severity: String,
    /// `ENABLED` or `DISABLED`.
    #[serde(rename = "SecurityControlStatus")]
    pub status: String,
}

/// A control as the Region knows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ControlDefinition {
    #[serde(rename = "SecurityControlId")]
    pub id: String,
    pub title: String,
    #[serde(rename = "SeverityRating")]
    pub severity: String,
    /// `AVAILABLE` or `UNAVAILABLE`.
    #[serde(rename = "CurrentRegionAvailability")]
    pub availability: String,
}

/// Switches a control on or off in a standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationUpdate {
    #[serde(rename = "StandardsArn")]
    pub standard: String,
    #[serde(rename = "SecurityControlId")]
    pub control: String,
    #[serde(rename = "AssociationStatus")]
    pub status: AssociationStatus,
    /// Why; needed to switch it off.
    #[serde(rename = "UpdatedReason", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a control is part of a standard in an account and Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssociationStatus {
    Enabled,
    Disabled,
}

/// A control that was not switched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedAssociation {
    #[serde(rename = "StandardsControlAssociationUpdate")]
    pub update: AssociationUpdate,
    #[serde(rename = "ErrorCode")]
    pub code: String,
    #[serde(rename = "ErrorReason", default)]
    pub reason: String,
}

impl Session {
    /// Security Hub in this account and Region.
    #[must_use]
    pub fn security_hub(&self) -> SecurityHub {
        SecurityHub(self.clone())
    }
}

impl SecurityHub {
    /// The hub; `None` if Security Hub is not switched on.
    ///
    /// # Errors
    /// When it may not be asked for.
    pub async fn hub(&self) -> Result<Option<Hub>, CloudError> {
        match self.0.json(Call::DescribeHub, &Input::default()).await {
            Ok(hub) => Ok(Some(hub)),
            Err(error) if matches!(error.kind, ErrorKind::NotEnabled | ErrorKind::NotFound) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Findings in ASFF. The filters are the API's `AwsSecurityFindingFilters`, `{}` for all.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn findings(&self, filters: &Value) -> Result<Vec<Value>, CloudError> {
        let body = json!({ "Filters": filters, "MaxResults": 100 });
        self.list(Call::GetFindings, Input::body(body), "Findings")
            .await
    }

    /// Imports findings in ASFF, new ones and updates. They have to be of this account, and an update needs a later
    /// `UpdatedAt`; what people set (workflow, note) is kept by Security Hub.
    ///
    /// # Errors
    /// When a call fails as a whole. Batches of 100 before it were imported; doing it again does no harm.
    pub async fn import(&self, findings: &[Value]) -> Result<Imported, CloudError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            success_count: usize,
            #[serde(default)]
            failed_findings: Vec<RefusedFinding>,
        }
        let mut imported = Imported::default();
        for batch in findings.chunks(BATCH) {
            let input = Input::body(json!({ "Findings": batch }));
            let answer: Answer = self.0.json(Call::BatchImportFindings, &input).await?;
            imported.taken += answer.success_count;
            imported.refused.extend(answer.failed_findings);
        }
        Ok(imported)
    }

    /// Changes what people set about findings. The answer is what was not changed.
    ///
    /// # Errors
    /// When a call fails as a whole.
    pub async fn update(
        &self,
        findings: &[FindingId],
        update: &FindingUpdate,
    ) -> Result<Vec<UnprocessedFinding>, CloudError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default)]
            unprocessed_findings: Vec<UnprocessedFinding>,
        }
        let mut unprocessed = Vec::new();
        for batch in findings.chunks(BATCH) {
            let mut body = json!({ "FindingIdentifiers": batch });
            if let Some(workflow) = update.workflow {
                body["Workflow"] = json!({ "Status": workflow });
            }
            if let Some(note) = &update.note {
                body["Note"] = json!(note);
            }
            let input = Input::body(body);
            let answer: Answer = self.0.json(Call::BatchUpdateFindings, &input).await?;
            unprocessed.extend(answer.unprocessed_findings);
        }
        Ok(unprocessed)
    }

    /// The standards that are switched on.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn enabled_standards(&self) -> Result<Vec<Subscription>, CloudError> {
        let input = Input::body(json!({}));
        self.list(Call::GetEnabledStandards, input, "StandardsSubscriptions")
            .await
    }

    /// Controls by their ids; those that are unknown are left out.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn controls(&self, ids: &[&str]) -> Result<Vec<SecurityControl>, CloudError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            security_controls: Vec<SecurityControl>,
        }
        let mut controls = Vec::new();
        for batch in ids.chunks(BATCH) {
            let input = Input::body(json!({ "SecurityControlIds": batch }));
            let answer: Answer = self.0.json(Call::BatchGetSecurityControls, &input).await?;
            controls.extend(answer.security_controls);
        }
        Ok(controls)
    }

    /// The controls that there are in this Region, of one standard or of all.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn control_definitions(
        &self,
        standard: Option<&str>,
    ) -> Result<Vec<ControlDefinition>, CloudError> {
        let mut query = vec![("MaxResults", "100".to_owned())];
        query.extend(standard.map(|arn| ("StandardsArn", arn.to_owned())));
        let input = Input { query, body: None };
        let call = Call::ListSecurityControlDefinitions;
        self.list(call, input, "SecurityControlDefinitions").await
    }

    /// Switches controls on or off in standards. The answer is what was not switched.
    ///
    /// # Errors
    /// When a call fails as a whole.
    pub async fn update_associations(
        &self,
        updates: &[AssociationUpdate],
    ) -> Result<Vec<UnprocessedAssociation>, CloudError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            #[serde(default)]
            unprocessed_association_updates: Vec<UnprocessedAssociation>,
        }
        let mut unprocessed = Vec::new();
        for batch in updates.chunks(BATCH) {
            let input = Input::body(json!({ "StandardsControlAssociationUpdates": batch }));
            let call = Call::BatchUpdateStandardsControlAssociations;
            let answer: Answer = self.0.json(call, &input).await?;
            unprocessed.extend(answer.unprocessed_association_updates);
        }
        Ok(unprocessed)
    }

    async fn list<T: DeserializeOwned>(
        &self,
        call: Call,
        input: Input,
        items: &'static str,
    ) -> Result<Vec<T>, CloudError> {
        let token = "NextToken";
        self.0.list(call, input, Paging { items, token }).await
    }
}
