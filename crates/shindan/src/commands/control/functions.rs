//! The functions that scanning would look at: from Lambda where it can be asked, otherwise from Inspector's coverage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shindan_cloud::inspector::CoveredResource;
use shindan_cloud::{Described, Discovered, Function, LastInvocation, Package, Session};
use shindan_control::facts::{RegionFacts, Role};
use shindan_control::function::{Eligibility, FunctionFacts, FunctionScan, Ineligibility};
use shindan_inspector::eligibility::{self, ELIGIBLE_MILLIS, Facts, ScanSettings};
use shindan_inspector::{
    AccountId, FunctionArn, PackageType, RuntimePolicy, ScanStatusCode, ScanStatusReason, ScanType,
    Status, Timestamp, runtime,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::alternative::Alternative;
use super::inspector::known;
use crate::aws::Aws;
use crate::complaint::Complaint;

/// Calls that run at once.
const PARALLEL: usize = 8;
/// How long a forecast looks ahead.
const MONTH_MILLIS: i64 = 30 * Timestamp::DAY;

/// Functions, and what is not known of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Functions {
    pub(crate) list: Vec<FunctionFacts>,
    pub(crate) unread: Vec<String>,
}

/// Both kinds of scanning on: what is asked is what they would look at.
const BOTH: ScanSettings = ScanSettings {
    standard: Status::Enabled,
    code: Status::Enabled,
};

const OF_FUNCTIONS: [(FunctionScan, ScanType); 2] = [
    (FunctionScan::Standard, ScanType::Package),
    (FunctionScan::Code, ScanType::Code),
];

/// Inspector's word for a kind of scanning.
pub(crate) const fn scan_type(scan: FunctionScan) -> ScanType {
    match scan {
        FunctionScan::Standard => ScanType::Package,
        FunctionScan::Code => ScanType::Code,
    }
}

