//! Counts of findings by what they have in common: the API's `ListFindingAggregations`.
//!
//! Only ACTIVE findings are counted. Rows come with the account when the caller sees one account only, and always for
//! counts by account, by finding type (which the API gives one row an account) and by function and layer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::criteria::{Invalid, MapFilter, Reader, StringFilter};
use crate::wire_enum;
use crate::{AccountId, FindingType, Severity, SortOrder, Timestamp};

wire_enum!(
    /// What findings are counted by.
    AggregationType {
        FindingType = "FINDING_TYPE",
        Package = "PACKAGE",
        Title = "TITLE",
        Repository = "REPOSITORY",
        Ami = "AMI",
        AwsEc2Instance = "AWS_EC2_INSTANCE",
        AwsEcrContainer = "AWS_ECR_CONTAINER",
        ImageLayer = "IMAGE_LAYER",
        Account = "ACCOUNT",
        AwsLambdaFunction = "AWS_LAMBDA_FUNCTION",
        LambdaLayer = "LAMBDA_LAYER",
        CodeRepository = "CODE_REPOSITORY",
        VmInstance = "VM_INSTANCE",
        ContainerImage = "CONTAINER_IMAGE",
        ServerlessFunction = "SERVERLESS_FUNCTION",
    }
);

wire_enum!(
    /// Kinds of resources that counts can be limited to.
    AggregationResourceType {
        AwsEc2Instance = "AWS_EC2_INSTANCE",
        AwsEcrContainerImage = "AWS_ECR_CONTAINER_IMAGE",
        AwsLambdaFunction = "AWS_LAMBDA_FUNCTION",
        CodeRepository = "CODE_REPOSITORY",
        AzureVirtualMachine = "Microsoft.Compute/virtualMachines",
        AzureContainerImage = "Microsoft.ContainerRegistry/registry/containerImage",
        AzureSite = "Microsoft.Web/sites",
        GoogleFunction = "cloudfunctions.googleapis.com/Function",
        GoogleInstance = "compute.googleapis.com/Instance",
        GoogleDockerImage = "artifactregistry.googleapis.com/DockerImage",
    }
);

wire_enum!(
    /// Which count rows are sorted by.
    SortBy { Critical = "CRITICAL", High = "HIGH", All = "ALL" }
);

/// Which rows are wanted, in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregationRequest {
    /// By what, and which of them.
    pub by: Aggregation,
    /// Whose findings; empty when all that the caller sees.
    pub account_ids: Vec<StringFilter>,
    /// CRITICAL when not asked for.
    pub sort_by: SortBy,
    /// DESC when not asked for.
    pub sort_order: SortOrder,
}

/// What findings are counted by, and which are. Lists are empty when not given.
#[derive(Clone, Debug, PartialEq)]
pub enum Aggregation {
    /// By account; the API has this twice.
    FindingType(ByAccount),
    /// By account.
    Account(ByAccount),
    /// By name of package.
    Package {
        /// Which packages.
        names: Vec<StringFilter>,
    },
    /// By title.
    Title {
        /// Which titles.
        titles: Vec<StringFilter>,
        /// Which vulnerabilities.
        vulnerability_ids: Vec<StringFilter>,
        /// Which findings.
        only: ByAccount,
    },
    /// By function.
    LambdaFunction {
        /// Which resource ids.
        resource_ids: Vec<StringFilter>,
        /// Which functions.
        function_names: Vec<StringFilter>,
        /// Which runtimes.
        runtimes: Vec<StringFilter>,
        /// Which tags.
        function_tags: Vec<MapFilter>,
    },
    /// By layer and function.
    LambdaLayer {
        /// Which functions.
        function_names: Vec<StringFilter>,
        /// Which resource ids.
        resource_ids: Vec<StringFilter>,
        /// Which layers.
        layer_arns: Vec<StringFilter>,
    },
    /// By something that no function has: there are never rows.
    Other(AggregationType),
}

/// Which findings are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByAccount {
    /// Of this type; of all types when absent.
    pub finding_type: Option<FindingType>,
    /// In this kind of resource.
    pub resource_type: Option<AggregationResourceType>,
}

impl ByAccount {
    /// Whether findings in functions count at all.
    #[must_use]
    pub fn counts_functions(self) -> bool {
        self.resource_type
            .is_none_or(|kind| kind == AggregationResourceType::AwsLambdaFunction)
    }
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeverityCounts {
    /// Of any severity.
    pub all: i64,
    /// MEDIUM.
    pub medium: i64,
    /// HIGH.
    pub high: i64,
    /// CRITICAL.
    pub critical: i64,
    /// LOW.
    pub low: i64,
    /// INFORMATIONAL.
    pub informational: i64,
    /// UNTRIAGED.
    pub untriaged: i64,
}

impl SeverityCounts {
    /// Counts this many more of a severity.
    pub const fn add(&mut self, severity: Severity, count: i64) {
        let one = match severity {
            Severity::Untriaged => &mut self.untriaged,
            Severity::Informational => &mut self.informational,
            Severity::Low => &mut self.low,
            Severity::Medium => &mut self.medium,
            Severity::High => &mut self.high,
            Severity::Critical => &mut self.critical,
        };
        *one += count;
        self.all += count;
    }

