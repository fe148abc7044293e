//! Which evidence counts, and what outranks what.

mod support;

use shindan_artifact::{Artifact, Limits};
use shindan_inventory::{Confidence, Evidence, PackageManager, Relation, take};
use support::{elf, go_build_info, inventory, names, open, package, zip};

const METADATA: &str = "Metadata-Version: 2.1\nName: Requests\nVersion: 2.31.0\n\nName: not-this\n";

#[test]
fn a_distribution_found_in_metadata_and_lock_file_is_one_package() {
    let found = inventory(&[
        ("requests-2.31.0.dist-info/METADATA", METADATA),
        (
            "requirements.txt",
            "requests==2.31.0 # pinned\nflask\nboto3==1.0\n",
        ),
    ]);
    assert_eq!(names(&found), ["boto3 1.0", "flask ?", "Requests 2.31.0"]);
    let requests = package(&found, "Requests");
    assert_eq!(requests.evidence, Evidence::Installed);
    assert_eq!(requests.manager, PackageManager::Pythonpkg);
    assert_eq!(
        requests.purl.as_ref().map(ToString::to_string).as_deref(),
        Some("pkg:pypi/requests@2.31.0")
    );
    let lines: Vec<_> = requests
        .places
        .iter()
        .map(|place| (place.path.as_str(), place.line))
        .collect();
    assert_eq!(
        lines,
        [
            ("requests-2.31.0.dist-info/METADATA", None),
            ("requirements.txt", Some(1))
        ]
    );
    assert_eq!(requests.relation, Relation::Direct);
    assert!(!requests.overruled);
    assert!(package(&found, "boto3").overruled && package(&found, "flask").overruled);
}

#[test]
fn a_requirement_alone_is_declared_and_not_overruled() {
    let found = inventory(&[
        ("app.py", ""),
        ("requirements.txt", "-r more/base.txt\nflask~=2.0\n"),
        ("more/base.txt", "-r ../requirements.txt\njinja2==3.1.2\n"),
    ]);
    assert_eq!(names(&found), ["flask 2.0", "jinja2 3.1.2"]);
    assert!(
        found
            .packages
            .iter()
            .all(|package| package.evidence == Evidence::Declared && !package.overruled)
    );
}

#[test]
fn lock_files_of_node_are_overruled_by_node_modules_beside_them() {
    let lock = r#"{"lockfileVersion": 3, "packages": {
        "": {"dependencies": {"left": "1"}},
        "node_modules/left": {"version": "1.0.0"},
        "node_modules/fsevents": {"version": "2.3.2", "optional": true}}}"#;
    let files = [
        (
            "package.json",
            r#"{"name": "app", "version": "9.9.9", "dependencies": {"left": "1"}}"#,
        ),
        ("package-lock.json", lock),
        (
            "node_modules/left/package.json",
            r#"{"name": "left", "version": "1.0.0"}"#,
        ),
        (
            "node_modules/left/test/fixtures/package.json",
            r#"{"name": "fixture", "version": "6.6.6"}"#,
        ),
        (
            "node_modules/left/package-lock.json",
            r#"{"dependencies": {"inner": {"version": "5.0.0"}}}"#,
        ),
        (
            "node_modules/@s/right/package.json",
            r#"{"name": "@s/right", "version": "2.0.0"}"#,
        ),
        (
            "node_modules/left/esm/package.json",
            r#"{"type": "module"}"#,
        ),
    ];
    let found = inventory(&files);
    assert_eq!(
        names(&found),
        [
            "@s/right 2.0.0",
            "app 9.9.9",
            "fsevents 2.3.2",
            "left 1.0.0"
        ]
    );
    assert_eq!(package(&found, "app").evidence, Evidence::Subject);
    assert!(package(&found, "fsevents").overruled);
    assert_eq!(package(&found, "fsevents").evidence, Evidence::Declared);
    assert_eq!(package(&found, "left").relation, Relation::Direct);
    assert_eq!(package(&found, "@s/right").relation, Relation::Transitive);
    assert_eq!(package(&found, "left").places.len(), 2);

    let without = inventory(&[files[0], files[1]]);
    assert_eq!(
        names(&without),
        ["app 9.9.9", "fsevents 2.3.2", "left 1.0.0"]
    );
    assert!(
        without.packages[1..]
            .iter()
            .all(|package| package.evidence == Evidence::Locked && !package.overruled)
    );
}