impl Functions {
    /// Lists the functions of accounts in a Region.
    pub(crate) async fn ask(
        aws: &Aws,
        facts: &RegionFacts,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<Self, Complaint> {
        let mut functions = Self::default();
        let region = &facts.region;
        let home = aws.sessions.home();
        let session = match known(aws.home(region).await)? {
            Ok(session) => session,
            Err((_, why)) => {
                functions.unread.push(format!("functions: {why}"));
                return Ok(functions);
            }
        };
        let covered = match known(session.inspector().coverage(&of_functions()).await)? {
            Ok(covered) => by_function(covered),
            Err((_, why)) => {
                functions.unread.push(format!("coverage: {why}"));
                BTreeMap::new()
            }
        };
        // Members are entered by a role only; without one their functions are known from coverage alone.
        let entered: Vec<AccountId> = accounts
            .iter()
            .copied()
            .filter(|account| *account == home || aws.enters_members)
            .filter(|account| !is_suspended(facts, *account))
            .collect();
        let mut listed = BTreeSet::new();
        for discovered in aws
            .sessions
            .discover(&entered, std::slice::from_ref(region), PARALLEL)
            .await
        {
            let account = discovered.account;
            let has_coverage = covered.keys().any(|arn| arn.account == account);
            match known(discovered.functions.clone())? {
                Ok(_) => {
                    listed.insert(account);
                    functions.add_listed(aws, discovered, &covered, now).await?;
                }
                Err((_, why)) if has_coverage => functions.unread.push(format!(
                    "functions of {account} are known from Inspector's coverage alone: {why}"
                )),
                Err((_, why)) => functions
                    .unread
                    .push(format!("functions of {account}: {why}")),
            }
        }
        for account in accounts {
            let own = covered.iter().filter(|(arn, _)| arn.account == *account);
            let before = functions.list.len();
            if !listed.contains(account) {
                functions
                    .list
                    .extend(own.filter_map(|(arn, rows)| from_coverage(arn, rows)));
                let is_empty = functions.list.len() == before;
                if is_empty && !entered.contains(account) && !is_suspended(facts, *account) {
                    functions.unread.push(format!(
                        "functions of member {account}: Inspector's coverage names none; name a role with --member-role to list them"
                    ));
                }
            }
        }
        functions
            .list
            .sort_by(|a, b| (a.account, &a.name).cmp(&(b.account, &b.name)));
        Ok(functions)
    }

    /// The same list with what shindan scans in one way.
    pub(crate) fn scanned_by(
        &self,
        alternative: &Alternative,
        scans: &[FunctionScan],
    ) -> Vec<FunctionFacts> {
        let mut list = self.list.clone();
        for function in &mut list {
            function.scanned_by_shindan =
                scans.iter().all(|scan| alternative.covers(function, *scan));
        }
        list
    }

    async fn add_listed(
        &mut self,
        aws: &Aws,
        discovered: Discovered,
        covered: &BTreeMap<FunctionArn, Vec<CoveredResource>>,
        now: Timestamp,
    ) -> Result<(), Complaint> {
        let Discovered {
            account,
            region,
            functions: Ok(listed),
        } = discovered
        else {
            return Ok(());
        };
        self.unread.extend(
            listed
                .unreadable
                .iter()
                .map(|why| format!("a function of {account}: {why}")),
        );
        let session = match known(aws.sessions.session(account, &region).await)? {
            Ok(session) => session,
            Err((_, why)) => {
                self.unread.push(format!("functions of {account}: {why}"));
                return Ok(());
            }
        };
        let mut tags: BTreeMap<FunctionArn, BTreeMap<String, String>> = covered
            .iter()
            .filter_map(|(arn, rows)| {
                let function = rows.iter().find_map(|row| row.function.as_ref())?;
                Some((arn.clone(), function.function_tags.clone()))
            })
            .collect();
        let untold: Vec<FunctionArn> = listed
            .functions
            .iter()
            .map(|function| &function.arn)
            .filter(|arn| !tags.contains_key(*arn))
            .cloned()
            .collect();
        let (read, unread) = read_tags(&session, &untold).await;
        if let Some(why) = unread.first() {
            self.unread.push(format!(
                "tags of {} functions of {account}, which may exclude them: {why}",
                unread.len()
            ));
        }
        tags.extend(read);
        // Only these can be past their 90 days within the month; each metric that is read has a price.
        let old: Vec<FunctionArn> = listed
            .functions
            .iter()
            .filter(|function| {
                function
                    .last_modified
                    .is_none_or(|at| now.millis_since(at) > ELIGIBLE_MILLIS - MONTH_MILLIS)
            })
            .map(|function| function.arn.clone())
            .collect();
        let invoked = session.last_invocations(&old).await;
        let unknown = invoked.values().filter_map(|last| match last {
            LastInvocation::Unknown(why) => Some(why),
            _ => None,
        });
        if let Some(why) = unknown.clone().next() {
            self.unread.push(format!(
                "last use of {} functions of {account}; forecasts count them as used at most: {why}",
                unknown.count()
            ));
        }
        let none = BTreeMap::new();
        self.list.extend(listed.functions.iter().map(|function| {
            let tags = tags.get(&function.arn).unwrap_or(&none);
            from_lambda(function, tags, invoked.get(&function.arn), now)
        }));
        Ok(())
    }
}

fn of_functions() -> serde_json::Value {
    serde_json::json!({
        "resourceType": [{ "comparison": "EQUALS", "value": "AWS_LAMBDA_FUNCTION" }],
    })
}

fn by_function(covered: Vec<CoveredResource>) -> BTreeMap<FunctionArn, Vec<CoveredResource>> {
    let mut functions: BTreeMap<FunctionArn, Vec<CoveredResource>> = BTreeMap::new();
    for resource in covered {
        if let Ok(arn) = FunctionArn::parse(resource.resource_id.trim_end_matches(":$LATEST")) {
            functions.entry(arn).or_default().push(resource);
        }
    }
    functions
}

fn is_suspended(facts: &RegionFacts, account: AccountId) -> bool {
    match &facts.role {
        Ok(Role::DelegatedAdministrator {
            members: Ok(members),
            ..
        }) => members
            .iter()
            .any(|member| member.account.id == account && member.is_suspended()),
        _ => false,
    }
}

/// The tags of functions, and why some of them are not known.
async fn read_tags(
    session: &Session,
    functions: &[FunctionArn],
) -> (BTreeMap<FunctionArn, BTreeMap<String, String>>, Vec<String>) {
    let permits = Arc::new(Semaphore::new(PARALLEL));
    let mut tasks = JoinSet::new();
    for arn in functions.iter().cloned() {
        let (lambda, permits) = (session.lambda(), Arc::clone(&permits));
        tasks.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire_owned().await;
            let described = lambda.describe(&arn).await;
            (arn, described)
        });
    }
    let mut tags = BTreeMap::new();
    let mut unread = Vec::new();
    let mut all = tasks.join_all().await;
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (arn, described) in all {
        match described.map(Described::function) {
            Ok(Some(description)) => match description.tags {
                Ok(read) => {
                    tags.insert(arn, read);
                }
                Err(why) => unread.push(why),
            },
            // It was deleted since it was listed; it counts until it is listed no more.
            Ok(None) => {}
            Err(error) => unread.push(error.to_string()),
        }
    }
    (tags, unread)
}