    /// The count that rows are sorted by.
    #[must_use]
    pub const fn sorted_by(&self, by: SortBy) -> i64 {
        match by {
            SortBy::Critical => self.critical,
            SortBy::High => self.high,
            SortBy::All => self.all,
        }
    }
}

/// A row, serialised as the API's `AggregationResponse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AggregationRow {
    /// By account, of a finding type.
    #[serde(rename = "findingTypeAggregation")]
    FindingType(AccountRow),
    /// By account.
    #[serde(rename = "accountAggregation")]
    Account(AccountRow),
    /// By name of package.
    #[serde(rename = "packageAggregation")]
    Package(PackageRow),
    /// By title.
    #[serde(rename = "titleAggregation")]
    Title(TitleRow),
    /// By function.
    #[serde(rename = "lambdaFunctionAggregation")]
    LambdaFunction(FunctionRow),
    /// By layer and function.
    #[serde(rename = "lambdaLayerAggregation")]
    LambdaLayer(LayerRow),
}

/// Findings of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRow {
    /// Which.
    pub account_id: AccountId,
    /// How many.
    pub severity_counts: SeverityCounts,
    /// Of these, with a known exploit.
    pub exploit_available_count: i64,
    /// Of these, with a fix for all packages.
    pub fix_available_count: i64,
}

/// Findings about a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageRow {
    /// Its name.
    pub package_name: String,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// How many.
    pub severity_counts: SeverityCounts,
}

/// Findings of a title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TitleRow {
    /// The title.
    pub title: String,
    /// Of findings about packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vulnerability_id: Option<String>,
    /// Whose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// How many.
    pub severity_counts: SeverityCounts,
}

/// Findings in a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionRow {
    /// The function's ARN with `:$LATEST`.
    pub resource_id: String,
    /// Its name.
    pub function_name: String,
    /// In the API's words.
    pub runtime: String,
    /// Its tags.
    pub lambda_tags: BTreeMap<String, String>,
    /// Whose.
    pub account_id: AccountId,
    /// How many.
    pub severity_counts: SeverityCounts,
    /// When its code or settings last changed.
    pub last_modified_at: Timestamp,
}

/// Findings that a function has from a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LayerRow {
    /// The function's name.
    pub function_name: String,
    /// The function's ARN with `:$LATEST`.
    pub resource_id: String,
    /// The layer.
    pub layer_arn: String,
    /// Whose function.
    pub account_id: AccountId,
    /// How many.
    pub severity_counts: SeverityCounts,
}

impl AggregationRow {
    /// How many findings, by severity.
    #[must_use]
    pub const fn severity_counts(&self) -> &SeverityCounts {
        match self {
            Self::FindingType(row) | Self::Account(row) => &row.severity_counts,
            Self::Package(row) => &row.severity_counts,
            Self::Title(row) => &row.severity_counts,
            Self::LambdaFunction(row) => &row.severity_counts,
            Self::LambdaLayer(row) => &row.severity_counts,
        }
    }
}

impl AggregationRequest {
    /// Everything of one kind, in the order nobody asked for.
    #[must_use]
    pub const fn new(by: Aggregation) -> Self {
        Self {
            by,
            account_ids: Vec::new(),
            sort_by: SortBy::Critical,
            sort_order: SortOrder::Desc,
        }
    }

