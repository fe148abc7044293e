//! Which files of an artifact an installer put there.
//!
//! `pip install -t .` and Python layers put libraries beside the package's own files, in no folder
//! that tells. The installer's manifest does: `X.dist-info/RECORD` (and `top_level.txt`, and
//! `X.egg-info/installed-files.txt` in older packages) lists what was installed, relative to the
//! folder the manifest stands in. A virtual environment is known by its `pyvenv.cfg`.
//!
//! Manifests are hostile too: they are read up to a bound, and may only mark files below their own folder.

use std::collections::BTreeSet;

use super::{Class, Reason};
use crate::artifact::Entry;
use crate::path::{file_name, is_within, parent, resolve};

/// Marks what the manifests among `entries`, which `read` opens, claim. `entries` are sorted by path.
pub(crate) fn mark(entries: &mut [Entry], mut read: impl FnMut(&Entry) -> Option<Vec<u8>>) {
    let mut claims = Claims::default();
    for entry in entries.iter() {
        let name = file_name(&entry.path);
        if name == "pyvenv.cfg" {
            claims.environments.insert(parent(&entry.path).to_owned());
        } else if is_manifest(&entry.path)
            && entry.size <= LONGEST_MANIFEST
            && let Some(content) = read(entry)
        {
            claims.add(&entry.path, &String::from_utf8_lossy(&content));
        }
    }
    if claims.environments.is_empty() && claims.modules.is_empty() {
        return;
    }
    for entry in entries.iter_mut() {
        if !matches!(
            entry.class,
            Class::FirstParty | Class::Config | Class::Generated
        ) {
            continue;
        }
        if claims
            .environments
            .iter()
            .any(|folder| !folder.is_empty() && is_within(&entry.path, folder))
        {
            (entry.class, entry.reason) = (Class::Vendored, Reason::VirtualEnvironment);
        } else if claims.covers(&entry.path) {
            (entry.class, entry.reason) = (Class::Vendored, Reason::InstallerManifest);
        }
    }
}

const LONGEST_MANIFEST: u64 = 1024 * 1024;

#[derive(Default)]
struct Claims {
    /// Roots of virtual environments.
    environments: BTreeSet<String>,
    /// Top-level modules: packages (folders) and single files, by path.
    modules: BTreeSet<String>,
}

impl Claims {
    fn add(&mut self, manifest: &str, text: &str) {
        let info = parent(manifest);
        let root = parent(info);
        self.modules.insert(info.to_owned());
        match file_name(manifest) {
            "top_level.txt" => {
                for module in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    self.claim(root, module);
                    self.claim(root, &format!("{module}.py"));
                }
            }
            "RECORD" => {
                for line in text.lines() {
                    let path = line
                        .strip_prefix('"')
                        .and_then(|l| l.split_once('"'))
                        .map_or_else(|| line.split(',').next().unwrap_or(""), |(path, _)| path);
                    self.claim(root, path);
                }
            }
            _ => {
                for line in text.lines() {
                    // Relative to the `egg-info` folder itself.
                    if let Some(path) = line.strip_prefix("../") {
                        self.claim(root, path);
                    }
                }
            }
        }
    }

    /// Claims the top-level part of `path` below `root`.
    fn claim(&mut self, root: &str, path: &str) {
        let first = path.split('/').next().unwrap_or("");
        // `../../bin/tool` lies outside the root; `bin/` is shared by all packages and one's own scripts.
        if matches!(first, "" | "." | ".." | "bin" | "__pycache__") {
            return;
        }
        if let Some(module) = resolve(root, first) {
            self.modules.insert(module);
        }
    }

    fn covers(&self, path: &str) -> bool {
        self.modules.contains(path)
            || path
                .match_indices('/')
                .any(|(at, _)| self.modules.contains(&path[..at]))
    }
}

fn is_manifest(path: &str) -> bool {
    let folder = parent(path);
    match file_name(path) {
        "RECORD" => folder.ends_with(".dist-info"),
        "top_level.txt" => folder.ends_with(".dist-info") || folder.ends_with(".egg-info"),
        "installed-files.txt" => folder.ends_with(".egg-info"),
        _ => false,
    }
}
