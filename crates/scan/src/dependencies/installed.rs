//! What a package that lies in the artifact can be imported as, read from the names of its files.

use shindan_artifact::{Artifact, Entry};
use shindan_inventory::{Evidence, Package, Place};
use shindan_package::Ecosystem;

/// The files of every installed copy of a package.
pub(super) enum Installed<'a> {
    /// Jars, each with this package alone.
    Jars(&'a Artifact, Vec<&'a str>),
    /// The folders of gems.
    Gems(&'a Artifact, Vec<String>),
}

impl<'a> Installed<'a> {
    /// `None` where the files of any copy are not known: what is only locked, shaded into others or bundled.
    pub(super) fn of(artifact: &'a Artifact, package: &'a Package) -> Option<Self> {
        let places = || package.places.iter().filter(|place| !place.overruled);
        match package.ecosystem {
            Ecosystem::Maven => {
                let jars = places().map(|place| jar(artifact, place));
                Some(Self::Jars(artifact, jars.collect::<Option<_>>()?))
            }
            Ecosystem::RubyGems => {
                let version = package.version.as_deref()?;
                let folder = format!("{}-{version}", package.name);
                let gems = places().map(|place| gem(artifact, place, &folder));
                Some(Self::Gems(artifact, gems.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    /// Whether importing this name loads something of the package.
    pub(super) fn provides(&self, name: &str) -> bool {
        match self {
            Self::Jars(artifact, jars) => jars.iter().any(|jar| has_class(artifact, jar, name)),
            Self::Gems(artifact, gems) => gems.iter().any(|gem| {
                // A path that leads out of the folder is no file of the gem.
                artifact.entry(&format!("{gem}/lib/{name}.rb")).is_some()
            }),
        }
    }
}

/// The jar that a package was seen in, if it is the only one there.
fn jar<'a>(artifact: &Artifact, place: &'a Place) -> Option<&'a str> {
    let jar = match place.path.split_once("!/META-INF/maven/") {
        Some((jar, _)) => jar,
        None => &place.path,
    };
    let maven = format!("{jar}!/META-INF/maven");
    let names = artifact.entries_in(&maven).iter();
    let packages = names.filter(|entry| entry.path.ends_with("/pom.properties"));
    let is_alone = !place.vendored && packages.count() <= 1;
    (jar.ends_with(".jar") && is_alone && has_classes(artifact, jar)).then_some(jar)
}

/// A jar may not have been opened, as too large or too deep.
fn has_classes(artifact: &Artifact, jar: &str) -> bool {
    within(artifact, &format!("{jar}!/")).iter().any(is_class)
}

fn is_class(entry: &Entry) -> bool {
    entry.path.ends_with(".class")
}

/// The entries whose paths begin so.
fn within<'a>(artifact: &'a Artifact, prefix: &str) -> &'a [Entry] {
    let entries = artifact.entries();
    let start = entries.partition_point(|entry| entry.path.as_str() < prefix);
    let count = entries[start..].partition_point(|entry| entry.path.starts_with(prefix));
    &entries[start..start + count]
}

/// `a.b.C` and its members where there is a class `a/b/C`, and `a.b` where there are classes right in `a/b`.
fn has_class(artifact: &Artifact, jar: &str, name: &str) -> bool {
    let path = name.replace('.', "/");
    let ends = path.match_indices('/').map(|(at, _)| at);
    let mut classes = ends.chain([path.len()]).map(|end| &path[..end]);
    if classes.any(|class| artifact.entry(&format!("{jar}!/{class}.class")).is_some()) {
        return true;
    }
    let folder = format!("{jar}!/{path}/");
    let mut files = within(artifact, &folder).iter();
    files.any(|entry| is_class(entry) && !entry.path[folder.len()..].contains('/'))
}

/// The folder of an installed gem, beside whose metadata (`specifications`) or in which (`gems`) it was seen.
fn gem(artifact: &Artifact, place: &Place, folder: &str) -> Option<String> {
    if place.evidence != Evidence::Installed {
        return None;
    }
    let root = ["specifications/", "gems/"].iter().find_map(|part| {
        let (root, _) = place.path.rsplit_once(part)?;
        (root.is_empty() || root.ends_with('/')).then_some(root)
    })?;
    let folder = format!("{root}gems/{folder}");
    let lib = artifact.entries_in(&format!("{folder}/lib"));
    (!lib.is_empty()).then_some(folder)
}
