//! Criteria as conditions of SQL, with the meaning that [`FilterCriteria::matches`] gives them.
//!
//! The finding is `f`. Values that another table has are asked for by EXISTS, which a list that is walked in order tests row
//! by row; [`super::driver`] has the forms that lead to few rows directly. Conditions on enumerations are solved here: the
//! set of values that match becomes a list of codes.

use shindan_inspector::criteria::{
    DateField, DateFilter, MapFilter, NumberField, NumberFilter, PackageFilter, StringField,
    TextMatch, after_prefix,
};
use shindan_inspector::{
    AccountId, ExploitAvailable, FilterCriteria, FindingArn, FindingStatus, FindingType,
    FixAvailable, Region, Severity, WireEnum,
};

use super::title::titled;
use crate::Engine;
use crate::sql::Sql;

const TRUE: &str = "1 = 1";
const FALSE: &str = "1 = 0";

/// What the compiler has to know beside the criteria.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    /// The Region that all findings in question are in.
    pub(crate) region: &'c Region,
    /// The status that all findings in question are to be taken to have. Suppression rules see what they suppress as
    /// active: a rule about active findings must not end its own effect.
    pub(crate) status: Option<FindingStatus>,
    /// Whether all findings in question are known to have the packages that are asked for.
    pub(crate) has_packages: bool,
}

/// The condition that criteria become and the number of values bound in it, for a person who asks why a list is slow, and
/// for the fuzzer.
#[must_use]
pub fn compiled(engine: Engine, region: &Region, criteria: &FilterCriteria) -> (String, usize) {
    let mut sql = Sql::new(engine, TRUE);
    let context = Context {
        region,
        status: None,
        has_packages: false,
    };
    conditions(&mut sql, criteria, context);
    sql.into_parts()
}

/// Adds ` AND …` for each criterion.
pub(crate) fn conditions(sql: &mut Sql, criteria: &FilterCriteria, context: Context<'_>) {
    for (field, filters) in &criteria.strings {
        sql.push(" AND ");
        string(sql, *field, &TextMatch::new(filters), context);
    }
    for (field, filters) in &criteria.dates {
        sql.push(" AND ");
        date(sql, *field, filters);
    }
    for (field, filters) in &criteria.numbers {
        sql.push(" AND ");
        number(sql, *field, filters);
    }
    if !criteria.resource_tags.is_empty() {
        sql.push(" AND EXISTS (SELECT 1 FROM function_tag t WHERE t.function_id = ");
        sql.column("f.function_id").push(" AND ");
        tags(sql, &criteria.resource_tags);
        sql.push(")");
    }
    if !criteria.port_range.is_empty() {
        sql.push(" AND ").push(FALSE);
    }
    if !criteria.vulnerable_packages.is_empty() && !context.has_packages {
        sql.push(" AND EXISTS (SELECT 1 FROM finding_package p WHERE p.finding_id = ");
        sql.column("f.id").push(" AND ");
        packages(sql, &criteria.vulnerable_packages);
        sql.push(")");
    }
}

fn string(sql: &mut Sql, field: StringField, wanted: &TextMatch<'_>, context: Context<'_>) {
    match field {
        StringField::FindingArn => finding_arn(sql, wanted, context.region),
        StringField::AwsAccountId => account(sql, "f.account_id", wanted),
        StringField::FindingType => codes::<FindingType>(sql, "f.type", wanted, FindingType::code),
        StringField::Severity => codes::<Severity>(sql, "f.severity", wanted, Severity::code),
        StringField::FixAvailable => {
            codes::<FixAvailable>(sql, "f.fix", wanted, FixAvailable::code)
        }
        StringField::ExploitAvailable => {
            codes::<ExploitAvailable>(sql, "f.exploit", wanted, ExploitAvailable::code);
        }
        StringField::FindingStatus => match context.status {
            Some(status) => known(sql, wanted.holds(&[status.as_str()])),
            None => codes::<FindingStatus>(sql, "f.status", wanted, FindingStatus::code),
        },
        StringField::ResourceType => known(sql, wanted.holds(&["AWS_LAMBDA_FUNCTION"])),
        StringField::Title => titled(sql, "f.title_key", wanted, &TextMatch::default()),
        StringField::VulnerabilityId => nullable(sql, "f.vulnerability_id", wanted),
        StringField::VulnerabilitySource => nullable(sql, "f.vulnerability_source", wanted),
        StringField::VendorSeverity => nullable(sql, "f.vendor_severity", wanted),
        StringField::CodeVulnerabilityDetectorName => nullable(sql, "f.detector_name", wanted),
        StringField::CodeVulnerabilityFilePath => nullable(sql, "f.file_path", wanted),
        StringField::ResourceId => resource(sql, "r.resource_id", wanted),
        StringField::LambdaFunctionName => resource(sql, "r.name", wanted),
        StringField::LambdaFunctionRuntime => resource(sql, "r.runtime", wanted),
        StringField::LambdaFunctionExecutionRoleArn => resource(sql, "r.role_arn", wanted),
        StringField::LambdaFunctionLayers => several(
            sql,
            "EXISTS (SELECT 1 FROM function_layer l WHERE l.function_id = ",
            "f.function_id",
            "l.arn",
            wanted,
        ),
        StringField::RelatedVulnerabilities => several(
            sql,
            "EXISTS (SELECT 1 FROM finding_related s WHERE s.finding_id = ",
            "f.id",
            "s.vulnerability_id",
            wanted,
        ),
        StringField::CodeVulnerabilityDetectorTags => several(
            sql,
            "EXISTS (SELECT 1 FROM finding_detector_tag d WHERE d.finding_id = ",
            "f.id",
            "d.tag",
            wanted,
        ),
        // Of other resources than functions.
        _ => known(sql, wanted.holds(&[])),
    }
}

