//! Security Hub's operations, one file a group.
//!
//! What they decide is `security_hub`'s, what they read and write `store`'s; here requests are read and answers put together.

mod aggregators;
mod associations;
mod call;
mod controls;
mod findings;
mod hubs;
mod members;
mod organization;
mod standards;
mod tags;

use shindan_security_hub::HubOperation;

pub(crate) use call::HubCall;

use crate::call::Answer;

/// Does what a call asks for. That the caller may has been checked.
pub(crate) async fn run(call: &HubCall) -> Answer {
    match call.operation {
        HubOperation::EnableSecurityHub => hubs::enable(call).await,
        HubOperation::DisableSecurityHub => hubs::disable(call).await,
        HubOperation::DescribeHub => hubs::describe(call).await,
        HubOperation::UpdateSecurityHubConfiguration => hubs::update(call).await,
        HubOperation::ListTagsForResource => tags::list(call).await,
        HubOperation::TagResource => tags::tag(call).await,
        HubOperation::UntagResource => tags::untag(call).await,
        HubOperation::DescribeStandards => standards::describe(call),
        HubOperation::BatchEnableStandards => standards::enable(call).await,
        HubOperation::BatchDisableStandards => standards::disable(call).await,
        HubOperation::GetEnabledStandards => standards::enabled(call).await,
        HubOperation::DescribeStandardsControls => standards::controls(call).await,
        HubOperation::UpdateStandardsControl => standards::update_control(call).await,
        HubOperation::ListSecurityControlDefinitions => controls::definitions(call),
        HubOperation::GetSecurityControlDefinition => controls::definition(call),
        HubOperation::BatchGetSecurityControls => controls::batch_get(call).await,
        HubOperation::ListStandardsControlAssociations => associations::list(call).await,
        HubOperation::BatchGetStandardsControlAssociations => associations::batch_get(call).await,
        HubOperation::BatchUpdateStandardsControlAssociations => {
            associations::batch_update(call).await
        }
        HubOperation::GetFindings => findings::get(call).await,
        HubOperation::BatchImportFindings => findings::import(call).await,
        HubOperation::BatchUpdateFindings => findings::update(call).await,
        HubOperation::CreateMembers => members::create(call).await,
        HubOperation::DeleteMembers => members::delete(call).await,
        HubOperation::DisassociateMembers => members::disassociate(call).await,
        HubOperation::DisassociateFromAdministratorAccount => members::leave(call),
        HubOperation::GetMembers => members::get(call).await,
        HubOperation::ListMembers => members::list(call).await,
        HubOperation::GetAdministratorAccount => {
            members::administrator(call, "Administrator").await
        }
        HubOperation::GetMasterAccount => members::administrator(call, "Master").await,
        HubOperation::EnableOrganizationAdminAccount => organization::designate(call).await,
        HubOperation::DisableOrganizationAdminAccount => organization::dismiss(call).await,
        HubOperation::ListOrganizationAdminAccounts => organization::designated(call).await,
        HubOperation::DescribeOrganizationConfiguration => organization::describe(call).await,
        HubOperation::UpdateOrganizationConfiguration => organization::update(call).await,
        HubOperation::CreateFindingAggregator => aggregators::create(call).await,
        HubOperation::UpdateFindingAggregator => aggregators::update(call).await,
        HubOperation::DeleteFindingAggregator => aggregators::delete(call).await,
        HubOperation::GetFindingAggregator => aggregators::get(call).await,
        HubOperation::ListFindingAggregators => aggregators::list(call).await,
    }
}
