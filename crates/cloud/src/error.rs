//! What a failed call says: account, Region, call, what happened, and what to do next.

use std::fmt;

use shindan_inspector::{AccountId, Region};

use crate::call::{Call, Policy};

/// A call that failed for good: it was tried again where that could help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudError {
    /// In which account; `None` before it is known whose the credentials are.
    pub account: Option<AccountId>,
    pub region: Region,
    pub call: Call,
    pub kind: ErrorKind,
    /// What the service or the network said; safe to print, at most [`CloudError::MAX_MESSAGE`] characters.
    pub message: String,
    /// How often the call was made.
    pub attempts: u32,
    /// What AWS support asks for.
    pub request_id: Option<String>,
}

/// What kept a call from succeeding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// The standard chain has none, or a part of it failed.
    NoCredentials,
    /// Temporary credentials have ended, also after getting new ones.
    CredentialsExpired,
    /// The key is unknown, or the secret wrong; also what a Region says that the account has not opted in to.
    CredentialsRefused,
    /// The clock of this machine is too far from AWS's, also after following it.
    ClockSkew,
    AccessDenied,
    /// Too many calls, also after waiting.
    Throttled,
    /// The service failed, also after waiting.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// No connection.
    Unreachable,
    /// The service's name has no address: the Region has no such service, or this machine cannot look names up.
    NoSuchHost,
    /// What answered is not the service: a proxy's page, or JSON that is none.
    NotTheService,
    /// The Region does not have the service, or this feature of it.
    NotInRegion,
    /// The service is not switched on in the account.
    NotEnabled,
    /// The account belongs to no organization.
    NoOrganization,
    NotFound,
    /// Something else is being changed, or is there already.
    Conflict,
    /// The service does not accept the call.
    Invalid,
    /// The answer is larger than what is read.
    TooLarge,
    /// The downloaded code is not what the service said it would be.
    WrongHash,
    /// A code URL that is none of AWS's storage, and is not fetched.
    ForeignUrl,
    /// An error that is not known here.
    Other,
}

impl CloudError {
    /// Characters of [`CloudError::message`].
    pub const MAX_MESSAGE: usize = 500;

    /// What to do, in one or two sentences.
    #[must_use]
    pub fn remedy(&self) -> String {
        let Self { region, call, .. } = self;
        match self.kind {
            ErrorKind::NoCredentials => {
                "Configure credentials: a profile (`aws configure`, `aws sso login`), environment variables, or a role of the machine".to_owned()
            }
            ErrorKind::CredentialsExpired => {
                "Get new credentials, for example with `aws sso login`, and run it again".to_owned()
            }
            ErrorKind::CredentialsRefused => format!(
                "Check that the access key is active, and that the account has opted in to {region}"
            ),
            ErrorKind::ClockSkew => "Set the clock of this machine right (NTP)".to_owned(),
            ErrorKind::AccessDenied => self.remedy_of_denial(),
            ErrorKind::Throttled => {
                "Run it again later, or with fewer accounts at once; other programs share the account's quota".to_owned()
            }
            ErrorKind::Unavailable => {
                "Run it again later; the state of the service is at https://health.aws.amazon.com".to_owned()
            }
            ErrorKind::Timeout | ErrorKind::Unreachable => format!(
                "Check network, proxy (HTTPS_PROXY, NO_PROXY) and endpoint of {}",
                call.service().id()
            ),
            ErrorKind::NoSuchHost => format!(
                "Check that {region} has {}, and that this machine can look up names (network, proxy)",
                call.service().id()
            ),
            ErrorKind::NotTheService => {
                "Check the proxy and the endpoint: what answered is not AWS. A proxy may want a login".to_owned()
            }
            ErrorKind::NotInRegion => format!("Leave {region} out, or do without this feature there"),
            ErrorKind::NotEnabled => {
                format!("Enable {} in this account and Region first", call.service().id())
            }
            ErrorKind::NoOrganization => {
                "Name the accounts, or use credentials of an account of the organization".to_owned()
            }
            ErrorKind::NotFound => "Check the name; it may have been deleted since".to_owned(),
            ErrorKind::Conflict => "Run it again when the other change is done".to_owned(),
            ErrorKind::Invalid => {
                "If the values are right, this is an error of shindan: please report it".to_owned()
            }
            ErrorKind::TooLarge => "It is skipped; raise the limit if it has to be scanned".to_owned(),
            ErrorKind::WrongHash => {
                "Run it again; if it stays, something between changes what is downloaded".to_owned()
            }
            ErrorKind::ForeignUrl => {
                "Check the endpoint that is set: only AWS gives out such URLs".to_owned()
            }
            ErrorKind::Other => "See the message".to_owned(),
        }
    }

