//! Security Hub over HTTP: the same port, other operations.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use shindan_api::{Limits, Settings};
use shindan_inspector::{Role, Timestamp};
use shindan_store::Job;

use crate::seed;
use crate::support::{
    ADMINISTRATOR, Key, MANAGEMENT, MEMBER, NOW, STRANGER, Server, UNASSOCIATED, account, region,
};

const FOUNDATIONAL: &str =
    "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const PCI: &str = "arn:aws:securityhub:us-east-1::standards/pci-dss/v/4.0.1";

async fn server_and_key() -> (Server, Key) {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    server.hub(&key, "POST", "/accounts", json!({})).await.ok();
    (server, key)
}

/// A finding of an account's own.
pub(crate) fn finding(owner: i64, id: &str) -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": id,
        "ProductArn": format!("arn:aws:securityhub:us-east-1:{owner}:product/{owner}/default"),
        "GeneratorId": "rule",
        "AwsAccountId": owner.to_string(),
        "CreatedAt": "2026-05-01T00:00:00Z",
        "UpdatedAt": "2026-05-01T00:00:00Z",
        "Title": "Something",
        "Description": "It is described here.",
        "Severity": { "Label": "HIGH" },
        "Resources": [{ "Type": "Other", "Id": "thing" }],
    })
}

#[tokio::test]
async fn a_path_means_what_it_means_to_the_service_of_the_signature() {
    let (server, key) = server_and_key().await;
    let members = json!({ "AccountIds": [MEMBER.to_string()] });
    let of_hub = server
        .hub(&key, "POST", "/members/get", members.clone())
        .await
        .ok();
    assert_eq!(of_hub["Members"], json!([]));
    let of_inspector = server.call(&key, "/members/get", &members).await;
    assert_eq!(of_inspector.err().1, "AccessDeniedException");
    assert_eq!(
        of_inspector.body["Code"],
        Value::Null,
        "{}",
        of_inspector.text
    );
    let only_hubs = server.call(&key, "/findings", &json!({})).await;
    assert_eq!(only_hubs.err().1, "UnknownOperationException");
    let only_inspectors = server.hub(&key, "POST", "/findings/list", json!({})).await;
    assert_eq!(only_inspectors.err().1, "UnknownOperationException");
}

#[tokio::test]
async fn a_hub_that_is_enabled_asks_for_its_findings_and_its_checks() {
    let (server, key) = server_and_key().await;
    let now = Timestamp::from_millis(NOW + 60_000);
    let mut jobs = Vec::new();
    while let Some(lease) = server
        .store
        .claim("test", now, 60_000)
        .await
        .expect("claims")
    {
        jobs.push(lease.job);
    }
    let (region, account) = (region(), account(STRANGER));
    let check = Job::CheckControls {
        region: region.clone(),
        account,
    };
    assert_eq!(jobs, [check, Job::MirrorAccount { region, account }]);
    let again = server.hub(&key, "POST", "/accounts", json!({})).await;
    assert_eq!(again.hub_err().0, 409);
    assert_eq!(again.hub_err().1, "ResourceConflictException");
}

#[tokio::test]
async fn whatever_the_controls_depend_on_has_them_checked() {
    let (server, key) = server_and_key().await;
    let control = "arn:aws:securityhub:us-east-1:999999999999:control/pci-dss/v/4.0.1/Inspector.3";
    let control = format!("/standards/control/{}", control.replace(':', "%3A"));
    let disable = json!({ "ControlStatus": "DISABLED", "DisabledReason": "so" });
    let association = json!({ "StandardsControlAssociationUpdates": [{
        "StandardsArn": PCI, "SecurityControlId": "Inspector.1", "AssociationStatus": "ENABLED",
    }]});
    let subscription = "arn:aws:securityhub:us-east-1:999999999999:subscription/pci-dss/v/4.0.1";
    let steps = [
        (
            "POST",
            "/standards/register",
            json!({ "StandardsSubscriptionRequests": [{ "StandardsArn": PCI }] }),
        ),
        ("PATCH", control.as_str(), disable),
        ("PATCH", "/associations", association),
        (
            "POST",
            "/standards/deregister",
            json!({ "StandardsSubscriptionArns": [subscription] }),
        ),
    ];
    let drain = async || {
        let now = Timestamp::from_millis(NOW + 600_000);
        let mut checks = 0;
        while let Some(lease) = server
            .store
            .claim("test", now, 60_000)
            .await
            .expect("claims")
        {
            checks += usize::from(matches!(lease.job, Job::CheckControls { .. }));
            server.store.complete(&lease).await.expect("ends");
        }
        checks
    };
    assert_eq!(drain().await, 1);
    for (method, path, body) in steps {
        server.hub(&key, method, path, body).await.ok();
        assert_eq!(drain().await, 1, "{path}");
    }
}

