//! How a package gets to a repaired version, in the words of what manages it, and which version closes most findings.

use std::collections::{BTreeMap, BTreeSet};

use shindan_advisory::index::{Corrupt, Index};
use shindan_finding::{ClosedFinding, Finding, Upgrade, VulnerablePackage};
use shindan_inventory::{Package, PackageManager, Relation};
use shindan_package::Ecosystem;
use shindan_package::version::compare;

/// Versions of one package that are tried; packages with the most vulnerabilities have some forty repaired versions.
const MAX_CANDIDATES: usize = 64;

/// A command or a change, for one package and the version it should have.
pub(super) fn command(package: &Package, fixed: &str) -> String {
    let name = &package.name;
    if package.vendored {
        return format!("update the package that holds this copy of {name} to one with {fixed}");
    }
    match package.manager {
        PackageManager::Pip | PackageManager::Pythonpkg => {
            format!("`pip install '{name}>={fixed}'`")
        }
        PackageManager::Pipenv => format!("`pipenv install '{name}>={fixed}'`"),
        PackageManager::Poetry => format!("`poetry add '{name}>={fixed}'`"),
        PackageManager::Yarn => format!("`yarn upgrade {name}@^{fixed}`"),
        // What another package asks for is renewed within what that one allows.
        PackageManager::Npm | PackageManager::Nodepkg
            if package.relation == Relation::Transitive =>
        {
            format!("`npm update {name}` to {fixed}, or an override in package.json")
        }
        PackageManager::Npm | PackageManager::Nodepkg => format!("`npm install {name}@^{fixed}`"),
        PackageManager::Bundler | PackageManager::Gemspec => {
            format!("`bundle update {name}` to {fixed}")
        }
        PackageManager::Jar | PackageManager::Pom => format!("depend on {name}:{fixed}"),
        PackageManager::Nuget | PackageManager::DotnetCore => {
            format!("`dotnet add package {name} --version {fixed}`")
        }
        PackageManager::Gomod | PackageManager::Gobinary => {
            format!("`go get {name}@v{}`", fixed.trim_start_matches('v'))
        }
        PackageManager::Cargo => format!("`cargo update -p {name} --precise {fixed}`"),
    }
}

/// For each package the version that closes most findings; of several the lowest, which changes least.
///
/// A finding is closed where all its packages are this one, none of them a copy in another package, and the advisories
/// say nothing about the version. Versions below one that is installed are no upgrade.
pub(super) fn best(
    index: &Index,
    packages: &[(&Package, &str)],
    findings: &[Finding],
) -> Result<Vec<Upgrade>, Corrupt> {
    let mut by_package: BTreeMap<(Ecosystem, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(package) = only_package(finding) {
            by_package.entry(package).or_default().push(finding);
        }
    }
    let mut upgrades = Vec::new();
    for ((ecosystem, name), findings) in by_package {
        let Some((version, closes)) = most_closing(index, ecosystem, name, &findings)? else {
            continue;
        };
        let package = packages
            .iter()
            .find(|(p, _)| p.ecosystem == ecosystem && p.name == name && !p.vendored);
        upgrades.push(Upgrade {
            ecosystem,
            package: name.to_owned(),
            version: version.to_owned(),
            command: package.map_or_else(String::new, |(package, _)| command(package, version)),
            closes,
        });
    }
    Ok(upgrades)
}

fn affected(finding: &Finding) -> &[VulnerablePackage] {
    let vulnerability = finding.vulnerability.as_deref();
    vulnerability.map_or(&[], |vulnerability| &vulnerability.packages)
}

/// The package that alone has the vulnerability, in any number of versions.
fn only_package(finding: &Finding) -> Option<(Ecosystem, &str)> {
    let packages = affected(finding);
    let first = packages.first()?;
    let is_it = |package: &VulnerablePackage| {
        !package.vendored && package.ecosystem == first.ecosystem && package.name == first.name
    };
    let is_alone = packages.iter().all(is_it);
    is_alone.then_some((first.ecosystem, first.name.as_str()))
}

fn most_closing<'f>(
    index: &Index,
    ecosystem: Ecosystem,
    name: &str,
    findings: &[&'f Finding],
) -> Result<Option<(&'f str, Vec<ClosedFinding>)>, Corrupt> {
    let order = |a: &&str, b: &&str| compare(ecosystem, a, b);
    let packages = || findings.iter().flat_map(|finding| affected(finding));
    let installed = packages().map(|package| package.version.as_str());
    let Some(highest) = installed.max_by(order) else {
        return Ok(None);
    };
    let mut candidates: Vec<&str> = packages()
        .flat_map(|package| package.fixed.iter().map(String::as_str))
        .filter(|fixed| compare(ecosystem, fixed, highest).is_gt())
        .collect();
    candidates.sort_by(order);
    candidates.dedup();
    let left_out = candidates.len().saturating_sub(MAX_CANDIDATES);
    let mut best: Option<(&str, Vec<ClosedFinding>)> = None;
    for candidate in candidates.drain(left_out..) {
        let remaining: BTreeSet<&str> = (index.matches(ecosystem, name, candidate)?.iter())
            .map(|hit| index.id(hit.vulnerability))
            .collect::<Result<_, _>>()?;
        let mut closes: Vec<ClosedFinding> = (findings.iter())
            .filter(|finding| !remaining.contains(finding.detector.0.as_str()))
            .map(|finding| ClosedFinding {
                detector: finding.detector.clone(),
                path: finding.location.path.clone(),
            })
            .collect();
        closes.sort();
        let most = best.as_ref().map_or(0, |(_, closes)| closes.len());
        if closes.len() > most {
            best = Some((candidate, closes));
        }
    }
    Ok(best)
}
