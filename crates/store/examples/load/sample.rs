//! Findings like those of many functions, the same each time.

use std::collections::BTreeMap;

use shindan_inspector::finding::{
    CodeFilePath, CodeVulnerabilityDetails, Epss, FunctionDetails, PackageVulnerabilityDetails,
    Recommendation, Remediation, Resource, VulnerablePackage,
};
use shindan_inspector::{
    Architecture, ExploitAvailable, FindingDocument, FindingType, FixAvailable, FunctionArn,
    Observed, PackageManager, PackageType, Severity, Timestamp,
};

use super::{ADMINISTRATOR, EACH, Result, account_of, region};

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// Small numbers far more often than large ones.
    fn skewed(&mut self, end: u64) -> u64 {
        let end = self.below(end) + 1;
        self.below(end)
    }
}

/// What scans of a function say.
pub(crate) fn observed(function: i64) -> Result<Vec<Observed>> {
    let arn = FunctionArn::new(
        region()?,
        account_of(function)?,
        &format!("function-{function}"),
    )?;
    let details = FunctionDetails {
        function_name: arn.name().to_owned(),
        runtime: ["PYTHON_3_12", "NODEJS_22_X", "JAVA_21"][usize::try_from(function % 3)?]
            .to_owned(),
        code_sha256: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=".to_owned(),
        version: "$LATEST".to_owned(),
        execution_role_arn: format!("arn:aws:iam::{}:role/role-{}", arn.account, function % 7),
        layers: Vec::new(),
        vpc_config: None,
        package_type: PackageType::Zip,
        architectures: vec![Architecture::Arm64],
        last_modified_at: Timestamp::from_millis(function),
    };
    let resource = Resource::function(
        &arn,
        BTreeMap::from([("team".to_owned(), format!("team-{}", function % 200))]),
        details,
    );
    let mut dice = Dice(u64::try_from(function)?);
    (0..EACH)
        .map(|n| Ok(one(&resource, &mut dice, n, n < EACH * 7 / 10)))
        .collect()
}

fn one(resource: &Resource, dice: &mut Dice, number: i64, package: bool) -> Observed {
    let severity = [
        Severity::Critical,
        Severity::High,
        Severity::High,
        Severity::Medium,
        Severity::Medium,
        Severity::Medium,
        Severity::Low,
        Severity::Untriaged,
    ][at(dice.below(8))];
    let score = [None, Some(0.0), Some(2.5), Some(5.5), Some(7.5), Some(9.8)]
        [at(u64::try_from(severity.code()).unwrap_or(0))];
    // Some vulnerabilities are everywhere, and each is of one package.
    let flaw = dice.skewed(4000);
    let name = format!("package-{}", flaw % 400);
    let vulnerability = format!("CVE-{}-{:05}", 2015 + flaw % 10, flaw * 17 % 90_000);
    let weakness = dice.skewed(60);
    let title = if package {
        format!("{vulnerability} - {name}")
    } else {
        format!("CWE-{} - Weakness number {weakness}", 20 + weakness)
    };
    let document = FindingDocument {
        finding_type: if package { FindingType::PackageVulnerability } else { FindingType::CodeVulnerability },
        description: "An attacker who can send a request to this function may be able to read or change what it should not. ".repeat(4),
        title: title.clone(),
        remediation: Remediation {
            recommendation: Recommendation { text: "Upgrade to the version that is named, or follow the guide.".to_owned(), url: None },
        },
        severity,
        resources: vec![resource.clone()],
        inspector_score: score.filter(|_| package),
        inspector_score_details: None,
        package_vulnerability_details: package.then(|| PackageVulnerabilityDetails {
            vulnerability_id: vulnerability.clone(),
            vulnerable_packages: vec![VulnerablePackage {
                name,
                version: format!("1.{}", dice.below(20)),
                package_manager: Some(PackageManager::Pip),
                file_path: Some("requirements.txt".to_owned()),
                fixed_in_version: Some("2.0".to_owned()),
                remediation: None,
                source_lambda_layer_arn: (dice.below(20) == 0).then(|| format!("arn:aws:lambda:us-east-1:{ADMINISTRATOR}:layer:tools-{}:1", dice.below(20))),
            }],
            source: "NVD".to_owned(),
            source_url: Some(format!("https://nvd.example/{vulnerability}")),
            cvss: Vec::new(),
            related_vulnerabilities: if dice.below(5) == 0 { vec![format!("GHSA-{}", dice.below(3000))] } else { Vec::new() },
            vendor_severity: Some(severity.to_string()),
            vendor_created_at: None,
            vendor_updated_at: None,
            reference_urls: vec![format!("https://advisories.example/{vulnerability}")],
        }),
        code_vulnerability_details: (!package).then(|| CodeVulnerabilityDetails {
            file_path: CodeFilePath { file_name: "app.py".to_owned(), file_path: format!("src/{}/app.py", dice.below(30)), start_line: 10, end_line: 12 },
            detector_id: format!("python/weakness-{weakness}@v1.0"),
            detector_name: format!("Weakness number {weakness}"),
            detector_tags: vec!["security".to_owned(), format!("cwe-{}", 20 + weakness)],
            cwes: vec![format!("CWE-{}", 20 + weakness)],
            reference_urls: Vec::new(),
            rule_id: None,
            source_lambda_layer_arn: None,
        }),
        fix_available: if dice.below(4) == 0 { FixAvailable::No } else { FixAvailable::Yes },
        exploit_available: if dice.below(10) == 0 { ExploitAvailable::Yes } else { ExploitAvailable::No },
        exploitability_details: None,
        epss: package.then(|| Epss { score: f64::from(u32::try_from(dice.skewed(10_000)).unwrap_or(0)) / 10_000.0 }),
    };
    Observed {
        identity: format!("{number} {title}"),
        document,
        sealed_snippet: (!package).then(|| vec![7; 600]),
    }
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