#[tokio::test]
async fn what_inspectors_organisation_does_has_the_controls_of_its_administrator_checked() {
    let server = Server::with_organization().await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let management = server.key(MANAGEMENT, Role::Administrator).await;
    for key in [&administrator, &management] {
        server.hub(key, "POST", "/accounts", json!({})).await.ok();
    }
    let checked = async || {
        let now = Timestamp::from_millis(NOW + 600_000);
        let mut checked = Vec::new();
        while let Some(lease) = server
            .store
            .claim("test", now, 60_000)
            .await
            .expect("claims")
        {
            if let Job::CheckControls { account, .. } = &lease.job {
                checked.push(account.number());
            }
            server.store.complete(&lease).await.expect("ends");
        }
        checked.sort_unstable();
        checked
    };
    assert_eq!(checked().await, [MANAGEMENT, ADMINISTRATOR]);
    let one = json!({ "accountId": UNASSOCIATED.to_string() });
    server
        .call(&administrator, "/members/associate", &one)
        .await
        .ok();
    assert_eq!(checked().await, [ADMINISTRATOR]);
    server
        .call(&administrator, "/members/disassociate", &one)
        .await
        .ok();
    assert_eq!(checked().await, [ADMINISTRATOR]);
    let automatic = json!({ "autoEnable": { "ec2": false, "ecr": false, "lambda": true } });
    server
        .call(
            &administrator,
            "/organizationconfiguration/update",
            &automatic,
        )
        .await
        .ok();
    assert_eq!(checked().await, [ADMINISTRATOR]);
    let designated = json!({ "delegatedAdminAccountId": ADMINISTRATOR.to_string() });
    server
        .call(&management, "/delegatedadminaccounts/disable", &designated)
        .await
        .ok();
    assert_eq!(checked().await, [ADMINISTRATOR]);
    let designated = json!({ "delegatedAdminAccountId": MANAGEMENT.to_string() });
    server
        .call(&management, "/delegatedadminaccounts/enable", &designated)
        .await
        .ok();
    assert_eq!(checked().await, [MANAGEMENT]);
}

