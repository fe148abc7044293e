//! Inspector's operations, one file a group.

mod account_status;
mod aggregations;
mod configuration;
mod coverage;
mod delegated_admin;
mod encryption_key;
mod filters;
mod finding_details;
mod findings;
mod free_trial_usage;
mod members;
mod organization;
mod permissions;
mod reports;
mod sbom_exports;
mod snippets;
mod tags;
mod vulnerabilities;

use shindan_inspector::Operation;

use crate::call::{Answer, Call};

/// Does what a call asks for. That the caller may, as far as its own account goes, has been checked.
pub(crate) async fn run(call: &Call) -> Answer {
    match call.operation {
        Operation::BatchGetAccountStatus => account_status::batch_get(call).await,
        Operation::Enable => account_status::enable(call).await,
        Operation::Disable => account_status::disable(call).await,
        Operation::ListFindings => findings::list(call).await,
        Operation::ListFindingAggregations => aggregations::list(call).await,
        Operation::BatchGetFindingDetails => finding_details::batch_get(call).await,
        Operation::BatchGetCodeSnippet => snippets::batch_get(call).await,
        Operation::CreateFilter => filters::create(call).await,
        Operation::UpdateFilter => filters::update(call).await,
        Operation::DeleteFilter => filters::delete(call).await,
        Operation::ListFilters => filters::list(call).await,
        Operation::ListTagsForResource => tags::list(call).await,
        Operation::TagResource => tags::tag(call).await,
        Operation::UntagResource => tags::untag(call).await,
        Operation::ListCoverage => coverage::list(call).await,
        Operation::ListCoverageStatistics => coverage::statistics(call).await,
        Operation::AssociateMember => members::associate(call).await,
        Operation::DisassociateMember => members::disassociate(call).await,
        Operation::GetMember => members::get(call).await,
        Operation::ListMembers => members::list(call).await,
        Operation::DescribeOrganizationConfiguration => organization::describe(call).await,
        Operation::UpdateOrganizationConfiguration => organization::update(call).await,
        Operation::EnableDelegatedAdminAccount => delegated_admin::enable(call).await,
        Operation::DisableDelegatedAdminAccount => delegated_admin::disable(call).await,
        Operation::GetDelegatedAdminAccount => delegated_admin::get(call).await,
        Operation::ListDelegatedAdminAccounts => delegated_admin::list(call).await,
        Operation::BatchGetFreeTrialInfo => free_trial_usage::batch_get_free_trial(call).await,
        Operation::ListUsageTotals => free_trial_usage::list_usage(call).await,
        Operation::GetEncryptionKey => encryption_key::get(call),
        Operation::UpdateEncryptionKey => encryption_key::update(call),
        Operation::ResetEncryptionKey => encryption_key::reset(call),
        Operation::GetConfiguration => configuration::get(call).await,
        Operation::UpdateConfiguration => configuration::update(call).await,
        Operation::CreateFindingsReport => reports::create(call).await,
        Operation::GetFindingsReportStatus => reports::status(call).await,
        Operation::CancelFindingsReport => reports::cancel(call).await,
        Operation::CreateSbomExport => sbom_exports::create(call).await,
        Operation::GetSbomExport => sbom_exports::get(call).await,
        Operation::CancelSbomExport => sbom_exports::cancel(call).await,
        Operation::SearchVulnerabilities => vulnerabilities::search(call),
        Operation::ListAccountPermissions => permissions::list(call),
    }
}
