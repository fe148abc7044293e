//! A finding of Inspector as a finding of Security Hub.
//!
//! From the Inspector user guide (page `securityhub-integration`) and the ASFF reference: the id is Inspector's ARN, the
//! generator `AWSInspector`, the vulnerability and its packages stand in `Vulnerabilities`, the detector of a weakness in
//! code in `GeneratorDetails`. A finding that Inspector closed is archived. Which type findings in code have is documented
//! nowhere; they get the category without `CVE`.

use serde_json::{Map, Value, json};
use shindan_inspector::finding::{
    CodeVulnerabilityDetails, FunctionDetails, PackageVulnerabilityDetails, Resource,
    VulnerablePackage,
};
use shindan_inspector::{
    ExploitAvailable, FindingArn, FindingDocument, FindingStatus, FindingType, PackageType,
    Severity, Timestamp, runtime,
};

use crate::asff::{Finding, MAX_BYTES, SCHEMA_VERSION, object};
use crate::name::ProductArn;
use crate::time::write_time;
use crate::vocabulary::SeverityLabel;

/// The key of `ProductFields` that holds Inspector's own status.
pub(crate) const FINDING_STATUS: &str = "aws/inspector/FindingStatus";

/// That status while a filter suppresses the finding.
pub(crate) const SUPPRESSED: &str = FindingStatus::Suppressed.as_str();

/// A finding of Inspector, whole.
#[derive(Clone, Copy, Debug)]
pub struct InspectorFinding<'f> {
    /// Its name.
    pub arn: &'f FindingArn,
    /// What it says.
    pub document: &'f FindingDocument,
    /// Its state.
    pub status: FindingStatus,
    /// When it was first observed.
    pub first_observed_at: Timestamp,
    /// When it was last observed.
    pub last_observed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Packages that a finding lists at first; halved until the finding fits into 240 KB.
const MAX_PACKAGES: usize = 256;

/// The finding in ASFF, to be imported by [`Importer::Service`](crate::Importer::Service).
#[must_use]
pub fn finding_of(finding: &InspectorFinding<'_>) -> Finding {
    let mut packages = MAX_PACKAGES;
    loop {
        let asff = write(finding, packages);
        // Half of the room is left for what customers add.
        if packages == 0 || asff.to_text().len() <= MAX_BYTES / 2 {
            return asff;
        }
        packages /= 2;
    }
}

fn write(finding: &InspectorFinding<'_>, packages: usize) -> Finding {
    let InspectorFinding { arn, document, .. } = finding;
    let region = &arn.region;
    let product = ProductArn::inspector(region).to_string();
    let types = json!([match document.finding_type {
        FindingType::PackageVulnerability =>
            "Software and Configuration Checks/Vulnerabilities/CVE",
        FindingType::CodeVulnerability | FindingType::NetworkReachability =>
            "Software and Configuration Checks/Vulnerabilities",
    }]);
    let label = severity(document.severity);
    let original = document.severity.as_str();
    let closed = finding.status == FindingStatus::Closed;
    let workflow = if finding.status == FindingStatus::Suppressed {
        "SUPPRESSED"
    } else {
        "NEW"
    };
    let mut asff = object(json!({
        "SchemaVersion": SCHEMA_VERSION,
        "Id": arn.to_string(),
        "ProductArn": product,
        "ProductName": "Inspector",
        "CompanyName": "Amazon",
        "Region": region.as_str(),
        "GeneratorId": "AWSInspector",
        "AwsAccountId": arn.account.to_string(),
        "Types": types,
        "FirstObservedAt": write_time(finding.first_observed_at),
        "LastObservedAt": write_time(finding.last_observed_at),
        "CreatedAt": write_time(finding.first_observed_at),
        // A finding that is seen again is updated here, though nothing of it changed there.
        "UpdatedAt": write_time(finding.updated_at.max(finding.last_observed_at)),
        "Severity": { "Label": label.as_str(), "Normalized": label.normalized(), "Original": original },
        "Title": text(&document.title, 256),
        "Description": text(&document.description, 1024),
        "Remediation": { "Recommendation": recommendation(document) },
        "ProductFields": product_fields(finding),
        "Resources": document.resources.iter().take(32).map(resource).collect::<Vec<_>>(),
        "WorkflowState": "NEW",
        "Workflow": { "Status": workflow },
        "RecordState": if closed { "ARCHIVED" } else { "ACTIVE" },
        "FindingProviderFields": {
            "Types": types,
            "Severity": { "Label": label.as_str(), "Original": original },
        },
    }));
    let vulnerability = match (
        &document.package_vulnerability_details,
        &document.code_vulnerability_details,
    ) {
        (Some(details), _) => Some(package_vulnerability(document, details, packages)),
        (None, Some(details)) => Some(code_vulnerability(document, details)),
        (None, None) => None,
    };
    if let Some(vulnerability) = vulnerability {
        asff.insert("Vulnerabilities".to_owned(), json!([vulnerability]));
    }
    if let Some(details) = &document.code_vulnerability_details {
        let labels = details
            .detector_tags
            .iter()
            .filter(|tag| !tag.trim().is_empty());
        let generator = json!({
            "Name": text(&details.detector_name, 512),
            "Description": text(&document.description, 1024),
            "Labels": labels.take(10).collect::<Vec<_>>(),
        });
        asff.insert("GeneratorDetails".to_owned(), generator);
    }
    Finding::trusted(asff)
}

