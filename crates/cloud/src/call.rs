//! Every call that this crate makes of AWS: one table.
//!
//! The clients take service, name and route of a call from here, errors name it, and the policies in `deploy/iam` are
//! compared with it by a test. A call that is not in the table cannot be made.

use std::fmt;

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    CloudWatch,
    Inspector,
    Lambda,
    Organizations,
    SecurityHub,
    Sqs,
    Sts,
}

/// Who may make a call: the two policies in `deploy/iam`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Policy {
    /// Reads, and takes change events off the queue.
    Scanner,
    /// Changes Inspector's settings and Security Hub's findings.
    Remediator,
}

/// Where a call of a JSON service goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
}

macro_rules! calls {
    ($($name:ident: $service:ident, [$($action:literal),*], [$($policy:ident),+] $(, $method:literal $path:literal)?;)+) => {
        /// A call of an AWS API, by its name there.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Call { $($name),+ }

        impl Call {
            /// All calls.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name that the API has for it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }

            /// Whose call it is.
            #[must_use]
            pub const fn service(self) -> Service {
                match self { $(Self::$name => Service::$service),+ }
            }

            /// What an IAM policy has to allow for it.
            #[must_use]
            pub const fn actions(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($action),*]),+ }
            }

            /// Which policies allow it.
            #[must_use]
            pub const fn policies(self) -> &'static [Policy] {
                match self { $(Self::$name => &[$(Policy::$policy),+]),+ }
            }

            /// Where it goes, for the services that are called without an SDK.
            #[must_use]
            pub const fn route(self) -> Option<Route> {
                match self { $(Self::$name => calls!(@route $($method $path)?)),+ }
            }
        }
    };
    (@route) => { None };
    (@route $method:literal $path:literal) => { Some(Route { method: $method, path: $path }) };
}

// Actions beside a call's own are the dependent actions of the service authorization reference: `GetFunction` leaves
// tags out without `lambda:ListTags`, and the first `Enable` in an account makes Inspector's service-linked role.
calls! {
    GetCallerIdentity: Sts, [], [Scanner, Remediator];
    AssumeRole: Sts, ["sts:AssumeRole"], [Scanner, Remediator];

    DescribeOrganization: Organizations, ["organizations:DescribeOrganization"], [Scanner, Remediator];
    ListAccounts: Organizations, ["organizations:ListAccounts"], [Scanner, Remediator];
    ListDelegatedAdministrators: Organizations, ["organizations:ListDelegatedAdministrators"], [Scanner, Remediator];

    ListFunctions: Lambda, ["lambda:ListFunctions"], [Scanner];
    GetFunction: Lambda, ["lambda:GetFunction", "lambda:ListTags"], [Scanner];
    GetLayerVersion: Lambda, ["lambda:GetLayerVersion"], [Scanner];

    GetMetricData: CloudWatch, ["cloudwatch:GetMetricData"], [Scanner], "POST" "/";

    ReceiveMessage: Sqs, ["sqs:ReceiveMessage"], [Scanner];
    DeleteMessageBatch: Sqs, ["sqs:DeleteMessage"], [Scanner];

    AssociateMember: Inspector, ["inspector2:AssociateMember"], [Remediator], "POST" "/members/associate";
    BatchGetAccountStatus: Inspector, ["inspector2:BatchGetAccountStatus"], [Scanner, Remediator], "POST" "/status/batch/get";
    BatchGetFreeTrialInfo: Inspector, ["inspector2:BatchGetFreeTrialInfo"], [Scanner], "POST" "/freetrialinfo/batchget";
    DescribeOrganizationConfiguration: Inspector, ["inspector2:DescribeOrganizationConfiguration"], [Scanner, Remediator], "POST" "/organizationconfiguration/describe";
    Disable: Inspector, ["inspector2:Disable"], [Remediator], "POST" "/disable";
    DisassociateMember: Inspector, ["inspector2:DisassociateMember"], [Remediator], "POST" "/members/disassociate";
    Enable: Inspector, ["inspector2:Enable", "iam:CreateServiceLinkedRole"], [Remediator], "POST" "/enable";
    GetDelegatedAdminAccount: Inspector, ["inspector2:GetDelegatedAdminAccount"], [Scanner, Remediator], "POST" "/delegatedadminaccounts/get";
    ListCoverage: Inspector, ["inspector2:ListCoverage"], [Scanner, Remediator], "POST" "/coverage/list";
    ListFindings: Inspector, ["inspector2:ListFindings"], [Scanner, Remediator], "POST" "/findings/list";
    ListMembers: Inspector, ["inspector2:ListMembers"], [Scanner, Remediator], "POST" "/members/list";
    ListUsageTotals: Inspector, ["inspector2:ListUsageTotals"], [Scanner, Remediator], "POST" "/usage/list";
    UpdateOrganizationConfiguration: Inspector, ["inspector2:UpdateOrganizationConfiguration"], [Remediator], "POST" "/organizationconfiguration/update";

    BatchGetSecurityControls: SecurityHub, ["securityhub:BatchGetSecurityControls", "securityhub:DescribeStandardsControls"], [Scanner, Remediator], "POST" "/securityControls/batchGet";
    BatchImportFindings: SecurityHub, ["securityhub:BatchImportFindings"], [Remediator], "POST" "/findings/import";
    BatchUpdateFindings: SecurityHub, ["securityhub:BatchUpdateFindings"], [Remediator], "PATCH" "/findings/batchupdate";
    BatchUpdateStandardsControlAssociations: SecurityHub, ["securityhub:BatchUpdateStandardsControlAssociations", "securityhub:UpdateStandardsControl"], [Remediator], "PATCH" "/associations";
    DescribeHub: SecurityHub, ["securityhub:DescribeHub"], [Scanner, Remediator], "GET" "/accounts";
    GetEnabledStandards: SecurityHub, ["securityhub:GetEnabledStandards"], [Scanner, Remediator], "POST" "/standards/get";
    GetFindings: SecurityHub, ["securityhub:GetFindings"], [Scanner, Remediator], "POST" "/findings";
    ListSecurityControlDefinitions: SecurityHub, ["securityhub:ListSecurityControlDefinitions"], [Scanner, Remediator], "GET" "/securityControls/definitions";
}

