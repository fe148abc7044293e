//! Names of Security Hub's resources.
//!
//! Forms: `arn:PARTITION:securityhub:REGION:ACCOUNT:hub/default`, `…:finding-aggregator/UUID`,
//! `…:subscription/STANDARD`, `…:control/STANDARD/CONTROL`, `…:security-control/CONTROL`; of products
//! `arn:PARTITION:securityhub:REGION::product/COMPANY/PRODUCT` and
//! `arn:PARTITION:securityhub:REGION:ACCOUNT:product/ACCOUNT/default`.

use std::fmt;

use shindan_inspector::{AccountId, Region};

/// The name of an account's hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubArn {
    /// Where.
    pub region: Region,
    /// Whose.
    pub account: AccountId,
}

impl HubArn {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (region, account, rest) = split(text)?;
        (rest == "hub/default").then_some(Self {
            region,
            account: account?,
        })
    }
}

impl fmt::Display for HubArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { region, account } = self;
        write!(f, "{}:hub/default", prefix(region, Some(*account)))
    }
}

/// The name of a finding aggregator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregatorArn {
    /// The home Region.
    pub region: Region,
    /// Whose.
    pub account: AccountId,
    /// Which: a UUID.
    pub id: String,
}

impl AggregatorArn {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (region, account, rest) = split(text)?;
        let id = rest.strip_prefix("finding-aggregator/")?;
        let is_uuid = id.len() == 36
            && id
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b) || b == b'-');
        account.filter(|_| is_uuid).map(|account| Self {
            region,
            account,
            id: id.to_owned(),
        })
    }
}

impl fmt::Display for AggregatorArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = prefix(&self.region, Some(self.account));
        write!(f, "{prefix}:finding-aggregator/{}", self.id)
    }
}

/// What a finding comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductArn {
    /// A product that Security Hub knows, such as `aws/inspector`.
    Integrated {
        /// The Region of the integration.
        region: Region,
        /// `aws/inspector`.
        name: String,
    },
    /// An account's own findings.
    Default {
        /// The Region of the account's hub.
        region: Region,
        /// The account.
        account: AccountId,
    },
}

impl ProductArn {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (region, account, rest) = split(text)?;
        let name = rest.strip_prefix("product/")?;
        match account {
            None => {
                let (company, product) = name.split_once('/')?;
                let named = |part: &str| {
                    !part.is_empty()
                        && part
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                };
                (named(company) && named(product)).then(|| Self::Integrated {
                    region,
                    name: name.to_owned(),
                })
            }
            Some(account) => {
                (name == format!("{account}/default")).then_some(Self::Default { region, account })
            }
        }
    }

    /// The product whose findings Amazon Inspector's are.
    #[must_use]
    pub fn inspector(region: &Region) -> Self {
        Self::Integrated {
            region: region.clone(),
            name: INSPECTOR.to_owned(),
        }
    }

    /// The product whose findings control findings are.
    #[must_use]
    pub fn security_hub(region: &Region) -> Self {
        Self::Integrated {
            region: region.clone(),
            name: SECURITY_HUB.to_owned(),
        }
    }

    /// Where the hub is.
    #[must_use]
    pub const fn region(&self) -> &Region {
        match self {
            Self::Integrated { region, .. } | Self::Default { region, .. } => region,
        }
    }

    /// Whether only the service itself makes findings of it.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Integrated { name, .. } if name.starts_with("aws/"))
    }

    /// `CompanyName` and `ProductName`, which Security Hub fills in.
    pub(crate) fn names(&self) -> (&str, &str) {
        match self {
            Self::Integrated { name, .. } => match &**name {
                INSPECTOR => ("Amazon", "Inspector"),
                SECURITY_HUB => ("AWS", "Security Hub"),
                _ => name.split_once('/').unwrap_or((name, name)),
            },
            Self::Default { .. } => ("Personal", "Default"),
        }
    }
}

const INSPECTOR: &str = "aws/inspector";
const SECURITY_HUB: &str = "aws/securityhub";

impl fmt::Display for ProductArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integrated { region, name } => {
                write!(f, "{}:product/{name}", prefix(region, None))
            }
            Self::Default { region, account } => {
                let prefix = prefix(region, Some(*account));
                write!(f, "{prefix}:product/{account}/default")
            }
        }
    }
}

/// `arn:PARTITION:securityhub:REGION:ACCOUNT`, the account empty where there is none.
pub(crate) fn prefix(region: &Region, account: Option<AccountId>) -> String {
    let account = account
        .map(|account| account.to_string())
        .unwrap_or_default();
    format!("arn:{}:securityhub:{region}:{account}", region.partition())
}

/// Takes an ARN of Security Hub apart: Region, account if there is one, resource. The partition must be the Region's.
pub(crate) fn split(text: &str) -> Option<(Region, Option<AccountId>, &str)> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let (arn, partition, service) = (next()?, next()?, next()?);
    let (region, account, rest) = (next()?, next()?, next()?);
    let region = Region::parse(region).ok()?;
    let account = match account {
        "" => None,
        account => Some(AccountId::parse(account).ok()?),
    };
    let fits = arn == "arn" && service == "securityhub" && partition == region.partition();
    fits.then_some((region, account, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_they_are_read() {
        for text in [
            "arn:aws:securityhub:us-east-1::product/aws/inspector",
            "arn:aws-cn:securityhub:cn-north-1:000000000001:product/000000000001/default",
        ] {
            assert_eq!(
                ProductArn::parse(text)
                    .map(|arn| arn.to_string())
                    .as_deref(),
                Some(text)
            );
        }
        let hub = "arn:aws:securityhub:us-east-1:123456789012:hub/default";
        assert_eq!(
            HubArn::parse(hub).map(|arn| arn.to_string()).as_deref(),
            Some(hub)
        );
        let aggregator = "arn:aws:securityhub:us-east-1:123456789012:finding-aggregator/12345678-1234-1234-1234-123456789abc";
        let parsed = AggregatorArn::parse(aggregator).map(|arn| arn.to_string());
        assert_eq!(parsed.as_deref(), Some(aggregator));
    }

    #[test]
    fn other_names_are_refused() {
        for text in [
            "",
            "arn:aws:securityhub:::product/aquasecurity/aquasecurity",
            "arn:aws:securityhub:us-east-1::product/aws",
            "arn:aws:securityhub:us-east-1::product/a/b/c",
            "arn:aws:securityhub:us-east-1:123456789012:product/210987654321/default",
            "arn:aws:securityhub:us-east-1:123456789012:product/aws/inspector",
            "arn:aws:securityhub:cn-north-1::product/aws/inspector",
        ] {
            assert_eq!(ProductArn::parse(text), None, "{text}");
        }
    }
}