    /// Reads a request: its members `aggregationType`, `accountIds` and `aggregationRequest`.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn parse(request: &Value) -> Result<Self, Vec<Invalid>> {
        let mut reader = Reader::default();
        let read = Self::read(&mut reader, request);
        let refused = Self::new(Aggregation::Other(AggregationType::Repository));
        reader.finish(read.unwrap_or(refused))
    }

    fn read(reader: &mut Reader, request: &Value) -> Option<Self> {
        let map = reader.structure("request", request)?;
        let kind: AggregationType = match map.get("aggregationType").filter(|v| !v.is_null()) {
            Some(value) => reader.choice("aggregationType", value)?,
            None => {
                reader.refuse("aggregationType", "Member must not be null");
                return None;
            }
        };
        let nothing = Map::new();
        let details = match map.get("aggregationRequest").filter(|v| !v.is_null()) {
            Some(value) => reader.structure("aggregationRequest", value)?,
            None => &nothing,
        };
        let name = member_of(kind);
        let mut found = &nothing;
        let path = format!("aggregationRequest.{name}");
        for (member, value) in details.iter().filter(|(_, value)| !value.is_null()) {
            if member == name {
                found = reader.structure(&path, value)?;
            } else {
                let member: String = member.chars().take(128).collect();
                let path = format!("aggregationRequest.{member}");
                reader.refuse(
                    &path,
                    format!("Member must agree with aggregationType {kind}"),
                );
            }
        }
        let mut details = Details {
            reader,
            path: &path,
            map: found,
        };
        let by = details.aggregation(kind);
        let sort_by = details.choice("sortBy").unwrap_or(SortBy::Critical);
        let sort_order = details.choice("sortOrder").unwrap_or(SortOrder::Desc);
        let account_ids = map.get("accountIds").filter(|value| !value.is_null());
        let account_ids = account_ids.map_or_else(Vec::new, |value| {
            reader.list("accountIds", value, Reader::string_filter)
        });
        Some(Self {
            by,
            account_ids,
            sort_by,
            sort_order,
        })
    }
}

/// The details of one kind of aggregation while they are read.
struct Details<'r> {
    reader: &'r mut Reader,
    path: &'r str,
    map: &'r Map<String, Value>,
}

impl Details<'_> {
    fn aggregation(&mut self, kind: AggregationType) -> Aggregation {
        match kind {
            AggregationType::FindingType => Aggregation::FindingType(self.by_account()),
            AggregationType::Account => Aggregation::Account(self.by_account()),
            AggregationType::Package => Aggregation::Package {
                names: self.strings("packageNames"),
            },
            AggregationType::Title => Aggregation::Title {
                titles: self.strings("titles"),
                vulnerability_ids: self.strings("vulnerabilityIds"),
                only: self.by_account(),
            },
            AggregationType::AwsLambdaFunction => Aggregation::LambdaFunction {
                resource_ids: self.strings("resourceIds"),
                function_names: self.strings("functionNames"),
                runtimes: self.strings("runtimes"),
                function_tags: self.list("functionTags", Reader::map_filter),
            },
            AggregationType::LambdaLayer => Aggregation::LambdaLayer {
                function_names: self.strings("functionNames"),
                resource_ids: self.strings("resourceIds"),
                layer_arns: self.strings("layerArns"),
            },
            AggregationType::Repository
            | AggregationType::Ami
            | AggregationType::AwsEc2Instance
            | AggregationType::AwsEcrContainer
            | AggregationType::ImageLayer
            | AggregationType::CodeRepository
            | AggregationType::VmInstance
            | AggregationType::ContainerImage
            | AggregationType::ServerlessFunction => Aggregation::Other(kind),
        }
    }

    fn by_account(&mut self) -> ByAccount {
        ByAccount {
            finding_type: self.choice("findingType"),
            resource_type: self.choice("resourceType"),
        }
    }

    fn choice<T: crate::WireEnum>(&mut self, name: &str) -> Option<T> {
        let value = self.map.get(name).filter(|value| !value.is_null())?;
        self.reader.choice(&format!("{}.{name}", self.path), value)
    }

    fn strings(&mut self, name: &str) -> Vec<StringFilter> {
        self.list(name, Reader::string_filter)
    }

    fn list<T>(
        &mut self,
        name: &str,
        item: impl FnMut(&mut Reader, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        let value = self.map.get(name).filter(|value| !value.is_null());
        value.map_or_else(Vec::new, |value| {
            let path = format!("{}.{name}", self.path);
            self.reader.list(&path, value, item)
        })
    }
}

/// The member of the union `AggregationRequest` that belongs to a type.
const fn member_of(kind: AggregationType) -> &'static str {
    match kind {
        AggregationType::FindingType => "findingTypeAggregation",
        AggregationType::Package => "packageAggregation",
        AggregationType::Title => "titleAggregation",
        AggregationType::Repository => "repositoryAggregation",
        AggregationType::Ami => "amiAggregation",
        AggregationType::AwsEc2Instance => "ec2InstanceAggregation",
        AggregationType::AwsEcrContainer => "awsEcrContainerAggregation",
        AggregationType::ImageLayer => "imageLayerAggregation",
        AggregationType::Account => "accountAggregation",
        AggregationType::AwsLambdaFunction => "lambdaFunctionAggregation",
        AggregationType::LambdaLayer => "lambdaLayerAggregation",
        AggregationType::CodeRepository => "codeRepositoryAggregation",
        AggregationType::VmInstance => "vmInstanceAggregation",
        AggregationType::ContainerImage => "containerImageAggregation",
        AggregationType::ServerlessFunction => "serverlessFunctionAggregation",
    }
}