fn known(sql: &mut Sql, holds: bool) {
    sql.push(if holds { TRUE } else { FALSE });
}

/// Alternatives in parentheses; none of them is false.
pub(crate) struct Alternatives {
    any: bool,
}

impl Alternatives {
    pub(crate) fn begin(sql: &mut Sql) -> Self {
        sql.push("(");
        Self { any: false }
    }

    pub(crate) fn next(&mut self, sql: &mut Sql) {
        if self.any {
            sql.push(" OR ");
        }
        self.any = true;
    }

    pub(crate) fn end(self, sql: &mut Sql) {
        sql.push(if self.any { ")" } else { "1 = 0)" });
    }
}

/// PostgreSQL's texts hold no NUL, so nothing that is stored can have it, and it must not be bound.
fn storable(value: &str) -> bool {
    !value.contains('\0')
}

/// A condition on a text column that is never null.
pub(crate) fn text(sql: &mut Sql, column: &'static str, wanted: &TextMatch<'_>) {
    sql.push("(");
    if wanted.is_positive() {
        positive(sql, column, wanted);
    } else {
        sql.push(TRUE);
    }
    for value in wanted.unequal.iter().filter(|value| storable(value)) {
        sql.push(" AND ").column(column).push(" <> ").bind(*value);
    }
    sql.push(")");
}

/// The EQUALS and PREFIX values of a condition on a text column.
pub(crate) fn positive(sql: &mut Sql, column: &'static str, wanted: &TextMatch<'_>) {
    let mut alternatives = Alternatives::begin(sql);
    for value in wanted.equal.iter().filter(|value| storable(value)) {
        alternatives.next(sql);
        sql.column(column).push(" = ").bind(*value);
    }
    for prefix in wanted.prefixes.iter().filter(|value| storable(value)) {
        alternatives.next(sql);
        // LIKE would ignore case in one of the databases.
        sql.push("(").column(column).push(" >= ").bind(*prefix);
        if let Some(after) = after_prefix(prefix) {
            sql.push(" AND ").column(column).push(" < ").bind(after);
        }
        sql.push(")");
    }
    alternatives.end(sql);
}

/// A condition on a text column that is null when a finding has no such value: which matches every NOT_EQUALS.
pub(crate) fn nullable(sql: &mut Sql, column: &'static str, wanted: &TextMatch<'_>) {
    if wanted.is_positive() {
        text(sql, column, wanted);
    } else {
        sql.push("(").column(column).push(" IS NULL OR ");
        text(sql, column, wanted);
        sql.push(")");
    }
}

/// A condition on a column of the function.
fn resource(sql: &mut Sql, column: &'static str, wanted: &TextMatch<'_>) {
    sql.push("EXISTS (SELECT 1 FROM finding_resource r WHERE r.function_id = ");
    sql.column("f.function_id").push(" AND ");
    text(sql, column, wanted);
    sql.push(")");
}

