//! Bills of materials of all formats: the same packages come back, equal arguments give equal bytes.
//!
//! Each document is left in the target folder's `tmp`, where `.ci/run` compares it with the official schemas.

mod support;

use std::path::Path;

use shindan_inventory::sbom::{Document, Format, read, write};
use shindan_inventory::{Inventory, take};
use support::{inventory, names, open, zip};

fn document() -> Document {
    Document {
        subject: "orders \"prod\"".to_owned(),
        tool_version: "0.1.0".to_owned(),
        serial: *b"shindan-test-sbo",
        created: 1_700_000_000,
    }
}

fn rich() -> Inventory {
    let jar = zip(&[(
        "META-INF/maven/org.acme/app/pom.properties",
        b"version=1.2\n",
    )]);
    let other = zip(&[("A.class", b"x")]);
    let lock = br#"{"packages": {"": {"name": "web", "version": "1.0.0"}, "node_modules/@s/b": {"version": "2.0.0", "dev": true}}}"#;
    let mut artifact = open(&[
        ("PyYAML-6.0.dist-info/METADATA", b"Name: PyYAML\nVersion: 6.0\n"),
        ("requirements.txt", b"flask\nboto3==1.0\n"),
        ("js/package-lock.json", lock),
        ("js/bundle.js", b"// node_modules/ms/index.js\n"),
        ("lib/app-1.2.jar", &jar),
        ("lib/unknown.jar", &other),
        ("go.mod", b"module m\nrequire github.com/Acme/x v1.0.0+incompatible\n"),
        ("Gemfile.lock", b"GEM\n  specs:\n    rack (3.0.0)\n"),
        ("obj/packages.lock.json", br#"{"version": 1, "dependencies": {"net8.0": {"Newtonsoft.Json": {"type": "Direct", "resolved": "13.0.1"}}}}"#),
        ("broken/yarn.lock", b"]["),
    ]);
    artifact.attach_layer(open(&[(
        "python/six-1.16.0.dist-info/METADATA",
        b"Name: six\nVersion: 1.16.0\n",
    )]));
    take(&artifact)
}

#[test]
fn what_is_written_is_read_back() {
    let inventory = rich();
    assert_eq!(inventory.packages.len(), 12, "{:?}", names(&inventory));
    for format in Format::ALL {
        let text = write(&inventory, format, &document());
        assert_eq!(text, write(&inventory, format, &document()));
        assert_eq!(
            read(text.as_bytes()).as_ref(),
            Ok(&inventory),
            "{}",
            format.name()
        );
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(folder.join(format!("sbom-{}.json", format.name())), text)
            .expect("the target folder can be written");
    }
}

#[test]
fn an_empty_inventory_is_a_document_too() {
    for format in Format::ALL {
        let text = write(&Inventory::default(), format, &document());
        assert_eq!(read(text.as_bytes()), Ok(Inventory::default()));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(
            folder.join(format!("sbom-empty-{}.json", format.name())),
            text,
        )
        .expect("the target folder can be written");
    }
}

#[test]
fn documents_of_other_tools_are_read() {
    let foreign = br#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "group": "org.acme", "name": "lib", "version": "1", "purl": "pkg:maven/org.acme/lib@1",
         "properties": [{"name": "syft:location:0:path", "value": "/app/lib.jar"}],
         "components": [{"type": "library", "name": "inner", "version": "2", "purl": "pkg:npm/%40s/inner@2"}]},
        {"type": "library", "name": "bash", "version": "5", "purl": "pkg:deb/debian/bash@5"},
        {"type": "operating-system", "name": "debian"}]}"#;
    let found = read(foreign).expect("a good document");
    assert_eq!(names(&found), ["@s/inner 2", "org.acme:lib 1"]);
    assert_eq!(found.packages[1].places[0].path, "app/lib.jar");
    assert_eq!(found.notes.len(), 1);
}

#[test]
fn an_edited_version_counts_and_not_the_detail() {
    let text = write(
        &inventory(&[(
            "six-1.16.0.dist-info/METADATA",
            "Name: six\nVersion: 1.16.0\n",
        )]),
        Format::CycloneDx16,
        &document(),
    );
    let edited = read(text.replace("1.16.0\",", "1.17.0\",").as_bytes()).expect("a good document");
    assert_eq!(names(&edited), ["six 1.17.0"]);
}