#[test]
fn every_pom_properties_of_a_shaded_jar_is_a_package() {
    let properties = |artifact: &str| {
        format!("#by Maven\ngroupId=org.acme\nartifactId={artifact}\nversion=1.2\n")
    };
    let inner = zip(&[(
        "META-INF/MANIFEST.MF",
        b"Implementation-Version: 7.0\nMain-Class: org.acme.Main\n",
    )]);
    let jar = zip(&[
        ("META-INF/maven/org.acme/app/pom.properties", properties("app").as_bytes()),
        ("META-INF/maven/org.acme/shaded/pom.properties", properties("shaded").as_bytes()),
        ("META-INF/maven/org.acme/app/pom.xml", b"<project><dependencies><dependency><groupId>a</groupId><artifactId>never</artifactId><version>1</version></dependency></dependencies></project>"),
        ("org/acme/pom.properties", properties("stray").as_bytes()),
        ("BOOT-INF/lib/plain.jar", &inner),
        ("BOOT-INF/lib/dated-3.1.jar", &inner),
    ]);
    let found = take(&open(&[("lib/app-1.2.jar", &jar)]));
    assert_eq!(
        names(&found),
        [
            "dated 3.1",
            "org.acme:app 1.2",
            "org.acme:shaded 1.2",
            "plain 7.0"
        ]
    );
    assert!(
        package(&found, "org.acme:shaded").vendored && !package(&found, "org.acme:app").vendored
    );
    let plain = package(&found, "plain");
    assert_eq!(
        (plain.confidence, plain.purl.as_ref()),
        (Confidence::Low, None)
    );
    assert_eq!(
        plain.places[0].path,
        "lib/app-1.2.jar!/BOOT-INF/lib/plain.jar"
    );
    assert!(plain.places[0].sha1.is_some());
    assert_eq!(package(&found, "org.acme:app").places[0].sha1, None);
}

#[test]
fn jars_of_well_known_artifacts_have_a_group() {
    let manifest = |version: &str| {
        zip(&[(
            "META-INF/MANIFEST.MF",
            format!("Bundle-Version: {version}\n").as_bytes(),
        )])
    };
    let jars = [
        manifest("2.17.1"),
        manifest("1.0"),
        manifest("5.0"),
        zip(&[]),
    ];
    let found = take(&open(&[
        ("lib/log4j-core-2.17.1.jar", &jars[0]),
        ("lib/commons-io-2.11.jar", &jars[1]),
        ("lib/guava.jar", &jars[2]),
        ("lib/acme-util-1.0.jar", &jars[3]),
    ]));
    let shown: Vec<_> = found
        .packages
        .iter()
        .map(|package| {
            (
                package.name.as_str(),
                package.version.as_deref(),
                package.confidence,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("acme-util", Some("1.0"), Confidence::Low),
            ("com.google.guava:guava", Some("5.0"), Confidence::Low),
            ("commons-io:commons-io", Some("2.11"), Confidence::Low),
            (
                "org.apache.logging.log4j:log4j-core",
                Some("2.17.1"),
                Confidence::Medium
            ),
        ]
    );
}

#[test]
fn a_jar_is_known_by_its_digest_however_it_is_packed() {
    let jar = zip(&[("a.class", &[7; 3_000_000])]);
    let digest = |files: &[(&str, &[u8])]| {
        let found = take(&open(files));
        found.packages[0].places[0].sha1
    };
    let direct = digest(&[("lib/acme-1.jar", &jar)]);
    let nested = zip(&[("acme-1.jar", &jar)]);
    assert!(direct.is_some());
    assert_eq!(direct, digest(&[("code.zip", &nested)]));
    assert_ne!(direct, digest(&[("lib/acme-1.jar", &nested)]));
}

#[test]
fn vendored_copies_are_marked_and_embedded_boms_are_no_evidence() {
    let found = inventory(&[
        (
            "setuptools/_vendor/tomli-2.0.1.dist-info/METADATA",
            "Name: tomli\nVersion: 2.0.1\n",
        ),
        (
            "pip/_vendor/bom.cdx.json",
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "x", "purl": "pkg:pypi/x@1"}]}"#,
        ),
        ("go.sum", "golang.org/x/net v0.1.0 h1:x=\n"),
    ]);
    assert_eq!(names(&found), ["tomli 2.0.1"]);
    assert!(found.packages[0].vendored);
}

#[test]
fn layers_are_told_apart() {
    let mut artifact = open(&[(
        "six-1.16.0.dist-info/METADATA",
        b"Name: six\nVersion: 1.16.0\n",
    )]);
    artifact.attach_layer(open(&[(
        "python/six-1.16.0.dist-info/METADATA",
        b"Name: six\nVersion: 1.16.0\n",
    )]));
    let found = take(&artifact);
    let layers: Vec<_> = found.packages[0]
        .places
        .iter()
        .map(|place| place.layer)
        .collect();
    assert_eq!(layers, [Some(0), None]);
    assert_eq!(found.packages.len(), 1);
}

#[test]
fn what_contradicts_itself_is_told() {
    let found = inventory(&[
        (
            "six-1.16.0.dist-info/METADATA",
            "Name: six\nVersion: 1.16.0\n",
        ),
        (
            "six-1.15.0.dist-info/METADATA",
            "Name: six\nVersion: 1.15.0\n",
        ),
        ("poetry.lock", "[[package]\nname ="),
    ]);
    assert_eq!(found.packages.len(), 2);
    let notes: Vec<_> = found
        .notes
        .iter()
        .map(|note| (note.path.as_str(), note.is_incomplete))
        .collect();
    assert_eq!(notes, [("", false), ("poetry.lock", true)]);
}

