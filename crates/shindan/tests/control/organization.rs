//! Accounts that join the organization get what its administrators want them to have.

use serde_json::json;
use shindan_sigv4::Signer;

use crate::laptop::{ADMINISTRATOR, Cloud, MANAGEMENT, MEMBER, key};
use crate::server::REGION;

const NEW: &str = "333344445555";

#[test]
fn an_account_that_joins_gets_a_hub_and_is_a_member() {
    let cloud = Cloud::new();
    let of_hub = |account| Signer {
        service: "securityhub".to_owned(),
        ..key(&cloud.server, account, "administrator")
    };
    cloud.ask(
        &of_hub(MANAGEMENT),
        "/organization/admin/enable",
        &json!({ "AdminAccountId": ADMINISTRATOR }),
    );
    cloud.hub(
        "/organization/configuration",
        &json!({ "AutoEnable": true }),
    );
    let findings = json!({ "MaxResults": 1 });
    let new = of_hub(NEW);
    let (status, answer) = cloud.server.call(&new, "/findings", &findings);
    assert_eq!(status, 401, "{answer}");

    cloud.server.run(&[
        "organization",
        "set",
        "--management",
        MANAGEMENT,
        "--account",
        ADMINISTRATOR,
        "--account",
        MEMBER,
        "--account",
        NEW,
        "--region",
        REGION,
    ]);
    cloud.ask(&new, "/findings", &findings);
    let known = json!({ "AccountIds": [NEW, MEMBER] });
    let answer = cloud.hub("/members/get", &known);
    let members: Vec<_> = answer["Members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|member| (&member["AccountId"], &member["MemberStatus"]))
        .collect();
    assert_eq!(members, [(&json!(NEW), &json!("Enabled"))], "{answer}");
}
