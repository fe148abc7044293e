//! VEX: statements of a producer that a vulnerability does or does not matter in a product.
//!
//! Three formats say the same: [OpenVEX](https://github.com/openvex/spec),
//! [CSAF](https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html) and
//! [CycloneDX](https://cyclonedx.org/docs/1.6/json/#vulnerabilities). A statement never hides a finding: it gives the
//! reason with which the finding is reported as suppressed.

mod csaf;
mod cyclonedx;
mod openvex;

use serde::Deserialize;
use shindan_package::Purl;
use shindan_package::version::compare;
use thiserror::Error;

/// What a producer says about a vulnerability in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The vulnerability's id and its aliases.
    pub vulnerabilities: Vec<String>,
    /// The package that has the vulnerability; all versions where it names none.
    pub package: Purl,
    /// The product in which the statement holds, where it does not hold for the package everywhere.
    pub within: Option<Purl>,
    pub status: Status,
    /// Why, as the document says it; empty where it does not.
    pub justification: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    NotAffected,
    Affected,
    Fixed,
    UnderInvestigation,
}

impl Status {
    /// Whether a finding of which this is said does not count.
    pub const fn suppresses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// Why a file holds no statements.
#[derive(Debug, Error)]
pub enum VexError {
    #[error("is no VEX document: neither OpenVEX nor CSAF nor CycloneDX")]
    Unknown,
    #[error("cannot be read as {format}: {error}")]
    Invalid {
        format: &'static str,
        error: serde_json::Error,
    },
}

/// The statements of documents.
#[derive(Clone, Debug, Default)]
pub struct Vex {
    statements: Vec<Statement>,
    /// Statements about products that no package URL names, and so about nothing that can be found.
    pub without_package: usize,
}

#[derive(Deserialize)]
struct Sniff {
    #[serde(rename = "@context", default)]
    context: serde_json::Value,
    #[serde(rename = "bomFormat", default)]
    bom_format: serde_json::Value,
    #[serde(default)]
    document: serde_json::Value,
}

impl Vex {
    /// Adds the statements of a document; those of later documents outweigh those of earlier ones.
    pub fn add(&mut self, json: &[u8]) -> Result<(), VexError> {
        let sniff: Sniff = serde_json::from_slice(json).map_err(|_| VexError::Unknown)?;
        let is_openvex = sniff.context.to_string().contains("openvex");
        let (format, read) = if is_openvex {
            ("OpenVEX", openvex::read(json))
        } else if sniff.document.get("csaf_version").is_some() {
            ("CSAF", csaf::read(json))
        } else if sniff.bom_format == "CycloneDX" {
            ("CycloneDX", cyclonedx::read(json))
        } else {
            return Err(VexError::Unknown);
        };
        let drafts = read.map_err(|error| VexError::Invalid { format, error })?;
        for draft in drafts {
            match draft.finish() {
                Some(statement) => self.statements.push(statement),
                None => self.without_package += 1,
            }
        }
        Ok(())
    }

    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What was said last about any of these ids in this package, as part of `product` where that is known.
    ///
    /// A statement about a package within a product holds where the product is not known: whoever gives the document
    /// for a scan says that it is about what is scanned.
    pub fn about(
        &self,
        ids: &[&str],
        package: &Purl,
        product: Option<&Purl>,
    ) -> Option<&Statement> {
        self.statements.iter().rev().find(|statement| {
            let known = |id: &String| ids.contains(&id.as_str());
            let in_product = match (&statement.within, product) {
                (Some(within), Some(product)) => covers(within, product),
                _ => true,
            };
            statement.vulnerabilities.iter().any(known)
                && covers(&statement.package, package)
                && in_product
        })
    }
}

/// Whether what is said about `stated` is said about `package`: the same package, and the same version and qualifiers
/// where they are stated.
fn covers(stated: &Purl, package: &Purl) -> bool {
    let same_version = match (stated.version(), package.version()) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(a), Some(b)) => {
            a == b
                || package
                    .ecosystem()
                    .is_some_and(|ecosystem| compare(ecosystem, a, b).is_eq())
        }
    };
    let same_name = stated.kind() == package.kind()
        && match package.ecosystem() {
            Some(ecosystem) => {
                ecosystem.normal_name(&stated.package_name())
                    == ecosystem.normal_name(&package.package_name())
            }
            None => stated.package_name() == package.package_name(),
        };
    same_name
        && same_version
        && stated
            .qualifiers()
            .iter()
            .all(|(key, value)| package.qualifiers().get(key) == Some(value))
}

/// A statement before it is known whether package URLs name its products.
struct Draft {
    vulnerabilities: Vec<String>,
    package: Option<String>,
    within: Option<String>,
    status: Status,
    justification: String,
}

impl Draft {
    fn finish(self) -> Option<Statement> {
        let within = match self.within {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        Some(Statement {
            vulnerabilities: self.vulnerabilities,
            package: self.package?.parse().ok()?,
            within,
            status: self.status,
            justification: self.justification,
        })
    }
}

#[cfg(test)]
mod tests;
