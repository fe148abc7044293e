use crate::error::HubErrorKind::{
    self, AccessDenied, Internal, InvalidAccess, InvalidInput, LimitExceeded, ResourceConflict,
    ResourceNotFound,
};
use crate::members::HubAction;
use shindan_inspector::wire_enum;

wire_enum!(
    /// The operations of Security Hub's API that are served.
    HubOperation {
        BatchDisableStandards = "BatchDisableStandards",
        BatchEnableStandards = "BatchEnableStandards",
        BatchGetSecurityControls = "BatchGetSecurityControls",
        BatchGetStandardsControlAssociations = "BatchGetStandardsControlAssociations",
        BatchImportFindings = "BatchImportFindings",
        BatchUpdateFindings = "BatchUpdateFindings",
        BatchUpdateStandardsControlAssociations = "BatchUpdateStandardsControlAssociations",
        DescribeHub = "DescribeHub",
        DescribeStandards = "DescribeStandards",
        DescribeStandardsControls = "DescribeStandardsControls",
        DisableSecurityHub = "DisableSecurityHub",
        EnableSecurityHub = "EnableSecurityHub",
        GetEnabledStandards = "GetEnabledStandards",
        GetFindings = "GetFindings",
        GetSecurityControlDefinition = "GetSecurityControlDefinition",
        ListSecurityControlDefinitions = "ListSecurityControlDefinitions",
        ListStandardsControlAssociations = "ListStandardsControlAssociations",
        ListTagsForResource = "ListTagsForResource",
        TagResource = "TagResource",
        UntagResource = "UntagResource",
        UpdateSecurityHubConfiguration = "UpdateSecurityHubConfiguration",
        UpdateStandardsControl = "UpdateStandardsControl",
        CreateFindingAggregator = "CreateFindingAggregator",
        CreateMembers = "CreateMembers",
        DeleteFindingAggregator = "DeleteFindingAggregator",
        DeleteMembers = "DeleteMembers",
        DescribeOrganizationConfiguration = "DescribeOrganizationConfiguration",
        DisableOrganizationAdminAccount = "DisableOrganizationAdminAccount",
        DisassociateFromAdministratorAccount = "DisassociateFromAdministratorAccount",
        DisassociateMembers = "DisassociateMembers",
        EnableOrganizationAdminAccount = "EnableOrganizationAdminAccount",
        GetAdministratorAccount = "GetAdministratorAccount",
        GetFindingAggregator = "GetFindingAggregator",
        GetMasterAccount = "GetMasterAccount",
        GetMembers = "GetMembers",
        ListFindingAggregators = "ListFindingAggregators",
        ListMembers = "ListMembers",
        ListOrganizationAdminAccounts = "ListOrganizationAdminAccounts",
        UpdateFindingAggregator = "UpdateFindingAggregator",
        UpdateOrganizationConfiguration = "UpdateOrganizationConfiguration",
    }
);

