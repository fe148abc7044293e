//! Standard scanning: the packages of an inventory against the advisories, one finding for each vulnerability.

mod assemblies;
mod import_names;
mod installed;
mod upgrade;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use shindan_advisory::index::{Corrupt, Description, Index, VulnerabilityNumber};
use shindan_advisory::{Match, Severity as Rated};
use shindan_artifact::Artifact;
use shindan_base::Interner;
use shindan_finding::{
    Confidence, DetectorId, DetectorInfo, Epss, FileNote, Finding, FindingKind, KnownExploit,
    Location, PackagePlace, Region, Severity, Upgrade, Vulnerability, VulnerablePackage,
};
use shindan_inventory::{Confidence as Trust, Evidence, Inventory, Package, sbom};

use crate::load::Loaded;
use crate::options::{Options, Progress};
use usage::Imports;

/// Characters of an advisory's text that a report repeats; the rest is behind its link.
const MAX_DETAILS: usize = 4000;

/// What to do about the packages in an artifact.
#[derive(Clone, Debug, Default)]
pub enum Dependencies {
    /// Do not look.
    #[default]
    Skip,
    /// There are no advisories: say which packages were not compared with any, and that this is no clean result.
    Unmatched,
    /// Compare them with these advisories.
    Match(std::sync::Arc<Index>),
}

/// The packages in an artifact, or in the bill of materials that stands in its place.
#[must_use]
pub fn inventory(artifact: &Artifact) -> Inventory {
    if let [only] = artifact.entries()
        && only.path.ends_with(".json")
        && let Ok(bytes) = artifact.read(only)
        && let Ok(inventory) = sbom::read(&bytes)
    {
        return inventory;
    }
    shindan_inventory::take(artifact)
}

/// What comparing an inventory with advisories gave.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    pub(crate) findings: Vec<Finding>,
    /// What reports say of each vulnerability that was found, in the order of `findings`.
    pub(crate) infos: Vec<DetectorInfo>,
    /// What closes most of `findings`.
    pub(crate) upgrades: Vec<Upgrade>,
    /// What was not compared, and why.
    pub(crate) notes: Vec<FileNote>,
    /// Packages that were compared.
    pub(crate) packages: u32,
}

impl Matched {
    pub(crate) fn failed() -> Self {
        let note = FileNote {
            path: String::new(),
            reason: "reading the packages failed, so none was compared with advisories; please report this as a defect".to_owned(),
            incomplete: true,
        };
        Self {
            notes: vec![note],
            ..Self::default()
        }
    }
}

/// Compares the packages that are in the artifact with the advisories, as far as the options ask for it.
///
/// Left out are packages that installed evidence overrules, that are for development only, and those whose version is
/// not known; notes say how many. `called` are the library functions that own code calls.
pub(crate) fn compare(
    artifact: &Artifact,
    files: &[Loaded],
    names: &Interner,
    called: BTreeSet<String>,
    options: &Options,
    progress: &dyn Progress,
) -> Matched {
    let index = match &options.dependencies {
        Dependencies::Skip => return Matched::default(),
        Dependencies::Unmatched => None,
        Dependencies::Match(index) => Some(&**index),
    };
    // A defect of a reader costs the dependencies, never what was found in code.
    catch_unwind(AssertUnwindSafe(|| {
        let imports = Imports::of(artifact, files, names, called);
        let inventory = inventory(artifact);
        progress.packages(&inventory);
        matched(&included(inventory, options), index, &imports)
    }))
    .unwrap_or_else(|_| Matched::failed())
}

/// Without what the settings exclude.
fn included(mut inventory: Inventory, options: &Options) -> Inventory {
    let excluded = |path: &str| options.exclude.iter().any(|p| p.matches(path));
    inventory.notes.retain(|note| !excluded(&note.path));
    inventory.packages.retain_mut(|package| {
        package.places.retain(|place| !excluded(&place.path));
        package.overruled = package.places.iter().all(|place| place.overruled);
        !package.places.is_empty()
    });
    inventory
}

