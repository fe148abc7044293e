use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An identifier that does not have the form it must have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct InvalidId {
    /// What was given, cut to a printable length.
    pub text: String,
    /// What it should have been.
    pub expected: &'static str,
}

impl InvalidId {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.chars().take(120).collect(),
            expected,
        }
    }
}

/// An AWS account: twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl AccountId {
    /// Reads twelve digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| digits)
            .map(Self)
            .ok_or_else(|| InvalidId::new(text, "an AWS account id (12 digits)"))
    }

    /// The number databases hold.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0.cast_signed()
    }

    /// The account of a number in a database.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        u64::try_from(number)
            .ok()
            .filter(|number| *number < 1_000_000_000_000)
            .map(Self)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// An AWS Region such as `ap-northeast-1`. Inspector's state (accounts, findings, delegated administrator) is kept per Region.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Region(Box<str>);

impl Region {
    /// Reads a Region's name; any Region of the form AWS uses, also one that is newer than this program.
    ///
    /// # Errors
    /// When the text does not have the form of a Region.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let mut parts = text.split('-');
        let area = parts.next().is_some_and(|p| p.len() == 2);
        let number = parts
            .next_back()
            .is_some_and(|p| p.len() == 1 && p.as_bytes()[0].is_ascii_digit());
        let middle: Vec<_> = parts.collect();
        let letters = text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let named = (1..=2).contains(&middle.len()) && middle.iter().all(|p| !p.is_empty());
        if area && number && letters && named && text.len() <= 32 {
            Ok(Self(text.into()))
        } else {
            Err(InvalidId::new(text, "an AWS Region (such as us-east-1)"))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition its ARNs begin with: `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        if self.0.starts_with("cn-") {
            "aws-cn"
        } else if self.0.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }
}

impl FromStr for Region {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_its_leading_zeros() {
        let account = AccountId::parse("000123456789").expect("twelve digits");
        assert_eq!(account.to_string(), "000123456789");
        assert_eq!(AccountId::from_number(account.number()), Some(account));
    }

    #[test]
    fn what_is_not_an_account_or_a_region_is_refused() {
        for text in [
            "",
            "12345678901",
            "1234567890123",
            "12345678901a",
            "+23456789012",
        ] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
        for text in [
            "",
            "us",
            "us-east",
            "us-east-1a",
            "US-EAST-1",
            "us--1",
            "us-east-1/x",
            "a-b-c-d-1",
        ] {
            assert!(Region::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn regions_know_their_partition() {
        for (text, partition) in [
            ("ap-northeast-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
        ] {
            assert_eq!(Region::parse(text).expect(text).partition(), partition);
        }
    }
}