    fn remedy_of_denial(&self) -> String {
        let call = self.call;
        match call {
            Call::AssumeRole => {
                "Create the role in that account, let it trust the caller with this external id, and allow the caller sts:AssumeRole on it".to_owned()
            }
            // It needs no permission.
            Call::GetCallerIdentity => {
                "Check the credentials, the endpoint, and the organization's service control policies".to_owned()
            }
            Call::ListAccounts | Call::ListDelegatedAdministrators => {
                "Use credentials of the management account or of a delegated administrator, or name the accounts".to_owned()
            }
            _ => {
                let actions = call.actions().join(" and ");
                let file = call.policies().first().copied().unwrap_or(Policy::Scanner).file();
                format!(
                    "Allow {actions} ({file}), and check the organization's service control policies"
                )
            }
        }
    }
}

impl ErrorKind {
    /// What happened, in words.
    const fn words(self) -> &'static str {
        match self {
            Self::NoCredentials => "there are no credentials",
            Self::CredentialsExpired => "the credentials have expired",
            Self::CredentialsRefused => "the credentials are not accepted",
            Self::ClockSkew => "the clock of this machine is wrong",
            Self::AccessDenied => "access is denied",
            Self::Throttled => "there are too many calls",
            Self::Unavailable => "the service failed",
            Self::Timeout => "there was no answer in time",
            Self::Unreachable => "the service cannot be reached",
            Self::NoSuchHost => "the service has no address",
            Self::NotTheService => "something else than the service answered",
            Self::NotInRegion => "the Region does not have it",
            Self::NotEnabled => "the service is not enabled",
            Self::NoOrganization => "the account is in no organization",
            Self::NotFound => "there is no such thing",
            Self::Conflict => "another change is in the way",
            Self::Invalid => "the call is not accepted",
            Self::TooLarge => "the answer is too large",
            Self::WrongHash => "the code is not what was announced",
            Self::ForeignUrl => "the code is not in AWS's storage",
            Self::Other => "the call failed",
        }
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.account {
            Some(account) => write!(f, "account {account}, ")?,
            None => f.write_str("account not known yet, ")?,
        }
        write!(f, "{}, {}: {}", self.region, self.call, self.kind.words())?;
        if self.attempts > 1 {
            write!(f, " ({} attempts)", self.attempts)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message.trim_end_matches('.'))?;
        }
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        write!(f, ". {}.", self.remedy())
    }
}

impl std::error::Error for CloudError {}

/// A text from outside, cut and without control characters.
pub(crate) fn printable(text: &str, length: usize) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(length)
        .collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(call: Call, kind: ErrorKind) -> CloudError {
        CloudError {
            account: AccountId::parse("123456789012").ok(),
            region: Region::parse("ap-northeast-1").expect("a Region"),
            call,
            kind,
            message: "User is not authorized.".to_owned(),
            attempts: 1,
            request_id: None,
        }
    }

    #[test]
    fn an_error_names_account_region_call_and_remedy() {
        let text = error(Call::GetFunction, ErrorKind::AccessDenied).to_string();
        assert_eq!(
            text,
            "account 123456789012, ap-northeast-1, lambda:GetFunction: access is denied: User is not authorized. \
             Allow lambda:GetFunction and lambda:ListTags (deploy/iam/scanner.json), and check the organization's \
             service control policies."
        );
    }

    #[test]
    fn a_refused_role_is_not_explained_with_a_missing_permission_alone() {
        let text = error(Call::AssumeRole, ErrorKind::AccessDenied).to_string();
        assert!(text.contains("trust the caller"), "{text}");
    }

    #[test]
    fn what_is_printed_has_no_control_characters() {
        assert_eq!(printable("a\u{1b}[31mb\r\nc", 100), "a [31mb  c");
        assert_eq!(printable(&"é".repeat(600), 500).chars().count(), 500);
    }
}
