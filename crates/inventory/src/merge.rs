//! Makes one inventory of what all readers saw: one package for each ecosystem, name and version, however often seen.
//!
//! The rule of evidence stands here: where packages of an ecosystem are installed under a root, a lock file or manifest
//! of that root is only a declaration. What it lists and is installed gains a place; what it lists and is not installed
//! is *overruled*.

use std::collections::{BTreeMap, BTreeSet};

use shindan_package::{Ecosystem, Purl};

use crate::format::is_within_package;
use crate::package::{Confidence, Evidence, Inventory, Note, Package, Place};
use crate::reading::Found;

/// What one reader saw in one file.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) found: Found,
    pub(crate) place: Place,
}

impl Seen {
    pub(crate) fn new(found: Found, path: &str, layer: Option<u32>) -> Self {
        let place = Place {
            path: path.to_owned(),
            line: found.line,
            layer,
            evidence: found.evidence,
            manager: found.manager,
            vendored: is_vendored(path) || (is_linked(found.ecosystem) && is_within_package(path)),
            development: found.development,
            overruled: false,
            sha1: found.sha1,
        };
        Self { found, place }
    }

    fn name(&self) -> String {
        self.found
            .ecosystem
            .normal_name(&self.found.name)
            .into_owned()
    }
}

/// Puts together what was seen.
pub(crate) fn merge(mut seen: Vec<Seen>, mut notes: Vec<Note>) -> Inventory {
    let roots = Installed::of(&seen);
    note_contradictions(&seen, &mut notes);
    for seen in &mut seen {
        roots.judge(seen);
    }
    let locked = Locked::of(&seen);
    for seen in &mut seen {
        locked.complete(seen);
    }
    // The strongest first, so that it gives the spelling of the name; then in the order of paths.
    seen.sort_by(|a, b| {
        let strength = |seen: &Seen| {
            (
                seen.place.overruled,
                std::cmp::Reverse((seen.found.evidence, seen.found.confidence)),
            )
        };
        strength(a)
            .cmp(&strength(b))
            .then_with(|| a.place.cmp(&b.place))
    });
    let mut packages: BTreeMap<(Ecosystem, String, Option<String>), Package> = BTreeMap::new();
    for seen in seen {
        let key = (
            seen.found.ecosystem,
            seen.name(),
            seen.found.version.clone(),
        );
        packages
            .entry(key)
            .and_modify(|package| package.join(&seen))
            .or_insert_with(|| package(seen));
    }
    let packages = packages.into_values().map(|mut package| {
        package.places.sort();
        package.places.dedup();
        package
    });
    notes.sort();
    notes.dedup();
    Inventory {
        packages: packages.collect(),
        notes,
    }
}

fn package(Seen { found, place }: Seen) -> Package {
    let purl = Purl::of(
        found.ecosystem,
        &found.name,
        found.version.as_deref().unwrap_or_default(),
    );
    Package {
        purl,
        ecosystem: found.ecosystem,
        name: found.name,
        version: found.version,
        manager: found.manager,
        evidence: found.evidence,
        confidence: found.confidence,
        vendored: place.vendored,
        relation: found.relation,
        development: place.development,
        overruled: place.overruled,
        places: vec![place],
    }
}

impl Package {
    fn join(&mut self, seen: &Seen) {
        self.confidence = self.confidence.max(seen.found.confidence);
        self.relation = self.relation.max(seen.found.relation);
        self.vendored &= seen.place.vendored;
        self.development &= seen.place.development;
        self.overruled &= seen.place.overruled;
        self.places.push(seen.place.clone());
    }
}

/// What is installed under each root: normal names with their versions.
struct Installed(BTreeMap<(Ecosystem, Option<u32>, String), Versions>);

/// Versions by normal name.
type Versions = BTreeMap<String, BTreeSet<String>>;

impl Installed {
    fn of(seen: &[Seen]) -> Self {
        let mut roots: BTreeMap<_, Versions> = BTreeMap::new();
        for seen in seen {
            if seen.found.evidence == Evidence::Installed && seen.found.confidence > Confidence::Low
            {
                let root = install_root(seen.found.ecosystem, &seen.place.path);
                let key = (seen.found.ecosystem, seen.place.layer, root.to_owned());
                let names = roots.entry(key).or_default();
                let versions = names.entry(seen.name()).or_default();
                versions.extend(seen.found.version.clone());
            }
        }
        Self(roots)
    }

    /// Compares a declaration with what is installed under its root.
    fn judge(&self, seen: &mut Seen) {
        if !matches!(seen.found.evidence, Evidence::Locked | Evidence::Declared) {
            return;
        }
        let root = folder(&seen.place.path).to_owned();
        let Some(names) = self.0.get(&(seen.found.ecosystem, seen.place.layer, root)) else {
            return;
        };
        let versions = names.get(&seen.name());
        // A bound or a computed version gives way to what was chosen for it.
        let is_vague =
            seen.found.evidence == Evidence::Declared && seen.found.confidence < Confidence::High;
        match (&seen.found.version, versions.and_then(BTreeSet::first)) {
            (Some(version), Some(_))
                if versions.is_some_and(|versions| versions.contains(version)) => {}
            (None, Some(installed)) => seen.found.version = Some(installed.clone()),
            (Some(_), Some(installed)) if is_vague => {
                seen.found.version = Some(installed.clone());
            }
            _ => {
                seen.found.evidence = Evidence::Declared;
                seen.place.evidence = Evidence::Declared;
                seen.place.overruled = true;
            }
        }
    }
}

