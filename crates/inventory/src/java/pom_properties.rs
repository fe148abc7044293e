//! `META-INF/maven/GROUP/ARTIFACT/pom.properties`, which Maven puts into every jar it packs.
//!
//! A shaded jar keeps those of the jars that went into it, so each one is a package. Anywhere else a file of this name
//! means nothing.

use shindan_package::Ecosystem;

use crate::limits::PROPERTIES_BYTES;
use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};
use crate::text::lines::head;

/// Reads the properties; where they name no group or artifact, the folders do.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Reading {
    let text = head(bytes, PROPERTIES_BYTES);
    let property = |wanted: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.trim_start().split_once(['=', ':'])?;
            (key.trim() == wanted)
                .then(|| value.trim())
                .filter(|value| !value.is_empty())
        })
    };
    let (mut group, mut artifact) = (property("groupId"), property("artifactId"));
    let mut folders = path.rsplit('/').skip(1);
    let (of_artifact, of_group) = (folders.next(), folders.next());
    let mut reading = Reading::default();
    let differs = |stated: Option<&str>, folder: Option<&str>| {
        stated.is_some() && folder.is_some() && stated != folder
    };
    if differs(group, of_group) || differs(artifact, of_artifact) {
        reading.problem("names another package than its folders do; the folders' was taken");
        (group, artifact) = (of_group, of_artifact);
    }
    let (Some(group), Some(artifact)) = (group.or(of_group), artifact.or(of_artifact)) else {
        return Reading::failed("names no group and artifact");
    };
    // A template that no build has filled in.
    let version = property("version").filter(|version| !version.contains("${"));
    reading.add(
        Found::new(
            Ecosystem::Maven,
            PackageManager::Jar,
            Evidence::Installed,
            format!("{group}:{artifact}"),
        )
        .version(version.unwrap_or_default())
        .confidence(if version.is_some() {
            Confidence::High
        } else {
            Confidence::Medium
        }),
    );
    reading
}
