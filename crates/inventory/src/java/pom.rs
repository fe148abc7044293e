//! `pom.xml` of a project in a repository: what it asks for itself.
//!
//! Versions come from the dependency, from `dependencyManagement`, and from properties; all three are inherited from
//! parents that lie in the same repository at their `relativePath`. What must be fetched (parents and bills of
//! materials elsewhere, the dependencies of dependencies) is not known. A POM inside an archive is no evidence at all:
//! what it asks for need not have been packed.

use std::collections::{BTreeMap, BTreeSet};

use shindan_package::Ecosystem;

use crate::files::{Files, resolve};
use crate::limits::{MOST_INCLUDES, TEXT_BYTES};
use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::head;
use crate::text::xml::{Element, parse};

/// Reads the POM at `path`, and its parents as far as `files` has them.
pub(crate) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> Reading {
    let project = match parse_project(bytes) {
        Ok(project) => project,
        Err(problem) => return Reading::failed(problem),
    };
    let family = family(path, project, files);
    let model = Model::of(&family);
    let mut reading = Reading::default();
    model
        .own()
        .into_iter()
        .for_each(|project| reading.add(project));
    let mut seen = BTreeSet::new();
    for (generation, project) in family.iter().enumerate() {
        for dependency in dependencies(project) {
            let found = model.dependency(dependency);
            let Some(found) = found else {
                reading.problem(format!(
                    "line {}: a dependency without group or artifact",
                    dependency.line
                ));
                continue;
            };
            if seen.insert(found.name.clone()) {
                // A parent's lines are those of another file.
                let line = (generation == 0).then_some(dependency.line);
                reading.add(found.line(line));
            }
        }
    }
    reading
}

fn parse_project(bytes: &[u8]) -> Result<Element, String> {
    let root = parse(&head(bytes, bytes.len()))?;
    if root.name == "project" {
        Ok(root)
    } else {
        Err("is no POM: its root is no `project`".to_owned())
    }
}

/// The project and its parents, the nearest first.
fn family(path: &str, project: Element, files: &dyn Files) -> Vec<Element> {
    let mut path = path.to_owned();
    let mut seen = BTreeSet::from([path.clone()]);
    let mut family = vec![project];
    while let Some(parent) = family.last().and_then(|project| project.child("parent")) {
        let relative = parent
            .child("relativePath")
            .map_or("../pom.xml", |element| element.text.as_str());
        let candidates = [
            resolve(&path, relative),
            resolve(&path, &format!("{relative}/pom.xml")),
        ];
        let next = candidates.into_iter().flatten().find_map(|candidate| {
            let project = parse_project(&files.read(&candidate)?).ok()?;
            is_parent(parent, &project).then_some((candidate, project))
        });
        match next {
            Some((next, project)) if family.len() < MOST_INCLUDES && seen.insert(next.clone()) => {
                path = next;
                family.push(project);
            }
            _ => break,
        }
    }
    family
}

/// Whether a POM is the one that its child means; a group may be inherited, and a version computed.
fn is_parent(wanted: &Element, project: &Element) -> bool {
    project.text_of("artifactId") == wanted.text_of("artifactId")
        && project
            .text_of("groupId")
            .is_none_or(|group| Some(group) == wanted.text_of("groupId"))
}

/// The dependencies of a project or of its `dependencyManagement`, with those of profiles that are active by default.
fn dependencies(project: &Element) -> impl Iterator<Item = &Element> {
    let profiles = project
        .children_named("profiles")
        .flat_map(|list| list.children_named("profile"))
        .filter(|profile| {
            let activation = profile.child("activation");
            activation.and_then(|activation| activation.text_of("activeByDefault")) == Some("true")
        });
    let lists = std::iter::once(project)
        .chain(profiles)
        .flat_map(|project| project.children_named("dependencies"));
    lists.flat_map(|list| list.children_named("dependency"))
}

/// A part of the project's own name. Group and version may be those of a parent; of one that does not lie in the
/// repository, its child says them.
fn coordinate<'a>(family: &'a [Element], key: &str) -> Option<&'a str> {
    if key == "artifactId" {
        return family.first()?.text_of(key);
    }
    let own = family.iter().find_map(|project| project.text_of(key));
    own.or_else(|| family.last()?.child("parent")?.text_of(key))
}

