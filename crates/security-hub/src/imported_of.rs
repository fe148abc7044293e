//! A finding of shindan as an account may import it into Security Hub: one of the account's own product.
//!
//! Only the service itself makes findings of `aws/inspector`, and only it fills in what begins with `aws/`. Everything else
//! is as in [`finding_of`]. Workflow is no part of an import: what people set of it stays.

use serde_json::{Map, Value};

use crate::asff::Finding;
use crate::finding_of::{FINDING_STATUS, InspectorFinding, finding_of};
use crate::name::ProductArn;

/// Who found it.
const GENERATOR: &str = "shindan";

/// The finding in ASFF, to be imported with BatchImportFindings by the account that it is about.
#[must_use]
pub fn imported_of(finding: &InspectorFinding<'_>) -> Finding {
    let mut imported = finding_of(finding);
    let product = ProductArn::Default {
        region: finding.arn.region.clone(),
        account: finding.arn.account,
    };
    let members = imported.members_mut();
    for service in ["Workflow", "WorkflowState"] {
        members.remove(service);
    }
    for (name, value) in [
        ("ProductArn", product.to_string().as_str()),
        ("ProductName", GENERATOR),
        ("CompanyName", GENERATOR),
        ("GeneratorId", GENERATOR),
    ] {
        members.insert(name.to_owned(), value.into());
    }
    if let Some(Value::Object(fields)) = members.get_mut("ProductFields") {
        *fields = own_fields(std::mem::take(fields));
    }
    imported
}

/// `aws/inspector/FindingStatus` as `shindan/FindingStatus`; what is Security Hub's to say is left out.
fn own_fields(fields: Map<String, Value>) -> Map<String, Value> {
    let (prefix, _) = FINDING_STATUS.rsplit_once('/').unwrap_or_default();
    fields
        .into_iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix(prefix)?.strip_prefix('/')?;
            (name != "ProductVersion").then(|| (format!("{GENERATOR}/{name}"), value))
        })
        .collect()
}
