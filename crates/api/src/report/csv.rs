//! Findings as rows of comma-separated values (RFC 4180), under the names that Inspector gives columns.

use std::fmt::Write;

use shindan_inspector::{FindingDocument, Timestamp};
use shindan_store::FindingRow;

const COLUMNS: [&str; 30] = [
    "AWS Account Id",
    "Severity",
    "Fix Available",
    "Finding Type",
    "Title",
    "Description",
    "Finding ARN",
    "First Seen",
    "Last Seen",
    "Last Updated",
    "Resource ID",
    "Resource Type",
    "Region",
    "Resource Tags",
    "Affected Packages",
    "Package Installed Version",
    "Fixed in Version",
    "Package Remediation",
    "Package Manager",
    "File Path",
    "Remediation",
    "Inspector Score",
    "Status",
    "Vulnerability Id",
    "Vendor Severity",
    "Epss Score",
    "Exploit Available",
    "Detector Name",
    "Lambda Layers",
    "Reference Urls",
];

/// The first row.
pub(super) fn header() -> String {
    line(&COLUMNS.map(str::to_owned))
}

/// The row of a finding.
pub(super) fn row(finding: &FindingRow, document: &FindingDocument) -> String {
    let resource = document.resources.first();
    let function = resource.map(|resource| &resource.details.aws_lambda_function);
    let package = document.package_vulnerability_details.as_ref();
    let code = document.code_vulnerability_details.as_ref();
    let packages = package.map_or(&[][..], |package| &package.vulnerable_packages);
    let each = |of: fn(&shindan_inspector::finding::VulnerablePackage) -> Option<String>| {
        joined(packages.iter().filter_map(of))
    };
    let paths = match code {
        Some(code) => format!(
            "{}:{}-{}",
            code.file_path.file_path, code.file_path.start_line, code.file_path.end_line
        ),
        None => each(|package| package.file_path.clone()),
    };
    let urls = package
        .map(|package| &package.reference_urls)
        .or(code.map(|code| &code.reference_urls));
    let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
    line(&[
        finding.arn.account.to_string(),
        document.severity.to_string(),
        document.fix_available.to_string(),
        document.finding_type.to_string(),
        document.title.clone(),
        document.description.clone(),
        finding.arn.to_string(),
        time(finding.first_observed_at),
        time(finding.last_observed_at),
        time(finding.updated_at),
        resource
            .map(|resource| resource.id.clone())
            .unwrap_or_default(),
        "AWS_LAMBDA_FUNCTION".to_owned(),
        finding.arn.region.to_string(),
        joined(
            resource
                .into_iter()
                .flat_map(|resource| &resource.tags)
                .map(|(key, value)| format!("{key}={value}")),
        ),
        each(|package| Some(package.name.clone())),
        each(|package| Some(package.version.clone())),
        each(|package| package.fixed_in_version.clone()),
        each(|package| package.remediation.clone()),
        each(|package| package.package_manager.map(|manager| manager.to_string())),
        paths,
        document.remediation.recommendation.text.clone(),
        number(document.inspector_score),
        finding.status.to_string(),
        package
            .map(|package| package.vulnerability_id.clone())
            .unwrap_or_default(),
        package
            .and_then(|package| package.vendor_severity.clone())
            .unwrap_or_default(),
        number(document.epss.map(|epss| epss.score)),
        document.exploit_available.to_string(),
        code.map(|code| code.detector_name.clone())
            .unwrap_or_default(),
        joined(
            function
                .into_iter()
                .flat_map(|function| function.layers.iter().cloned()),
        ),
        joined(urls.into_iter().flatten().cloned()),
    ])
}

fn joined(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(",")
}

fn time(moment: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(moment.as_millis())
        .map(|moment| moment.to_string())
        .unwrap_or_default()
}

fn line(values: &[String; COLUMNS.len()]) -> String {
    let mut line = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        line.push('"');
        // A spreadsheet takes such a value for a formula, and titles and paths come from the code that was scanned.
        if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            line.push('\'');
        }
        for character in value.chars() {
            match character {
                '"' => line.push_str("\"\""),
                '\n' | '\r' | '\t' => line.push(' '),
                control if control.is_control() => {}
                other => line.push(other),
            }
        }
        line.push('"');
    }
    let _ = write!(line, "\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_can_neither_leave_its_cell_nor_be_a_formula() {
        let mut values = COLUMNS.map(|_| String::new());
        values[0] = "a\"b,c\nd".to_owned();
        values[1] = "=cmd()".to_owned();
        let line = line(&values);
        assert!(
            line.starts_with("\"a\"\"b,c d\",\"'=cmd()\",\"\","),
            "{line}"
        );
        assert_eq!(line.lines().count(), 1);
    }
}
