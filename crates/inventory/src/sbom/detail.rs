//! What the standards have no field for.

use serde::{Deserialize, Serialize};
use shindan_package::{Ecosystem, Purl};

use crate::digest::Sha1;
use crate::package::{Confidence, Evidence, Package, PackageManager, Place, Relation};

/// The name of the property that holds a [`Detail`], and of the tool in annotations.
pub(super) const PROPERTY: &str = "shindan:package";
/// The name of the property that holds a [`Note`](crate::Note).
pub(super) const NOTE: &str = "shindan:note";

/// All of a package but its name, version and package URL.
#[derive(Serialize, Deserialize)]
pub(super) struct Detail {
    ecosystem: Ecosystem,
    manager: PackageManager,
    evidence: Evidence,
    confidence: Confidence,
    vendored: bool,
    relation: Relation,
    development: bool,
    overruled: bool,
    places: Vec<Place>,
}

/// What the fields of a component say.
pub(super) struct Stated<'a> {
    /// The whole name, with group or scope.
    pub(super) name: String,
    pub(super) version: Option<&'a str>,
    pub(super) purl: Option<&'a str>,
    pub(super) detail: Option<&'a str>,
    /// Where it was seen, in the words of other tools.
    pub(super) paths: Vec<String>,
}

/// The detail of a package, as JSON.
pub(super) fn write(package: &Package) -> String {
    let detail = Detail {
        ecosystem: package.ecosystem,
        manager: package.manager,
        evidence: package.evidence,
        confidence: package.confidence,
        vendored: package.vendored,
        relation: package.relation,
        development: package.development,
        overruled: package.overruled,
        places: package.places.clone(),
    };
    // Plain data without maps always serialises.
    serde_json::to_string(&detail).unwrap_or_default()
}

/// The digest of a package's file, where only one is known.
pub(super) fn sha1(package: &Package) -> Option<Sha1> {
    let mut known = package.places.iter().filter_map(|place| place.sha1);
    let first = known.next()?;
    known.all(|other| other == first).then_some(first)
}

/// The package of a component; `None` where nothing tells its ecosystem.
pub(super) fn read(stated: Stated<'_>) -> Option<Package> {
    let detail: Option<Detail> = stated
        .detail
        .and_then(|text| serde_json::from_str(text).ok());
    let purl: Option<Purl> = stated.purl.and_then(|text| text.parse().ok());
    let of_purl = purl.as_ref().and_then(Purl::ecosystem);
    let ecosystem = of_purl.or(detail.as_ref().map(|detail| detail.ecosystem))?;
    let name = match &purl {
        Some(purl) => {
            let name = purl.package_name();
            // The component's spelling is kept where it means the same.
            let is_same = ecosystem.normal_name(&stated.name) == ecosystem.normal_name(&name);
            if is_same {
                stated.name
            } else {
                name.into_owned()
            }
        }
        None => stated.name,
    };
    let version = stated.version.or(purl.as_ref().and_then(Purl::version));
    let version = version
        .filter(|version| !version.is_empty())
        .map(str::to_owned);
    let detail = detail.unwrap_or_else(|| foreign(ecosystem, stated.paths));
    (!name.is_empty()).then(|| Package {
        purl: Purl::of(ecosystem, &name, version.as_deref().unwrap_or_default()),
        ecosystem,
        name,
        version,
        manager: detail.manager,
        evidence: detail.evidence,
        confidence: detail.confidence,
        vendored: detail.vendored,
        relation: detail.relation,
        development: detail.development,
        overruled: detail.overruled,
        places: detail.places,
    })
}

/// A component of another tool: somebody says that it is there.
fn foreign(ecosystem: Ecosystem, mut paths: Vec<String>) -> Detail {
    let manager = match ecosystem {
        Ecosystem::PyPi => PackageManager::Pythonpkg,
        Ecosystem::Npm => PackageManager::Nodepkg,
        Ecosystem::Maven => PackageManager::Jar,
        Ecosystem::RubyGems => PackageManager::Gemspec,
        Ecosystem::NuGet => PackageManager::DotnetCore,
        Ecosystem::Go => PackageManager::Gobinary,
        Ecosystem::CratesIo => PackageManager::Cargo,
    };
    if paths.is_empty() {
        paths.push(String::new());
    }
    let place = |path: String| Place {
        path: path.trim_start_matches('/').to_owned(),
        line: None,
        layer: None,
        evidence: Evidence::Installed,
        manager,
        vendored: false,
        development: false,
        overruled: false,
        sha1: None,
    };
    Detail {
        ecosystem,
        manager,
        evidence: Evidence::Installed,
        confidence: Confidence::Medium,
        vendored: false,
        relation: Relation::Unknown,
        development: false,
        overruled: false,
        places: paths.into_iter().map(place).collect(),
    }
}
