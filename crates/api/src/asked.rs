//! What a request asks for: a service, and an operation of it.

use std::fmt;

use shindan_inspector::{Action, Operation};
use shindan_security_hub::HubOperation;
use shindan_security_hub::members::HubAction;

/// The services of this server. Which one a request is for stands in the scope of its signature; paths alone do not tell,
/// `/findings` and `/members` mean something in more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Inspector,
    SecurityHub,
    /// Our own.
    Shindan,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Inspector, Self::SecurityHub, Self::Shindan];

    /// As signatures name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inspector => "inspector2",
            Self::SecurityHub => "securityhub",
            Self::Shindan => "shindan",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }
}

/// An operation. Written as policies of AWS write it, but for Inspector's, which are written without their service: that is
/// how the audit log, metrics and tokens know one from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Inspector(Operation),
    Hub(HubOperation),
}

impl Asked {
    /// Whether doing it twice is more than doing it once.
    pub(crate) fn changes_something(self) -> bool {
        match self {
            Self::Inspector(operation) => !matches!(
                operation.action(),
                Action::Read | Action::ReadSnippets | Action::ReadMembers | Action::ReadDesignation
            ),
            Self::Hub(operation) => !matches!(
                operation.action(),
                HubAction::Read
                    | HubAction::ReadMembers
                    | HubAction::ReadOrganization
                    | HubAction::ReadDesignation
            ),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inspector(operation) => f.write_str(operation.as_str()),
            Self::Hub(operation) => write!(f, "{}:{operation}", Service::SecurityHub.name()),
        }
    }
}
