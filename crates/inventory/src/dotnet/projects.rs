//! NuGet's lists in XML: `packages.config` and `Directory.Packages.props`.

use std::collections::BTreeMap;

use shindan_package::Ecosystem;

use crate::package::{Confidence, Evidence, PackageManager, Relation};
use crate::reading::{Found, Reading};
use crate::text::lines::head;
use crate::text::xml::{Element, parse};

/// Reads a `packages.config`: `<package id="x" version="1.2" developmentDependency="true" />`.
pub(crate) fn read_config(_path: &str, bytes: &[u8]) -> Reading {
    let root = match parse(&head(bytes, bytes.len())) {
        Ok(root) => root,
        Err(problem) => return Reading::failed(problem),
    };
    let mut reading = Reading::default();
    for package in root.children_named("package") {
        let Some(name) = package.attribute("id") else {
            reading.problem(format!("line {}: a package without an id", package.line));
            continue;
        };
        reading.add(
            Found::new(
                Ecosystem::NuGet,
                PackageManager::Nuget,
                Evidence::Declared,
                name,
            )
            .version(package.attribute("version").unwrap_or_default())
            .line(package.line)
            .development(package.attribute("developmentDependency") == Some("true")),
        );
    }
    reading
}

/// Reads a `Directory.Packages.props`: the versions that the projects beneath share. Properties of the same file are
/// put in; conditions are not looked at.
pub(crate) fn read_props(_path: &str, bytes: &[u8]) -> Reading {
    let root = match parse(&head(bytes, bytes.len())) {
        Ok(root) => root,
        Err(problem) => return Reading::failed(problem),
    };
    let properties: BTreeMap<String, &str> = root
        .children_named("PropertyGroup")
        .flat_map(|group| &group.children)
        .map(|property| (property.name.to_ascii_lowercase(), property.text.as_str()))
        .collect();
    let mut reading = Reading::default();
    for package in root
        .children_named("ItemGroup")
        .flat_map(|group| &group.children)
    {
        if !matches!(
            package.name.as_str(),
            "PackageVersion" | "GlobalPackageReference" | "PackageReference"
        ) {
            continue;
        }
        let Some(name) = package
            .attribute("Include")
            .or_else(|| package.attribute("Update"))
        else {
            continue;
        };
        if name.contains("$(") {
            continue;
        }
        let Some(version) = version(package, &properties) else {
            continue;
        };
        reading.add(
            Found::new(
                Ecosystem::NuGet,
                PackageManager::Nuget,
                Evidence::Declared,
                name.trim(),
            )
            .version(version)
            .line(package.line)
            .confidence(Confidence::Medium)
            .relation(Relation::Direct),
        );
    }
    reading
}

fn version<'a>(package: &'a Element, properties: &BTreeMap<String, &'a str>) -> Option<&'a str> {
    let stated = package
        .attribute("Version")
        .or_else(|| package.text_of("Version"))?;
    let version = match stated
        .strip_prefix("$(")
        .and_then(|name| name.strip_suffix(')'))
    {
        Some(name) => properties.get(&name.to_ascii_lowercase()).copied()?,
        None => stated,
    };
    let version = version.trim_matches(['[', ']']).trim();
    (!version.is_empty() && !version.contains(['$', ',', '*'])).then_some(version)
}
