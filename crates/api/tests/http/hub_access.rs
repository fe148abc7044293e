//! Who may do what in Security Hub: every role in every standing, and whose findings it sees.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shindan_inspector::Role;

use crate::hub::finding;
use crate::support::{ADMINISTRATOR, Key, MANAGEMENT, MEMBER, STRANGER, Server, UNASSOCIATED};

/// What is tried: a word, and the request that does it.
fn tried(caller: i64) -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let own = json!({ "Findings": [finding(caller, "another")] });
    let identifier = json!({
        "Id": format!("of-{caller}"),
        "ProductArn": format!("arn:aws:securityhub:us-east-1:{caller}:product/{caller}/default"),
    });
    let note = json!({ "Text": "seen", "UpdatedBy": "me" });
    let update = json!({ "FindingIdentifiers": [identifier], "Note": note });
    let standard = "arn:aws:securityhub:us-east-1::standards/pci-dss/v/4.0.1";
    let register = json!({ "StandardsSubscriptionRequests": [{ "StandardsArn": standard }] });
    let linking = json!({ "RegionLinkingMode": "ALL_REGIONS" });
    let add = json!({ "AccountDetails": [{ "AccountId": UNASSOCIATED.to_string() }] });
    let designate = json!({ "AdminAccountId": ADMINISTRATOR.to_string() });
    vec![
        ("read", "POST", "/findings", json!({})),
        ("read", "GET", "/accounts", json!(null)),
        ("members", "GET", "/members", json!(null)),
        (
            "organization",
            "GET",
            "/organization/configuration",
            json!(null),
        ),
        ("designation", "GET", "/organization/admin", json!(null)),
        ("import", "POST", "/findings/import", own),
        ("update", "PATCH", "/findings/batchupdate", update),
        ("configure", "POST", "/standards/register", register),
        ("enable", "POST", "/accounts", json!({})),
        ("aggregate", "POST", "/findingAggregator/create", linking),
        ("add", "POST", "/members", add),
        ("designate", "POST", "/organization/admin/enable", designate),
        ("leave", "POST", "/administrator/disassociate", json!({})),
        ("disable", "DELETE", "/accounts", json!(null)),
    ]
}

struct May {
    role: Role,
    caller: i64,
    allowed: &'static [&'static str],
    /// Whose findings it sees.
    sees: &'static [i64],
}

const fn may(
    role: Role,
    caller: i64,
    allowed: &'static [&'static str],
    sees: &'static [i64],
) -> May {
    May {
        role,
        caller,
        allowed,
        sees,
    }
}

const ADMINISTERS: &[&str] = &[
    "read",
    "members",
    "organization",
    "designation",
    "import",
    "update",
    "configure",
    "enable",
    "aggregate",
    "add",
];
const READS: &[&str] = &["read", "members", "organization", "designation"];
const OWN: &[&str] = &["read", "import", "update", "configure", "enable"];
const MEMBERS: &[&str] = &["read", "import", "update", "configure", "enable", "disable"];
const ALONE: &[&str] = &[
    "read",
    "members",
    "import",
    "update",
    "configure",
    "enable",
    "aggregate",
    "disable",
];
const MANAGES: &[&str] = &[
    "read",
    "members",
    "designation",
    "import",
    "update",
    "configure",
    "enable",
    "aggregate",
    "designate",
    "disable",
];
const MANAGES_NOT: &[&str] = &[
    "read",
    "members",
    "designation",
    "import",
    "update",
    "configure",
    "enable",
    "aggregate",
    "disable",
];

const EXPECTED: &[May] = &[
    may(
        Role::Administrator,
        ADMINISTRATOR,
        ADMINISTERS,
        &[ADMINISTRATOR, MEMBER],
    ),
    may(
        Role::DelegatedAdministrator,
        ADMINISTRATOR,
        ADMINISTERS,
        &[ADMINISTRATOR, MEMBER],
    ),
    may(Role::Member, ADMINISTRATOR, OWN, &[ADMINISTRATOR]),
    may(
        Role::ReadOnly,
        ADMINISTRATOR,
        READS,
        &[ADMINISTRATOR, MEMBER],
    ),
    may(Role::Scanner, ADMINISTRATOR, &[], &[]),
    may(Role::Administrator, MEMBER, MEMBERS, &[MEMBER]),
    may(Role::DelegatedAdministrator, MEMBER, MEMBERS, &[MEMBER]),
    may(Role::Member, MEMBER, OWN, &[MEMBER]),
    may(Role::ReadOnly, MEMBER, &["read"], &[MEMBER]),
    may(Role::Scanner, MEMBER, &[], &[]),
    may(Role::Administrator, MANAGEMENT, MANAGES, &[MANAGEMENT]),
    may(
        Role::DelegatedAdministrator,
        MANAGEMENT,
        MANAGES_NOT,
        &[MANAGEMENT],
    ),
    may(
        Role::ReadOnly,
        MANAGEMENT,
        &["read", "members", "designation"],
        &[MANAGEMENT],
    ),
    may(Role::Administrator, STRANGER, ALONE, &[STRANGER]),
    may(Role::Member, STRANGER, OWN, &[STRANGER]),
    may(Role::ReadOnly, STRANGER, &["read", "members"], &[STRANGER]),
];

