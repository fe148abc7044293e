//! Switching on and off, and the organisation.

use serde_json::{Value, json};
use shindan_api::Settings;
use shindan_inspector::{CodeScanningRegions, ResourceScanType, Role, Status, Timestamp};

use crate::support::{
    ADMINISTRATOR, MANAGEMENT, MEMBER, NOW, STRANGER, Server, UNASSOCIATED, account, both, region,
};

#[tokio::test]
async fn enabling_begins_at_once_and_is_settled_by_the_service() {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    let never = server
        .call(&key, "/status/batch/get", &json!({}))
        .await
        .ok();
    assert_eq!(never["accounts"][0]["state"], json!({"status": "DISABLED"}));
    let states = &never["accounts"][0]["resourceState"];
    for name in ["ec2", "ecr", "lambda", "lambdaCode"] {
        assert_eq!(states[name], json!({"status": "DISABLED"}), "{name}");
    }

    let enabled = server.call(&key, "/enable", &both()).await.ok();
    assert_eq!(enabled["accounts"][0]["status"], "ENABLING");
    assert_eq!(enabled["failedAccounts"], json!([]));
    let now = Timestamp::from_millis(NOW);
    let depth = server.store.queue_depth(now).await.expect("reads");
    assert_eq!(depth.waiting, [1, 0, 0]);
    let again = server.call(&key, "/enable", &both()).await.ok();
    assert_eq!(
        again["failedAccounts"][0]["errorCode"],
        "ENABLE_IN_PROGRESS"
    );
    server.settle(STRANGER).await;
    let again = server.call(&key, "/enable", &both()).await.ok();
    assert_eq!(again["failedAccounts"][0]["errorCode"], "ALREADY_ENABLED");
    assert_eq!(again["failedAccounts"][0]["status"], "ENABLED");

    let body = json!({"resourceTypes": ["LAMBDA"]});
    let disabled = server.call(&key, "/disable", &body).await.ok();
    let status = &disabled["accounts"][0]["resourceStatus"];
    assert_eq!(
        (&status["lambda"], &status["lambdaCode"]),
        (&json!("DISABLING"), &json!("DISABLING"))
    );
}

#[tokio::test]
async fn a_client_token_makes_a_repeated_call_one_call() {
    let server = Server::start().await;
    let key = server.key(STRANGER, Role::Administrator).await;
    let body = json!({"resourceTypes": ["LAMBDA"], "clientToken": "one"});
    let first = server.call(&key, "/enable", &body).await.ok();
    server.settle(STRANGER).await;
    let second = server.call(&key, "/enable", &body).await.ok();
    assert_eq!(first, second);
    let other = json!({"resourceTypes": ["LAMBDA", "LAMBDA_CODE"], "clientToken": "one"});
    let reply = server.call(&key, "/enable", &other).await;
    assert_eq!(reply.err().1, "ValidationException");
    assert_eq!(
        server.status(STRANGER, ResourceScanType::LambdaCode).await,
        Status::Disabled
    );
}

#[tokio::test]
async fn what_is_not_scanned_or_not_in_the_region_is_refused_as_a_whole() {
    let settings = Settings {
        regions: None,
        code_scanning: CodeScanningRegions::Only([].into()),
        ..Settings::default()
    };
    let server = Server::with(settings).await;
    let key = server.key(STRANGER, Role::Administrator).await;
    let reply = server.call(&key, "/enable", &both()).await;
    assert_eq!(
        reply.err(),
        (
            403,
            "AccessDeniedException",
            "Lambda code scanning is not supported in us-east-1"
        )
    );
    let body = json!({"resourceTypes": ["EC2", "LAMBDA"]});
    let reply = server.call(&key, "/enable", &body).await;
    assert_eq!(reply.err().1, "AccessDeniedException");
    assert_eq!(
        server.status(STRANGER, ResourceScanType::Lambda).await,
        Status::Disabled
    );
    // Terraform switches off whatever it did not ask for.
    let body = json!({"resourceTypes": ["EC2", "ECR"]});
    server.call(&key, "/disable", &body).await.ok();
}

