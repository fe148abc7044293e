//! Runs the readers over an artifact.

use std::collections::{BTreeMap, BTreeSet};

use shindan_artifact::{Artifact, Entry};

use crate::binary::executable::read_windows;
use crate::binary::windows::Windows;
use crate::digest::Sha1;
use crate::files::Files;
use crate::format::{Format, is_within_package};
use crate::java;
use crate::javascript::package_json;
use crate::limits::{BLOCK_BYTES, LARGE_WORK, MOST_FOUND};
use crate::merge::{Seen, merge};
use crate::package::{Evidence, Inventory, Note, Relation};
use crate::python::requirements;
use crate::reading::{Found, Reading};

/// Takes the inventory of a function's package and its layers.
#[must_use]
pub fn take(artifact: &Artifact) -> Inventory {
    let mut taking = Taking {
        artifact,
        seen: Vec::new(),
        notes: Vec::new(),
        read: BTreeSet::new(),
        work_left: LARGE_WORK,
    };
    let has_deps = folders_with_deps(artifact);
    for entry in artifact.entries() {
        let Some(format) = Format::of(&entry.path, entry.size) else {
            continue;
        };
        // What an application of .NET needs stands in one file; its assemblies say the same, less exactly.
        if format == Format::Assembly
            && has_deps
                .iter()
                .any(|folder| entry.path.starts_with(folder.as_str()))
        {
            continue;
        }
        taking.read_entry(entry, format);
    }
    taking.read_large();
    taking.read_jars();
    taking.read_skips();
    taking.relate();
    merge(taking.seen, taking.notes)
}

struct Taking<'a> {
    artifact: &'a Artifact,
    seen: Vec<Seen>,
    notes: Vec<Note>,
    /// Files that were read out of turn: requirements, which several may include, and large executables.
    read: BTreeSet<String>,
    /// Bytes that may still be read and unpacked beyond files that are read as a whole.
    work_left: u64,
}

impl Files for Artifact {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        Artifact::read(self, self.entry(path)?).ok()
    }
}