/// The versions that lock files name, for bundled code whose traces have none.
struct Locked(BTreeMap<String, Versions>);

impl Locked {
    fn of(seen: &[Seen]) -> Self {
        let mut roots: BTreeMap<_, Versions> = BTreeMap::new();
        for seen in seen {
            let is_lock = seen.found.ecosystem == Ecosystem::Npm
                && matches!(seen.found.evidence, Evidence::Locked | Evidence::Declared);
            if let (true, Some(version)) = (is_lock, &seen.found.version) {
                let names = roots
                    .entry(folder(&seen.place.path).to_owned())
                    .or_default();
                names
                    .entry(seen.name())
                    .or_default()
                    .insert(version.clone());
            }
        }
        Self(roots)
    }

    /// Gives a bundled package the version of the nearest lock file above, if that has only one.
    fn complete(&self, seen: &mut Seen) {
        if seen.found.evidence != Evidence::Bundled || seen.found.version.is_some() {
            return;
        }
        let mut root = folder(&seen.place.path);
        loop {
            if let Some(names) = self.0.get(root) {
                let versions = names.get(&seen.name());
                if let Some(version) = versions
                    .filter(|versions| versions.len() == 1)
                    .and_then(BTreeSet::first)
                {
                    seen.found.version = Some(version.clone());
                    seen.found.confidence = Confidence::Medium;
                }
                return;
            }
            if root.is_empty() {
                return;
            }
            root = folder(root.trim_end_matches('/'));
        }
    }
}

/// Two versions of one distribution in one folder: only one of them can be what is imported.
fn note_contradictions(seen: &[Seen], notes: &mut Vec<Note>) {
    let mut folders: BTreeMap<(&str, String), BTreeSet<&str>> = BTreeMap::new();
    for seen in seen {
        let is_python =
            seen.found.ecosystem == Ecosystem::PyPi && seen.found.evidence == Evidence::Installed;
        if let (true, Some(version)) = (is_python, &seen.found.version) {
            let site = install_folder(&seen.place.path);
            folders
                .entry((site, seen.name()))
                .or_default()
                .insert(version);
        }
    }
    for ((site, name), versions) in folders {
        if versions.len() > 1 {
            let versions: Vec<&str> = versions.into_iter().take(5).collect();
            notes.push(Note {
                path: site.trim_end_matches('/').to_owned(),
                text: format!(
                    "{name} is installed in several versions: {}",
                    versions.join(", ")
                ),
                is_incomplete: false,
            });
        }
    }
}

/// The folder of a path with its `/`; empty at the top.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// The folder into which the distribution with this metadata was installed.
fn install_folder(path: &str) -> &str {
    let folder_of_file = folder(path);
    if folder_of_file.ends_with(".dist-info/") || folder_of_file.ends_with(".egg-info/") {
        folder(folder_of_file.trim_end_matches('/'))
    } else {
        folder_of_file
    }
}

/// The folder of the project that installed what lies at `path`: the folders in which installers work are left.
fn install_root(ecosystem: Ecosystem, path: &str) -> &str {
    let outermost = |archive: &'static str| {
        path.find(archive)
            .map_or(path, |at| &path[..at + archive.len() - 2])
    };
    let (mut root, layers): (&str, &[&str]) = match ecosystem {
        Ecosystem::Npm => {
            return path
                .find("node_modules/")
                .map_or_else(|| folder(path), |at| &path[..at]);
        }
        Ecosystem::PyPi => (
            install_folder(path),
            &[
                "site-packages",
                "dist-packages",
                "lib",
                "lib64",
                "python",
                "package",
                "packages",
                "dependencies",
                "vendor",
                "venv",
                ".venv",
                "env",
                "build",
            ],
        ),
        Ecosystem::RubyGems => (
            folder(path),
            &[
                "specifications",
                "default",
                "ruby",
                "bundle",
                "vendor",
                "gems",
            ],
        ),
        Ecosystem::Maven => (
            folder(outermost(".jar!/")),
            &[
                "lib", "libs", "target", "build", "java", "BOOT-INF", "WEB-INF",
            ],
        ),
        Ecosystem::NuGet => (folder(path), &["bin", "Release", "Debug", "publish", "obj"]),
        Ecosystem::Go | Ecosystem::CratesIo => (folder(path), &["bin", "build", "dist"]),
    };
    loop {
        let bare = root.trim_end_matches('/');
        let last = bare.rsplit('/').next().unwrap_or("");
        let is_version = match ecosystem {
            Ecosystem::PyPi => last.starts_with("python3"),
            Ecosystem::RubyGems => last.starts_with(|c: char| c.is_ascii_digit()),
            Ecosystem::NuGet => last.starts_with("net"),
            _ => false,
        };
        if bare.is_empty() || bare.ends_with('!') || !(is_version || layers.contains(&last)) {
            return root;
        }
        root = folder(bare);
    }
}

/// Whether packages of this ecosystem are linked into executables, which no package manager updates within a package.
fn is_linked(ecosystem: Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Go | Ecosystem::CratesIo)
}

/// Whether `path` lies in a folder in which packages keep copies of others.
fn is_vendored(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part,
            "_vendor" | "_vendored" | "vendored" | "_vendored_packages" | "extern"
        )
    })
}
