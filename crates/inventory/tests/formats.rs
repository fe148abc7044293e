//! Details of formats that the comparison with other tools' tests does not reach.

mod support;

use std::collections::BTreeMap;
use std::io::Write;

use flate2::write::ZlibEncoder;
use shindan_inventory::{Confidence, Evidence, Files, Format, Reading, Relation};
use support::elf;

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
            let mark = match (found.evidence, found.development) {
                (Evidence::Subject, _) => " (subject)",
                (_, true) => " (dev)",
                _ => "",
            };
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
fn a_required_file_may_be_joined_from_parts() {
    let files = Folder(BTreeMap::from([(
        "gems/acme-1/lib/acme/version.rb",
        "Version = \"4.5\"\n",
    )]));
    let spec = "require File.join(\n  'lib',\n  'acme',\n  'version'\n)\ns.name = 'acme'\ns.version = Acme::Version\n";
    let reading = Format::Gemspec.read("gems/acme-1/acme.gemspec", spec.as_bytes(), &files);
    assert_eq!(shown(&reading), ["acme 4.5"]);
}

#[test]
fn a_project_goes_before_properties_that_are_called_like_its_parts() {
    let pom = "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version>
        <properties><project.version>2</project.version><version>3</version></properties>
        <dependencies><dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId><version>${project.version}</version></dependency>
        <dependency><groupId>g</groupId><artifactId>c</artifactId><version>${version}</version></dependency></dependencies></project>";
    assert_eq!(
        shown(&Format::Pom.read("pom.xml", pom.as_bytes(), &())),
        ["g:a 1 (subject)", "g:b 1", "g:c 3"]
    );
}

#[test]
fn a_range_of_pip_has_the_version_that_comes_nearest() {
    let lines = "a==1.0\nb~=1.1\nc>=1.2\nd>=1.0,<=2.0,!=1.5\ne==3.*\nf==3.1.*\ng==1.*,>=1.2\nh<2\ni==1.0 @ git+https://files.example/i\nj==4.*.1\n";
    let reading = Format::Requirements.read("requirements.txt", lines.as_bytes(), &());
    assert_eq!(
        shown(&reading),
        [
            "a 1.0", "b 1.1", "c 1.2", "d 2.0", "e ?", "f 3.1.0", "g 1.2", "h ?", "i 1.0", "j ?"
        ]
    );
    let confidence: Vec<_> = reading
        .packages
        .iter()
        .map(|found| found.confidence)
        .collect();
    assert_eq!(confidence[..2], [Confidence::High, Confidence::Medium]);
    assert!(
        confidence[2..]
            .iter()
            .all(|level| *level == Confidence::Low)
    );
}

#[test]
fn members_of_a_workspace_are_called_as_their_links() {
    let lock = r#"{"name": "all", "lockfileVersion": 3, "packages": {
        "": {"workspaces": ["parts/*"]},
        "parts/one": {"version": "1.0.0"},
        "parts/two": {},
        "node_modules/first": {"resolved": "parts/one", "link": true},
        "node_modules/ms": {"version": "2.0.0"}}}"#;
    let reading = Format::PackageLock.read("package-lock.json", lock.as_bytes(), &());
    assert_eq!(
        shown(&reading),
        [
            "first 1.0.0 (subject)",
            "two ? (subject)",
            "ms 2.0.0",
            "all ? (subject)"
        ]
    );
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
    assert_eq!(
        shown(&reading),
        [
            "org.acme:child 3 (subject)",
            "g:managed 1.5 (dev)",
            // As in Maven, the version of the project that inherits.
            "g:inherited 3"
        ]
    );
}

#[test]
fn a_pom_that_is_its_own_parent_ends() {
    let pom = "<project><parent><groupId>g</groupId><artifactId>a</artifactId><relativePath>pom.xml</relativePath></parent><groupId>g</groupId><artifactId>a</artifactId>
        <properties><x>${y}</x><y>${x}${x}</y></properties>
        <dependencies><dependency><groupId>g</groupId><artifactId>b</artifactId><version>${x}</version></dependency></dependencies></project>";
    let files = Folder(BTreeMap::from([("pom.xml", pom)]));
    assert_eq!(
        shown(&Format::Pom.read("pom.xml", pom.as_bytes(), &files)),
        ["g:a ? (subject)", "g:b ?"]
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
            "app 1.0.0 (subject)",
            "used 1.0.0",
            "Microsoft.NETCore.App.Runtime.linux-x64 8.0.1"
        ]
    );
}

fn audited(json: &str) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(json.as_bytes()).expect("memory takes all");
    elf(".dep-v0", &packer.finish().expect("memory takes all"), 0)
}

#[test]
fn crates_of_an_audited_executable_are_read() {
    let json = r#"{"packages": [
        {"name": "app", "version": "0.1.0", "source": "local", "root": true, "dependencies": [1]},
        {"name": "serde", "version": "1.0.200", "source": "crates.io", "dependencies": [2, 99]},
        {"name": "itoa", "version": "1.0.1", "source": "crates.io"},
        {"name": "cc", "version": "1.1.0", "source": "crates.io", "kind": "build"}]}"#;
    let reading = Format::Executable.read("bootstrap", &audited(json), &());
    assert_eq!(
        shown(&reading),
        ["serde 1.0.200", "itoa 1.0.1", "cc 1.1.0 (dev)"]
    );
    assert_eq!(reading.packages[0].relation, Relation::Direct);
}

#[test]
fn a_list_of_crates_that_unpacks_without_end_is_a_problem() {
    let json = format!("{{\"packages\": [{}]}}", " ".repeat(20 << 20));
    let reading = Format::Executable.read("bootstrap", &audited(&json), &());
    assert!(reading.packages.is_empty() && !reading.problems.is_empty());
}

#[test]
fn an_assembly_is_named_by_its_file_and_its_product_version() {
    let utf16 = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let mut resource = Vec::new();
    for (key, value) in [
        ("ProductVersion", "13.0.3+abc"),
        ("Assembly Version", "13.0.0.0"),
    ] {
        resource.extend(utf16(&format!("{key}\0\0{value}\0")));
    }
    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0);
    bytes.extend(64_u32.to_le_bytes());
    bytes.extend(b"PE\0\0");
    // A machine of 32 bits, one section, an optional header of 224 bytes with 16 directories.
    for half in [0x14c_u16, 1, 0, 0, 0, 0, 0, 0, 224, 0x2102] {
        bytes.extend(half.to_le_bytes());
    }
    let optional_at = bytes.len();
    bytes.extend(0x10b_u16.to_le_bytes());
    bytes.resize(optional_at + 92, 0);
    bytes.extend(16_u32.to_le_bytes());
    bytes.resize(optional_at + 224, 0);
    let data_at = bytes.len() + 40;
    bytes.extend(b".rsrc\0\0\0");
    for word in [resource.len(), 0x1000, resource.len(), data_at, 0, 0, 0, 0] {
        bytes.extend((word as u32).to_le_bytes());
    }
    bytes.extend(&resource);
    let reading = Format::Assembly.read("bin/Newtonsoft.Json.dll", &bytes, &());
    assert_eq!(shown(&reading), ["Newtonsoft.Json 13.0.3"]);
    assert!(
        Format::Assembly
            .read("a.dll", &bytes[..data_at], &())
            .packages
            .is_empty()
    );
}
