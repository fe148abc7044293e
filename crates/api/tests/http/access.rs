//! Who may do what: every role in every standing, about the own account, a member's and a stranger's.

use serde_json::{Value, json};
use shindan_inspector::Role;

use crate::support::{
    ADMINISTRATOR, MANAGEMENT, MEMBER, Reply, STRANGER, Server, UNASSOCIATED, account,
};

/// What a role in a standing may do. Everything that is not named is refused.
struct May {
    role: Role,
    caller: i64,
    allowed: &'static [&'static str],
}

const READS: &str = "read";

/// What is tried, as one word each.
const TRIED: [&str; 16] = [
    READS,
    "read member",
    "read stranger",
    "enable",
    "enable member",
    "enable stranger",
    "disable",
    "disable member",
    "disable stranger",
    "filter",
    "suppress",
    "report",
    "list members",
    "associate",
    "designate",
    "push",
];

const EXPECTED: &[May] = &[
    May {
        role: Role::Administrator,
        caller: ADMINISTRATOR,
        allowed: &[
            READS,
            "read member",
            "enable",
            "enable member",
            "disable member",
            "filter",
            "suppress",
            "report",
            "list members",
            "associate",
            "push",
        ],
    },
    May {
        role: Role::DelegatedAdministrator,
        caller: ADMINISTRATOR,
        allowed: &[
            READS,
            "read member",
            "enable",
            "enable member",
            "disable member",
            "filter",
            "suppress",
            "report",
            "list members",
            "associate",
            "push",
        ],
    },
    May {
        role: Role::Member,
        caller: ADMINISTRATOR,
        allowed: &[READS, "enable", "filter", "report", "push"],
    },
    May {
        role: Role::ReadOnly,
        caller: ADMINISTRATOR,
        allowed: &[READS, "read member", "list members"],
    },
    May {
        role: Role::Scanner,
        caller: ADMINISTRATOR,
        allowed: &["push"],
    },
    May {
        role: Role::Administrator,
        caller: MANAGEMENT,
        allowed: &[
            READS,
            "enable",
            "disable",
            "filter",
            "suppress",
            "report",
            "designate",
            "push",
        ],
    },
    May {
        role: Role::DelegatedAdministrator,
        caller: MANAGEMENT,
        allowed: &[
            READS, "enable", "disable", "filter", "suppress", "report", "push",
        ],
    },
    May {
        role: Role::ReadOnly,
        caller: MANAGEMENT,
        allowed: &[READS],
    },
    May {
        role: Role::Administrator,
        caller: MEMBER,
        allowed: &[READS, "enable", "filter", "report", "push"],
    },
    May {
        role: Role::Member,
        caller: MEMBER,
        allowed: &[READS, "enable", "filter", "report", "push"],
    },
    May {
        role: Role::ReadOnly,
        caller: MEMBER,
        allowed: &[READS],
    },
    May {
        role: Role::Scanner,
        caller: MEMBER,
        allowed: &["push"],
    },
    May {
        role: Role::Administrator,
        caller: UNASSOCIATED,
        allowed: &[
            READS, "enable", "disable", "filter", "suppress", "report", "push",
        ],
    },
    May {
        role: Role::Administrator,
        caller: STRANGER,
        allowed: &[
            READS, "enable", "disable", "filter", "suppress", "report", "push",
        ],
    },
    May {
        role: Role::Member,
        caller: STRANGER,
        allowed: &[READS, "enable", "filter", "report", "push"],
    },
    May {
        role: Role::ReadOnly,
        caller: STRANGER,
        allowed: &[READS],
    },
    May {
        role: Role::Scanner,
        caller: STRANGER,
        allowed: &["push"],
    },
];

#[tokio::test]
async fn every_role_in_every_standing_may_what_it_may_and_nothing_else() {
    for expected in EXPECTED {
        for tried in TRIED {
            // Whatever was changed before must not decide: a server each.
            let server = Server::with_organization().await;
            let key = server.key(expected.caller, expected.role).await;
            let reply = attempt(&server, &key, expected.caller, tried).await;
            let allowed = expected.allowed.contains(&tried);
            let what = format!("{} of {}: {tried}", expected.role, expected.caller);
            assert_eq!(succeeded(&reply), allowed, "{what}: {}", reply.text);
            if !allowed {
                assert!(refused(&reply), "{what}: {}", reply.text);
            }
        }
    }
}