impl Taking<'_> {
    fn read_entry(&mut self, entry: &Entry, format: Format) {
        let bytes = match self.artifact.read(entry) {
            Ok(bytes) => bytes,
            Err(skip) => {
                let reading = Reading::failed(format!("could not be read: {}", skip.reason));
                self.add(&entry.path, entry.layer, reading);
                return;
            }
        };
        if format != Format::Requirements {
            let reading = format.read(&entry.path, &bytes, self.artifact);
            self.add(&entry.path, entry.layer, reading);
            return;
        }
        let mut files = requirements::included(&entry.path, &bytes, self.artifact);
        files.push(entry.path.clone());
        for path in files {
            let Some(entry) = self.artifact.entry(&path) else {
                continue;
            };
            if self.read.insert(path)
                && let Ok(bytes) = self.artifact.read(entry)
            {
                let reading = format.read(&entry.path, &bytes, self.artifact);
                self.add(&entry.path, entry.layer, reading);
            }
        }
    }

    fn add(&mut self, path: &str, layer: Option<u32>, reading: Reading) {
        for problem in reading.problems {
            self.note(path, problem, true);
        }
        for found in reading.packages {
            if self.seen.len() >= MOST_FOUND {
                self.note(
                    "",
                    format!("more than {MOST_FOUND} packages were seen; the rest was left out"),
                    true,
                );
                return;
            }
            self.seen.push(Seen::new(found, path, layer));
        }
    }

    fn note(&mut self, path: &str, text: String, is_incomplete: bool) {
        let path = path.to_owned();
        self.notes.push(Note {
            path,
            text,
            is_incomplete,
        });
    }

    /// Reads of executables that are larger than what is read of one file what their build tells.
    fn read_large(&mut self) {
        for entry in self.artifact.large() {
            if Format::of(&entry.path, entry.size) != Some(Format::Executable) {
                continue;
            }
            let reading = match self.artifact.parts(entry) {
                Ok(parts) if self.work_left > 0 => {
                    let windows = Windows::new(parts, self.work_left);
                    let reading = read_windows(&windows);
                    self.work_left = self.work_left.saturating_sub(windows.work());
                    reading
                }
                Ok(_) => Reading::failed(
                    "was not looked into: the large executables before it used up what is unpacked of them",
                ),
                Err(skip) => Reading::failed(format!("could not be read: {}", skip.reason)),
            };
            self.read.insert(entry.path.clone());
            self.add(&entry.path, entry.layer, reading);
        }
    }

    /// Names jars that carry no `pom.properties` of their own, and marks what was shaded into others.
    fn read_jars(&mut self) {
        let mut inside: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, seen) in self.seen.iter().enumerate() {
            if let Some((jar, rest)) = seen.place.path.rsplit_once("!/")
                && rest.starts_with("META-INF/maven/")
            {
                inside.entry(jar.to_owned()).or_default().push(number);
            }
        }
        for entry in self.artifact.entries() {
            if !entry.path.ends_with(".jar") {
                continue;
            }
            let packages = inside
                .get(&entry.path)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let artifact = |number: &usize| {
                self.seen[*number]
                    .found
                    .name
                    .split_once(':')
                    .map_or("", |(_, artifact)| artifact)
                    .to_owned()
            };
            let (own, shaded): (Vec<usize>, Vec<usize>) = packages
                .iter()
                .partition(|number| java::jar::is_of(&entry.path, &artifact(number)));
            let has_own = !own.is_empty() || shaded.len() == 1;
            if has_own {
                if !own.is_empty() {
                    for number in shaded {
                        self.seen[number].place.vendored = true;
                    }
                }
                continue;
            }
            let manifest = Files::read(
                self.artifact,
                &format!("{}!/META-INF/MANIFEST.MF", entry.path),
            );
            let mut reading = java::jar::read(&entry.path, &manifest.unwrap_or_default());
            let sha1 = self.sha1(entry);
            for found in &mut reading.packages {
                found.sha1 = sha1;
            }
            self.add(&entry.path, entry.layer, reading);
        }
    }

    /// The digest of a file, read in blocks; `None` where it cannot be read, or reading it would be too much work.
    fn sha1(&mut self, entry: &Entry) -> Option<Sha1> {
        let mut parts = self.artifact.parts(entry).ok()?;
        self.work_left = self.work_left.checked_sub(entry.size)?;
        let offsets = (0..entry.size).step_by(BLOCK_BYTES);
        Sha1::of(offsets.map(|offset| parts.read(offset, BLOCK_BYTES))).ok()
    }

    /// Tells of evidence that the artifact could not open. Of some, the path alone names a package.
    fn read_skips(&mut self) {
        for skip in self.artifact.skips() {
            let is_archive = [".jar", ".war", ".ear", ".whl", ".egg", ".zip"]
                .iter()
                .any(|end| skip.path.ends_with(end));
            let format = Format::of(&skip.path, u64::MAX);
            if format.is_none() && !is_archive {
                continue;
            }
            let is_listed = self.artifact.entry(&skip.path).is_some();
            if (is_listed && !is_archive) || self.read.contains(&skip.path) {
                continue;
            }
            self.note(
                &skip.path,
                format!("was not looked into: {}", skip.reason),
                true,
            );
            if let Some(
                format @ (Format::PythonMetadata | Format::Gemspec | Format::PomProperties),
            ) = format
            {
                let packages = format.read(&skip.path, b"", &()).packages;
                let problems = Vec::new();
                self.add(&skip.path, None, Reading { packages, problems });
            }
        }
    }

    /// Says of installed packages what the project's own manifest or the installer's marks say: who asked for them.
    fn relate(&mut self) {
        let mut requested: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        let mut marked = BTreeSet::new();
        for entry in self.artifact.entries() {
            let Some((folder, file)) = entry.path.rsplit_once('/').or(Some(("", &entry.path)))
            else {
                continue;
            };
            if file == "package.json" && !is_within_package(&entry.path) {
                if let Ok(bytes) = self.artifact.read(entry) {
                    requested.insert(folder.to_owned(), package_json::requested(&bytes));
                }
            } else if file == "REQUESTED" && folder.ends_with(".dist-info") {
                // pip leaves it for what it was asked for (PEP 376).
                marked.insert(folder.to_owned());
            }
        }
        let marked_roots: BTreeSet<&str> = marked.iter().map(|folder| parent(folder)).collect();
        for Seen { found, place, .. } in &mut self.seen {
            if found.evidence != Evidence::Installed || found.relation != Relation::Unknown {
                continue;
            }
            let folder = parent(&place.path);
            if let Some((root, inside)) = folder.split_once("node_modules/") {
                relate_node(found, root.trim_end_matches('/'), inside, &requested);
            } else if folder.ends_with(".dist-info") && marked_roots.contains(parent(folder)) {
                let is_direct = marked.contains(folder);
                found.relation = if is_direct {
                    Relation::Direct
                } else {
                    Relation::Transitive
                };
            }
        }
    }
}

fn relate_node(
    found: &mut Found,
    root: &str,
    inside: &str,
    requested: &BTreeMap<String, BTreeMap<String, bool>>,
) {
    let Some(requested) = requested
        .get(root)
        .filter(|requested| !requested.is_empty())
    else {
        return;
    };
    match requested.get(inside) {
        Some(_) => found.relation = Relation::Direct,
        None => found.relation = Relation::Transitive,
    }
}

fn folders_with_deps(artifact: &Artifact) -> BTreeSet<String> {
    let of_deps = artifact
        .entries()
        .iter()
        .filter(|entry| entry.path.ends_with(".deps.json"));
    of_deps
        .map(|entry| {
            entry
                .path
                .rsplit_once('/')
                .map_or(String::new(), |(folder, _)| format!("{folder}/"))
        })
        .collect()
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
