//! A copy of the database brings back what was in it, and nothing else is put in its place.

use std::path::Path;

use serde_json::Value;

use crate::chaos::{advise, enable, write_package};
use crate::server::Server;

#[test]
fn a_copy_brings_back_keys_and_findings_of_its_time() {
    let mut server = Server::new(None);
    let packages = server.folder().join("packages");
    std::fs::create_dir(&packages).expect("created");
    write_package(&packages, 0);
    server.watch(&packages);
    advise(&server);
    let key = server.key("administrator");
    server.start();
    enable(&server, &key);
    let findings = server.wait_for("the function is scanned", || {
        let findings = server.pages(&key, "/findings/list", "findings");
        (findings.len() == 2).then_some(findings)
    });
    let copy = server.folder().join("copy.db");
    let copy = copy.to_str().expect("UTF-8");
    server.run(&["backup", copy]);
    let keys = server.run(&["access", "list", "--format", "json"]);

    server.key("read-only");
    assert_ne!(server.run(&["access", "list", "--format", "json"]), keys);
    assert!(refused(&server, &["restore", copy]).contains("exists"));
    assert!(refused(&server, &["restore", copy, "--replace"]).contains("a server is running"));
    server.kill();
    server.run(&["restore", copy, "--replace"]);

    assert_eq!(server.run(&["access", "list", "--format", "json"]), keys);
    server.start();
    assert_eq!(
        arns(&server.pages(&key, "/findings/list", "findings")),
        arns(&findings)
    );
}

#[test]
fn a_damaged_copy_replaces_nothing() {
    let server = Server::new(None);
    server.key("administrator");
    let keys = server.run(&["access", "list", "--format", "json"]);
    let copy = server.folder().join("copy.db");
    let name = copy.to_str().expect("UTF-8");
    server.run(&["backup", name]);
    overwrite_the_middle(&copy);
    refused(&server, &["restore", name, "--replace"]);
    assert_eq!(server.run(&["access", "list", "--format", "json"]), keys);
}

fn overwrite_the_middle(file: &Path) {
    let mut bytes = std::fs::read(file).expect("readable");
    let half = bytes.len() / 2;
    let end = (half + 8192).min(bytes.len());
    bytes[half..end].fill(0xff);
    std::fs::write(file, bytes).expect("writable");
}

fn refused(server: &Server, arguments: &[&str]) -> String {
    let done = server.command(arguments).output().expect("runs");
    assert_eq!(done.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(done.stderr).expect("UTF-8")
}

fn arns(findings: &[Value]) -> Vec<&str> {
    let mut arns: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding["findingArn"].as_str())
        .collect();
    arns.sort_unstable();
    arns
}