fn matched(inventory: &Inventory, index: Option<&Index>, imports: &Imports<'_>) -> Matched {
    let mut matched = Matched {
        notes: reading_notes(inventory),
        ..Matched::default()
    };
    let packages = comparable(inventory, &mut matched.notes);
    let Some(index) = index else {
        if !packages.is_empty() {
            matched.notes.push(FileNote {
                path: String::new(),
                reason: format!(
                    "{} not compared with advisories: there is no database; run `shindan db update`",
                    counted(packages.len(), "package was", "packages were")
                ),
                incomplete: true,
            });
        }
        return matched;
    };
    matched.packages = u32::try_from(packages.len()).unwrap_or(u32::MAX);
    if let Err(Corrupt) = find(index, &packages, imports, &mut matched) {
        matched.notes.push(FileNote {
            path: String::new(),
            reason: "the database of advisories is damaged, so no package was compared with it; run `shindan db update`".to_owned(),
            incomplete: true,
        });
    }
    matched
}

fn find(
    index: &Index,
    packages: &[(&Package, &str)],
    imports: &Imports<'_>,
    matched: &mut Matched,
) -> Result<(), Corrupt> {
    let each = by_vulnerability(index, packages)?.into_iter();
    let described = each.map(|(number, packages)| describe(index, number, &packages, imports));
    let described: Vec<_> = described.collect::<Result<_, _>>()?;
    let (findings, infos): (Vec<_>, Vec<_>) = described.into_iter().unzip();
    matched.upgrades = upgrade::best(index, packages, &findings)?;
    (matched.findings, matched.infos) = (findings, infos);
    Ok(())
}

fn reading_notes(inventory: &Inventory) -> Vec<FileNote> {
    let note = |n: &shindan_inventory::Note| FileNote {
        path: n.path.clone(),
        reason: n.text.clone(),
        incomplete: n.is_incomplete,
    };
    inventory.notes.iter().map(note).collect()
}