fn from_lambda(
    function: &Function,
    tags: &BTreeMap<String, String>,
    invoked: Option<&LastInvocation>,
    now: Timestamp,
) -> FunctionFacts {
    let image = matches!(function.package, Package::Image { .. });
    let name = function.runtime.clone().unwrap_or_default();
    let last_invoked = match invoked {
        Some(LastInvocation::Before(at)) => Some(*at),
        // Nobody knows; the forecast has it neither in nor out.
        Some(LastInvocation::Unknown(_)) => Some(now.plus_millis(-ELIGIBLE_MILLIS)),
        Some(LastInvocation::NotRecently) | None => None,
    };
    let last_modified = function.last_modified.unwrap_or_default();
    let facts = Facts {
        runtime: &name,
        package_type: if image {
            PackageType::Image
        } else {
            PackageType::Zip
        },
        has_customer_key: function.kms_key.is_some(),
        tags,
        last_modified,
        last_invoked,
        is_deleted: false,
    };
    let last_used = last_invoked.map_or(last_modified, |at| at.max(last_modified));
    let ends_soon = now.plus_millis(MONTH_MILLIS).millis_since(last_used) > ELIGIBLE_MILLIS;
    let [standard, code] = OF_FUNCTIONS.map(|(_, scan)| {
        match eligibility::decide(&facts, BOTH, RuntimePolicy::AsInspector, scan, now) {
            eligibility::Eligibility::Watched if ends_soon => Eligibility::Expiring,
            eligibility::Eligibility::Watched | eligibility::Eligibility::Off => {
                Eligibility::Eligible
            }
            eligibility::Eligibility::Excluded(ScanStatusReason::UnsupportedCodeArtifacts) => {
                Eligibility::Not(Ineligibility::ContainerImage)
            }
            eligibility::Eligibility::Excluded(reason) => of_reason(reason),
        }
    });
    FunctionFacts {
        account: function.arn.account,
        region: function.arn.region.clone(),
        name: function.arn.name().to_owned(),
        runtime: if image { "image".to_owned() } else { name },
        standard,
        code,
        scanned_by_shindan: false,
    }
}

/// What a reason of coverage means for a forecast. What only a scan can tell is no reason not to be billed.
const fn of_reason(reason: ScanStatusReason) -> Eligibility {
    match reason {
        ScanStatusReason::ExcludedByTag => Eligibility::Not(Ineligibility::ExcludedByTag),
        ScanStatusReason::ScanEligibilityExpired => Eligibility::Not(Ineligibility::Dormant),
        ScanStatusReason::UnsupportedRuntime | ScanStatusReason::UnsupportedLanguage => {
            Eligibility::Not(Ineligibility::UnsupportedRuntime)
        }
        ScanStatusReason::AccessDeniedToEncryptionKey => {
            Eligibility::Not(Ineligibility::CustomerManagedKey)
        }
        _ => Eligibility::Eligible,
    }
}

