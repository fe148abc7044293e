//! `--vex`: statements about vulnerabilities that decide which findings count. They hide none.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use shindan_advisory::vex::Vex;
use shindan_finding::{Disposition, Finding, SuppressedBy};

use crate::complaint::Complaint;

/// More than this no producer says.
const MAX_BYTES: u64 = 64 << 20;

pub(crate) fn read(paths: &[PathBuf]) -> Result<Vex, Complaint> {
    let mut vex = Vex::default();
    for path in paths {
        let bytes = read_bounded(path)?;
        vex.add(&bytes).map_err(|error| {
            Complaint::input(format!("--vex {}: {error}", path.display()))
                .with_hint("give OpenVEX, CSAF or CycloneDX in JSON")
        })?;
    }
    Ok(vex)
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, Complaint> {
    let fail =
        |why: &dyn std::fmt::Display| Complaint::input(format!("--vex {}: {why}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| fail(&e))?;
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|e| fail(&e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(fail(&format_args!("is larger than {} MB", MAX_BYTES >> 20)));
    }
    Ok(bytes)
}

/// Suppresses the findings of which every package is said not to be affected.
pub(crate) fn apply(vex: &Vex, findings: &[Finding], dispositions: &mut [Disposition]) {
    if vex.statements().is_empty() {
        return;
    }
    for (finding, disposition) in findings.iter().zip(dispositions) {
        if let Some(reason) = reason(vex, finding).filter(|_| disposition.is_active()) {
            *disposition = Disposition::Suppressed {
                by: SuppressedBy::Vex,
                reason,
            };
        }
    }
}

fn reason(vex: &Vex, finding: &Finding) -> Option<String> {
    let vulnerability = finding.vulnerability.as_deref()?;
    let ids: Vec<&str> = std::iter::once(&vulnerability.id)
        .chain(&vulnerability.aliases)
        .map(String::as_str)
        .collect();
    let mut reason = String::new();
    for package in &vulnerability.packages {
        let statement = vex.about(&ids, package.purl.as_ref()?, None)?;
        if !statement.status.suppresses() {
            return None;
        }
        if reason.is_empty() {
            reason.clone_from(&statement.justification);
        }
    }
    if reason.is_empty() {
        "a VEX document says that it is not affected".clone_into(&mut reason);
    }
    Some(reason)
}