/// The packages that advisories can say something about, with their versions.
fn comparable<'i>(
    inventory: &'i Inventory,
    notes: &mut Vec<FileNote>,
) -> Vec<(&'i Package, &'i str)> {
    let (mut unversioned, mut development) = (0, 0);
    let mut packages = Vec::new();
    let dependencies = inventory
        .packages
        .iter()
        .filter(|p| !p.overruled && p.evidence != Evidence::Subject);
    for package in dependencies {
        match &package.version {
            _ if package.development => development += 1,
            Some(version) if package.is_matched() && package.purl.is_some() => {
                packages.push((package, version.as_str()));
            }
            _ => unversioned += 1,
        }
    }
    let mut note = |count: usize, reason: String| {
        if count > 0 {
            notes.push(FileNote {
                path: String::new(),
                reason,
                incomplete: false,
            });
        }
    };
    note(
        development,
        format!(
            "{} not compared with advisories: only for development, not deployed",
            counted(development, "package was", "packages were")
        ),
    );
    note(
        unversioned,
        format!(
            "{} not compared with advisories: name or version is not known exactly; commit a lock file or scan what is deployed",
            counted(unversioned, "package was", "packages were")
        ),
    );
    packages
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

type Affected<'p, 'x> = Vec<(&'p Package, &'p str, Match<'x>)>;

fn by_vulnerability<'p, 'x>(
    index: &'x Index,
    packages: &[(&'p Package, &'p str)],
) -> Result<BTreeMap<VulnerabilityNumber, Affected<'p, 'x>>, Corrupt> {
    let mut found: BTreeMap<VulnerabilityNumber, Affected<'p, 'x>> = BTreeMap::new();
    for &(package, version) in packages {
        for hit in index.matches(package.ecosystem, &package.name, version)? {
            let affected = found.entry(hit.vulnerability).or_default();
            affected.push((package, version, hit));
        }
    }
    Ok(found)
}

fn describe(
    index: &Index,
    number: VulnerabilityNumber,
    affected: &Affected<'_, '_>,
    imports: &Imports<'_>,
) -> Result<(Finding, DetectorInfo), Corrupt> {
    let known = index.vulnerability(number)?;
    let texts = index.describe(number)?;
    let packages: Vec<VulnerablePackage> = affected
        .iter()
        .map(|(package, version, hit)| vulnerable(package, version, hit, imports))
        .collect();
    let severity = match known.severity {
        Rated::Critical => Severity::Critical,
        Rated::High => Severity::High,
        Rated::Medium | Rated::Untriaged => Severity::Medium,
        Rated::Low => Severity::Low,
        Rated::None => Severity::Info,
    };
    let confidence = affected
        .iter()
        .map(|(package, ..)| match package.confidence {
            Trust::High => Confidence::High,
            Trust::Medium => Confidence::Medium,
            Trust::Low => Confidence::Low,
        });
    let confidence = confidence.max().unwrap_or(Confidence::Low);
    let cwe: Vec<u32> = (known.cwes.iter())
        .filter_map(|cwe| cwe.strip_prefix("CWE-")?.parse().ok())
        .collect();
    let title = title(&texts, known.id);
    let others = match packages.len() - 1 {
        0 => String::new(),
        others => format!(
            " and {}",
            counted(others, "other package", "other packages")
        ),
    };
    let message = format!(
        "{} {}{others}: {title}",
        packages[0].name, packages[0].version
    );
    let record = known.records.first();
    let place = &packages[0].places[0];
    let line = place.line.unwrap_or(1);
    let names: Vec<String> = (packages.iter())
        .map(|p| format!("{}/{}", p.ecosystem, p.name))
        .collect();
    let languages = vec![packages[0].ecosystem.to_string()];
    let location = Location {
        path: place.path.clone(),
        region: Region {
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 1,
        },
        snippet: None,
    };
    let vulnerability = Vulnerability {
        id: known.id.to_owned(),
        aliases: known.aliases.iter().map(|a| (*a).to_owned()).collect(),
        source: record.map_or_else(String::new, |r| r.source().to_owned()),
        url: record.map_or_else(String::new, |r| r.url()),
        is_rated: known.severity != Rated::Untriaged,
        score_tenths: known.score.map(|score| (score * 10.0).round() as u16),
        vectors: known.ratings.iter().map(|r| r.vector.clone()).collect(),
        epss: known.epss.map(|epss| Epss {
            probability: (epss.score() * 100_000.0).round() as u32,
            percentile: (epss.percentile() * 100_000.0).round() as u32,
        }),
        known_exploit: known.known_exploit.as_ref().map(|known| KnownExploit {
            added: known.date_added.clone(),
            due: known.due_date.clone(),
            ransomware: known.ransomware,
        }),
        published: known.published.map(|time| time.to_string()),
        modified: known.modified.to_string(),
        packages,
    };
    let info = DetectorInfo {
        id: DetectorId(known.id.to_owned()),
        title,
        severity,
        confidence,
        cwe: cwe.clone(),
        description: texts.details.chars().take(MAX_DETAILS).collect(),
        fix: vulnerability.fix(),
        references: texts.references,
        languages,
    };
    let finding = Finding {
        kind: FindingKind::Dependency,
        detector: info.id.clone(),
        message,
        severity,
        confidence,
        cwe,
        location,
        flow: Vec::new(),
        enclosing: String::new(),
        functions: Vec::new(),
        approximations: Vec::new(),
        // Without versions: an upgrade that does not help is the same finding still.
        normalized_sink: names.join(" "),
        source: String::new(),
        masked: None,
        secret_hash: None,
        ignored_inline: None,
        vulnerability: Some(Box::new(vulnerability)),
    };
    Ok((finding, info))
}

/// One line: the advisory's title, or how its text begins.
fn title(texts: &Description, id: &str) -> String {
    const MAX: usize = 120;
    let texts = [texts.title.as_str(), texts.details.as_str()];
    let lines = texts.iter().flat_map(|text| text.lines());
    let mut words = lines
        .map(|line| line.trim_start_matches(['#', '*', '>', ' ']).trim_end())
        .filter(|line| line.contains(' '));
    let Some(line) = words.next() else {
        return id.to_owned();
    };
    let sentence = line.find(". ").map_or(line, |end| &line[..end]);
    match sentence.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", sentence[..end].trim_end()),
        None => sentence.trim_end_matches('.').to_owned(),
    }
}

fn vulnerable(
    package: &Package,
    version: &str,
    hit: &Match<'_>,
    imports: &Imports<'_>,
) -> VulnerablePackage {
    let places = package.places.iter().filter(|p| !p.overruled);
    let mut places: Vec<PackagePlace> = places
        .map(|place| PackagePlace {
            path: place.path.clone(),
            line: place.line,
            layer: place.layer,
        })
        .collect();
    places.sort();
    VulnerablePackage {
        ecosystem: package.ecosystem,
        name: package.name.clone(),
        version: version.to_owned(),
        purl: package.purl.clone(),
        manager: package.manager.name().to_owned(),
        evidence: package.evidence.name().to_owned(),
        vendored: package.vendored,
        places,
        fixed: hit.fixed.iter().map(|f| (*f).to_owned()).collect(),
        upgrade: (hit.fixed.first())
            .map_or_else(String::new, |fixed| upgrade::command(package, fixed)),
        usage: imports.usage(package, &hit.code),
    }
}
