//! Where the CDK has put the code of a function.
//!
//! `cdk synth` copies code into `cdk.out/asset.HASH` and writes templates that point at
//! `HASH.zip` in a bucket. The copy is named by the resource's metadata, by the `*.assets.json`
//! manifest beside the template, or, where both are missing, by its hash alone.

use super::yaml::{self, Node};
use crate::artifact::Artifact;
use crate::path::{file_name, parent, resolve};

/// The path of the asset behind an S3 key or a resource's metadata, relative to the template's folder
/// and checked to be in the artifact.
pub(super) fn find(
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
    let by_manifest = || manifest_path(artifact, template, hash?);
    let by_hash = || hash.map(|hash| format!("asset.{hash}"));
    let candidates = [by_metadata, by_manifest(), by_hash()];
    candidates.into_iter().flatten().find_map(|path| {
        let path = resolve(parent(template), &path)?;
        let archives = ["", ".zip", ".jar"].map(|suffix| format!("{path}{suffix}"));
        archives
            .into_iter()
            .find(|path| artifact.entry(path).is_some() || !artifact.entries_in(path).is_empty())
    })
}

/// Whether a template was written by the CDK.
pub(super) fn is_cdk(path: &str, template: &Node) -> bool {
    let has_cdk_path = |node: &Node| node.at(&["Metadata", "aws:cdk:path"]).is_some();
    let resources = template
        .get("Resources")
        .map(Node::pairs)
        .unwrap_or_default();
    path.ends_with(".template.json") && path.split('/').any(|part| part == "cdk.out")
        || resources.iter().any(|pair| has_cdk_path(&pair.value))
}

fn manifest_path(artifact: &Artifact, template: &str, hash: &str) -> Option<String> {
    let stem = template.strip_suffix(".template.json")?;
    let entry = artifact.entry(&format!("{stem}.assets.json"))?;
    if entry.size > artifact.limits().template_bytes {
        return None;
    }
    let content = artifact.read(entry).ok()?;
    let manifest = yaml::parse(std::str::from_utf8(&content).ok()?).ok()?;
    manifest
        .at(&["files", hash, "source", "path"])?
        .literal()
        .map(str::to_owned)
}
