//! Security Hub's routes, of its model of version 2018-10-26. Of its 126 operations 40 are served: findings, standards and
//! controls, accounts and Regions. Not served are insights, actions, automation rules, configuration policies, invitations,
//! products, and the second version of it all.
//!
//! A `*` in a path stands for a value, an ARN mostly. SDKs differ in how they write one: `:` as `%3A` or as it is, `/` as it is
//! or as `%2F`, and some encode what is encoded already. None of that can be meant, as no ARN has a `%`.

use axum::http::Method;
use shindan_security_hub::HubOperation;

use super::{NotServed, Refusal, Route, decoded};
use crate::asked::Asked;

pub(super) fn route(method: &Method, path: &str) -> Route {
    let method = method.as_str();
    let served = SERVED.iter().filter(|(verb, _, _)| *verb == method);
    for (_, known, operation) in served {
        match fits(known, path) {
            Some("") => return Route::Served(Asked::Hub(*operation), None),
            Some(label) => {
                return match value(label) {
                    Some(arn) => Route::Served(Asked::Hub(*operation), Some(arn)),
                    None => Route::Unknown,
                };
            }
            None => {}
        }
    }
    NOT_SERVED
        .iter()
        .find(|(verb, known, _, _)| *verb == method && fits(known, path).is_some())
        .map_or(Route::Unknown, |(_, _, name, refusal)| {
            Route::NotServed(NotServed {
                name,
                refusal: *refusal,
            })
        })
}

/// What stands for the `*` of a known path; empty when it has none.
fn fits<'p>(known: &str, path: &'p str) -> Option<&'p str> {
    match known.split_once('*') {
        None => (known == path).then_some(""),
        Some((before, after)) => {
            let label = path.strip_prefix(before)?.strip_suffix(after)?;
            (!label.is_empty()).then_some(label)
        }
    }
}

/// What a value in a path means, however often it was encoded.
fn value(label: &str) -> Option<String> {
    let once = decoded(label)?;
    if once.contains('%') {
        decoded(&once)
    } else {
        Some(once)
    }
}

const SERVED: &[(&str, &str, HubOperation)] = &[
    (
        "POST",
        "/standards/deregister",
        HubOperation::BatchDisableStandards,
    ),
    (
        "POST",
        "/standards/register",
        HubOperation::BatchEnableStandards,
    ),
    (
        "POST",
        "/securityControls/batchGet",
        HubOperation::BatchGetSecurityControls,
    ),
    (
        "POST",
        "/associations/batchGet",
        HubOperation::BatchGetStandardsControlAssociations,
    ),
    (
        "POST",
        "/findings/import",
        HubOperation::BatchImportFindings,
    ),
    (
        "PATCH",
        "/findings/batchupdate",
        HubOperation::BatchUpdateFindings,
    ),
    (
        "PATCH",
        "/associations",
        HubOperation::BatchUpdateStandardsControlAssociations,
    ),
    ("GET", "/accounts", HubOperation::DescribeHub),
    ("GET", "/standards", HubOperation::DescribeStandards),
    (
        "GET",
        "/standards/controls/*",
        HubOperation::DescribeStandardsControls,
    ),
    ("DELETE", "/accounts", HubOperation::DisableSecurityHub),
    ("POST", "/accounts", HubOperation::EnableSecurityHub),
    ("POST", "/standards/get", HubOperation::GetEnabledStandards),
    ("POST", "/findings", HubOperation::GetFindings),
    (
        "GET",
        "/securityControl/definition",
        HubOperation::GetSecurityControlDefinition,
    ),
    (
        "GET",
        "/securityControls/definitions",
        HubOperation::ListSecurityControlDefinitions,
    ),
    (
        "GET",
        "/associations",
        HubOperation::ListStandardsControlAssociations,
    ),
    ("GET", "/tags/*", HubOperation::ListTagsForResource),
    ("POST", "/tags/*", HubOperation::TagResource),
    ("DELETE", "/tags/*", HubOperation::UntagResource),
    (
        "PATCH",
        "/accounts",
        HubOperation::UpdateSecurityHubConfiguration,
    ),
    (
        "PATCH",
        "/standards/control/*",
        HubOperation::UpdateStandardsControl,
    ),
    (
        "POST",
        "/findingAggregator/create",
        HubOperation::CreateFindingAggregator,
    ),
    ("POST", "/members", HubOperation::CreateMembers),
    (
        "DELETE",
        "/findingAggregator/delete/*",
        HubOperation::DeleteFindingAggregator,
    ),
    ("POST", "/members/delete", HubOperation::DeleteMembers),
    (
        "GET",
        "/organization/configuration",
        HubOperation::DescribeOrganizationConfiguration,
    ),
    (
        "POST",
        "/organization/admin/disable",
        HubOperation::DisableOrganizationAdminAccount,
    ),
    (
        "POST",
        "/administrator/disassociate",
        HubOperation::DisassociateFromAdministratorAccount,
    ),
    (
        "POST",
        "/members/disassociate",
        HubOperation::DisassociateMembers,
    ),
    (
        "POST",
        "/organization/admin/enable",
        HubOperation::EnableOrganizationAdminAccount,
    ),
    (
        "GET",
        "/administrator",
        HubOperation::GetAdministratorAccount,
    ),
    (
        "GET",
        "/findingAggregator/get/*",
        HubOperation::GetFindingAggregator,
    ),
    ("GET", "/master", HubOperation::GetMasterAccount),
    ("POST", "/members/get", HubOperation::GetMembers),
    (
        "GET",
        "/findingAggregator/list",
        HubOperation::ListFindingAggregators,
    ),
    ("GET", "/members", HubOperation::ListMembers),
    (
        "GET",
        "/organization/admin",
        HubOperation::ListOrganizationAdminAccounts,
    ),
    (
        "PATCH",
        "/findingAggregator/update",
        HubOperation::UpdateFindingAggregator,
    ),
    (
        "POST",
        "/organization/configuration",
        HubOperation::UpdateOrganizationConfiguration,
    ),
];

