//! Errors in Security Hub's words: the body has the members `Message` and `Code`.

use axum::http::StatusCode;
use serde::Serialize;
use shindan_security_hub::{HubError, HubErrorKind, HubOperation};

use super::{ErrorAnswer, Fault, INTERNAL};
use crate::route::{NotServed, Refusal};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'e> {
    message: &'e str,
    code: &'e str,
}

/// The answer, as an error that the operation's model has.
pub(super) fn answer(fault: Fault, operation: Option<HubOperation>) -> ErrorAnswer {
    let (mut detail, mut retry) = (None, None);
    let error = match fault {
        Fault::Hub(error) => error,
        Fault::Validation { message, .. } | Fault::BadRequest(message) => {
            HubError::invalid(message)
        }
        Fault::AccessDenied(message) => HubError::denied(message),
        Fault::NotFound(message) => HubError::not_found(message),
        Fault::Conflict { message, .. } => HubError::new(HubErrorKind::ResourceConflict, message),
        Fault::Quota { message, .. } => HubError::new(HubErrorKind::LimitExceeded, message),
        Fault::Throttled {
            message,
            retry_after,
        } => {
            retry = Some(retry_after);
            let kind = HubErrorKind::LimitExceeded;
            let modelled = operation.is_none_or(|operation| operation.errors().contains(&kind));
            if !modelled {
                // Clients of every service know it, and try again.
                return rendered(429, "ThrottlingException", &message, retry, None);
            }
            HubError::new(kind, message)
        }
        Fault::Internal {
            detail: inside,
            retry_after,
        } => {
            (detail, retry) = (Some(inside), Some(retry_after));
            HubError::new(HubErrorKind::Internal, INTERNAL)
        }
        Fault::NotServed(NotServed { name, refusal }) => {
            let message = format!(
                "{name} is not supported: shindan serves the findings, standards, controls, members and Regions of \
                 Security Hub, not insights, automation, configuration policies, invitations or its second version"
            );
            let (status, code) = match refusal {
                Refusal::AccessDenied => (403, "AccessDeniedException"),
                Refusal::InvalidInput => (400, "InvalidInputException"),
                Refusal::InvalidAccess => (401, "InvalidAccessException"),
                Refusal::Validation => (400, "ValidationException"),
            };
            return rendered(status, code, &message, None, None);
        }
        // As every service says it.
        fault @ (Fault::Refused { .. } | Fault::Unknown(_)) => return fault.rendered(),
    };
    let error = match operation {
        Some(operation) => error.modelled(operation),
        None => error,
    };
    let (status, code) = (error.kind.status(), error.kind.name());
    rendered(status, code, &error.message, retry, detail)
}

fn rendered(
    status: u16,
    name: &'static str,
    message: &str,
    retry_after: Option<u32>,
    detail: Option<String>,
) -> ErrorAnswer {
    let body = Body {
        message,
        code: name,
    };
    ErrorAnswer {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        name,
        retry_after,
        body: serde_json::to_vec(&body).unwrap_or_default(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_members_of_the_model() {
        let fault = Fault::member("MaxResults", "Member must be a whole number");
        let error = answer(fault, Some(HubOperation::GetFindings));
        assert_eq!(
            (error.status.as_u16(), error.name),
            (400, "InvalidInputException")
        );
        let body: serde_json::Value = serde_json::from_slice(&error.body).expect("JSON");
        assert_eq!(body["Code"], "InvalidInputException");
        let message = body["Message"].as_str().expect("a text");
        assert!(message.contains("MaxResults"), "{message}");
    }

    #[test]
    fn what_went_wrong_inside_stays_inside() {
        for operation in HubOperation::ALL {
            let error = answer(Fault::internal("password=secret"), Some(*operation));
            let text = String::from_utf8(error.body).expect("text");
            assert!(!text.contains("secret"), "{text}");
            assert_eq!(error.status.as_u16(), 500);
            assert_eq!(error.detail.as_deref(), Some("password=secret"));
        }
    }

    #[test]
    fn a_client_that_asks_too_often_is_always_told_to_wait() {
        for operation in HubOperation::ALL {
            let fault = Fault::Throttled {
                message: "Rate exceeded".to_owned(),
                retry_after: 1,
            };
            let error = answer(fault, Some(*operation));
            assert_eq!(error.status.as_u16(), 429, "{operation}");
            assert_eq!(error.retry_after, Some(1));
        }
    }
}
