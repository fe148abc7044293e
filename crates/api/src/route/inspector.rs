//! Inspector's routes, of its model of version 2020-06-08. Of its 84 operations 41 have to do with Lambda functions and are
//! served. An ARN in a path is one segment, with its `/` as `%2F`.

use axum::http::Method;
use shindan_inspector::Operation;

use super::{NotServed, Refusal, Route, decoded};
use crate::asked::Asked;

pub(super) fn route(method: &Method, path: &str) -> Route {
    if let Some(label) = path.strip_prefix("/tags/") {
        let operation = match *method {
            Method::GET => Operation::ListTagsForResource,
            Method::POST => Operation::TagResource,
            Method::DELETE => Operation::UntagResource,
            _ => return Route::Unknown,
        };
        return match segment(label) {
            Some(arn) => Route::Served(Asked::Inspector(operation), Some(arn)),
            None => Route::Unknown,
        };
    }
    let method = method.as_str();
    if let Some((_, _, operation)) = SERVED
        .iter()
        .find(|(verb, known, _)| *verb == method && *known == path)
    {
        return Route::Served(Asked::Inspector(*operation), None);
    }
    NOT_SERVED
        .iter()
        .find(|(verb, known, _)| *verb == method && *known == path)
        .map_or(Route::Unknown, |(_, _, name)| {
            Route::NotServed(NotServed {
                name,
                refusal: Refusal::AccessDenied,
            })
        })
}

/// What a segment of a path means.
fn segment(segment: &str) -> Option<String> {
    if segment.is_empty() || segment.contains('/') {
        return None;
    }
    decoded(segment)
}

const SERVED: &[(&str, &str, Operation)] = &[
    (
        "POST",
        "/status/batch/get",
        Operation::BatchGetAccountStatus,
    ),
    (
        "POST",
        "/codesnippet/batchget",
        Operation::BatchGetCodeSnippet,
    ),
    (
        "POST",
        "/findings/details/batch/get",
        Operation::BatchGetFindingDetails,
    ),
    ("POST", "/filters/create", Operation::CreateFilter),
    ("POST", "/filters/delete", Operation::DeleteFilter),
    ("POST", "/disable", Operation::Disable),
    ("POST", "/enable", Operation::Enable),
    ("POST", "/coverage/list", Operation::ListCoverage),
    (
        "POST",
        "/coverage/statistics/list",
        Operation::ListCoverageStatistics,
    ),
    ("POST", "/filters/list", Operation::ListFilters),
    (
        "POST",
        "/findings/aggregation/list",
        Operation::ListFindingAggregations,
    ),
    ("POST", "/findings/list", Operation::ListFindings),
    ("POST", "/filters/update", Operation::UpdateFilter),
    ("POST", "/members/associate", Operation::AssociateMember),
    (
        "POST",
        "/organizationconfiguration/describe",
        Operation::DescribeOrganizationConfiguration,
    ),
    (
        "POST",
        "/delegatedadminaccounts/disable",
        Operation::DisableDelegatedAdminAccount,
    ),
    (
        "POST",
        "/members/disassociate",
        Operation::DisassociateMember,
    ),
    (
        "POST",
        "/delegatedadminaccounts/enable",
        Operation::EnableDelegatedAdminAccount,
    ),
    (
        "POST",
        "/delegatedadminaccounts/get",
        Operation::GetDelegatedAdminAccount,
    ),
    ("POST", "/members/get", Operation::GetMember),
    (
        "POST",
        "/delegatedadminaccounts/list",
        Operation::ListDelegatedAdminAccounts,
    ),
    ("POST", "/members/list", Operation::ListMembers),
    (
        "POST",
        "/organizationconfiguration/update",
        Operation::UpdateOrganizationConfiguration,
    ),
    (
        "POST",
        "/freetrialinfo/batchget",
        Operation::BatchGetFreeTrialInfo,
    ),
    ("POST", "/reporting/cancel", Operation::CancelFindingsReport),
    ("POST", "/sbomexport/cancel", Operation::CancelSbomExport),
    ("POST", "/reporting/create", Operation::CreateFindingsReport),
    ("POST", "/sbomexport/create", Operation::CreateSbomExport),
    ("POST", "/configuration/get", Operation::GetConfiguration),
    ("GET", "/encryptionkey/get", Operation::GetEncryptionKey),
    (
        "POST",
        "/reporting/status/get",
        Operation::GetFindingsReportStatus,
    ),
    ("POST", "/sbomexport/get", Operation::GetSbomExport),
    (
        "POST",
        "/accountpermissions/list",
        Operation::ListAccountPermissions,
    ),
    ("POST", "/usage/list", Operation::ListUsageTotals),
    ("PUT", "/encryptionkey/reset", Operation::ResetEncryptionKey),
    (
        "POST",
        "/vulnerabilities/search",
        Operation::SearchVulnerabilities,
    ),
    (
        "POST",
        "/configuration/update",
        Operation::UpdateConfiguration,
    ),
    (
        "PUT",
        "/encryptionkey/update",
        Operation::UpdateEncryptionKey,
    ),
];

