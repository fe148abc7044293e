//! `pnpm-lock.yaml` of all versions (<https://github.com/pnpm/spec/tree/master/lockfile>).
//!
//! `packages` is a mapping whose keys name package and version: `/name/1.0.0_peers` up to version 5,
//! `/name@1.0.0(peers)` in version 6, `name@1.0.0` in version 9. Members `name` and `version` override the key, for
//! packages that come from elsewhere. Up to version 6 a package says `dev: true`; in version 9 that follows from what
//! the importers ask for and from `snapshots`.

use std::collections::{BTreeMap, BTreeSet};

use shindan_package::Ecosystem;

use super::specifier::{is_name, is_version, split};
use crate::package::{Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::head;
use crate::text::yaml::{Node, Pair, parse};

/// Reads a lock file.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    let documents = match parse(&head(bytes, bytes.len())) {
        Ok(documents) => documents,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    // From version 11, pnpm locks itself in a document before the project's; it runs on the developer's machine.
    let is_of_tool = |document: &Node| {
        let importers = document
            .get("importers")
            .map(Node::pairs)
            .unwrap_or_default();
        importers
            .iter()
            .any(|importer| importer.value.get("packageManagerDependencies").is_some())
    };
    let is_single = documents.len() == 1;
    for document in &documents {
        let first = reading.packages.len();
        read_document(document, &mut reading);
        if !is_single && is_of_tool(document) {
            for found in &mut reading.packages[first..] {
                found.development = true;
            }
        }
    }
    reading
}

fn read_document(document: &Node, reading: &mut Reading) {
    let version = document
        .get("lockfileVersion")
        .and_then(Node::text)
        .unwrap_or_default();
    let is_old = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .is_some_and(|major: u32| major < 6);
    let project = Project::of(document);
    let production = project.reached_in_production(document);
    let mut listed = BTreeSet::new();
    for package in document
        .get("packages")
        .map(Node::pairs)
        .unwrap_or_default()
    {
        let Some((name, version)) = identity(package, is_old) else {
            continue;
        };
        let development = match &production {
            Some(reached) => !reached.contains(without_peers(&package.key)),
            None => package.value.get("dev").and_then(Node::text) == Some("true"),
        };
        listed.insert((name.clone(), version.clone()));
        reading.add(
            Found::new(Ecosystem::Npm, PackageManager::Npm, Evidence::Locked, &name)
                .relation(project.relation(&name, &version))
                .version(version)
                .line(package.line)
                .development(development),
        );
    }
    // A file cut short may lack what the project asks for itself.
    for &(name, version, is_production) in &project.requested {
        let version = without_peers(version).split('_').next().unwrap_or(version);
        let is_new = is_version(version) && listed.insert((name.to_owned(), version.to_owned()));
        if is_new {
            reading.add(
                Found::new(Ecosystem::Npm, PackageManager::Npm, Evidence::Locked, name)
                    .version(version)
                    .relation(Relation::Direct)
                    .development(!is_production),
            );
        }
    }
}

/// Name and version of one member of `packages`; `None` where it names neither.
fn identity(package: &Pair, is_old: bool) -> Option<(String, String)> {
    let member = |key: &str| package.value.get(key).and_then(Node::text);
    let key = without_peers(package.key.trim_start_matches('/'));
    let (name, version) = if is_old {
        of_old_key(&package.key).unwrap_or(("", ""))
    } else {
        split(key).unwrap_or(("", ""))
    };
    let name = member("name").unwrap_or(name);
    let version = member("version").unwrap_or(version);
    if !is_name(name) {
        return None;
    }
    let version = if is_version(version) { version } else { "" };
    // Without a version the key may be anything.
    (!version.is_empty() || !is_old).then(|| (name.to_owned(), version.to_owned()))
}

/// `host/@scope/name/1.0.0_peers`, the host being empty for the standard registry.
fn of_old_key(key: &str) -> Option<(&str, &str)> {
    let (_, path) = key.split_once('/')?;
    // Peers may hold slashes, and follow the first `_` behind the version.
    let scope_end = if path.starts_with('@') {
        path.find('/')? + 1
    } else {
        0
    };
    let name_end = path[scope_end..].find('/')? + scope_end;
    let version = path[name_end + 1..].split(['_', '/']).next()?;
    Some((&path[..name_end], version))
}

fn without_peers(key: &str) -> &str {
    key.split('(').next().unwrap_or(key)
}

/// What the project and the members of its workspace ask for.
struct Project<'a> {
    /// Name and resolved version, and whether for production.
    requested: Vec<(&'a str, &'a str, bool)>,
    /// Name and version, without peers.
    direct: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Project<'a> {
    fn of(document: &'a Node) -> Self {
        let mut requested = Vec::new();
        let importers = document
            .get("importers")
            .map(Node::pairs)
            .unwrap_or_default();
        for importer in importers.iter().map(|pair| &pair.value).chain([document]) {
            for (group, is_production) in [
                ("dependencies", true),
                ("optionalDependencies", true),
                ("devDependencies", false),
            ] {
                for pair in importer.get(group).map(Node::pairs).unwrap_or_default() {
                    let version = pair
                        .value
                        .text()
                        .or_else(|| pair.value.get("version")?.text());
                    requested.push((
                        pair.key.as_str(),
                        version.unwrap_or_default(),
                        is_production,
                    ));
                }
            }
        }
        let direct = requested.iter().map(|&(name, version, _)| {
            let bare = without_peers(version).split('_').next();
            (name, bare.unwrap_or(version))
        });
        let direct = direct.collect();
        Self { requested, direct }
    }

    fn relation(&self, name: &str, version: &str) -> Relation {
        if self.requested.is_empty() {
            return Relation::Unknown;
        }
        let is_direct = self.direct.contains(&(name, version));
        if is_direct {
            Relation::Direct
        } else {
            Relation::Transitive
        }
    }

    /// The keys of `packages` that production needs; `None` for a lock file without `snapshots`.
    fn reached_in_production(&self, document: &'a Node) -> Option<BTreeSet<String>> {
        let snapshots = document.get("snapshots")?.pairs();
        let by_key: BTreeMap<&str, &Node> = snapshots
            .iter()
            .map(|pair| (pair.key.as_str(), &pair.value))
            .collect();
        let key = |name: &str, version: &str| {
            // A dependency on another name has the whole key as its version.
            let direct = format!("{name}@{version}");
            if by_key.contains_key(direct.as_str()) {
                direct
            } else {
                version.to_owned()
            }
        };
        let of_production = self
            .requested
            .iter()
            .filter(|(.., is_production)| *is_production);
        let mut waiting: Vec<String> = of_production
            .map(|(name, version, _)| key(name, version))
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(next) = waiting.pop() {
            if !seen.insert(next.clone()) {
                continue;
            }
            let Some(snapshot) = by_key.get(next.as_str()) else {
                continue;
            };
            for group in ["dependencies", "optionalDependencies"] {
                for pair in snapshot.get(group).map(Node::pairs).unwrap_or_default() {
                    waiting.push(key(&pair.key, pair.value.text().unwrap_or_default()));
                }
            }
        }
        Some(
            seen.iter()
                .map(|key| without_peers(key).to_owned())
                .collect(),
        )
    }
}