#[tokio::test]
async fn wrong_values_are_refused_with_what_is_wrong() {
    let (server, key) = server_and_key().await;
    let ids = |count: usize| vec!["111122223333"; count];
    let many: Vec<Value> = (0..101)
        .map(|at| finding(STRANGER, &at.to_string()))
        .collect();
    let cases: Vec<(&str, &str, Value, &str)> = vec![
        (
            "POST",
            "/findings",
            json!({ "MaxResults": 0 }),
            "MaxResults",
        ),
        (
            "POST",
            "/findings",
            json!({ "MaxResults": 101 }),
            "MaxResults",
        ),
        (
            "POST",
            "/findings",
            json!({ "MaxResults": "7" }),
            "MaxResults",
        ),
        ("POST", "/findings", json!({ "Filters": [] }), "Filters"),
        (
            "POST",
            "/findings",
            json!({ "Filters": { "NoSuchField": [] } }),
            "NoSuchField",
        ),
        (
            "POST",
            "/findings",
            json!({ "SortCriteria": [{ "Field": "Note" }] }),
            "SortCriteria",
        ),
        ("POST", "/findings", json!({ "NextToken": 7 }), "NextToken"),
        ("POST", "/findings", json!([]), "JSON object"),
        ("GET", "/members?MaxResults=51", json!(null), "MaxResults"),
        ("GET", "/members?MaxResults=many", json!(null), "MaxResults"),
        (
            "GET",
            "/members?OnlyAssociated=perhaps",
            json!(null),
            "OnlyAssociated",
        ),
        ("GET", "/standards?Providers=IBM", json!(null), "Providers"),
        ("GET", "/associations", json!(null), "SecurityControlId"),
        (
            "GET",
            "/associations?SecurityControlId=IAM.9",
            json!(null),
            "IAM.9",
        ),
        (
            "GET",
            "/securityControls/definitions?StandardsArn=x",
            json!(null),
            "StandardsArn",
        ),
        (
            "POST",
            "/findings/import",
            json!({ "Findings": [] }),
            "Findings",
        ),
        (
            "POST",
            "/findings/import",
            json!({ "Findings": many }),
            "101",
        ),
        (
            "PATCH",
            "/findings/batchupdate",
            json!({ "FindingIdentifiers": [] }),
            "FindingIdentifiers",
        ),
        (
            "POST",
            "/members/get",
            json!({ "AccountIds": [] }),
            "AccountIds",
        ),
        (
            "POST",
            "/members/get",
            json!({ "AccountIds": ids(51) }),
            "AccountIds",
        ),
        (
            "POST",
            "/members/get",
            json!({ "AccountIds": ["1"] }),
            "12 digits",
        ),
        (
            "POST",
            "/securityControls/batchGet",
            json!({ "SecurityControlIds": ids(101) }),
            "SecurityControlIds",
        ),
        (
            "POST",
            "/securityControls/batchGet",
            json!({ "SecurityControlIds": [" "] }),
            "SecurityControlIds",
        ),
        (
            "POST",
            "/standards/register",
            json!({ "StandardsSubscriptionRequests": [{}] }),
            "StandardsArn",
        ),
        (
            "POST",
            "/standards/deregister",
            json!({ "StandardsSubscriptionArns": [PCI] }),
            "no subscription",
        ),
        (
            "POST",
            "/standards/deregister",
            json!({ "StandardsSubscriptionArns": ids(26) }),
            "25",
        ),
        (
            "PATCH",
            "/associations",
            json!({ "StandardsControlAssociationUpdates": [] }),
            "1 to 100",
        ),
        (
            "PATCH",
            "/accounts",
            json!({ "AutoEnableControls": "yes" }),
            "AutoEnableControls",
        ),
        (
            "PATCH",
            "/accounts",
            json!({ "ControlFindingGenerator": "STANDARD_CONTROL" }),
            "SECURITY_CONTROL",
        ),
        (
            "POST",
            "/findingAggregator/create",
            json!({ "RegionLinkingMode": "SOME" }),
            "RegionLinkingMode",
        ),
        (
            "GET",
            "/findingAggregator/get/arn%3Aaws",
            json!(null),
            "FindingAggregatorArn",
        ),
        ("POST", "/tags/arn%3Aaws", json!({ "Tags": {} }), "Tags"),
        ("DELETE", "/tags/arn%3Aaws", json!(null), "tagKeys"),
    ];
    for (method, path, body, expected) in cases {
        let reply = server.hub(&key, method, path, body.clone()).await;
        let (status, error, message) = reply.hub_err();
        assert_eq!(
            (status, error),
            (400, "InvalidInputException"),
            "{path} {body} {message}"
        );
        assert!(message.contains(expected), "{path} {body}: {message}");
    }
    let no_json = server.signed(&key, "securityhub", "POST", "/findings", b"{");
    let reply = server.raw(no_json).await;
    assert_eq!(reply.hub_err().1, "InvalidInputException");
}

#[tokio::test]
async fn an_account_without_a_hub_is_told_so_by_every_operation_that_needs_one() {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    for (method, path) in [
        ("GET", "/accounts"),
        ("DELETE", "/accounts"),
        ("POST", "/findings"),
        ("GET", "/standards"),
        ("GET", "/members"),
        ("GET", "/administrator"),
        ("GET", "/findingAggregator/list"),
    ] {
        let reply = server.hub(&key, method, path, json!({})).await;
        let (status, error, message) = reply.hub_err();
        assert_eq!((status, error), (401, "InvalidAccessException"), "{path}");
        assert!(message.contains("not subscribed"), "{message}");
    }
}

