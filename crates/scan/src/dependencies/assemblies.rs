//! The assemblies of .NET packages, whose names are their namespaces by custom.
//!
//! `deps.json` (<https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md>) says of
//! each library which files it brings: `SharpZipLib/1.3.3` has `lib/netstandard2.1/ICSharpCode.SharpZipLib.dll`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use shindan_artifact::Artifact;
use shindan_inventory::Package;

/// The part of `deps.json` that names files.
#[derive(Deserialize)]
struct Deps {
    #[serde(default)]
    targets: BTreeMap<String, BTreeMap<String, Library>>,
}

#[derive(Deserialize)]
struct Library {
    #[serde(default)]
    runtime: BTreeMap<String, IgnoredAny>,
}

/// Names of assemblies by `name/version` of their library, in lower case.
#[derive(Debug, Default)]
pub(super) struct Assemblies(BTreeMap<String, Vec<String>>);

impl Assemblies {
    /// Reads every `deps.json`; one that cannot be read tells nothing, as the inventory has said already.
    pub(super) fn of(artifact: &Artifact) -> Self {
        let mut all = Self::default();
        let entries = artifact.entries().iter();
        for entry in entries.filter(|entry| entry.path.ends_with(".deps.json")) {
            if let Ok(bytes) = artifact.read(entry) {
                all.add(&bytes);
            }
        }
        all
    }

    fn add(&mut self, deps: &[u8]) {
        let Ok(deps) = serde_json::from_slice::<Deps>(deps) else {
            return;
        };
        for (library, files) in deps.targets.into_values().flatten() {
            let known = self.0.entry(library.to_lowercase()).or_default();
            known.extend(files.runtime.keys().filter_map(|path| {
                let file = path.rsplit(['/', '\\']).next()?;
                Some(file.strip_suffix(".dll")?.to_owned())
            }));
        }
    }

    /// Without extensions; none where no `deps.json` names the package.
    pub(super) fn of_package(&self, package: &Package) -> &[String] {
        let version = package.version.as_deref().unwrap_or_default();
        let key = format!("{}/{version}", package.name).to_lowercase();
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_libraries_name_assemblies() {
        let mut assemblies = Assemblies::default();
        assemblies.add(
            br#"{"runtimeTarget": {"name": "x"}, "targets": {"x": {
                "Zip/1.3": {"dependencies": {"Y": "1"}, "runtime": {"lib/net6.0/Org.Zip.dll": {"fileVersion": "1"}}},
                "None/1.0": {}}}}"#,
        );
        assemblies.add(b"no JSON");
        assert_eq!(assemblies.0["zip/1.3"], ["Org.Zip"]);
        assert!(assemblies.0["none/1.0"].is_empty());
    }
}