#[tokio::test]
async fn one_call_for_several_accounts_fails_account_by_account() {
    let server = Server::with_organization().await;
    let key = server.key(ADMINISTRATOR, Role::Administrator).await;
    let ids = [ADMINISTRATOR, MEMBER, UNASSOCIATED, STRANGER].map(|n| account(n).to_string());
    let body = json!({"accountIds": ids, "resourceTypes": ["LAMBDA"]});
    let answer = server.call(&key, "/enable", &body).await.ok();
    let named = |list: &Value| -> Vec<String> {
        let list = list.as_array().expect("a list");
        list.iter()
            .map(|one| one["accountId"].as_str().expect("an account").to_owned())
            .collect()
    };
    assert_eq!(named(&answer["accounts"]), ids[..2]);
    assert_eq!(named(&answer["failedAccounts"]), ids[2..]);
    for failed in answer["failedAccounts"].as_array().expect("a list") {
        assert_eq!(failed["errorCode"], "ACCESS_DENIED");
        assert_eq!(
            failed["errorMessage"],
            "Invoking account does not have access to this account"
        );
        assert_eq!(failed.get("status"), None);
    }
    assert_eq!(
        server.status(MEMBER, ResourceScanType::Lambda).await,
        Status::Enabling
    );
    assert_eq!(
        server.status(STRANGER, ResourceScanType::Lambda).await,
        Status::Disabled
    );

    server.settle(ADMINISTRATOR).await;
    let body = json!({"resourceTypes": []});
    let answer = server.call(&key, "/disable", &body).await.ok();
    assert_eq!(
        answer["failedAccounts"][0]["errorCode"],
        "DISASSOCIATE_ALL_MEMBERS"
    );
}

#[tokio::test]
async fn members_come_and_go() {
    let server = Server::with_organization().await;
    let key = server.key(ADMINISTRATOR, Role::Administrator).await;
    let id = account(UNASSOCIATED).to_string();
    let body = json!({"accountId": id});
    let reply = server.call(&key, "/members/disassociate", &body).await;
    let (status, name, message) = reply.err();
    assert_eq!((status, name), (400, "ValidationException"));
    assert!(
        message.ends_with("is not yet associated to it."),
        "{message}"
    );

    for _ in 0..2 {
        let done = server.call(&key, "/members/associate", &body).await.ok();
        assert_eq!(done["accountId"], id);
    }
    let member = server.call(&key, "/members/get", &body).await.ok();
    assert_eq!(member["member"]["relationshipStatus"], "ENABLED");
    let page = server
        .call(&key, "/members/list", &json!({"maxResults": 1}))
        .await
        .ok();
    assert_eq!(page["members"].as_array().expect("a list").len(), 1);
    let body_two = json!({"maxResults": 1, "nextToken": page["nextToken"]});
    let next = server.call(&key, "/members/list", &body_two).await.ok();
    assert_eq!(next["members"][0]["accountId"], id);
    assert_eq!(next.get("nextToken"), None);
    let all = json!({"onlyAssociated": false});
    let all = server.call(&key, "/members/list", &all).await.ok();
    assert_eq!(all["members"].as_array().expect("a list").len(), 4);

    server.call(&key, "/members/disassociate", &body).await.ok();
    let member = server.call(&key, "/members/get", &body).await.ok();
    assert_eq!(member["member"]["relationshipStatus"], "REMOVED");
    for (number, error) in [
        (STRANGER, "ValidationException"),
        (ADMINISTRATOR, "ValidationException"),
    ] {
        let body = json!({"accountId": account(number).to_string()});
        let reply = server.call(&key, "/members/associate", &body).await;
        assert_eq!(reply.err().1, error, "{}", reply.text);
    }
}

#[tokio::test]
async fn an_account_that_switches_itself_on_becomes_a_member_unless_it_was_let_go() {
    let server = Server::with_organization().await;
    let key = server.key(UNASSOCIATED, Role::Administrator).await;
    server.call(&key, "/enable", &both()).await.ok();
    let member = server.store.member(&region(), account(UNASSOCIATED)).await;
    let administrator = member.expect("reads").expect("there").administrator;
    assert_eq!(administrator, Some(account(ADMINISTRATOR)));

    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let body = json!({"accountId": account(UNASSOCIATED).to_string()});
    server
        .call(&administrator, "/members/disassociate", &body)
        .await
        .ok();
    server.settle(UNASSOCIATED).await;
    server.call(&key, "/disable", &json!({})).await.ok();
    server.settle(UNASSOCIATED).await;
    server.call(&key, "/enable", &both()).await.ok();
    let member = server.store.member(&region(), account(UNASSOCIATED)).await;
    assert_eq!(member.expect("reads").expect("there").administrator, None);
}