const fn severity(severity: Severity) -> SeverityLabel {
    match severity {
        // Security Hub has no word for what nobody has judged.
        Severity::Untriaged | Severity::Informational => SeverityLabel::Informational,
        Severity::Low => SeverityLabel::Low,
        Severity::Medium => SeverityLabel::Medium,
        Severity::High => SeverityLabel::High,
        Severity::Critical => SeverityLabel::Critical,
    }
}

fn recommendation(document: &FindingDocument) -> Value {
    let recommendation = &document.remediation.recommendation;
    let mut members = object(json!({ "Text": text(&recommendation.text, 512) }));
    put(&mut members, "Url", recommendation.url.as_deref());
    Value::Object(members)
}

fn product_fields(finding: &InspectorFinding<'_>) -> Value {
    let product = ProductArn::inspector(&finding.arn.region);
    let mut fields = object(json!({
        FINDING_STATUS: finding.status.as_str(),
        "aws/inspector/ProductVersion": "2",
        "aws/securityhub/CompanyName": "Amazon",
        "aws/securityhub/ProductName": "Inspector",
        "aws/securityhub/FindingId": format!("{product}/{}", finding.arn),
    }));
    if let Some(score) = finding.document.inspector_score {
        fields.insert(
            "aws/inspector/inspectorScore".to_owned(),
            score.to_string().into(),
        );
    }
    Value::Object(fields)
}

fn resource(resource: &Resource) -> Value {
    let mut members = object(json!({
        "Type": "AwsLambdaFunction",
        "Id": resource.id,
        "Partition": resource.partition,
        "Region": resource.region,
        "Details": { "AwsLambdaFunction": function(&resource.details.aws_lambda_function) },
    }));
    if !resource.tags.is_empty() {
        let tags: Map<String, Value> = resource
            .tags
            .iter()
            .take(50)
            .map(|(name, value)| (name.chars().take(128).collect(), cut(value, 256).into()))
            .collect();
        members.insert("Tags".to_owned(), Value::Object(tags));
    }
    Value::Object(members)
}

/// The function in the words of Lambda, which ASFF uses.
fn function(details: &FunctionDetails) -> Value {
    let mut members = object(json!({
        "FunctionName": details.function_name,
        "LastModified": write_time(details.last_modified_at),
        "PackageType": match details.package_type {
            PackageType::Image => "Image",
            PackageType::Zip => "Zip",
        },
        "Architectures": details
            .architectures
            .iter()
            .map(|architecture| architecture.as_str().to_lowercase())
            .collect::<Vec<_>>(),
    }));
    put(&mut members, "CodeSha256", Some(&details.code_sha256));
    put(&mut members, "Role", Some(&details.execution_role_arn));
    let runtime = runtime::lambda_name(&details.runtime).unwrap_or(&details.runtime);
    put(&mut members, "Runtime", Some(runtime));
    put(&mut members, "Version", Some(&details.version));
    if !details.layers.is_empty() {
        let layers = details.layers.iter().map(|arn| json!({ "Arn": arn }));
        members.insert("Layers".to_owned(), layers.collect());
    }
    if let Some(vpc) = &details.vpc_config {
        let mut network = object(json!({
            "SecurityGroupIds": vpc.security_group_ids,
            "SubnetIds": vpc.subnet_ids,
        }));
        put(&mut network, "VpcId", vpc.vpc_id.as_deref());
        members.insert("VpcConfig".to_owned(), Value::Object(network));
    }
    Value::Object(members)
}