const NOT_SERVED: &[(&str, &str, &str, Refusal)] = &[
    (
        "POST",
        "/automationrules/delete",
        "BatchDeleteAutomationRules",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/automationrules/get",
        "BatchGetAutomationRules",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/configurationPolicyAssociation/batchget",
        "BatchGetConfigurationPolicyAssociations",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/automationrules/update",
        "BatchUpdateAutomationRules",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/actionTargets",
        "CreateActionTarget",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/automationrules/create",
        "CreateAutomationRule",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/configurationPolicy/create",
        "CreateConfigurationPolicy",
        Refusal::AccessDenied,
    ),
    ("POST", "/insights", "CreateInsight", Refusal::InvalidInput),
    (
        "DELETE",
        "/actionTargets/*",
        "DeleteActionTarget",
        Refusal::InvalidInput,
    ),
    (
        "DELETE",
        "/configurationPolicy/*",
        "DeleteConfigurationPolicy",
        Refusal::AccessDenied,
    ),
    (
        "DELETE",
        "/insights/*",
        "DeleteInsight",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/actionTargets/get",
        "DescribeActionTargets",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/products",
        "DescribeProducts",
        Refusal::InvalidInput,
    ),
    (
        "DELETE",
        "/productSubscriptions/*",
        "DisableImportFindingsForProduct",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/productSubscriptions",
        "EnableImportFindingsForProduct",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/configurationPolicy/get/*",
        "GetConfigurationPolicy",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/configurationPolicyAssociation/get",
        "GetConfigurationPolicyAssociation",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/findingHistory/get",
        "GetFindingHistory",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/insights/results/*",
        "GetInsightResults",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/insights/get",
        "GetInsights",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/automationrules/list",
        "ListAutomationRules",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/configurationPolicy/list",
        "ListConfigurationPolicies",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/configurationPolicyAssociation/list",
        "ListConfigurationPolicyAssociations",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/productSubscriptions",
        "ListEnabledProductsForImport",
        Refusal::InvalidAccess,
    ),
    (
        "POST",
        "/configurationPolicyAssociation/associate",
        "StartConfigurationPolicyAssociation",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/configurationPolicyAssociation/disassociate",
        "StartConfigurationPolicyDisassociation",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/actionTargets/*",
        "UpdateActionTarget",
        Refusal::InvalidInput,
    ),
    (
        "PATCH",
        "/configurationPolicy/*",
        "UpdateConfigurationPolicy",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/findings",
        "UpdateFindings",
        Refusal::InvalidInput,
    ),
    (
        "PATCH",
        "/insights/*",
        "UpdateInsight",
        Refusal::InvalidInput,
    ),
    (
        "PATCH",
        "/securityControl/update",
        "UpdateSecurityControl",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/administrator",
        "AcceptAdministratorInvitation",
        Refusal::InvalidInput,
    ),
    ("POST", "/master", "AcceptInvitation", Refusal::InvalidInput),
    (
        "PATCH",
        "/findingsv2/batchupdatev2",
        "BatchUpdateFindingsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/exportjobsv2/*/cancel",
        "CancelExportJobV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/aggregatorv2/create",
        "CreateAggregatorV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/automationrulesv2/create",
        "CreateAutomationRuleV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/connectors",
        "CreateConnector",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/connectorsv2",
        "CreateConnectorV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/ticketsv2",
        "CreateTicketV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/invitations/decline",
        "DeclineInvitations",
        Refusal::InvalidInput,
    ),
    (
        "DELETE",
        "/aggregatorv2/delete/*",
        "DeleteAggregatorV2",
        Refusal::AccessDenied,
    ),
    (
        "DELETE",
        "/automationrulesv2/*",
        "DeleteAutomationRuleV2",
        Refusal::AccessDenied,
    ),
    (
        "DELETE",
        "/connectors/*",
        "DeleteConnector",
        Refusal::AccessDenied,
    ),
    (
        "DELETE",
        "/connectorsv2/*",
        "DeleteConnectorV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/invitations/delete",
        "DeleteInvitations",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/productsV2",
        "DescribeProductsV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/hubv2",
        "DescribeSecurityHubV2",
        Refusal::Validation,
    ),
    (
        "DELETE",
        "/hubv2/feature/*",
        "DisableSecurityHubFeatureV2",
        Refusal::AccessDenied,
    ),
    (
        "DELETE",
        "/hubv2",
        "DisableSecurityHubV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/master/disassociate",
        "DisassociateFromMasterAccount",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/hubv2/feature/*",
        "EnableSecurityHubFeatureV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/hubv2",
        "EnableSecurityHubV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/recommendedPolicyV2/*",
        "GenerateRecommendedPolicyV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/aggregatorv2/get/*",
        "GetAggregatorV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/automationrulesv2/*",
        "GetAutomationRuleV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/connectors/*",
        "GetConnector",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/connectorsv2/*",
        "GetConnectorV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/exportjobsv2/*",
        "GetExportJobV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/findingsv2/statistics",
        "GetFindingStatisticsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/findingsTrendsv2",
        "GetFindingsTrendsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/findingsv2",
        "GetFindingsV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/invitations/count",
        "GetInvitationsCount",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/recommendedPolicyV2/*",
        "GetRecommendedPolicyV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/GetRemediationsV2",
        "GetRemediationsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/resourcesv2/statistics",
        "GetResourcesStatisticsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/resourcesTrendsv2",
        "GetResourcesTrendsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/resourcesv2",
        "GetResourcesV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/softwarev2/resources",
        "GetSoftwareResourcesV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/softwarev2/statistics",
        "GetSoftwareStatisticsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/softwarev2",
        "GetSoftwareV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/members/invite",
        "InviteMembers",
        Refusal::InvalidInput,
    ),
    (
        "GET",
        "/aggregatorv2/list",
        "ListAggregatorsV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/automationrulesv2/list",
        "ListAutomationRulesV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/connectors",
        "ListConnectors",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/connectorsv2",
        "ListConnectorsV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/exportjobsv2",
        "ListExportJobsV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/ListExposuresByRemediationV2",
        "ListExposuresByRemediationV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/freetrial/statusv2/list",
        "ListFreeTrialStatusesV2",
        Refusal::AccessDenied,
    ),
    (
        "GET",
        "/invitations",
        "ListInvitations",
        Refusal::InvalidInput,
    ),
    (
        "POST",
        "/connectorsv2/register",
        "RegisterConnectorV2",
        Refusal::AccessDenied,
    ),
    (
        "POST",
        "/exportjobsv2",
        "StartExportJobV2",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/aggregatorv2/update/*",
        "UpdateAggregatorV2",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/automationrulesv2/*",
        "UpdateAutomationRuleV2",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/connectors/*",
        "UpdateConnector",
        Refusal::AccessDenied,
    ),
    (
        "PATCH",
        "/connectorsv2/*",
        "UpdateConnectorV2",
        Refusal::AccessDenied,
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_one_route() {
        let routed: BTreeSet<_> = SERVED.iter().map(|(_, _, operation)| *operation).collect();
        let all: BTreeSet<_> = HubOperation::ALL.iter().copied().collect();
        assert_eq!(routed, all);
        let paths: BTreeSet<_> = SERVED
            .iter()
            .map(|(verb, path, _)| (verb, path))
            .chain(NOT_SERVED.iter().map(|(verb, path, _, _)| (verb, path)))
            .collect();
        assert_eq!(paths.len(), 126);
        assert_eq!(SERVED.len() + NOT_SERVED.len(), 126);
    }

    #[test]
    fn an_arn_is_read_however_it_is_written() {
        let arn = "arn:aws:securityhub:us-east-1:123456789012:subscription/pci-dss/v/4.0.1";
        let colons = arn.replace(':', "%3A");
        let slashes = colons.replace('/', "%2F");
        let twice = slashes.replace('%', "%25");
        for written in [arn, &colons, &slashes, &twice] {
            assert_eq!(
                route(&Method::GET, &format!("/standards/controls/{written}")),
                Route::Served(
                    Asked::Hub(HubOperation::DescribeStandardsControls),
                    Some(arn.to_owned())
                ),
                "{written}"
            );
        }
        assert_eq!(route(&Method::GET, "/standards/controls/"), Route::Unknown);
        assert_eq!(route(&Method::GET, "/tags/%FF"), Route::Unknown);
    }

    #[test]
    fn what_is_not_served_is_told_from_what_is_not() {
        let refused = |method, path| match route(&method, path) {
            Route::NotServed(not_served) => Some((not_served.name, not_served.refusal)),
            _ => None,
        };
        assert_eq!(
            refused(Method::POST, "/exportjobsv2/abc/cancel"),
            Some(("CancelExportJobV2", Refusal::AccessDenied))
        );
        assert_eq!(
            refused(Method::POST, "/insights/get"),
            Some(("GetInsights", Refusal::InvalidInput))
        );
        assert_eq!(route(&Method::PUT, "/findings"), Route::Unknown);
        assert_eq!(route(&Method::GET, "/findings/"), Route::Unknown);
    }
}