#[tokio::test]
async fn a_page_token_of_a_hub_is_good_for_its_own_account_and_list() {
    let server = Server::with_organization().await;
    let mut keys = Vec::new();
    for number in [STRANGER, MEMBER] {
        let key = server.key(number, Role::Administrator).await;
        server.hub(&key, "POST", "/accounts", json!({})).await.ok();
        let findings: Vec<_> = (0..3)
            .map(|at| finding(number, &format!("f{at}")))
            .collect();
        let body = json!({ "Findings": findings });
        server
            .hub(&key, "POST", "/findings/import", body)
            .await
            .ok();
        keys.push(key);
    }
    let [stranger, member] = &keys[..] else {
        panic!("two")
    };
    let page = |filters: &Value, token: &Value| json!({ "Filters": filters, "MaxResults": 2, "NextToken": token });
    let all = json!({});
    let first = server
        .hub(stranger, "POST", "/findings", page(&all, &Value::Null))
        .await
        .ok();
    assert_eq!(first["Findings"].as_array().map(Vec::len), Some(2));
    let token = first["NextToken"].clone();
    let second = server
        .hub(stranger, "POST", "/findings", page(&all, &token))
        .await
        .ok();
    assert_eq!(second["Findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(second["NextToken"], Value::Null);

    let narrower = json!({ "Title": [{ "Value": "S", "Comparison": "PREFIX" }] });
    let text = token.as_str().expect("a token");
    let forged = json!(format!("{}A", &text[..text.len() - 1]));
    for (key, body) in [
        (member, page(&all, &token)),
        (stranger, page(&narrower, &token)),
        (stranger, page(&all, &forged)),
        (stranger, page(&all, &json!("x".repeat(10_000)))),
    ] {
        let reply = server.hub(key, "POST", "/findings", body).await;
        assert_eq!(reply.hub_err().1, "InvalidInputException");
        assert!(reply.hub_err().2.contains("oken"), "{}", reply.text);
    }
    let other_list = format!("/standards?MaxResults=1&NextToken={text}");
    let reply = server.hub(stranger, "GET", &other_list, json!(null)).await;
    assert_eq!(reply.hub_err().1, "InvalidInputException");
    let lists = server
        .hub(stranger, "GET", "/standards?MaxResults=1", json!(null))
        .await
        .ok();
    let token = lists["NextToken"].as_str().expect("a second page");
    let path = format!("/standards?MaxResults=1&NextToken={token}");
    let lists = server.hub(stranger, "GET", &path, json!(null)).await.ok();
    assert_eq!(lists["Standards"][0]["StandardsArn"], PCI);
}

#[tokio::test]
async fn requests_that_prove_nothing_are_refused_before_anyone_asks_what_they_want() {
    let (server, key) = server_and_key().await;
    let unsigned = Request::get("/accounts").header("host", "shindan.example");
    let reply = server
        .raw(unsigned.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(
        (reply.err().0, reply.err().1),
        (403, "MissingAuthenticationTokenException")
    );
    let mut tampered = server.signed(&key, "securityhub", "POST", "/findings", b"{}");
    *tampered.body_mut() = Body::from(r#"{"MaxResults":1}"#);
    let reply = server.raw(tampered).await;
    assert_eq!(reply.err().0, 403);
    // Signed for one service, claimed for another.
    let mut moved = server.signed(&key, "inspector2", "POST", "/findings", b"{}");
    let header = moved
        .headers_mut()
        .get_mut("authorization")
        .expect("signed");
    let other = header
        .to_str()
        .expect("text")
        .replace("inspector2", "securityhub");
    *header = other.parse().expect("a header");
    let reply = server.raw(moved).await;
    assert_eq!(reply.err().0, 403);
}

#[tokio::test]
async fn who_asks_security_hub_too_often_is_told_to_wait() {
    let server = Server::with(Settings {
        limits: Limits {
            rate: 1,
            burst: 2,
            ..Limits::default()
        },
        ..Settings::default()
    })
    .await;
    let key = server.key(STRANGER, Role::Administrator).await;
    let ask = |path| server.raw(server.signed(&key, "securityhub", "GET", path, b""));
    ask("/accounts").await;
    ask("/administrator").await;
    let reply = ask("/members").await;
    assert_eq!(reply.hub_err().0, 429);
    assert_eq!(reply.hub_err().1, "LimitExceededException");
    assert_eq!(
        reply.headers.get("retry-after").map(String::as_str),
        Some("1")
    );
}

#[tokio::test]
async fn what_changes_a_hub_stands_in_the_audit_log_under_its_service() {
    let (server, key) = server_and_key().await;
    let register = json!({ "StandardsSubscriptionRequests": [{ "StandardsArn": PCI }] });
    server
        .hub(&key, "POST", "/standards/register", register)
        .await
        .ok();
    let import = json!({ "Findings": [finding(STRANGER, "a")] });
    server
        .hub(&key, "POST", "/findings/import", import)
        .await
        .ok();
    server.hub(&key, "POST", "/findings", json!({})).await.ok();
    let entries = server.store.audit_entries(0, 100).await.expect("reads");
    let entries: Vec<_> = entries
        .iter()
        .map(|(_, entry, _)| (entry.operation.as_str(), entry.target.as_str()))
        .collect();
    assert_eq!(
        entries,
        [
            (
                "securityhub:EnableSecurityHub",
                "arn:aws:securityhub:us-east-1:999999999999:hub/default"
            ),
            (
                "securityhub:BatchEnableStandards",
                "arn:aws:securityhub:us-east-1:999999999999:subscription/pci-dss/v/4.0.1"
            ),
            (
                "securityhub:BatchImportFindings",
                "1 new findings, 0 updated, 0 as they were"
            ),
        ]
    );
    assert_eq!(server.store.verify_audit().await.expect("whole"), 3);
}

#[tokio::test]
async fn findings_of_inspector_are_shown_with_what_customers_said_of_them() {
    let server = Server::start().await;
    let key = server.key(MEMBER, Role::Administrator).await;
    server.hub(&key, "POST", "/accounts", json!({})).await.ok();
    seed::findings(&server, MEMBER, NOW).await;
    let mirror = async |millis: i64| {
        let now = Timestamp::from_millis(millis);
        let shown = server
            .store
            .mirror_account(&region(), account(MEMBER), now)
            .await;
        shown.expect("shows")
    };
    assert_eq!(mirror(NOW).await, 31);
    assert_eq!(mirror(NOW).await, 0, "nothing has changed");
    let filters = json!({ "Filters": { "Type": [
        { "Value": "Software and Configuration Checks/Vulnerabilities/CVE", "Comparison": "EQUALS" },
    ]}});
    let found = server.hub(&key, "POST", "/findings", filters).await.ok();
    let found = found["Findings"].as_array().expect("a list");
    assert_eq!(found.len(), 30);
    let identifier = json!({ "Id": found[0]["Id"], "ProductArn": found[0]["ProductArn"] });
    let suppress =
        json!({ "FindingIdentifiers": [identifier], "Workflow": { "Status": "SUPPRESSED" } });
    server
        .hub(&key, "PATCH", "/findings/batchupdate", suppress)
        .await
        .ok();
    assert_eq!(
        mirror(NOW + 1).await,
        0,
        "what a customer says is no news of Inspector's"
    );
    let stranger = server.key(STRANGER, Role::Administrator).await;
    server
        .hub(&stranger, "POST", "/accounts", json!({}))
        .await
        .ok();
    let theirs = server
        .hub(&stranger, "POST", "/findings", json!({}))
        .await
        .ok();
    assert_eq!(theirs["Findings"], json!([]));
}

#[tokio::test]
async fn the_default_standards_are_those_that_describe_standards_calls_so() {
    let (server, key) = server_and_key().await;
    let enabled = server
        .hub(&key, "POST", "/standards/get", json!({}))
        .await
        .ok();
    let enabled = enabled["StandardsSubscriptions"]
        .as_array()
        .expect("a list");
    let enabled: Vec<_> = enabled
        .iter()
        .map(|one| one["StandardsArn"].as_str())
        .collect();
    assert_eq!(enabled, [Some(FOUNDATIONAL)]);
    let all = server
        .hub(&key, "GET", "/standards", json!(null))
        .await
        .ok();
    let all = all["Standards"].as_array().expect("a list").clone();
    let by_default = all.iter().filter(|one| one["EnabledByDefault"] == true);
    let by_default: Vec<_> = by_default.map(|one| one["StandardsArn"].as_str()).collect();
    assert_eq!(by_default, enabled);
}