/// A condition on values of which there may be several, in rows of another table.
fn several(
    sql: &mut Sql,
    exists: &'static str,
    key: &'static str,
    column: &'static str,
    wanted: &TextMatch<'_>,
) {
    sql.push("(").push(TRUE);
    if wanted.is_positive() {
        sql.push(" AND ").push(exists).column(key).push(" AND ");
        positive(sql, column, wanted);
        sql.push(")");
    }
    let unequal: Vec<&str> = wanted
        .unequal
        .iter()
        .copied()
        .filter(|v| storable(v))
        .collect();
    if !unequal.is_empty() {
        sql.push(" AND NOT ").push(exists).column(key).push(" AND ");
        sql.column(column).push(" IN (").list(unequal).push("))");
    }
    sql.push(")");
}

/// A condition on the number of an enumeration.
fn codes<E: WireEnum>(
    sql: &mut Sql,
    column: &'static str,
    wanted: &TextMatch<'_>,
    code: fn(E) -> i16,
) {
    let matching: Vec<E> = (E::VALUES.iter().copied())
        .filter(|value| wanted.holds(&[value.name()]))
        .collect();
    if matching.len() == E::VALUES.len() {
        sql.push(TRUE);
    } else if matching.is_empty() {
        sql.push(FALSE);
    } else {
        sql.column(column).push(" IN (");
        for (at, value) in matching.into_iter().enumerate() {
            sql.push(if at == 0 { "" } else { ", " })
                .number(i64::from(code(value)));
        }
        sql.push(")");
    }
}

/// A condition on an account, which is a text to callers and a number to the database.
pub(crate) fn account(sql: &mut Sql, column: &'static str, wanted: &TextMatch<'_>) {
    sql.push("(");
    if wanted.is_positive() {
        let mut alternatives = Alternatives::begin(sql);
        for account in wanted
            .equal
            .iter()
            .filter_map(|text| AccountId::parse(text).ok())
        {
            alternatives.next(sql);
            sql.column(column).push(" = ").bind(account.number());
        }
        for (from, to) in wanted
            .prefixes
            .iter()
            .filter_map(|text| accounts_with(text))
        {
            alternatives.next(sql);
            range(sql, column, from, to);
        }
        alternatives.end(sql);
    } else {
        sql.push(TRUE);
    }
    for account in wanted
        .unequal
        .iter()
        .filter_map(|text| AccountId::parse(text).ok())
    {
        sql.push(" AND ")
            .column(column)
            .push(" <> ")
            .bind(account.number());
    }
    sql.push(")");
}

fn range(sql: &mut Sql, column: &'static str, from: i64, to: i64) {
    sql.push("(").column(column).push(" >= ").bind(from);
    sql.push(" AND ")
        .column(column)
        .push(" < ")
        .bind(to)
        .push(")");
}

/// The numbers of accounts whose twelve digits begin so, as a range without its end.
fn accounts_with(prefix: &str) -> Option<(i64, i64)> {
    let digits = prefix.len() <= 12 && prefix.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return None;
    }
    let missing = 10_i64.pow(u32::try_from(12 - prefix.len()).ok()?);
    let number: i64 = if prefix.is_empty() {
        0
    } else {
        prefix.parse().ok()?
    };
    Some((number * missing, (number + 1) * missing))
}

/// A condition on the ARN, of which the database holds the parts.
fn finding_arn(sql: &mut Sql, wanted: &TextMatch<'_>, region: &Region) {
    let parse = |text: &&str| {
        FindingArn::parse(text)
            .ok()
            .filter(|arn| arn.region == *region)
    };
    sql.push("(");
    if wanted.is_positive() {
        let mut alternatives = Alternatives::begin(sql);
        for arn in wanted.equal.iter().filter_map(parse) {
            alternatives.next(sql);
            exact_arn(sql, &arn);
        }
        for prefix in &wanted.prefixes {
            arn_prefix(sql, &mut alternatives, prefix, region);
        }
        alternatives.end(sql);
    } else {
        sql.push(TRUE);
    }
    for arn in wanted.unequal.iter().filter_map(parse) {
        sql.push(" AND NOT ");
        exact_arn(sql, &arn);
    }
    sql.push(")");
}

fn exact_arn(sql: &mut Sql, arn: &FindingArn) {
    sql.push("(")
        .column("f.arn_id")
        .push(" = ")
        .bind(arn.id.to_string());
    sql.push(" AND ").column("f.account_id").push(" = ");
    sql.bind(arn.account.number()).push(")");
}

