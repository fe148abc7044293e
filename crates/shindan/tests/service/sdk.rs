//! The AWS SDK for Rust, which refuses a whole answer for one member of a wrong type, against the service.

use aws_sdk_inspector2::Client;
use aws_sdk_inspector2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_inspector2::types::{
    FindingType, Runtime, ScanStatusCode, ScanStatusReason, ScanType, Severity,
};
use aws_smithy_http_client::Builder;
use secrecy::ExposeSecret;

use crate::chaos::{advise, enable, write_package};
use crate::server::{REGION, Server};

#[test]
fn the_sdk_for_rust_lists_findings_and_coverage() {
    let mut server = Server::new(None);
    let packages = server.folder().join("packages");
    std::fs::create_dir(&packages).expect("created");
    write_package(&packages, 0);
    server.watch(&packages);
    advise(&server);
    let key = server.key("administrator");
    server.start();
    enable(&server, &key);
    server.wait_for("there are findings", || {
        let found = server.pages(&key, "/findings/list", "findings");
        (found.len() == 2).then_some(())
    });

    let credentials = Credentials::new(
        key.access_key_id.clone(),
        key.secret.expose_secret(),
        None,
        None,
        "test",
    );
    let config = aws_sdk_inspector2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(server.url())
        .credentials_provider(credentials)
        .http_client(Builder::new().build_http())
        .build();
    let client = Client::from_conf(config);
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(list(&client));
}

async fn list(client: &Client) {
    let answer = client.list_findings().send().await.expect("findings");
    let findings = answer.findings();
    assert_eq!(findings.len(), 2);
    let code = findings
        .iter()
        .find(|finding| *finding.r#type() == FindingType::CodeVulnerability)
        .expect("one in code");
    assert_eq!(*code.severity(), Severity::Critical);
    let place = code
        .code_vulnerability_details()
        .and_then(|details| details.file_path())
        .expect("a place");
    assert_eq!(place.file_path(), "lambda_function.py");
    let function = code.resources()[0]
        .details()
        .and_then(|details| details.aws_lambda_function())
        .expect("a function");
    assert_eq!(*function.runtime(), Runtime::Python312);
    let package = findings
        .iter()
        .find_map(|finding| finding.package_vulnerability_details())
        .expect("one in a package");
    assert_eq!(package.vulnerable_packages()[0].name(), "leaky");

    let answer = client.list_coverage().send().await.expect("coverage");
    let mut kinds = Vec::new();
    for covered in answer.covered_resources() {
        let status = covered.scan_status().expect("a status");
        assert_eq!(*status.status_code(), ScanStatusCode::Active);
        assert_eq!(*status.reason(), ScanStatusReason::Successful);
        kinds.push(covered.scan_type().clone());
    }
    kinds.sort_by_key(|kind| kind.as_str().to_owned());
    assert_eq!(kinds, [ScanType::Code, ScanType::Package]);
}