/// Another member of the organisation than the caller, and an account outside it.
async fn attempt(server: &Server, key: &crate::support::Key, caller: i64, tried: &str) -> Reply {
    let (verb, whom) = tried.split_once(' ').unwrap_or((tried, ""));
    let about = match whom {
        "member" if caller == MEMBER => account(MANAGEMENT),
        "member" => account(MEMBER),
        "stranger" if caller == STRANGER => account(MEMBER),
        "stranger" => account(STRANGER),
        _ => account(caller),
    };
    let accounts = json!({"accountIds": [about.to_string()], "resourceTypes": ["LAMBDA"]});
    let filter = |action: &str| json!({"name": "f", "action": action, "filterCriteria": {}});
    let call = async |path: &str, body: &Value| server.call(key, path, body).await;
    match verb {
        "read" if whom.is_empty() => call("/findings/list", &json!({})).await,
        "read" => call("/status/batch/get", &accounts).await,
        "enable" => call("/enable", &accounts).await,
        "disable" => {
            enable(server, about).await;
            call("/disable", &accounts).await
        }
        "filter" => call("/filters/create", &filter("NONE")).await,
        "suppress" => call("/filters/create", &filter("SUPPRESS")).await,
        "report" => {
            let destination = json!({"bucketName": "b", "kmsKeyArn": "k"});
            let body = json!({"reportFormat": "CSV", "s3Destination": destination});
            call("/reporting/create", &body).await
        }
        "list" => call("/members/list", &json!({})).await,
        "associate" => {
            let body = json!({"accountId": account(UNASSOCIATED).to_string()});
            call("/members/associate", &body).await
        }
        "designate" => {
            let body = json!({"delegatedAdminAccountId": account(ADMINISTRATOR).to_string()});
            call("/delegatedadminaccounts/disable", &body).await
        }
        "push" => {
            let path = "/shindan/functions/f/package?runtime=python3.12";
            server
                .raw(server.signed(key, "shindan", "PUT", path, b"PK"))
                .await
        }
        _ => unreachable!("{tried}"),
    }
}

async fn enable(server: &Server, about: shindan_inspector::AccountId) {
    let mut write = server.store.write().await.expect("begins");
    write
        .set_scan_status(
            &crate::support::region(),
            about,
            shindan_inspector::ResourceScanType::Lambda,
            shindan_inspector::Status::Enabled,
            shindan_inspector::Timestamp::from_millis(1),
        )
        .await
        .expect("writes");
    write.commit().await.expect("commits");
}

fn succeeded(reply: &Reply) -> bool {
    reply.status.is_success()
        && reply.body["failedAccounts"]
            .as_array()
            .is_none_or(Vec::is_empty)
}

/// In one of the two ways in which the API refuses: as a whole, or for one account.
fn refused(reply: &Reply) -> bool {
    let denied = |failed: &Value| {
        matches!(
            failed["errorCode"].as_str(),
            Some("ACCESS_DENIED" | "DISASSOCIATE_ALL_MEMBERS")
        )
    };
    if let Some(failed) = reply.body["failedAccounts"].as_array() {
        return !failed.is_empty() && failed.iter().all(denied);
    }
    // The lists of findings have no AccessDeniedException in their model.
    matches!(
        reply.err(),
        (403, "AccessDeniedException", _) | (400, "ValidationException", _)
    )
}

#[tokio::test]
async fn nobody_sees_filters_and_reports_of_another_account() {
    let server = Server::with_organization().await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let member = server.key(MEMBER, Role::Administrator).await;
    let body = json!({"name": "f", "action": "SUPPRESS", "filterCriteria": {}, "tags": {"a": "b"}});
    let made = server
        .call(&administrator, "/filters/create", &body)
        .await
        .ok();
    let arn = made["arn"].as_str().expect("an ARN").to_owned();
    let listed = server.call(&member, "/filters/list", &json!({})).await.ok();
    assert_eq!(listed["filters"], json!([]));
    let deleted = server
        .call(&member, "/filters/delete", &json!({"arn": arn}))
        .await;
    assert_eq!(deleted.err().1, "ResourceNotFoundException");
    let encoded = arn.replace(':', "%3A").replace('/', "%2F");
    let tags = server
        .send(&member, "GET", &format!("/tags/{encoded}"), b"")
        .await;
    assert_eq!(tags.err().1, "ResourceNotFoundException");
    let tags = server
        .send(&administrator, "GET", &format!("/tags/{encoded}"), b"")
        .await
        .ok();
    assert_eq!(tags["tags"], json!({"a": "b"}));

    let destination = json!({"bucketName": "b", "kmsKeyArn": "k"});
    let body = json!({"reportFormat": "CSV", "s3Destination": destination});
    let report = server
        .call(&administrator, "/reporting/create", &body)
        .await
        .ok();
    for path in ["/reporting/status/get", "/reporting/cancel"] {
        let reply = server.call(&member, path, &report).await;
        assert_eq!(reply.err().1, "ResourceNotFoundException", "{path}");
    }
    let status = server
        .call(&administrator, "/reporting/status/get", &report)
        .await
        .ok();
    assert_eq!(status["status"], "IN_PROGRESS");
    assert_eq!(status["destination"], destination);
    server
        .call(&administrator, "/reporting/cancel", &report)
        .await
        .ok();
    let again = server
        .call(&administrator, "/reporting/cancel", &report)
        .await;
    assert_eq!(again.err().1, "ValidationException");
}
