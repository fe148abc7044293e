use crate::Action;
use crate::wire_enum;

wire_enum!(
    /// The operations of Inspector's API that are served: those that have to do with functions, accounts and members.
    Operation {
        BatchGetAccountStatus = "BatchGetAccountStatus",
        BatchGetCodeSnippet = "BatchGetCodeSnippet",
        BatchGetFindingDetails = "BatchGetFindingDetails",
        CreateFilter = "CreateFilter",
        DeleteFilter = "DeleteFilter",
        Disable = "Disable",
        Enable = "Enable",
        ListCoverage = "ListCoverage",
        ListCoverageStatistics = "ListCoverageStatistics",
        ListFilters = "ListFilters",
        ListFindingAggregations = "ListFindingAggregations",
        ListFindings = "ListFindings",
        ListTagsForResource = "ListTagsForResource",
        TagResource = "TagResource",
        UntagResource = "UntagResource",
        UpdateFilter = "UpdateFilter",
        AssociateMember = "AssociateMember",
        DescribeOrganizationConfiguration = "DescribeOrganizationConfiguration",
        DisableDelegatedAdminAccount = "DisableDelegatedAdminAccount",
        DisassociateMember = "DisassociateMember",
        EnableDelegatedAdminAccount = "EnableDelegatedAdminAccount",
        GetDelegatedAdminAccount = "GetDelegatedAdminAccount",
        GetMember = "GetMember",
        ListDelegatedAdminAccounts = "ListDelegatedAdminAccounts",
        ListMembers = "ListMembers",
        UpdateOrganizationConfiguration = "UpdateOrganizationConfiguration",
        BatchGetFreeTrialInfo = "BatchGetFreeTrialInfo",
        CancelFindingsReport = "CancelFindingsReport",
        CancelSbomExport = "CancelSbomExport",
        CreateFindingsReport = "CreateFindingsReport",
        CreateSbomExport = "CreateSbomExport",
        GetConfiguration = "GetConfiguration",
        GetEncryptionKey = "GetEncryptionKey",
        GetFindingsReportStatus = "GetFindingsReportStatus",
        GetSbomExport = "GetSbomExport",
        ListAccountPermissions = "ListAccountPermissions",
        ListUsageTotals = "ListUsageTotals",
        ResetEncryptionKey = "ResetEncryptionKey",
        SearchVulnerabilities = "SearchVulnerabilities",
        UpdateConfiguration = "UpdateConfiguration",
        UpdateEncryptionKey = "UpdateEncryptionKey",
    }
);

impl Operation {
    /// What it is as far as rights go.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::BatchGetAccountStatus
            | Self::BatchGetFindingDetails
            | Self::ListCoverage
            | Self::ListCoverageStatistics
            | Self::ListFilters
            | Self::ListFindingAggregations
            | Self::ListFindings
            | Self::ListTagsForResource
            | Self::BatchGetFreeTrialInfo
            | Self::GetConfiguration
            | Self::GetEncryptionKey
            | Self::GetFindingsReportStatus
            | Self::GetSbomExport
            | Self::ListAccountPermissions
            | Self::ListUsageTotals
            | Self::SearchVulnerabilities
            | Self::GetDelegatedAdminAccount => Action::Read,
            Self::BatchGetCodeSnippet => Action::ReadSnippets,
            Self::DescribeOrganizationConfiguration | Self::GetMember | Self::ListMembers => {
                Action::ReadMembers
            }
            Self::ListDelegatedAdminAccounts => Action::ReadDesignation,
            Self::Enable => Action::Enable,
            Self::Disable => Action::Disable,
            Self::CreateFilter
            | Self::DeleteFilter
            | Self::UpdateFilter
            | Self::TagResource
            | Self::UntagResource => Action::ChangeFilters,
            Self::CancelFindingsReport
            | Self::CancelSbomExport
            | Self::CreateFindingsReport
            | Self::CreateSbomExport => Action::Export,
            Self::ResetEncryptionKey | Self::UpdateEncryptionKey | Self::UpdateConfiguration => {
                Action::Configure
            }
            Self::AssociateMember
            | Self::DisassociateMember
            | Self::UpdateOrganizationConfiguration => Action::ChangeMembers,
            Self::EnableDelegatedAdminAccount | Self::DisableDelegatedAdminAccount => {
                Action::Designate
            }
        }
    }
}
