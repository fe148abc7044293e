//! Where the CDK has put the code of a function.
//!
//! `cdk synth` copies code into `cdk.out/asset.HASH` and writes templates that point at
//! `HASH.zip` in a bucket. The copy is named by the resource's metadata, by the `*.assets.json`
//! manifest beside the template, or, where both are missing, by its hash alone.

use std::collections::BTreeMap;

use super::yaml::{self, Node, Pair};
use crate::artifact::Artifact;
use crate::path::{file_name, parent, resolve};

/// The paths in the manifest beside a template, by hash.
#[derive(Debug, Default)]
pub(super) struct Assets {
    paths: BTreeMap<String, String>,
}

impl Assets {
    /// Reads the manifest of a template, if there is one.
    pub(super) fn of(artifact: &Artifact, template: &str) -> Self {
        Self {
            paths: manifest_paths(artifact, template).unwrap_or_default(),
        }
    }

    /// The path of the asset behind an S3 key or a resource's metadata, if it is in the artifact.
    pub(super) fn find(
        &self,
        artifact: &Artifact,
        template: &str,
        resource: &Node,
        key: Option<&str>,
    ) -> Option<String> {
        let by_metadata = resource
            .at(&["Metadata", "aws:asset:path"])
            .and_then(Node::literal)
            .map(str::to_owned);
        let hash = key
            .and_then(|key| file_name(key).rsplit_once('.'))
            .map(|(hash, _)| hash);
        let by_manifest = hash.and_then(|hash| self.paths.get(hash).cloned());
        let by_hash = hash.map(|hash| format!("asset.{hash}"));
        [by_metadata, by_manifest, by_hash]
            .into_iter()
            .flatten()
            .find_map(|path| {
                let path = resolve(parent(template), &path)?;
                let candidates = ["", ".zip", ".jar"].map(|suffix| format!("{path}{suffix}"));
                candidates.into_iter().find(|path| {
                    artifact.entry(path).is_some() || !artifact.entries_in(path).is_empty()
                })
            })
    }
}

/// Whether a template was written by the CDK.
pub(super) fn is_cdk(path: &str, resources: &[&Pair]) -> bool {
    let is_output =
        path.ends_with(".template.json") && path.split('/').any(|part| part == "cdk.out");
    is_output
        || resources
            .iter()
            .any(|pair| pair.value.at(&["Metadata", "aws:cdk:path"]).is_some())
}

fn manifest_paths(artifact: &Artifact, template: &str) -> Option<BTreeMap<String, String>> {
    let stem = template.strip_suffix(".template.json")?;
    let entry = artifact.entry(&format!("{stem}.assets.json"))?;
    if entry.size > artifact.limits().template_bytes {
        return None;
    }
    let content = artifact.read(entry).ok()?;
    let manifest = yaml::parse(std::str::from_utf8(&content).ok()?).ok()?;
    let path = |file: &Node| {
        file.at(&["source", "path"])
            .and_then(Node::literal)
            .map(str::to_owned)
    };
    let files = manifest.get("files")?.pairs();
    Some(
        files
            .into_iter()
            .filter_map(|pair| Some((pair.key.to_string(), path(&pair.value)?)))
            .collect(),
    )
}