fn arn_prefix(sql: &mut Sql, alternatives: &mut Alternatives, prefix: &str, region: &Region) {
    const BEFORE_ID: &str = ":finding/";
    let head = format!("arn:{}:inspector2:{region}:", region.partition());
    if head.starts_with(prefix) {
        alternatives.next(sql);
        sql.push(TRUE);
        return;
    }
    let Some(rest) = prefix.strip_prefix(&*head) else {
        return;
    };
    let (digits, rest) = rest.split_at_checked(12).unwrap_or((rest, ""));
    let Some((from, to)) = accounts_with(digits) else {
        return;
    };
    if BEFORE_ID.starts_with(rest) {
        alternatives.next(sql);
        range(sql, "f.account_id", from, to);
    } else if let Some(id) = rest.strip_prefix(BEFORE_ID) {
        alternatives.next(sql);
        sql.push("(");
        range(sql, "f.account_id", from, to);
        sql.push(" AND ");
        positive(
            sql,
            "f.arn_id",
            &TextMatch {
                prefixes: vec![id],
                ..TextMatch::default()
            },
        );
        sql.push(")");
    }
}

fn date(sql: &mut Sql, field: DateField, filters: &[DateFilter]) {
    let column = match field {
        DateField::FirstObservedAt => "f.first_observed_at",
        DateField::LastObservedAt => "f.last_observed_at",
        DateField::UpdatedAt => "f.updated_at",
        DateField::LambdaFunctionLastModifiedAt => {
            sql.push("EXISTS (SELECT 1 FROM finding_resource r WHERE r.function_id = ");
            sql.column("f.function_id").push(" AND ");
            times(sql, "r.last_modified_at", filters);
            sql.push(")");
            return;
        }
        DateField::EcrImagePushedAt
        | DateField::EcrImageLastInUseAt
        | DateField::CloudImagePushedAt
        | DateField::CloudImageLastInUseAt
        | DateField::CloudServerlessFunctionLastModifiedAt => return known(sql, false),
    };
    times(sql, column, filters);
}

fn times(sql: &mut Sql, column: &'static str, filters: &[DateFilter]) {
    let mut alternatives = Alternatives::begin(sql);
    for filter in filters {
        alternatives.next(sql);
        sql.push("(").push(TRUE);
        if let Some(start) = filter.start_inclusive {
            sql.push(" AND ")
                .column(column)
                .push(" >= ")
                .bind(start.as_millis());
        }
        if let Some(end) = filter.end_inclusive {
            sql.push(" AND ")
                .column(column)
                .push(" <= ")
                .bind(end.as_millis());
        }
        sql.push(")");
    }
    alternatives.end(sql);
}

fn number(sql: &mut Sql, field: NumberField, filters: &[NumberFilter]) {
    let column = match field {
        NumberField::InspectorScore => "f.score",
        NumberField::EpssScore => "f.epss",
        NumberField::EcrImageInUseCount | NumberField::CloudImageInUseCount => {
            return known(sql, false);
        }
    };
    let mut alternatives = Alternatives::begin(sql);
    for filter in filters {
        alternatives.next(sql);
        sql.push("(").column(column).push(" IS NOT NULL");
        if let Some(lower) = filter.lower_inclusive {
            sql.push(" AND ").column(column).push(" >= ").bind(lower);
        }
        if let Some(upper) = filter.upper_inclusive {
            sql.push(" AND ").column(column).push(" <= ").bind(upper);
        }
        sql.push(")");
    }
    alternatives.end(sql);
}

/// A condition on a row `t` of a function's tags.
pub(crate) fn tags(sql: &mut Sql, filters: &[MapFilter]) {
    let mut alternatives = Alternatives::begin(sql);
    for filter in filters {
        let value = filter.value.as_deref();
        if !storable(&filter.key) || !value.is_none_or(storable) {
            continue;
        }
        alternatives.next(sql);
        sql.push("(t.key = ").bind(&*filter.key);
        if let Some(value) = value {
            sql.push(" AND t.value = ").bind(value);
        }
        sql.push(")");
    }
    alternatives.end(sql);
}

/// A condition on a row `p` of a finding's packages.
pub(super) fn packages(sql: &mut Sql, filters: &[PackageFilter]) {
    let mut alternatives = Alternatives::begin(sql);
    for filter in filters.iter().filter(|filter| filter.is_possible()) {
        alternatives.next(sql);
        sql.push("(").push(TRUE);
        for (column, filter) in [
            ("p.name", &filter.name),
            ("p.version", &filter.version),
            ("p.file_path", &filter.file_path),
            ("p.layer_arn", &filter.source_lambda_layer_arn),
        ] {
            if filter.is_some() {
                sql.push(" AND ");
                text(sql, column, &TextMatch::new(filter));
            }
        }
        sql.push(")");
    }
    alternatives.end(sql);
}
