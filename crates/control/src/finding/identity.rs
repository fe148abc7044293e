//! What makes a control finding the same finding.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shindan_inspector::{AccountId, Region};

use crate::definition::ControlId;

/// The account, Region and control that a finding is about. The id in ASFF is computed from them and nothing else, so
/// that whoever checks first, and however often, arrives at the same finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingId {
    pub account: AccountId,
    pub region: Region,
    pub control: ControlId,
}

impl FindingId {
    /// `Id` in ASFF.
    #[must_use]
    pub fn arn(&self) -> String {
        format!(
            "arn:{}:securityhub:{}:{}:security-control/{}/finding/{}",
            self.region.partition(),
            self.region,
            self.account,
            self.control,
            self.uuid()
        )
    }

    /// A UUID of version 8 (RFC 9562, section 5.8, the version for names hashed otherwise than with MD5 and SHA-1).
    fn uuid(&self) -> String {
        let name = format!("{}\n{}\n{}", self.account, self.region, self.control);
        let hash = Sha256::new_with_prefix("shindan control finding\n")
            .chain_update(name)
            .finalize();
        let mut uuid = String::with_capacity(36);
        for (i, byte) in hash.iter().take(16).enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                uuid.push('-');
            }
            let byte = match i {
                6 => byte & 0x0f | 0x80,
                8 => byte & 0x3f | 0x80,
                _ => *byte,
            };
            let _ = write!(uuid, "{byte:02x}");
        }
        uuid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(account: &str, region: &str, control: ControlId) -> FindingId {
        FindingId {
            account: account.parse().expect("an account"),
            region: region.parse().expect("a Region"),
            control,
        }
    }

    /// Findings that are stored and imported already depend on it: it must never change.
    #[test]
    fn the_id_is_fixed() {
        assert_eq!(
            id("111122223333", "ap-northeast-1", ControlId::Inspector3).arn(),
            "arn:aws:securityhub:ap-northeast-1:111122223333:security-control/Inspector.3/finding/f5e01577-127c-85ed-9485-9a160a398283"
        );
    }

    #[test]
    fn each_account_region_and_control_has_its_own() {
        let arns = [
            id("111122223333", "ap-northeast-1", ControlId::Inspector3),
            id("111122223334", "ap-northeast-1", ControlId::Inspector3),
            id("111122223333", "us-east-1", ControlId::Inspector3),
            id("111122223333", "ap-northeast-1", ControlId::Inspector4),
        ]
        .map(|id| id.uuid());
        for (i, uuid) in arns.iter().enumerate() {
            assert_eq!(uuid.len(), 36);
            assert_eq!(&uuid[14..15], "8", "version of {uuid}");
            assert!(
                matches!(&uuid[19..20], "8" | "9" | "a" | "b"),
                "variant of {uuid}"
            );
            assert!(!arns[..i].contains(uuid));
        }
    }
}