impl HubOperation {
    /// The errors that its model has, version 2018-10-26.
    #[must_use]
    pub const fn errors(self) -> &'static [HubErrorKind] {
        match self {
            Self::BatchDisableStandards
            | Self::BatchEnableStandards
            | Self::BatchUpdateStandardsControlAssociations
            | Self::CreateFindingAggregator
            | Self::DisableOrganizationAdminAccount
            | Self::EnableOrganizationAdminAccount
            | Self::ListFindingAggregators => &[
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                LimitExceeded,
                Internal,
            ],
            Self::BatchGetSecurityControls
            | Self::BatchGetStandardsControlAssociations
            | Self::BatchImportFindings
            | Self::BatchUpdateFindings
            | Self::GetEnabledStandards
            | Self::GetFindings
            | Self::ListSecurityControlDefinitions
            | Self::ListStandardsControlAssociations
            | Self::DescribeOrganizationConfiguration
            | Self::ListMembers
            | Self::ListOrganizationAdminAccounts => {
                &[InvalidInput, InvalidAccess, LimitExceeded, Internal]
            }
            Self::DescribeHub
            | Self::GetSecurityControlDefinition
            | Self::DeleteMembers
            | Self::DisassociateFromAdministratorAccount
            | Self::GetAdministratorAccount
            | Self::GetMasterAccount
            | Self::GetMembers => &[
                InvalidInput,
                InvalidAccess,
                ResourceNotFound,
                LimitExceeded,
                Internal,
            ],
            Self::DescribeStandards => &[InvalidInput, InvalidAccess, Internal],
            Self::DescribeStandardsControls => {
                &[InvalidInput, InvalidAccess, ResourceNotFound, Internal]
            }
            Self::DisableSecurityHub => &[
                InvalidAccess,
                AccessDenied,
                ResourceNotFound,
                LimitExceeded,
                Internal,
            ],
            Self::EnableSecurityHub => &[
                InvalidAccess,
                AccessDenied,
                ResourceConflict,
                LimitExceeded,
                Internal,
            ],
            Self::ListTagsForResource | Self::TagResource | Self::UntagResource => {
                &[InvalidInput, ResourceNotFound, Internal]
            }
            Self::UpdateSecurityHubConfiguration
            | Self::DeleteFindingAggregator
            | Self::DisassociateMembers
            | Self::GetFindingAggregator
            | Self::UpdateFindingAggregator => &[
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                ResourceNotFound,
                LimitExceeded,
                Internal,
            ],
            Self::UpdateStandardsControl => &[
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                ResourceNotFound,
                Internal,
            ],
            Self::CreateMembers => &[
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                ResourceConflict,
                LimitExceeded,
                Internal,
            ],
            Self::UpdateOrganizationConfiguration => &[
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                ResourceNotFound,
                ResourceConflict,
                LimitExceeded,
                Internal,
            ],
        }
    }

    /// What it is as far as rights go.
    #[must_use]
    pub const fn action(self) -> HubAction {
        match self {
            Self::BatchDisableStandards
            | Self::BatchEnableStandards
            | Self::BatchUpdateStandardsControlAssociations
            | Self::TagResource
            | Self::UntagResource
            | Self::UpdateSecurityHubConfiguration
            | Self::UpdateStandardsControl => HubAction::Configure,
            Self::BatchGetSecurityControls
            | Self::BatchGetStandardsControlAssociations
            | Self::DescribeHub
            | Self::DescribeStandards
            | Self::DescribeStandardsControls
            | Self::GetEnabledStandards
            | Self::GetFindings
            | Self::GetSecurityControlDefinition
            | Self::ListSecurityControlDefinitions
            | Self::ListStandardsControlAssociations
            | Self::ListTagsForResource
            | Self::GetAdministratorAccount
            | Self::GetFindingAggregator
            | Self::GetMasterAccount
            | Self::ListFindingAggregators => HubAction::Read,
            Self::BatchImportFindings => HubAction::Import,
            Self::BatchUpdateFindings => HubAction::UpdateFindings,
            Self::DisableSecurityHub => HubAction::Disable,
            Self::EnableSecurityHub => HubAction::Enable,
            Self::CreateFindingAggregator
            | Self::DeleteFindingAggregator
            | Self::UpdateFindingAggregator => HubAction::Aggregate,
            Self::CreateMembers
            | Self::DeleteMembers
            | Self::DisassociateMembers
            | Self::UpdateOrganizationConfiguration => HubAction::ChangeMembers,
            Self::DescribeOrganizationConfiguration => HubAction::ReadOrganization,
            Self::GetMembers | Self::ListMembers => HubAction::ReadMembers,
            Self::DisableOrganizationAdminAccount | Self::EnableOrganizationAdminAccount => {
                HubAction::Designate
            }
            Self::DisassociateFromAdministratorAccount => HubAction::Leave,
            Self::ListOrganizationAdminAccounts => HubAction::ReadDesignation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HubError;

    #[test]
    fn an_operation_answers_only_what_its_model_has() {
        for operation in HubOperation::ALL {
            for kind in [
                InvalidInput,
                InvalidAccess,
                AccessDenied,
                ResourceNotFound,
                ResourceConflict,
                LimitExceeded,
                Internal,
            ] {
                let error = HubError::new(kind, "no").modelled(*operation);
                let errors = operation.errors();
                assert!(errors.contains(&error.kind), "{operation} {kind:?}");
                if errors.contains(&kind) {
                    assert_eq!(error.kind, kind, "{operation}");
                }
            }
        }
    }
}