impl Service {
    /// The name that requests to it are signed for.
    #[must_use]
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::CloudWatch => "monitoring",
            Self::Inspector => "inspector2",
            Self::Lambda => "lambda",
            Self::Organizations => "organizations",
            Self::SecurityHub => "securityhub",
            Self::Sqs => "sqs",
            Self::Sts => "sts",
        }
    }

    /// The name that settings have for it: `AWS_ENDPOINT_URL_INSPECTOR2`, and `services` in a profile.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::CloudWatch => "CloudWatch",
            Self::Inspector => "Inspector2",
            Self::Lambda => "Lambda",
            Self::Organizations => "Organizations",
            Self::SecurityHub => "SecurityHub",
            Self::Sqs => "SQS",
            Self::Sts => "STS",
        }
    }

    /// Whether its calls are made in member accounts; the others are made in the account shindan runs in.
    const fn in_members(self) -> bool {
        match self {
            Self::CloudWatch | Self::Inspector | Self::Lambda | Self::SecurityHub => true,
            Self::Organizations | Self::Sqs | Self::Sts => false,
        }
    }
}

impl Policy {
    /// The file in `deploy/iam` that holds it.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Scanner => "deploy/iam/scanner.json",
            Self::Remediator => "deploy/iam/remediator.json",
        }
    }

    /// The session policy for a role in a member account: whatever the role may do, the session can do no more.
    ///
    /// JSON, within the 2,048 characters that STS takes.
    pub(crate) fn session_policy(self) -> String {
        let actions: Vec<_> = Call::ALL
            .iter()
            .filter(|call| call.service().in_members() && call.policies().contains(&self))
            .flat_map(|call| call.actions())
            .collect();
        serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
        })
        .to_string()
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service().signing_name(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_for_scanning_may_read_and_nothing_else() {
        let policy = Policy::Scanner.session_policy();
        assert!(policy.contains("\"lambda:GetFunction\""), "{policy}");
        assert!(policy.contains("\"inspector2:ListMembers\""), "{policy}");
        for forbidden in ["Enable\"", "Import", "Update", "iam:", "sts:", "sqs:"] {
            assert!(!policy.contains(forbidden), "{forbidden} in {policy}");
        }
    }

    #[test]
    fn session_policies_fit_into_what_sts_takes() {
        for policy in [Policy::Scanner, Policy::Remediator] {
            assert!(policy.session_policy().len() <= 2048);
        }
    }

    #[test]
    fn services_without_an_sdk_have_a_route_and_others_have_none() {
        for call in Call::ALL {
            let json = matches!(
                call.service(),
                Service::CloudWatch | Service::Inspector | Service::SecurityHub
            );
            assert_eq!(call.route().is_some(), json, "{call}");
        }
    }
}
