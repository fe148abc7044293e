//! What the user decides about the way to AWS.

use std::fmt;

use secrecy::SecretString;
use shindan_inspector::{AccountId, Region};

use crate::call::Policy;
use crate::http::Timeouts;
use crate::retry::Backoff;

/// How to reach AWS, and as whom. The default is the standard chain of credentials and AWS's own endpoints.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// A profile of `~/.aws/config`; otherwise `AWS_PROFILE`, or `default`.
    pub profile: Option<String>,
    /// An access key in place of what the chain would find.
    pub access_key: Option<AccessKey>,
    /// Where Organizations and STS are asked; otherwise the profile's Region.
    pub region: Option<Region>,
    /// The role in member accounts. Without one only the own account can be read.
    pub role: Option<MemberRole>,
    /// One URL for all services, in place of `AWS_ENDPOINT_URL` and those of single services
    /// (`AWS_ENDPOINT_URL_INSPECTOR2`), which are heard otherwise. For servers that stand in for AWS: code is downloaded
    /// there too, whatever host its URL names.
    pub endpoint: Option<String>,
    pub limits: Limits,
    pub backoff: Backoff,
    pub timeouts: Timeouts,
}

/// An access key, permanent or temporary.
#[derive(Clone, Debug)]
pub struct AccessKey {
    pub id: String,
    pub secret: SecretString,
    pub session_token: Option<SecretString>,
}

/// A role that exists under the same name in every member account.
#[derive(Clone, Debug)]
pub struct MemberRole {
    pub name: RoleName,
    /// What the role's trust policy asks for, if it does.
    pub external_id: Option<SecretString>,
    /// What the session may do, whatever the role may.
    pub policy: Policy,
}

/// The name of a role, with its path if it has one: `shindan-scanner`, `security/shindan-scanner`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleName(String);

/// A text that is no role's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a role is given by its name, such as shindan-scanner: letters, digits and +=,.@_-/, at most 512"
)]
pub struct RoleNameError;

impl RoleName {
    /// Reads a name; an ARN is none, because it is of one account only.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, RoleNameError> {
        let name = text.trim_matches('/');
        let fits = (1..=512).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b));
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(RoleNameError)
        }
    }

    /// The ARN of the role of this name in an account.
    pub(crate) fn arn(&self, account: AccountId, region: &Region) -> String {
        format!("arn:{}:iam::{account}:role/{self}", region.partition())
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bounds of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one function's or layer's zip. Lambda takes at most 250 MB unzipped ("Lambda quotas").
    pub package: u64,
    /// Bytes of one answer. The largest are pages of 100 findings of Security Hub, 240 KB each.
    pub answer: u64,
    /// Pages of one list; a service that never stops is none.
    pub pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            package: 256 << 20,
            answer: 32 << 20,
            pages: 10_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_without_its_account() {
        let role = RoleName::parse("security/shindan-scanner").expect("a name");
        let account = AccountId::parse("123456789012").expect("an account");
        let region = Region::parse("cn-north-1").expect("a Region");
        assert_eq!(
            role.arn(account, &region),
            "arn:aws-cn:iam::123456789012:role/security/shindan-scanner"
        );
        for wrong in ["", "/", "arn:aws:iam::123456789012:role/a", "a b"] {
            assert_eq!(RoleName::parse(wrong), Err(RoleNameError), "{wrong}");
        }
    }
}