/// A function as coverage shows it; none if it was deleted. When it was last used is not shown.
fn from_coverage(arn: &FunctionArn, rows: &[CoveredResource]) -> Option<FunctionFacts> {
    let row = |scan| rows.iter().find(|row| row.scan_type.known() == Some(scan));
    let reason = |row: &CoveredResource| {
        let state = row.scan_status.as_ref()?;
        let inactive = state.code.known() == Some(ScanStatusCode::Inactive);
        state.reason.known().filter(|_| inactive)
    };
    let any = row(ScanType::Package).or_else(|| row(ScanType::Code))?;
    if reason(any) == Some(ScanStatusReason::ResourceTerminated) {
        return None;
    }
    let function = any.function.clone().unwrap_or_default();
    let name = runtime::lambda_name(&function.runtime);
    let judged = |row: &CoveredResource| reason(row).map_or(Eligibility::Eligible, of_reason);
    let standard = row(ScanType::Package).map_or(Eligibility::Eligible, judged);
    let code = row(ScanType::Code).map_or_else(
        || {
            // Code scanning is off, so that coverage has no row for it: runtime and tags decide, and what standard scanning
            // says beside its own tag and runtimes.
            let covers =
                |scan| name.is_some_and(|name| RuntimePolicy::AsInspector.covers(name, scan));
            let (key, value) = eligibility::CODE_EXCLUSION;
            if function
                .function_tags
                .get(key)
                .is_some_and(|tag| tag == value)
            {
                Eligibility::Not(Ineligibility::ExcludedByTag)
            } else if !covers(ScanType::Code) {
                Eligibility::Not(Ineligibility::UnsupportedRuntime)
            } else {
                standard
            }
        },
        judged,
    );
    Some(FunctionFacts {
        account: arn.account,
        region: arn.region.clone(),
        name: arn.name().to_owned(),
        runtime: name.map_or_else(|| function.runtime.to_lowercase(), str::to_owned),
        standard,
        code,
        scanned_by_shindan: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_971_600_000);

    fn lambda(runtime: &str, days: i64) -> Function {
        Function {
            arn: FunctionArn::parse("arn:aws:lambda:us-east-1:123456789012:function:pay")
                .expect("an ARN"),
            package: Package::Image {
                digest: String::new(),
            },
            runtime: Some(runtime.to_owned()),
            handler: None,
            architecture: None,
            role: None,
            layers: Vec::new(),
            unreadable_layers: Vec::new(),
            last_modified: Some(NOW.plus_millis(-days * Timestamp::DAY)),
            kms_key: None,
            vpc: None,
        }
    }

    #[test]
    fn a_container_image_is_scanned_in_its_registry() {
        let facts = from_lambda(&lambda("", 1), &BTreeMap::new(), None, NOW);
        assert_eq!(
            facts.standard,
            Eligibility::Not(Ineligibility::ContainerImage)
        );
        assert_eq!(facts.runtime, "image");
    }

    fn covered(scan: &str, code: &str, reason: &str, runtime: &str) -> CoveredResource {
        serde_json::from_value(serde_json::json!({
            "resourceType": "AWS_LAMBDA_FUNCTION",
            "resourceId": "arn:aws:lambda:us-east-1:123456789012:function:pay:$LATEST",
            "accountId": "123456789012",
            "scanType": scan,
            "scanStatus": { "statusCode": code, "reason": reason },
            "resourceMetadata": { "lambdaFunction": { "functionName": "pay", "runtime": runtime } },
        }))
        .expect("coverage")
    }

    #[test]
    fn coverage_of_standard_scanning_tells_what_code_scanning_would_do() {
        let of = |row: CoveredResource| {
            let functions = by_function(vec![row]);
            let (arn, rows) = functions.first_key_value().expect("one");
            from_coverage(arn, rows)
        };
        let python = of(covered("PACKAGE", "ACTIVE", "SUCCESSFUL", "PYTHON_3_12")).expect("one");
        assert_eq!(
            (python.standard, python.code),
            (Eligibility::Eligible, Eligibility::Eligible)
        );
        assert_eq!(python.runtime, "python3.12");
        let node = of(covered("PACKAGE", "ACTIVE", "SUCCESSFUL", "NODEJS_24_X")).expect("one");
        assert_eq!(
            node.code,
            Eligibility::Not(Ineligibility::UnsupportedRuntime)
        );
        let dormant = of(covered(
            "PACKAGE",
            "INACTIVE",
            "SCAN_ELIGIBILITY_EXPIRED",
            "PYTHON_3_12",
        ))
        .expect("one");
        assert_eq!(dormant.code, Eligibility::Not(Ineligibility::Dormant));
        let gone = covered("PACKAGE", "INACTIVE", "RESOURCE_TERMINATED", "PYTHON_3_12");
        assert_eq!(of(gone), None);
    }
}