fn package_vulnerability(
    document: &FindingDocument,
    details: &PackageVulnerabilityDetails,
    packages: usize,
) -> Value {
    let cvss = details.cvss.iter().map(|score| {
        let mut members = object(json!({ "BaseScore": score.base_score }));
        put(&mut members, "BaseVector", Some(&score.scoring_vector));
        put(&mut members, "Version", Some(&score.version));
        put(&mut members, "Source", Some(&score.source));
        Value::Object(members)
    });
    let mut vendor = object(json!({ "Name": text(&details.source, 512) }));
    put(&mut vendor, "Url", details.source_url.as_deref());
    put(
        &mut vendor,
        "VendorSeverity",
        details.vendor_severity.as_deref(),
    );
    let (created, updated) = (details.vendor_created_at, details.vendor_updated_at);
    put(
        &mut vendor,
        "VendorCreatedAt",
        created.map(write_time).as_deref(),
    );
    put(
        &mut vendor,
        "VendorUpdatedAt",
        updated.map(write_time).as_deref(),
    );
    let some = |texts: &[String]| -> Vec<String> {
        let texts = texts.iter().filter(|text| !text.trim().is_empty());
        texts.take(100).cloned().collect()
    };
    let mut members = object(json!({
        "Id": text(&details.vulnerability_id, 512),
        "VulnerablePackages": details.vulnerable_packages.iter().take(packages).map(package).collect::<Vec<_>>(),
        "Cvss": cvss.take(20).collect::<Vec<_>>(),
        "RelatedVulnerabilities": some(&details.related_vulnerabilities),
        "Vendor": vendor,
        "ReferenceUrls": some(&details.reference_urls),
        "FixAvailable": document.fix_available.as_str(),
        "ExploitAvailable": exploit(document.exploit_available),
    }));
    if let Some(epss) = document.epss {
        members.insert("EpssScore".to_owned(), epss.score.into());
    }
    let exploited = document.exploitability_details;
    let exploited = exploited.map(|details| write_time(details.last_known_exploit_at));
    put(&mut members, "LastKnownExploitAt", exploited.as_deref());
    Value::Object(members)
}

fn package(package: &VulnerablePackage) -> Value {
    let mut members = Map::new();
    let manager = package.package_manager.map(|manager| manager.as_str());
    for (name, value) in [
        ("Name", Some(&*package.name)),
        ("Version", Some(&*package.version)),
        ("PackageManager", manager),
        ("FilePath", package.file_path.as_deref()),
        ("FixedInVersion", package.fixed_in_version.as_deref()),
        ("Remediation", package.remediation.as_deref()),
        ("SourceLayerArn", package.source_lambda_layer_arn.as_deref()),
    ] {
        put(&mut members, name, value);
    }
    Value::Object(members)
}

fn code_vulnerability(document: &FindingDocument, details: &CodeVulnerabilityDetails) -> Value {
    let place = &details.file_path;
    let mut file = object(json!({ "StartLine": place.start_line, "EndLine": place.end_line }));
    put(&mut file, "FileName", Some(&place.file_name));
    put(&mut file, "FilePath", Some(&place.file_path));
    let mut code = object(json!({ "Cwes": details.cwes, "FilePath": file }));
    put(
        &mut code,
        "SourceArn",
        details.source_lambda_layer_arn.as_deref(),
    );
    let id = details.cwes.first().unwrap_or(&details.detector_id);
    json!({
        "Id": text(id, 512),
        "ReferenceUrls": details.reference_urls,
        "FixAvailable": document.fix_available.as_str(),
        "ExploitAvailable": exploit(document.exploit_available),
        "CodeVulnerabilities": [code],
    })
}

const fn exploit(exploit: ExploitAvailable) -> &'static str {
    exploit.as_str()
}

/// Adds a text, unless there is nothing in it: the format has no empty texts.
fn put(members: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
        members.insert(name.to_owned(), cut(value, 4096).into());
    }
}

/// A text that has to be there.
fn text(text: &str, characters: usize) -> &str {
    if text.trim().is_empty() {
        "-"
    } else {
        cut(text, characters)
    }
}

fn cut(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}
