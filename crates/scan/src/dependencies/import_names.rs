//! What packages are imported as: a table compiled in, `catalogue/imports.toml`, which says what it holds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use shindan_package::Ecosystem;

type Table = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// By the ecosystem's name and the package's normal name.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../../../catalogue/imports.toml"))
        .expect("the table is compiled in, and a test reads it");
    let normal = |(name, packages): (String, BTreeMap<String, Vec<String>>)| {
        let ecosystem = Ecosystem::ALL.into_iter().find(|e| e.osv_name() == name);
        let packages = packages.into_iter().map(|(package, imported)| {
            let package = ecosystem.map_or(package.clone(), |e| e.normal_name(&package).into());
            (package, imported)
        });
        (name, packages.collect())
    };
    table.into_iter().map(normal).collect()
});

/// All names that a package is imported by, in its language's spelling; `None` where the table does not say.
pub(super) fn known(ecosystem: Ecosystem, package: &str) -> Option<&'static [String]> {
    let packages = TABLE.get(ecosystem.osv_name())?;
    let imported = packages.get(ecosystem.normal_name(package).as_ref())?;
    Some(imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_known_ecosystems_and_says_something_of_each_package() {
        let known: Vec<&str> = Ecosystem::ALL.iter().map(|e| e.osv_name()).collect();
        for (ecosystem, packages) in TABLE.iter() {
            assert!(known.contains(&ecosystem.as_str()), "{ecosystem}");
            for (package, imported) in packages {
                assert!(!imported.is_empty(), "{package}");
            }
        }
    }

    #[test]
    fn packages_are_found_by_any_spelling() {
        assert_eq!(
            known(Ecosystem::PyPi, "pyyaml"),
            Some(&["yaml".to_owned()][..])
        );
        assert_eq!(
            known(Ecosystem::NuGet, "awssdk.s3"),
            Some(&["Amazon.S3".to_owned()][..])
        );
        assert_eq!(known(Ecosystem::PyPi, "requests"), None);
    }
}
