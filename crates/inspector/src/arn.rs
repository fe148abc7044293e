//! Names of functions, layers, findings and filters, as ARNs.
//!
//! Formats: `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`,
//! `arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION`,
//! `arn:PARTITION:inspector2:REGION:ACCOUNT:finding/32 HEX`, `arn:PARTITION:inspector2:REGION:ACCOUNT:owner/ACCOUNT/filter/16 HEX`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{AccountId, InvalidId, Region};

/// A Lambda function, without a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionArn {
    /// Where it runs.
    pub region: Region,
    /// Whose it is.
    pub account: AccountId,
    name: Box<str>,
}

impl FunctionArn {
    const EXPECTED: &str = "the ARN of a Lambda function";

    /// A function of a name: 1 to 140 letters, digits, `-`, `_` and `.`, as Inspector accepts.
    ///
    /// # Errors
    /// When the name has another form.
    pub fn new(region: Region, account: AccountId, name: &str) -> Result<Self, InvalidId> {
        let valid = (1..=140).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if valid {
            Ok(Self {
                region,
                account,
                name: name.into(),
            })
        } else {
            Err(InvalidId::new(
                name,
                "a function name (1 to 140 letters, digits, - _ .)",
            ))
        }
    }

    /// Reads an ARN; a version or alias behind the name is dropped.
    ///
    /// # Errors
    /// When the text is not the ARN of a function.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let (region, account, rest) = split(text, "lambda", Self::EXPECTED)?;
        let name = rest
            .strip_prefix("function:")
            .ok_or_else(|| InvalidId::new(text, Self::EXPECTED))?;
        let name = name.split_once(':').map_or(name, |(name, _)| name);
        Self::new(region, account, name)
    }

    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that findings and coverage give the resource: the ARN with `:$LATEST`.
    #[must_use]
    pub fn resource_id(&self) -> String {
        format!("{self}:$LATEST")
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            account,
            name,
        } = self;
        write!(
            f,
            "arn:{}:lambda:{region}:{account}:function:{name}",
            region.partition()
        )
    }
}

/// A version of a layer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerArn {
    /// Where it is.
    pub region: Region,
    /// Whose it is; often not the account of the function.
    pub account: AccountId,
    name: Box<str>,
    /// 1, 2, …
    pub version: u64,
}

impl LayerArn {
    const EXPECTED: &str = "the ARN of a version of a layer";

    /// Reads an ARN with a version.
    ///
    /// # Errors
    /// When the text is not the ARN of a version of a layer.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let wrong = || InvalidId::new(text, Self::EXPECTED);
        let (region, account, rest) = split(text, "lambda", Self::EXPECTED)?;
        let (name, version) = rest
            .strip_prefix("layer:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or_else(wrong)?;
        let valid = (1..=140).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let digits = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
        if !valid || !digits {
            return Err(wrong());
        }
        Ok(Self {
            region,
            account,
            name: name.into(),
            version: version.parse().map_err(|_| wrong())?,
        })
    }

    /// The layer's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for LayerArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            account,
            name,
            version,
        } = self;
        write!(
            f,
            "arn:{}:lambda:{region}:{account}:layer:{name}:{version}",
            region.partition()
        )
    }
}

/// What distinguishes a finding from all others of its account: 16 bytes, 32 hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(pub [u8; 16]);

/// What distinguishes a filter from all others of its account: 8 bytes, 16 hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterId(pub [u8; 8]);

macro_rules! hexadecimal {
    ($name:ident, $bytes:literal) => {
        impl $name {
            /// Reads lower-case hexadecimal digits, two for each byte.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let digits = text.as_bytes();
                if digits.len() != 2 * $bytes {
                    return None;
                }
                let mut bytes = [0; $bytes];
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = digit(pair[0])? << 4 | digit(pair[1])?;
                }
                Some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

hexadecimal!(FindingId, 16);
hexadecimal!(FilterId, 8);

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// A finding's name. It stays the same while the finding is updated, closed and reopened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingArn {
    /// Where it was found.
    pub region: Region,
    /// Whose it is.
    pub account: AccountId,
    /// Which.
    pub id: FindingId,
}

impl FindingArn {
    const EXPECTED: &str = "the ARN of a finding";

    /// Reads an ARN.
    ///
    /// # Errors
    /// When the text is not the ARN of a finding.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let (region, account, rest) = split(text, "inspector2", Self::EXPECTED)?;
        rest.strip_prefix("finding/")
            .and_then(FindingId::parse)
            .map(|id| Self {
                region,
                account,
                id,
            })
            .ok_or_else(|| InvalidId::new(text, Self::EXPECTED))
    }
}

