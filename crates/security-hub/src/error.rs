use std::fmt;

use crate::HubOperation;

/// An answer that is an error of Security Hub's model. Its body has the members `Message` and `Code`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HubError {
    /// Which.
    pub kind: HubErrorKind,
    /// What happened and what to do.
    pub message: String,
}

/// The errors of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HubErrorKind {
    /// What was asked is not within the API's bounds, or makes no sense here.
    InvalidInput,
    /// The hub is not enabled, or the account is not the administrator of anyone.
    InvalidAccess,
    /// The account or its key may not.
    AccessDenied,
    /// It is not there.
    ResourceNotFound,
    /// It is there already.
    ResourceConflict,
    /// There would be too many.
    LimitExceeded,
    /// Not the client's fault.
    Internal,
}

impl HubErrorKind {
    /// The name of the exception.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidInput => "InvalidInputException",
            Self::InvalidAccess => "InvalidAccessException",
            Self::AccessDenied => "AccessDeniedException",
            Self::ResourceNotFound => "ResourceNotFoundException",
            Self::ResourceConflict => "ResourceConflictException",
            Self::LimitExceeded => "LimitExceededException",
            Self::Internal => "InternalException",
        }
    }

    /// The HTTP status, which is part of the model.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidInput => 400,
            Self::InvalidAccess => 401,
            Self::AccessDenied => 403,
            Self::ResourceNotFound => 404,
            Self::ResourceConflict => 409,
            Self::LimitExceeded => 429,
            Self::Internal => 500,
        }
    }
}

impl HubError {
    /// An error with its message.
    #[must_use]
    pub fn new(kind: HubErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// A request that is not within the API's bounds.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(HubErrorKind::InvalidInput, message)
    }

    /// A member of a request that is not within the API's bounds.
    #[must_use]
    pub fn member(path: impl fmt::Display, expected: impl fmt::Display) -> Self {
        Self::invalid(format!("Invalid parameter {path}: {expected}"))
    }

    /// What the account may not.
    #[must_use]
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(HubErrorKind::AccessDenied, message)
    }

    /// What is not there.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(HubErrorKind::ResourceNotFound, message)
    }

    /// The same as an error that the operation's model has. Clients made from the model know no other.
    #[must_use]
    pub fn modelled(self, operation: HubOperation) -> Self {
        use HubErrorKind as Kind;

        let errors = operation.errors();
        let kind = if errors.contains(&self.kind) {
            self.kind
        } else {
            let next: &[Kind] = match self.kind {
                Kind::AccessDenied => &[Kind::InvalidAccess, Kind::InvalidInput],
                Kind::LimitExceeded | Kind::ResourceConflict | Kind::ResourceNotFound => {
                    &[Kind::InvalidInput, Kind::InvalidAccess]
                }
                Kind::InvalidInput => &[Kind::ResourceNotFound, Kind::InvalidAccess],
                Kind::InvalidAccess => &[Kind::ResourceNotFound, Kind::InvalidInput],
                Kind::Internal => &[],
            };
            next.iter()
                .copied()
                .find(|kind| errors.contains(kind))
                .unwrap_or(Kind::Internal)
        };
        Self { kind, ..self }
    }
}