#[tokio::test]
async fn the_management_account_designates_and_takes_back() {
    let server = Server::with_organization().await;
    let management = server.key(MANAGEMENT, Role::Administrator).await;
    let administrator = server.key(ADMINISTRATOR, Role::Administrator).await;
    let named = |number| json!({"delegatedAdminAccountId": account(number).to_string()});
    let enable = async |number| {
        server
            .call(
                &management,
                "/delegatedadminaccounts/enable",
                &named(number),
            )
            .await
    };
    let reply = enable(ADMINISTRATOR).await;
    assert_eq!((reply.err().0, reply.err().1), (409, "ConflictException"));
    assert!(reply.err().2.contains("already enabled"), "{}", reply.text);
    assert_eq!(reply.body["resourceId"], account(ADMINISTRATOR).to_string());

    let get = async |key| {
        let path = "/delegatedadminaccounts/get";
        server.call(key, path, &json!({})).await
    };
    let found = get(&management).await.ok();
    assert_eq!(
        found["delegatedAdmin"]["accountId"],
        account(ADMINISTRATOR).to_string()
    );
    let itself = get(&administrator).await;
    assert!(
        itself
            .err()
            .2
            .contains("Invoking account is the delegated admin.")
    );
    let list = "/delegatedadminaccounts/list";
    let listed = server.call(&management, list, &json!({})).await.ok();
    assert_eq!(listed["delegatedAdminAccounts"][0]["status"], "ENABLED");
    let itself = server.call(&administrator, list, &json!({})).await;
    assert_eq!(itself.err().1, "ValidationException");

    let disable = "/delegatedadminaccounts/disable";
    let reply = server.call(&management, disable, &named(MEMBER)).await;
    assert_eq!(reply.err().1, "ResourceNotFoundException");
    server
        .call(&management, disable, &named(ADMINISTRATOR))
        .await
        .ok();
    let member = server.store.member(&region(), account(MEMBER)).await;
    assert_eq!(member.expect("reads").expect("there").administrator, None);
    assert_eq!(get(&management).await.err().1, "ResourceNotFoundException");
    assert_eq!(enable(STRANGER).await.err().1, "ResourceNotFoundException");
    enable(MEMBER).await.ok();
    // Designation switches everything on for the account.
    assert_eq!(
        server.status(MEMBER, ResourceScanType::LambdaCode).await,
        Status::Enabling
    );
}

#[tokio::test]
async fn what_new_accounts_get_is_kept_as_it_was_said() {
    let server = Server::with_organization().await;
    let key = server.key(ADMINISTRATOR, Role::Administrator).await;
    let wanted = json!({"ec2": true, "ecr": false, "lambda": true, "lambdaCode": true, "codeRepository": false});
    let update = "/organizationconfiguration/update";
    let answer = server
        .call(&key, update, &json!({"autoEnable": wanted}))
        .await
        .ok();
    assert_eq!(answer["autoEnable"], wanted);
    let described = server
        .send(&key, "POST", "/organizationconfiguration/describe", b"")
        .await
        .ok();
    assert_eq!(described["autoEnable"], wanted);
    assert_eq!(described["maxAccountLimitReached"], false);
    for wrong in [
        json!({"ec2": true}),
        json!({"ec2": false, "ecr": false, "lambdaCode": true}),
        json!({"ec2": "yes", "ecr": false}),
    ] {
        let reply = server
            .call(&key, update, &json!({"autoEnable": wrong}))
            .await;
        assert_eq!(reply.err().1, "ValidationException", "{wrong}");
    }
}

#[tokio::test]
async fn every_change_is_in_the_audit_log() {
    let server = Server::with_organization().await;
    let key = server.key(ADMINISTRATOR, Role::Administrator).await;
    server.call(&key, "/enable", &both()).await.ok();
    let body = json!({"accountId": account(UNASSOCIATED).to_string()});
    server.call(&key, "/members/associate", &body).await.ok();
    server.call(&key, "/findings/list", &json!({})).await.ok();
    let entries = server.store.audit_entries(0, 100).await.expect("reads");
    let seen: Vec<_> = entries
        .iter()
        .map(|(_, entry, _)| (entry.operation.as_str(), entry.target.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("Enable", "222222222222 LAMBDA,LAMBDA_CODE"),
            ("AssociateMember", "444444444444"),
        ]
    );
    assert!(
        entries
            .iter()
            .all(|(_, entry, _)| entry.access_key == key.id)
    );
    assert_eq!(server.store.verify_audit().await.expect("unbroken"), 2);
}
