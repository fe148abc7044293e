//! Errors as clients of AWS expect them.
//!
//! The HTTP status, the header `x-amzn-errortype` and the members of the body are fixed by the API's model; SDKs decide by
//! them whether to try again. An operation answers only with errors that its model has: a client in Rust cannot even name
//! another one. Source: the models of the services, and what SDKs of five languages read. Here are Inspector's words, in
//! [`hub`] those of Security Hub.

mod hub;

use axum::http::StatusCode;
use serde::Serialize;
use shindan_inspector::access::Denied;
use shindan_inspector::criteria::{Fault as Mistake, Invalid};
use shindan_inspector::{InvalidId, Operation};
use shindan_security_hub::HubError;
use shindan_sigv4::AwsError;
use shindan_store::StoreError;

use crate::asked::{Asked, Service};
use crate::route::NotServed;

/// Why a request is not answered.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What it asks for is not within the API's bounds, or makes no sense here.
    Validation {
        reason: Reason,
        message: String,
        fields: Vec<Field>,
    },
    /// What it asks for contradicts what is there.
    BadRequest(String),
    /// The account or key may not.
    AccessDenied(String),
    /// What it is about is not there, or not for this account to see.
    NotFound(String),
    /// It contradicts what is there.
    Conflict {
        message: String,
        resource: String,
        kind: &'static str,
    },
    /// There would be too many.
    Quota { message: String, resource: String },
    /// Too many requests.
    Throttled { message: String, retry_after: u32 },
    /// Not the client's fault.
    Internal { detail: String, retry_after: u32 },
    /// One of Security Hub's.
    Hub(HubError),
    /// An operation that the service has and this server does not.
    NotServed(NotServed),
    /// Refused before anyone asked what it is about.
    Refused { error: AwsError, message: String },
    /// There is nothing at this path or for this service.
    Unknown(String),
}

/// The reason of a `ValidationException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Reason {
    CannotParse,
    FieldValidationFailed,
    Other,
}

/// A member of a request that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Field {
    name: String,
    message: String,
}

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) struct ErrorAnswer {
    pub(crate) status: StatusCode,
    pub(crate) name: &'static str,
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: Vec<u8>,
    /// What went wrong inside, for the log and never for the client.
    pub(crate) detail: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'e> {
    message: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "<[Field]>::is_empty")]
    fields: &'e [Field],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'e str>,
}

