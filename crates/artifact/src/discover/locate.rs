//! Decides whether code that a template points at is in the artifact.

use super::CodeLocation;
use crate::artifact::Artifact;
use crate::path::{extension, parent, resolve};

/// The place that `uri`, written in `template`, points at.
pub(super) fn locate(artifact: &Artifact, template: &str, uri: &str) -> CodeLocation {
    let elsewhere = |why: &str| CodeLocation::Elsewhere {
        what: uri.to_owned(),
        why: why.to_owned(),
    };
    if uri.starts_with("s3://") {
        return elsewhere("its code is in a bucket");
    }
    if uri.contains("://") {
        return elsewhere("its code is on another machine");
    }
    if uri.starts_with('/') {
        return elsewhere("its path is absolute");
    }
    let Some(path) = resolve(parent(template), uri) else {
        return elsewhere("its path leads out of the scanned folder");
    };
    if artifact.entry(&path).is_some() || !artifact.entries_in(&path).is_empty() {
        return CodeLocation::Path(path);
    }
    let is_built = matches!(extension(&path).as_str(), "jar" | "zip" | "war");
    let in_build_folder = path
        .split('/')
        .any(|part| matches!(part, "target" | "build" | "dist" | "bin" | "out"));
    elsewhere(if is_built || in_build_folder {
        "it has not been built"
    } else {
        "there is no such file or folder"
    })
}

/// Code that stands in a bucket.
pub(super) fn in_bucket(bucket: &str, key: &str) -> CodeLocation {
    CodeLocation::Elsewhere {
        what: format!("s3://{bucket}/{key}"),
        why: "its code is in a bucket".to_owned(),
    }
}

/// Code that stands in a container image.
pub(super) fn in_image(image: &str) -> CodeLocation {
    let what = if image.is_empty() {
        "container image".to_owned()
    } else {
        format!("image {image}")
    };
    CodeLocation::Elsewhere {
        what,
        why: "its code is in a container image".to_owned(),
    }
}
