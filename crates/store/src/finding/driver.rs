//! The ways that lead to few findings.
//!
//! A page can be had by walking all findings in the wanted order and testing each, which is fast when many match, or by
//! taking those that an index knows to match and sorting them, which is fast when few do. Databases guess which; SQLite does
//! so without looking at the values. So it is measured: each criterion that an index serves is a [`Driver`], which is asked
//! how many rows it leads to, up to a limit.

use shindan_inspector::criteria::{MapFilter, PackageFilter, StringField, TextMatch};
use shindan_inspector::{AccountId, FilterCriteria, FindingArn, FindingStatus};

use super::filter;
use super::reach::FindingScope;
use super::title::titled;
use crate::sql::Sql;

/// A criterion that an index serves.
#[derive(Clone, Debug)]
pub(crate) enum Driver<'c> {
    /// Findings of one account.
    Account(AccountId),
    /// A condition on a column behind region and administrator in an index: the column, what follows it there, the values.
    Accounts(TextMatch<'c>),
    Arns(Vec<FindingArn>),
    Title(TextMatch<'c>),
    VulnerabilityId(TextMatch<'c>),
    Detector(TextMatch<'c>),
    Statuses(Vec<FindingStatus>),
    Related(TextMatch<'c>),
    DetectorTag(TextMatch<'c>),
    /// Leads to findings with the very packages.
    Package(&'c [PackageFilter]),
    /// A column of the function.
    Function(&'static str, TextMatch<'c>),
    Layer(TextMatch<'c>),
    Tags(&'c [MapFilter]),
}

impl<'c> Driver<'c> {
    /// Those of criteria.
    pub(crate) fn all(criteria: &'c FilterCriteria, scope: &FindingScope) -> Vec<Self> {
        let mut drivers: Vec<Self> = scope.account.map(Self::Account).into_iter().collect();
        for (field, filters) in &criteria.strings {
            let wanted = TextMatch::new(filters);
            if *field == StringField::FindingStatus {
                let statuses = FindingStatus::ALL.iter().copied();
                let statuses: Vec<_> = statuses.filter(|s| wanted.holds(&[s.as_str()])).collect();
                // Most findings are active, and a finding of every status is any finding.
                if !statuses.contains(&FindingStatus::Active) {
                    drivers.push(Self::Statuses(statuses));
                }
            } else if wanted.is_positive() {
                drivers.extend(Self::of(*field, wanted));
            }
        }
        if !criteria.resource_tags.is_empty() {
            drivers.push(Self::Tags(&criteria.resource_tags));
        }
        let packages = &criteria.vulnerable_packages;
        if !packages.is_empty() && packages.iter().all(|p| name_of(p).is_positive()) {
            drivers.push(Self::Package(packages));
        }
        drivers
    }

    fn of(field: StringField, wanted: TextMatch<'c>) -> Option<Self> {
        Some(match field {
            StringField::AwsAccountId => Self::Accounts(wanted),
            StringField::FindingArn if wanted.prefixes.is_empty() => Self::Arns(
                (wanted
                    .equal
                    .iter()
                    .filter_map(|text| FindingArn::parse(text).ok()))
                .collect(),
            ),
            StringField::Title => Self::Title(wanted),
            StringField::VulnerabilityId => Self::VulnerabilityId(wanted),
            StringField::CodeVulnerabilityDetectorName => Self::Detector(wanted),
            StringField::RelatedVulnerabilities => Self::Related(wanted),
            StringField::CodeVulnerabilityDetectorTags => Self::DetectorTag(wanted),
            StringField::ResourceId => Self::Function("r.resource_id", wanted),
            StringField::LambdaFunctionName => Self::Function("r.name", wanted),
            StringField::LambdaFunctionRuntime => Self::Function("r.runtime", wanted),
            StringField::LambdaFunctionExecutionRoleArn => Self::Function("r.role_arn", wanted),
            StringField::LambdaFunctionLayers => Self::Layer(wanted),
            _ => return None,
        })
    }

    /// Whether what it asks for stands in the findings themselves, or in their functions.
    pub(crate) const fn is_of_findings(&self) -> bool {
        !matches!(
            self,
            Self::Related(_) | Self::DetectorTag(_) | Self::Package(_)
        )
    }

    /// Adds a SELECT of numbers of findings: all that match the criterion in the scope, possibly some of other scopes,
    /// possibly twice.
    pub(crate) fn select(&self, sql: &mut Sql, scope: &FindingScope) {
        let findings = |sql: &mut Sql| {
            sql.push("SELECT x.id FROM finding x WHERE ");
            scope.condition(sql, "x.region_id", "x.administrator");
            sql.push(" AND ");
        };
        match self {
            Self::Account(account) => {
                findings(sql);
                sql.push("x.account_id = ").bind(account.number());
            }
            Self::Accounts(wanted) => {
                findings(sql);
                filter::account(sql, "x.account_id", wanted);
            }
            Self::Arns(arns) => {
                sql.push("SELECT x.id FROM finding x WHERE x.arn_id IN (");
                if arns.is_empty() {
                    sql.push("NULL");
                }
                sql.list(arns.iter().map(|arn| arn.id.to_string()))
                    .push(")");
            }
            Self::Title(wanted) => {
                findings(sql);
                sql.push("x.status IN (");
                FindingScope::any_status(sql);
                sql.push(") AND ");
                titled(sql, "x.title_key", wanted, &TextMatch::default());
            }
            Self::VulnerabilityId(wanted) => {
                findings(sql);
                filter::positive(sql, "x.vulnerability_id", wanted);
            }
            Self::Detector(wanted) => {
                findings(sql);
                sql.push("x.detector_name IS NOT NULL AND ");
                filter::positive(sql, "x.detector_name", wanted);
            }
            Self::Statuses(statuses) => {
                findings(sql);
                sql.push("x.status IN (");
                if statuses.is_empty() {
                    sql.push("NULL");
                }
                for (at, status) in statuses.iter().enumerate() {
                    sql.push(if at == 0 { "" } else { ", " })
                        .number(i64::from(status.code()));
                }
                sql.push(")");
            }
            Self::Related(wanted) => {
                sql.push("SELECT s.finding_id FROM finding_related s WHERE ");
                filter::positive(sql, "s.vulnerability_id", wanted);
            }
            Self::DetectorTag(wanted) => {
                sql.push("SELECT d.finding_id FROM finding_detector_tag d WHERE ");
                filter::positive(sql, "d.tag", wanted);
            }
            Self::Package(packages) => {
                sql.push("SELECT p.finding_id FROM finding_package p WHERE ");
                scope.condition(sql, "p.region_id", "p.administrator");
                sql.push(" AND p.status IN (");
                FindingScope::any_status(sql);
                sql.push(") AND p.counted IN (0, 1) AND ");
                let mut alternatives = filter::Alternatives::begin(sql);
                for package in *packages {
                    alternatives.next(sql);
                    filter::positive(sql, "p.name", &name_of(package));
                }
                alternatives.end(sql);
                sql.push(" AND ");
                filter::packages(sql, packages);
            }
            Self::Function(column, wanted) => {
                sql.push("SELECT x.id FROM finding x WHERE x.function_id IN (SELECT r.function_id FROM finding_resource r WHERE ");
                filter::positive(sql, column, wanted);
                sql.push(")");
            }
            Self::Layer(wanted) => {
                sql.push("SELECT x.id FROM finding x WHERE x.function_id IN (SELECT l.function_id FROM function_layer l WHERE ");
                filter::positive(sql, "l.arn", wanted);
                sql.push(")");
            }
            Self::Tags(tags) => {
                sql.push("SELECT x.id FROM finding x WHERE x.function_id IN (SELECT t.function_id FROM function_tag t WHERE ");
                filter::tags(sql, tags);
                sql.push(")");
            }
        }
    }
}

fn name_of(filter: &PackageFilter) -> TextMatch<'_> {
    TextMatch::new(filter.name.as_ref())
}