impl Fault {
    /// Something that is wrong but not with one member's form.
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::Validation {
            reason: Reason::Other,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// A body that is not what it should be.
    pub(crate) fn cannot_parse(message: impl Into<String>) -> Self {
        Self::Validation {
            reason: Reason::CannotParse,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// Members that are out of bounds, in AWS's words.
    pub(crate) fn invalid(invalid: &[Invalid]) -> Self {
        let errors = match invalid.len() {
            1 => "1 validation error".to_owned(),
            count => format!("{count} validation errors"),
        };
        let list: Vec<String> = invalid.iter().map(ToString::to_string).collect();
        let unread = invalid.iter().any(|one| one.fault == Mistake::CannotParse);
        Self::Validation {
            reason: if unread {
                Reason::CannotParse
            } else {
                Reason::FieldValidationFailed
            },
            message: format!("{errors} detected: {}", list.join("; ")),
            fields: invalid
                .iter()
                .map(|one| Field {
                    name: one.path.clone(),
                    message: one.message.clone(),
                })
                .collect(),
        }
    }

    /// One member that is out of bounds.
    pub(crate) fn member(path: &str, message: impl Into<String>) -> Self {
        Self::invalid(&[Invalid {
            path: path.to_owned(),
            message: message.into(),
            fault: Mistake::OutOfBounds,
        }])
    }

    /// An internal error that clients should not expect to pass by itself.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::Internal {
            detail: detail.into(),
            retry_after: 30,
        }
    }

    /// The answer, as an error that the operation's model has.
    pub(crate) fn answer(self, service: Option<Service>, asked: Option<Asked>) -> ErrorAnswer {
        match (service, asked) {
            (_, Some(Asked::Inspector(operation))) => self.inspector_answer(Some(operation)),
            (_, Some(Asked::Hub(operation))) => hub::answer(self, Some(operation)),
            (Some(Service::SecurityHub), None) => hub::answer(self, None),
            (_, None) => self.inspector_answer(None),
        }
    }

    fn inspector_answer(self, operation: Option<Operation>) -> ErrorAnswer {
        let modelled = operation.is_none_or(|operation| self.is_modelled(operation));
        let fault = if modelled {
            self
        } else {
            self.in_other_words()
        };
        fault.rendered()
    }

    fn is_modelled(&self, operation: Operation) -> bool {
        match self {
            Self::BadRequest(_) => {
                matches!(operation, Operation::CreateFilter | Operation::TagResource)
            }
            Self::AccessDenied(_) => has_access_denied(operation),
            Self::NotFound(_) => has_not_found(operation),
            Self::Conflict { .. } => has_conflict(operation),
            Self::Quota { .. } => matches!(
                operation,
                Operation::CreateFilter | Operation::AssociateMember
            ),
            Self::Validation { .. }
            | Self::Throttled { .. }
            | Self::Internal { .. }
            | Self::Hub(_)
            | Self::NotServed(_)
            | Self::Refused { .. }
            | Self::Unknown(_) => true,
        }
    }

    /// Every operation has `ValidationException`.
    fn in_other_words(self) -> Self {
        match self {
            Self::BadRequest(message)
            | Self::AccessDenied(message)
            | Self::NotFound(message)
            | Self::Conflict { message, .. }
            | Self::Quota { message, .. } => Self::other(message),
            other => other,
        }
    }

    fn rendered(self) -> ErrorAnswer {
        let not_served;
        let mut body = Body {
            message: "",
            reason: None,
            fields: &[],
            resource_id: None,
            resource_type: None,
        };
        let (status, name, retry_after, detail) = match &self {
            Self::Validation {
                reason,
                message,
                fields,
            } => {
                body.message = message;
                body.reason = Some(*reason);
                body.fields = fields;
                (400, "ValidationException", None, None)
            }
            Self::BadRequest(message) => {
                body.message = message;
                (400, "BadRequestException", None, None)
            }
            Self::AccessDenied(message) => {
                body.message = message;
                (403, "AccessDeniedException", None, None)
            }
            Self::NotFound(message) => {
                body.message = message;
                (404, "ResourceNotFoundException", None, None)
            }
            Self::Conflict {
                message,
                resource,
                kind,
            } => {
                body.message = message;
                body.resource_id = Some(resource);
                body.resource_type = Some(kind);
                (409, "ConflictException", None, None)
            }
            Self::Quota { message, resource } => {
                body.message = message;
                body.resource_id = Some(resource);
                (402, "ServiceQuotaExceededException", None, None)
            }
            Self::Throttled {
                message,
                retry_after,
            } => {
                body.message = message;
                (429, "ThrottlingException", Some(*retry_after), None)
            }
            Self::Internal {
                detail,
                retry_after,
            } => {
                body.message = INTERNAL;
                let detail = Some(detail.clone());
                (500, "InternalServerException", Some(*retry_after), detail)
            }
            Self::Hub(error) => {
                body.message = &error.message;
                (error.kind.status(), error.kind.name(), None, None)
            }
            Self::NotServed(NotServed { name, .. }) => {
                not_served = format!("{name} {NOT_SERVED}");
                body.message = &not_served;
                (403, "AccessDeniedException", None, None)
            }
            Self::Refused { error, message } => {
                body.message = message;
                (error.status(), error.name(), None, None)
            }
            Self::Unknown(message) => {
                body.message = message;
                (404, "UnknownOperationException", None, None)
            }
        };
        ErrorAnswer {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            name,
            retry_after,
            body: serde_json::to_vec(&body).unwrap_or_default(),
            detail,
        }
    }
}

const INTERNAL: &str =
    "The server could not answer. Its log has more under the id of this request.";

/// What operations of Inspector are told that have nothing to do with Lambda functions.
const NOT_SERVED: &str = "is not supported: shindan scans Lambda functions, not instances, images, repositories or \
    other clouds";

impl From<HubError> for Fault {
    fn from(error: HubError) -> Self {
        Self::Hub(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Internal {
            retry_after: if error.is_transient() { 1 } else { 30 },
            detail: error.to_string(),
        }
    }
}

impl From<Denied> for Fault {
    fn from(denied: Denied) -> Self {
        Self::AccessDenied(denied.to_string())
    }
}

impl From<InvalidId> for Fault {
    fn from(invalid: InvalidId) -> Self {
        Self::other(invalid.to_string())
    }
}

impl From<Vec<Invalid>> for Fault {
    fn from(invalid: Vec<Invalid>) -> Self {
        Self::invalid(&invalid)
    }
}

const fn has_access_denied(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::ListCoverage
            | Operation::ListCoverageStatistics
            | Operation::ListFindingAggregations
            | Operation::ListFindings
            | Operation::ListTagsForResource
            | Operation::TagResource
            | Operation::UntagResource
    )
}

const fn has_not_found(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::BatchGetAccountStatus
            | Operation::CancelFindingsReport
            | Operation::CancelSbomExport
            | Operation::CreateFindingsReport
            | Operation::CreateSbomExport
            | Operation::DeleteFilter
            | Operation::Disable
            | Operation::DisableDelegatedAdminAccount
            | Operation::Enable
            | Operation::EnableDelegatedAdminAccount
            | Operation::GetConfiguration
            | Operation::GetDelegatedAdminAccount
            | Operation::GetEncryptionKey
            | Operation::GetFindingsReportStatus
            | Operation::GetMember
            | Operation::GetSbomExport
            | Operation::ListTagsForResource
            | Operation::ResetEncryptionKey
            | Operation::TagResource
            | Operation::UntagResource
            | Operation::UpdateEncryptionKey
            | Operation::UpdateFilter
    )
}

