//! `[[aws]]` of the settings: which accounts, where, and as whom.

use std::fmt;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use shindan_cloud::{MemberRole, Policy, RoleName, Settings};
use shindan_inspector::{AccountId, Region};

use crate::complaint::Complaint;

/// Accounts that are reached with the same credentials.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct AwsSource {
    profile: Option<String>,
    /// The role in accounts that the credentials are not of.
    role: Option<String>,
    external_id: Option<ExternalId>,
    pub(crate) accounts: Which,
    /// The profile's when there are none.
    pub(crate) regions: Vec<Region>,
    /// URLs of queues of change events.
    pub(crate) queues: Vec<String>,
    /// How often all functions are looked at.
    pub(crate) poll_seconds: u32,
    /// Accounts and Regions at the same time.
    pub(crate) parallel: usize,
    /// A server that stands in for AWS.
    endpoint: Option<String>,
}

/// Which accounts are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Which {
    /// That of the credentials.
    #[default]
    Own,
    /// All active ones of the organization.
    Organization,
    /// These.
    These(Vec<AccountId>),
}

/// What the roles' trust policies ask for. Never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
struct ExternalId(String);

impl Default for AwsSource {
    fn default() -> Self {
        Self {
            profile: None,
            role: None,
            external_id: None,
            accounts: Which::Own,
            regions: Vec::new(),
            queues: Vec::new(),
            poll_seconds: 6 * 60 * 60,
            parallel: 4,
            endpoint: None,
        }
    }
}

impl AwsSource {
    /// What the client of AWS is told.
    pub(super) fn settings(&self) -> Result<Settings, Complaint> {
        if self.poll_seconds == 0 {
            return Err(Complaint::input(
                "[[aws]] poll-seconds is 0, which is no pause",
            ));
        }
        let role = self.role.as_deref().map(|name| {
            let name = RoleName::parse(name)
                .map_err(|error| Complaint::input(format!("[[aws]] role = {name:?}: {error}")))?;
            Ok::<_, Complaint>(MemberRole {
                name,
                external_id: self
                    .external_id
                    .as_ref()
                    .map(|id| SecretString::from(id.0.as_str())),
                policy: Policy::Scanner,
            })
        });
        let role = role.transpose()?;
        if role.is_none() && self.accounts == Which::Organization {
            return Err(
                Complaint::input("[[aws]] accounts = \"organization\" needs a role").with_hint(
                    "name the role that all accounts have, such as role = \"shindan-scanner\"",
                ),
            );
        }
        Ok(Settings {
            profile: self.profile.clone(),
            region: self.regions.first().cloned(),
            role,
            endpoint: self.endpoint.clone(),
            ..Settings::default()
        })
    }
}

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Said {
            Word(String),
            These(Vec<String>),
        }
        let wrong = |what: String| serde::de::Error::custom(what);
        match Said::deserialize(deserializer)? {
            Said::Word(word) if word == "organization" => Ok(Self::Organization),
            Said::Word(word) => Err(wrong(format!(
                "accounts = {word:?} is neither \"organization\" nor a list of accounts"
            ))),
            Said::These(texts) => {
                let accounts = texts.iter().map(|text| AccountId::parse(text));
                let accounts = accounts.collect::<Result<_, _>>();
                accounts.map(Self::These).map_err(|e| wrong(e.to_string()))
            }
        }
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<AwsSource, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn accounts_are_the_own_one_the_organizations_or_these() {
        assert_eq!(read("").expect("valid").accounts, Which::Own);
        let organization = read("accounts = \"organization\"").expect("valid");
        assert_eq!(organization.accounts, Which::Organization);
        let these = read("accounts = [\"111122223333\"]").expect("valid");
        assert!(matches!(these.accounts, Which::These(accounts) if accounts.len() == 1));
        for wrong in [
            "accounts = \"all\"",
            "accounts = [\"1\"]",
            "accounts = 1",
            "acounts = []",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for wrong in [
            "accounts = \"organization\"",
            "role = \"arn:aws:iam::1:role/a\"",
            "poll-seconds = 0",
        ] {
            let source = read(wrong).expect("readable");
            assert!(source.settings().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_external_id_is_not_printed() {
        let source = read("role = \"scanner\"\nexternal-id = \"hunter2\"").expect("valid");
        assert!(!format!("{source:?}").contains("hunter2"));
    }
}
