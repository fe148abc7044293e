//! Details of formats that the comparison with other tools' tests does not reach.

use std::collections::BTreeMap;

use shindan_inventory::{Files, Format, Reading};

/// Files by their path.
struct Folder(BTreeMap<&'static str, &'static str>);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).map(|text| text.as_bytes().to_vec())
    }
}

fn shown(reading: &Reading) -> Vec<String> {
    let versions = reading.packages.iter();
    versions
        .map(|found| {
            let mark = if found.development { " (dev)" } else { "" };
            let version = found.version.as_deref().unwrap_or("?");
            format!("{} {version}{mark}", found.name)
        })
        .collect()
}

#[test]
fn a_version_that_is_a_constant_is_found_in_the_file_that_is_required() {
    let files = Folder(BTreeMap::from([(
        "gems/acme-1/lib/acme/version.rb",
        "module Acme\n  VERSION = '1.2.3'.freeze\nend\n",
    )]));
    let spec = "require_relative 'lib/acme/version'\nGem::Specification.new do |s|\n  s.name = \"acme\"\n  s.version = Acme::VERSION\nend\n";
    let reading = Format::Gemspec.read("gems/acme-1/acme.gemspec", spec.as_bytes(), &files);
    assert_eq!(shown(&reading), ["acme 1.2.3"]);
}

#[test]
fn a_parent_in_the_repository_gives_versions_and_dependencies() {
    let parent = "<project><groupId>org.acme</groupId><artifactId>parent</artifactId><version>3</version>
        <properties><lib>1.5</lib></properties>
        <dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>managed</artifactId><version>${lib}</version></dependency></dependencies></dependencyManagement>
        <dependencies><dependency><groupId>g</groupId><artifactId>inherited</artifactId><version>${project.version}</version></dependency></dependencies></project>";
    let files = Folder(BTreeMap::from([("pom.xml", parent)]));
    let child = "<project><parent><groupId>org.acme</groupId><artifactId>parent</artifactId><version>3</version></parent><artifactId>child</artifactId>
        <dependencies><dependency><groupId>g</groupId><artifactId>managed</artifactId><scope>test</scope></dependency></dependencies></project>";
    let reading = Format::Pom.read("child/pom.xml", child.as_bytes(), &files);
    assert_eq!(shown(&reading), ["g:managed 1.5 (dev)", "g:inherited 3"]);
}

#[test]
fn a_pom_that_is_its_own_parent_ends() {
    let pom = "<project><parent><groupId>g</groupId><artifactId>a</artifactId><relativePath>pom.xml</relativePath></parent><groupId>g</groupId><artifactId>a</artifactId>
        <properties><x>${y}</x><y>${x}${x}</y></properties>
        <dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>${x}</version></dependency></dependencies></project>";
    let files = Folder(BTreeMap::from([("pom.xml", pom)]));
    assert_eq!(
        shown(&Format::Pom.read("pom.xml", pom.as_bytes(), &files)),
        ["g:b ?"]
    );
}

#[test]
fn pnpm_9_tells_development_by_what_production_reaches() {
    let lock = "lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0(p@2.0.0)}
    devDependencies:
      d: {specifier: ^4.0.0, version: 4.0.0}
packages:
  a@1.0.0: {}
  p@2.0.0: {}
  d@4.0.0: {}
snapshots:
  a@1.0.0(p@2.0.0):
    dependencies: {p: 2.0.0}
  p@2.0.0: {}
  d@4.0.0:
    dependencies: {p: 2.0.0}
";
    let reading = Format::PnpmLock.read("pnpm-lock.yaml", lock.as_bytes(), &());
    assert_eq!(shown(&reading), ["a 1.0.0", "p 2.0.0", "d 4.0.0 (dev)"]);
    assert_eq!(reading.packages[0].line, Some(9));
}

#[test]
fn assets_decide_what_was_deployed() {
    let deps = r#"{"runtimeTarget": {"name": "net8"}, "targets": {"net8": {
        "app/1.0.0": {"dependencies": {"used": "1.0.0"}, "runtime": {"app.dll": {}}},
        "used/1.0.0": {"runtime": {"lib/used.dll": {}}},
        "placeholder/1.0.0": {"runtime": {"lib/_._": {}}},
        "reference/1.0.0": {"compile": {"ref/reference.dll": {}}},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"runtime": {"System.dll": {}}}}},
      "libraries": {"app/1.0.0": {"type": "project"}, "used/1.0.0": {"type": "package"},
        "placeholder/1.0.0": {"type": "package"}, "reference/1.0.0": {"type": "package"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1": {"type": "runtimepack"}}}"#;
    let reading = Format::DepsJson.read("app.deps.json", deps.as_bytes(), &());
    assert_eq!(
        shown(&reading),
        [
            "used 1.0.0",
            "Microsoft.NETCore.App.Runtime.linux-x64 8.0.1"
        ]
    );
}