#[test]
fn bundled_names_get_the_version_of_the_lock_file_above() {
    let found = inventory(&[
        (
            "package-lock.json",
            r#"{"packages": {"node_modules/lodash": {"version": "4.17.20"}}}"#,
        ),
        (
            "dist/index.js",
            "// node_modules/lodash/lodash.js\nvar a;\n// node_modules/.pnpm/@s+x@1.2.3/node_modules/@s/x/i.js\nrequire(\"node_modules/no/no.js\");\n",
        ),
        (
            "dist/index.js.map",
            r#"{"version": 3, "sources": ["webpack:///../node_modules/ms/index.js", null], "mappings": "AAAA"}"#,
        ),
    ]);
    assert_eq!(names(&found), ["@s/x 1.2.3", "lodash 4.17.20", "ms ?"]);
    assert_eq!(package(&found, "lodash").evidence, Evidence::Bundled);
    assert_eq!(package(&found, "@s/x").places[0].line, Some(3));
}

#[test]
fn a_pom_and_a_lock_file_of_gradle_count_in_a_folder_only() {
    let pom = "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><properties><v>2.0</v></properties>\n<dependencies>\n<dependency><groupId>org.acme</groupId><artifactId>lib</artifactId><version>${v}</version></dependency></dependencies></project>";
    let files = [
        ("pom.xml", pom),
        (
            "gradle.lockfile",
            "org.acme:other:1.0=runtimeClasspath\nempty=\n",
        ),
    ];
    let found = inventory(&files);
    assert_eq!(
        names(&found),
        ["g:a 1", "org.acme:lib 2.0", "org.acme:other 1.0"]
    );
    assert_eq!(package(&found, "g:a").evidence, Evidence::Subject);
    assert_eq!(package(&found, "org.acme:lib").places[0].line, Some(3));
    let inner = zip(&[
        ("pom.xml", pom.as_bytes()),
        ("gradle.lockfile", files[1].1.as_bytes()),
    ]);
    assert!(take(&open(&[("code.zip", &inner)])).packages.is_empty());
}

#[test]
fn only_what_is_there_with_a_known_version_is_compared_with_advisories() {
    let found = inventory(&[
        ("package.json", r#"{"name": "lodash", "version": "4.17.0"}"#),
        (
            "web/package-lock.json",
            r#"{"lockfileVersion": 3, "packages": {
                "": {"name": "web", "version": "1.0.0"},
                "node_modules/ms": {"version": "2.0.0"}}}"#,
        ),
        (
            "requirements.txt",
            "flask==2.0\njinja2~=3.1\nrequests>=2.0\nboto3\n",
        ),
    ]);
    let matched = found.packages.iter().filter(|package| package.is_matched());
    let matched: Vec<_> = matched.map(|package| package.name.as_str()).collect();
    assert_eq!(matched, ["flask", "jinja2", "ms"]);
    assert_eq!(found.packages.len(), 7);
}

#[test]
fn a_project_that_is_also_installed_is_matched() {
    let found = inventory(&[
        ("package.json", r#"{"name": "acme", "version": "1.0.0"}"#),
        (
            "node_modules/acme/package.json",
            r#"{"name": "acme", "version": "1.0.0"}"#,
        ),
    ]);
    assert_eq!(names(&found), ["acme 1.0.0"]);
    assert!(found.packages[0].is_matched());
    assert_eq!(found.packages[0].places.len(), 2);
}

#[test]
fn what_is_installed_fulfils_a_range() {
    let found = inventory(&[
        ("requests-2.31.0.dist-info/METADATA", METADATA),
        ("requirements.txt", "requests>=2.0,<3\n"),
        ("dev-requirements.txt", "requests~=2.1\n"),
    ]);
    assert_eq!(names(&found), ["Requests 2.31.0"]);
    assert!(!found.packages[0].overruled);
    assert_eq!(found.packages[0].places.len(), 3);
}

#[test]
fn executables_larger_than_what_is_read_of_a_file_are_read_in_parts() {
    let info = go_build_info("path\tacme\nmod\tacme\t(devel)\ndep\tgithub.com/a/b\tv1.2.3\n");
    let executable = elf(".go.buildinfo", &info, 500_000);
    let files: [(&str, &[u8]); 2] = [("bootstrap", &executable), ("data", &[7; 100_000])];
    let limits = Limits {
        file_bytes: 1000,
        ..Limits::default()
    };
    let small = Artifact::from_bytes("f.zip", zip(&files), &limits).expect("a good archive");
    assert_eq!(small.large().len(), 2);
    let found = take(&small);
    assert_eq!(names(&found), ["github.com/a/b v1.2.3", "stdlib 1.22.3"]);
    assert_eq!(found, take(&open(&files)));
    assert!(found.notes.is_empty());
}

#[test]
fn modules_of_an_executable_that_a_package_brings_are_vendored() {
    let info = go_build_info("dep\tgithub.com/a/b\tv1.2.3\n");
    let executable = elf(".go.buildinfo", &info, 100_000);
    let found = take(&open(&[
        (
            "node_modules/tool/package.json",
            br#"{"name": "tool", "version": "1.0.0"}"#,
        ),
        ("node_modules/tool/bin/tool", &executable),
    ]));
    let module = package(&found, "github.com/a/b");
    assert!(module.vendored && module.is_matched());
}
