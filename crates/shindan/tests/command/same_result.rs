//! The same input gives the same bytes, whatever the number of threads and however it is packed.

use crate::support::{Archive, BAD, GOOD, Sandbox};

/// A package with what depends most on order: many files, imports between them, secrets, errors.
fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("template.yaml".to_owned(), TEMPLATE.to_owned()),
        ("orders/db.py".to_owned(), "import os\ndef run(text):\n    os.system(text)\n".to_owned()),
        ("orders/app.py".to_owned(), "from db import run\ndef handler(event, context):\n    run(event['body'])\n".to_owned()),
        ("web/index.js".to_owned(), "const cp = require('child_process');\nexports.handler = async (event) => { cp.execSync(event.body); };\n".to_owned()),
        ("broken.js".to_owned(), "const a = {\n".to_owned()),
        ("config.ini".to_owned(), format!("key = {}{}\n", "AKIA", "Z7QK2MXN4RJ5TV3B")),
    ];
    for number in 0..40 {
        let text = if number % 3 == 0 { BAD } else { GOOD };
        files.push((format!("many/f{number}.py"), text.to_owned()));
    }
    files
}

const TEMPLATE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: orders/, Handler: app.handler, Runtime: python3.12 }
  Web:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: web/, Handler: index.handler, Runtime: nodejs22.x }
";

#[test]
fn threads_and_packing_change_nothing() {
    let sandbox = Sandbox::new();
    let mut archive = Archive::new();
    // The order in an archive is its maker's choice.
    for (name, text) in files().iter().rev() {
        sandbox.write(&format!("input/{name}"), text);
        archive = archive.packed(name, text.as_bytes());
    }
    sandbox.write("package.zip", archive.finish());
    let report = |path: &str, jobs: &str| {
        let run = sandbox.run(&["scan", path, "--format", "json", "--jobs", jobs]);
        assert_eq!(run.code, 1, "{}", run.err);
        run.out
    };
    let first = report("input", "1");
    assert!(
        first.matches("\"command-injection\"").count() > 15,
        "{first}"
    );
    for jobs in ["2", "8", "8"] {
        assert_eq!(report("input", jobs), first, "{jobs} threads");
    }
    assert_eq!(report("package.zip", "2"), first, "in an archive");
}

#[test]
fn a_layer_is_scanned_under_its_own_name() {
    let sandbox = Sandbox::new();
    sandbox.write("input/app.py", GOOD);
    sandbox.write(
        "layer.zip",
        Archive::new()
            .packed("python/shared.py", BAD.as_bytes())
            .finish(),
    );
    let run = sandbox.run(&["scan", "input", "--layer", "layer.zip"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    assert!(
        run.out.contains("layer.zip!/python/shared.py:3"),
        "{}",
        run.out
    );
}