struct Model<'a> {
    properties: BTreeMap<String, &'a str>,
    /// What `dependencyManagement` says of a group and artifact.
    managed: BTreeMap<(String, String), &'a Element>,
}

impl<'a> Model<'a> {
    fn of(family: &'a [Element]) -> Self {
        let mut model = Self {
            properties: BTreeMap::new(),
            managed: BTreeMap::new(),
        };
        let properties = &mut model.properties;
        let own = ["groupId", "artifactId", "version"]
            .into_iter()
            .filter_map(|key| Some((key, coordinate(family, key)?)));
        // What a project says of itself goes before properties of such a name, and without a prefix behind them
        // (Maven's `StringVisitorModelInterpolator`).
        for (key, text) in own.clone() {
            properties.insert(format!("project.{key}"), text);
            properties.insert(format!("pom.{key}"), text);
        }
        let parent = family.first().and_then(|project| project.child("parent"));
        for key in ["groupId", "artifactId", "version"] {
            if let Some(text) = parent.and_then(|parent| parent.text_of(key)) {
                properties.insert(format!("project.parent.{key}"), text);
            }
        }
        let lists = family
            .iter()
            .flat_map(|project| project.children_named("properties"));
        for property in lists.flat_map(|list| &list.children) {
            properties
                .entry(property.name.clone())
                .or_insert(&property.text);
        }
        for (key, text) in own {
            properties.entry(key.to_owned()).or_insert(text);
        }
        for project in family {
            let lists = project.children_named("dependencyManagement");
            for dependency in lists.flat_map(dependencies) {
                if let Some(key) = model.key(dependency) {
                    model.managed.entry(key).or_insert(dependency);
                }
            }
        }
        model
    }

    fn key(&self, dependency: &Element) -> Option<(String, String)> {
        let part = |name: &str| {
            let text = self.interpolate(dependency.text_of(name)?);
            Some(text).filter(|text| !text.contains([':', ' ', '/']))
        };
        Some((part("groupId")?, part("artifactId")?))
    }

    /// The project itself.
    fn own(&self) -> Option<Found> {
        let part =
            |key: &str| Some(self.interpolate(self.properties.get(&format!("project.{key}"))?));
        let name = format!("{}:{}", part("groupId")?, part("artifactId")?);
        let version = part("version").unwrap_or_default();
        let project = Found::subject(Ecosystem::Maven, PackageManager::Pom, name);
        Some(project.version(exact(&version)))
    }

    fn dependency(&self, dependency: &Element) -> Option<Found> {
        let key = self.key(dependency)?;
        let managed = self.managed.get(&key).copied();
        let either = |name: &str| dependency.text_of(name).or_else(|| managed?.text_of(name));
        let version = either("version")
            .map(|text| self.interpolate(text))
            .unwrap_or_default();
        let version = exact(&version);
        let scope = either("scope")
            .map(|text| self.interpolate(text))
            .unwrap_or_default();
        let (group, artifact) = key;
        let is_known = !version.is_empty() && !group.contains("${") && !artifact.contains("${");
        Some(
            Found::new(
                Ecosystem::Maven,
                PackageManager::Pom,
                Evidence::Declared,
                format!("{group}:{artifact}"),
            )
            .version(version)
            .confidence(if is_known {
                Confidence::Medium
            } else {
                Confidence::Low
            })
            .relation(Relation::Direct)
            .development(matches!(scope.as_str(), "test" | "provided")),
        )
    }

    /// Replaces `${name}`. What a property holds is bounded, as is how often properties name each other.
    fn interpolate(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..MOST_REPLACEMENTS {
            let Some(begin) = text.rfind("${") else { break };
            let Some(length) = text[begin..].find('}') else {
                break;
            };
            let Some(value) = self.properties.get(&text[begin + 2..begin + length]) else {
                break;
            };
            if text.len() + value.len() > TEXT_BYTES {
                break;
            }
            text.replace_range(begin..=begin + length, value);
        }
        text
    }
}

const MOST_REPLACEMENTS: usize = 16;

/// The version of a hard requirement `[1.2]`, and of a plain one; of a range its lowest, and nothing where a property is missing.
fn exact(version: &str) -> &str {
    let version = version.trim();
    if version.contains("${") {
        return "";
    }
    match version.strip_prefix('[') {
        Some(range) => range.split([',', ']', ')']).next().unwrap_or("").trim(),
        None if version.starts_with('(') => "",
        None => version,
    }
}