const NOT_SERVED: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/codesecurity/scan-configuration/batch/associate",
        "BatchAssociateCodeSecurityScanConfiguration",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/batch/disassociate",
        "BatchDisassociateCodeSecurityScanConfiguration",
    ),
    (
        "POST",
        "/ec2deepinspectionstatus/member/batch/get",
        "BatchGetMemberEc2DeepInspectionStatus",
    ),
    (
        "POST",
        "/ec2deepinspectionstatus/member/batch/update",
        "BatchUpdateMemberEc2DeepInspectionStatus",
    ),
    (
        "POST",
        "/cis/scan-configuration/create",
        "CreateCisScanConfiguration",
    ),
    (
        "POST",
        "/codesecurity/integration/create",
        "CreateCodeSecurityIntegration",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/create",
        "CreateCodeSecurityScanConfiguration",
    ),
    ("POST", "/connector/create", "CreateConnector"),
    (
        "POST",
        "/cis/scan-configuration/delete",
        "DeleteCisScanConfiguration",
    ),
    (
        "POST",
        "/codesecurity/integration/delete",
        "DeleteCodeSecurityIntegration",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/delete",
        "DeleteCodeSecurityScanConfiguration",
    ),
    ("POST", "/connector/delete", "DeleteConnector"),
    ("POST", "/cis/scan/report/get", "GetCisScanReport"),
    (
        "POST",
        "/cis/scan-result/details/get",
        "GetCisScanResultDetails",
    ),
    ("POST", "/cluster/get", "GetClustersForImage"),
    (
        "POST",
        "/codesecurity/integration/get",
        "GetCodeSecurityIntegration",
    ),
    ("POST", "/codesecurity/scan/get", "GetCodeSecurityScan"),
    (
        "POST",
        "/codesecurity/scan-configuration/get",
        "GetCodeSecurityScanConfiguration",
    ),
    (
        "POST",
        "/ec2deepinspectionconfiguration/get",
        "GetEc2DeepInspectionConfiguration",
    ),
    ("POST", "/ondemand/scan/status", "GetOnDemandScanStatus"),
    (
        "POST",
        "/cis/scan-configuration/list",
        "ListCisScanConfigurations",
    ),
    (
        "POST",
        "/cis/scan-result/check/list",
        "ListCisScanResultsAggregatedByChecks",
    ),
    (
        "POST",
        "/cis/scan-result/resource/list",
        "ListCisScanResultsAggregatedByTargetResource",
    ),
    ("POST", "/cis/scan/list", "ListCisScans"),
    (
        "POST",
        "/codesecurity/integration/list",
        "ListCodeSecurityIntegrations",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/associations/list",
        "ListCodeSecurityScanConfigurationAssociations",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/list",
        "ListCodeSecurityScanConfigurations",
    ),
    (
        "POST",
        "/connectorscanconfigurations/list",
        "ListConnectorScanConfigurations",
    ),
    ("POST", "/connector/list", "ListConnectors"),
    ("POST", "/ondemand/scans", "ListOnDemandScans"),
    ("PUT", "/cissession/health/send", "SendCisSessionHealth"),
    (
        "PUT",
        "/cissession/telemetry/send",
        "SendCisSessionTelemetry",
    ),
    ("PUT", "/cissession/start", "StartCisSession"),
    ("POST", "/codesecurity/scan/start", "StartCodeSecurityScan"),
    ("POST", "/ondemand/scan", "StartOnDemandScan"),
    ("PUT", "/cissession/stop", "StopCisSession"),
    (
        "POST",
        "/cis/scan-configuration/update",
        "UpdateCisScanConfiguration",
    ),
    (
        "POST",
        "/codesecurity/integration/update",
        "UpdateCodeSecurityIntegration",
    ),
    (
        "POST",
        "/codesecurity/scan-configuration/update",
        "UpdateCodeSecurityScanConfiguration",
    ),
    ("POST", "/connector/update", "UpdateConnector"),
    (
        "POST",
        "/connectorscanconfiguration/update",
        "UpdateConnectorScanConfiguration",
    ),
    (
        "POST",
        "/ec2deepinspectionconfiguration/update",
        "UpdateEc2DeepInspectionConfiguration",
    ),
    (
        "POST",
        "/ec2deepinspectionconfiguration/org/update",
        "UpdateOrgEc2DeepInspectionConfiguration",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_one_route() {
        let mut routed: BTreeSet<_> = SERVED.iter().map(|(_, _, operation)| *operation).collect();
        assert_eq!(routed.len(), SERVED.len());
        routed.extend([
            Operation::ListTagsForResource,
            Operation::TagResource,
            Operation::UntagResource,
        ]);
        let all: BTreeSet<_> = Operation::ALL.iter().copied().collect();
        assert_eq!(routed, all);
        let paths: BTreeSet<_> = SERVED
            .iter()
            .map(|(verb, path, _)| (verb, path))
            .chain(NOT_SERVED.iter().map(|(verb, path, _)| (verb, path)))
            .collect();
        assert_eq!(paths.len() + 3, 84);
    }

    #[test]
    fn an_arn_is_one_segment_and_decoded_once() {
        let arn =
            "arn:aws:inspector2:us-east-1:123456789012:owner/123456789012/filter/0123456789abcdef";
        let encoded = arn.replace(':', "%3A").replace('/', "%2F");
        let twice = encoded.replace('%', "%25");
        let tags = |path: &str| route(&Method::GET, &format!("/tags/{path}"));
        let served = |label: &str| {
            Route::Served(
                Asked::Inspector(Operation::ListTagsForResource),
                Some(label.to_owned()),
            )
        };
        assert_eq!(tags(&encoded), served(arn));
        assert_eq!(tags(&twice), served(&encoded));
        assert_eq!(tags(arn), Route::Unknown);
        assert_eq!(tags(""), Route::Unknown);
        assert_eq!(tags("%FF"), Route::Unknown);
    }

    #[test]
    fn what_is_not_served_is_told_from_what_is_not() {
        let found = |method, path| route(&method, path);
        let not_served = NotServed {
            name: "ListCisScans",
            refusal: Refusal::AccessDenied,
        };
        assert_eq!(
            found(Method::POST, "/cis/scan/list"),
            Route::NotServed(not_served)
        );
        assert_eq!(found(Method::GET, "/findings/list"), Route::Unknown);
        assert_eq!(found(Method::POST, "/findings%2Flist"), Route::Unknown);
        assert_eq!(found(Method::POST, "/findings/list/"), Route::Unknown);
    }
}