const fn has_conflict(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::DisableDelegatedAdminAccount
            | Operation::EnableDelegatedAdminAccount
            | Operation::UpdateConfiguration
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(path: &str, message: &str) -> Invalid {
        Invalid {
            path: path.to_owned(),
            message: message.to_owned(),
            fault: Mistake::OutOfBounds,
        }
    }

    #[test]
    fn validation_speaks_as_aws_does() {
        let one = Fault::member("name", "Member must not be null").inspector_answer(None);
        assert_eq!(
            (one.status.as_u16(), one.name),
            (400, "ValidationException")
        );
        assert_eq!(
            String::from_utf8(one.body).expect("text"),
            "{\"message\":\"1 validation error detected: Value at 'name' failed to satisfy constraint: \
             Member must not be null\",\"reason\":\"FIELD_VALIDATION_FAILED\",\
             \"fields\":[{\"name\":\"name\",\"message\":\"Member must not be null\"}]}"
        );
        let two = Fault::invalid(&[invalid("a", "x"), invalid("b", "y")]).inspector_answer(None);
        let text = String::from_utf8(two.body).expect("text");
        assert!(
            text.contains("2 validation errors detected: Value at 'a'"),
            "{text}"
        );
    }

    #[test]
    fn an_operation_answers_only_what_its_model_has() {
        for &operation in Operation::ALL {
            let denied = Fault::AccessDenied("no".to_owned()).inspector_answer(Some(operation));
            let expected = if has_access_denied(operation) {
                403
            } else {
                400
            };
            assert_eq!(denied.status.as_u16(), expected, "{operation}");
            let conflict = Fault::Conflict {
                message: "no".to_owned(),
                resource: "r".to_owned(),
                kind: "t",
            };
            let conflict = conflict.inspector_answer(Some(operation));
            assert_eq!(conflict.status.as_u16() == 409, has_conflict(operation));
        }
    }

    #[test]
    fn what_went_wrong_inside_stays_inside() {
        let answer =
            Fault::internal("password=secret").inspector_answer(Some(Operation::ListFindings));
        let text = String::from_utf8(answer.body).expect("text");
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(answer.detail.as_deref(), Some("password=secret"));
        assert_eq!(answer.retry_after, Some(30));
    }
}