impl fmt::Display for FindingArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            region,
            account,
            id,
        } = self;
        write!(
            f,
            "arn:{}:inspector2:{region}:{account}:finding/{id}",
            region.partition()
        )
    }
}

/// A filter's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilterArn {
    /// The Region it works in.
    pub region: Region,
    /// The account that made it.
    pub owner: AccountId,
    /// Which.
    pub id: FilterId,
}

impl FilterArn {
    const EXPECTED: &str = "the ARN of a filter";

    /// Reads an ARN.
    ///
    /// # Errors
    /// When the text is not the ARN of a filter.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let wrong = || InvalidId::new(text, Self::EXPECTED);
        let (region, account, rest) = split(text, "inspector2", Self::EXPECTED)?;
        let (owner, id) = rest
            .strip_prefix("owner/")
            .and_then(|rest| rest.split_once("/filter/"))
            .ok_or_else(wrong)?;
        if AccountId::parse(owner)? != account {
            return Err(wrong());
        }
        let id = FilterId::parse(id).ok_or_else(wrong)?;
        Ok(Self {
            region,
            owner: account,
            id,
        })
    }
}

impl fmt::Display for FilterArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, owner, id } = self;
        write!(
            f,
            "arn:{}:inspector2:{region}:{owner}:owner/{owner}/filter/{id}",
            region.partition()
        )
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(FunctionArn, LayerArn, FindingArn, FilterArn);

/// Takes an ARN of a service apart: Region, account, resource. The partition must be the Region's.
fn split<'t>(
    text: &'t str,
    service: &str,
    expected: &'static str,
) -> Result<(Region, AccountId, &'t str), InvalidId> {
    let wrong = || InvalidId::new(text, expected);
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().ok_or_else(wrong);
    let (arn, partition, named, region, account, rest) =
        (next()?, next()?, next()?, next()?, next()?, next()?);
    let region = Region::parse(region)?;
    let account = AccountId::parse(account)?;
    if arn == "arn" && named == service && partition == region.partition() {
        Ok((region, account, rest))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_written_as_they_are_read() {
        let function = "arn:aws:lambda:us-east-1:000000000123:function:orders.v2";
        let parsed = FunctionArn::parse(&format!("{function}:$LATEST")).expect("a function");
        assert_eq!(parsed.to_string(), function);
        assert_eq!(parsed.resource_id(), format!("{function}:$LATEST"));

        let layer = "arn:aws-cn:lambda:cn-north-1:123456789012:layer:tools:7";
        assert_eq!(LayerArn::parse(layer).expect("a layer").to_string(), layer);

        let finding =
            "arn:aws:inspector2:eu-west-1:123456789012:finding/00ff00ff00ff00ff00ff00ff00ff00ff";
        assert_eq!(
            FindingArn::parse(finding).expect("a finding").to_string(),
            finding
        );

        let filter =
            "arn:aws:inspector2:eu-west-1:123456789012:owner/123456789012/filter/0123456789abcdef";
        assert_eq!(
            FilterArn::parse(filter).expect("a filter").to_string(),
            filter
        );
    }

    #[test]
    fn what_is_no_arn_of_the_kind_is_refused() {
        for text in [
            "",
            "arn:aws:lambda:us-east-1:123456789012:function:",
            "arn:aws:lambda:us-east-1:123456789012:function:a/b",
            "arn:aws-cn:lambda:us-east-1:123456789012:function:a",
            "arn:aws:s3:us-east-1:123456789012:function:a",
            "orders",
        ] {
            assert!(FunctionArn::parse(text).is_err(), "{text}");
        }
        let upper =
            "arn:aws:inspector2:eu-west-1:123456789012:finding/00FF00FF00FF00FF00FF00FF00FF00FF";
        assert!(FindingArn::parse(upper).is_err());
        let other_owner =
            "arn:aws:inspector2:eu-west-1:123456789012:owner/999999999999/filter/0123456789abcdef";
        assert!(FilterArn::parse(other_owner).is_err());
        assert!(LayerArn::parse("arn:aws:lambda:us-east-1:123456789012:layer:tools").is_err());
        assert!(LayerArn::parse("arn:aws:lambda:us-east-1:123456789012:layer:tools:+1").is_err());
    }
}