/// A server with an organisation, everybody's hub enabled, and a finding of each.
async fn prepared() -> Server {
    let server = Server::with_organization().await;
    for number in [MANAGEMENT, ADMINISTRATOR, MEMBER, STRANGER] {
        let key = server.key(number, Role::Administrator).await;
        server.hub(&key, "POST", "/accounts", json!({})).await.ok();
        let body = json!({ "Findings": [finding(number, &format!("of-{number}"))] });
        server
            .hub(&key, "POST", "/findings/import", body)
            .await
            .ok();
    }
    let management = server.key(MANAGEMENT, Role::Administrator).await;
    let body = json!({ "AdminAccountId": ADMINISTRATOR.to_string() });
    server
        .hub(&management, "POST", "/organization/admin/enable", body)
        .await
        .ok();
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let body = json!({ "AccountDetails": [{ "AccountId": MEMBER.to_string() }] });
    let added = server
        .hub(&administrator, "POST", "/members", body)
        .await
        .ok();
    assert_eq!(added["UnprocessedAccounts"], json!([]));
    server
}

async fn seen(server: &Server, key: &Key) -> BTreeSet<String> {
    let found = server.hub(key, "POST", "/findings", json!({})).await;
    let found = found.body["Findings"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let ids = found.iter().filter_map(|one| one["Id"].as_str());
    ids.map(str::to_owned).collect()
}

#[tokio::test]
async fn roles_and_standings_decide_what_may_be_done() {
    for expected in EXPECTED {
        let server = prepared().await;
        let May { role, caller, .. } = expected;
        let key = server.key(*caller, *role).await;
        let sees: BTreeSet<_> = expected
            .sees
            .iter()
            .map(|one| format!("of-{one}"))
            .collect();
        assert_eq!(seen(&server, &key).await, sees, "{role} of {caller}");
        for (word, method, path, body) in tried(*caller) {
            let reply = server.hub(&key, method, path, body).await;
            // What is enabled already may be enabled.
            let allowed = matches!(reply.status.as_u16(), 200 | 409);
            let may = expected.allowed.contains(&word);
            assert_eq!(allowed, may, "{role} of {caller}: {word}: {}", reply.text);
            if !allowed {
                let (status, error, message) = reply.hub_err();
                assert!((400..=404).contains(&status), "{word}: {error}");
                let told = [
                    "role",
                    "administrator",
                    "management",
                    "member",
                    "not associated",
                ];
                assert!(
                    told.iter().any(|word| message.contains(word)),
                    "{word}: {message}"
                );
            }
        }
    }
}

#[tokio::test]
async fn nobody_changes_or_names_what_is_a_strangers() {
    let server = prepared().await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let identifier = |owner: i64| {
        json!({
            "Id": format!("of-{owner}"),
            "ProductArn": format!("arn:aws:securityhub:us-east-1:{owner}:product/{owner}/default"),
        })
    };
    let suppress = json!({
        "FindingIdentifiers": [identifier(MEMBER), identifier(STRANGER), identifier(MANAGEMENT)],
        "Workflow": { "Status": "SUPPRESSED" },
    });
    let done = server
        .hub(&administrator, "PATCH", "/findings/batchupdate", suppress)
        .await
        .ok();
    assert_eq!(done["ProcessedFindings"], json!([identifier(MEMBER)]));
    let codes: Vec<_> = done["UnprocessedFindings"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(codes.len(), 2);
    assert!(
        codes
            .iter()
            .all(|one| one["ErrorCode"] == "FindingNotFound")
    );

    // An import speaks for the account of the key alone, even an administrator's.
    let body = json!({ "Findings": [finding(MEMBER, "forged")] });
    let done = server
        .hub(&administrator, "POST", "/findings/import", body)
        .await
        .ok();
    assert_eq!(
        (&done["SuccessCount"], &done["FailedCount"]),
        (&json!(0), &json!(1))
    );
    let mut control = finding(ADMINISTRATOR, "forged");
    control["ProductArn"] = json!("arn:aws:securityhub:us-east-1::product/aws/securityhub");
    let body = json!({ "Findings": [control] });
    let done = server
        .hub(&administrator, "POST", "/findings/import", body)
        .await
        .ok();
    assert_eq!(done["FailedFindings"][0]["ErrorCode"], "InvalidAccess");

    let stranger = server.key(STRANGER, Role::Administrator).await;
    let member = json!({ "AccountIds": [MEMBER.to_string()] });
    let got = server
        .hub(&stranger, "POST", "/members/get", member.clone())
        .await
        .ok();
    assert_eq!(got["Members"], json!([]));
    let listed = server
        .hub(&stranger, "GET", "/members", json!(null))
        .await
        .ok();
    assert_eq!(listed["Members"], json!([]));
    for path in ["/members/disassociate", "/members/delete"] {
        let reply = server.hub(&stranger, "POST", path, member.clone()).await;
        assert_eq!(reply.hub_err().1, "InvalidAccessException", "{path}");
    }
    let hub = "arn%3Aaws%3Asecurityhub%3Aus-east-1%3A333333333333%3Ahub%2Fdefault";
    let reply = server
        .hub(&stranger, "GET", &format!("/tags/{hub}"), json!(null))
        .await;
    assert_eq!(reply.hub_err().1, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_member_that_is_let_go_is_seen_by_itself_alone() {
    let server = prepared().await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let member = server.key(MEMBER, Role::Administrator).await;
    let body = json!({ "AccountIds": [MEMBER.to_string()] });
    server
        .hub(&administrator, "POST", "/members/disassociate", body)
        .await
        .ok();
    let own: BTreeSet<_> = [format!("of-{ADMINISTRATOR}")].into();
    assert_eq!(seen(&server, &administrator).await, own);
    let own: BTreeSet<_> = [format!("of-{MEMBER}")].into();
    assert_eq!(seen(&server, &member).await, own);
    let none = server
        .hub(&member, "GET", "/administrator", json!(null))
        .await
        .ok();
    assert_eq!(none, json!({}));
}
