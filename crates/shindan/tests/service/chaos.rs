//! A server that is killed again and again loses no work and does none twice.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use shindan_sigv4::Signer;

use crate::server::{ACCOUNT, REGION, Server, postgres};

const FUNCTIONS: usize = 500;
const KILLS: u32 = 20;
/// Fixed, so that a failure can be repeated; the moments still differ with the machine's load.
const SEED: u64 = 0x5eed;

#[test]
fn five_hundred_functions_survive_twenty_kills() {
    survive(Server::new(None));
}

#[test]
fn five_hundred_functions_survive_twenty_kills_on_postgres() {
    if let Some(database) = postgres("chaos") {
        survive(Server::new(Some(database)));
    }
}

fn survive(mut server: Server) {
    let packages = server.folder().join("packages");
    std::fs::create_dir(&packages).expect("created");
    for number in 0..FUNCTIONS {
        write_package(&packages, number);
    }
    server.watch(&packages);
    advise(&server);
    let key = server.key("administrator");
    server.start();
    enable(&server, &key);

    let mut random = SEED;
    for _ in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        std::thread::sleep(Duration::from_millis(50 + (random >> 33) % 1200));
        server.kill();
        server.start();
    }

    let successful = json!({
        "filterCriteria": {
            "scanStatusReason": [{ "comparison": "EQUALS", "value": "SUCCESSFUL" }],
        },
    });
    server.wait_for("all functions are scanned", || {
        let (status, answer) = server.call(&key, "/coverage/statistics/list", &successful);
        assert_eq!(status, 200, "{answer}");
        (answer["totalCounts"] == 2 * FUNCTIONS).then_some(())
    });
    let rows = server.pages(&key, "/coverage/list", "coveredResources");
    assert_eq!(
        rows.len(),
        2 * FUNCTIONS,
        "a function is covered once for each kind"
    );
    let mut found: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in server.pages(&key, "/findings/list", "findings") {
        assert_eq!(finding["status"], "ACTIVE", "{finding}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let place = (text(&finding["resources"][0]["id"]), text(&finding["type"]));
        *found.entry(place).or_default() += 1;
    }
    for number in 0..FUNCTIONS {
        let function =
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:function-{number}:$LATEST");
        for kind in ["CODE_VULNERABILITY", "PACKAGE_VULNERABILITY"] {
            let count = found.remove(&(function.clone(), kind.to_owned()));
            assert_eq!(count, Some(1), "{kind} of function-{number}");
        }
    }
    assert!(found.is_empty(), "findings of nothing: {found:?}");
}

pub(crate) fn enable(server: &Server, key: &Signer) {
    let body = json!({ "resourceTypes": ["LAMBDA", "LAMBDA_CODE"] });
    let (status, answer) = server.call(key, "/enable", &body);
    assert_eq!(status, 200, "{answer}");
}

/// One module with one weakness, and one package with one known vulnerability.
pub(crate) fn write_package(folder: &Path, number: usize) {
    let file = std::fs::File::create(folder.join(format!("function-{number}.zip"))).expect("made");
    let mut zip = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default();
    let metadata = "Metadata-Version: 2.1\nName: leaky\nVersion: 1.0\n";
    let code = format!(
        "import subprocess\n\n# {number}\ndef lambda_handler(event, context):\n    subprocess.run(event[\"command\"], shell=True)\n"
    );
    for (path, text) in [
        ("lambda_function.py", code.as_str()),
        ("leaky-1.0.dist-info/METADATA", metadata),
    ] {
        zip.start_file(path, options).expect("begins");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("finished");
}

pub(crate) fn advise(server: &Server) {
    let record = json!({
        "id": "PYSEC-2026-1",
        "modified": "2026-01-02T00:00:00Z",
        "summary": "leaky is weak",
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": "leaky" },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }],
        }],
    });
    let path = server.folder().join("record.json");
    std::fs::write(&path, record.to_string()).expect("writable");
    server.run(&[
        "db",
        "update",
        "--quiet",
        "--from",
        path.to_str().expect("UTF-8"),
    ]);
}
