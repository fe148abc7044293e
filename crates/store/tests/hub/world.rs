//! What the tests speak of.

use serde_json::{Value, json};
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::asff::check;
use shindan_security_hub::{
    Filters, Finding, Hub, HubArn, HubMember, Identifier, Importer, Sort, parse_time,
};
use shindan_store::{HubImport, Scope, Store};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_number(number).expect("an account")
}

pub(crate) fn region(name: &str) -> Region {
    Region::parse(name).expect("a Region")
}

pub(crate) fn tokyo() -> Region {
    region("ap-northeast-1")
}

pub(crate) fn own(number: i64) -> Scope {
    Scope::own(tokyo(), account(number))
}

pub(crate) fn now() -> Timestamp {
    parse_time("2026-06-01T00:00:00Z").expect("a time")
}

pub(crate) fn days(days: i64) -> Timestamp {
    now().plus_millis(days * Timestamp::DAY)
}

pub(crate) fn finding_in(region: &Region, number: i64, id: &str, members: Value) -> Finding {
    let account = account(number);
    let mut value = json!({
        "SchemaVersion": "2018-10-08",
        "Id": id,
        "ProductArn": format!("arn:aws:securityhub:{region}:{account}:product/{account}/default"),
        "GeneratorId": "rule",
        "AwsAccountId": account.to_string(),
        "CreatedAt": "2026-05-01T00:00:00Z",
        "UpdatedAt": "2026-05-01T00:00:00Z",
        "Title": "Something",
        "Description": "It is described here.",
        "Severity": { "Label": "HIGH" },
        "Resources": [{ "Type": "Other", "Id": "thing" }],
    });
    for (name, member) in members.as_object().expect("members") {
        value[name] = member.clone();
    }
    check(value).expect("within the format")
}

pub(crate) fn finding(number: i64, id: &str, members: Value) -> Finding {
    finding_in(&tokyo(), number, id, members)
}

pub(crate) async fn enable_in(store: &Store, region: &Region, number: i64) -> bool {
    let hub = Hub {
        arn: HubArn {
            region: region.clone(),
            account: account(number),
        },
        subscribed_at: now(),
        auto_enable_controls: true,
        tags: BTreeMap::from([("team".to_owned(), "security".to_owned())]),
    };
    let mut write = store.write().await.expect("begins");
    let enabled = write.enable_hub(&hub).await.expect("writes");
    write.commit().await.expect("commits");
    enabled
}

pub(crate) async fn enable(store: &Store, number: i64) {
    assert!(enable_in(store, &tokyo(), number).await);
}

pub(crate) async fn import(store: &Store, findings: Vec<Finding>) -> HubImport {
    let done = store
        .import_hub_findings(&tokyo(), Importer::Service, findings, now())
        .await;
    done.expect("imports")
}

pub(crate) async fn ids_of(
    store: &Store,
    scope: &Scope,
    linking: &Linking,
    filters: Value,
) -> BTreeSet<String> {
    let filters = Filters::parse(Some(&filters)).expect("filters");
    let sort = Sort::default();
    let page = store.hub_findings(scope, linking, &filters, &sort, None, 1000, now());
    let page = page.await.expect("reads");
    assert!(page.next.is_none());
    page.rows
        .iter()
        .map(|finding| finding.identifier().id)
        .collect()
}

pub(crate) async fn ids(store: &Store, scope: &Scope, filters: Value) -> BTreeSet<String> {
    ids_of(store, scope, &Linking::None, filters).await
}

pub(crate) fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

pub(crate) fn identifier(number: i64, id: &str) -> Identifier {
    finding(number, id, json!({})).identifier()
}

pub(crate) async fn join(store: &Store, number: i64, administrator: i64) {
    let mut write = store.write().await.expect("begins");
    let organization = write.hub_organization(&tokyo()).await.expect("reads");
    let organization = organization
        .designate(account(administrator), true)
        .expect("designated");
    write
        .put_hub_organization(&tokyo(), &organization, now())
        .await
        .expect("writes");
    let member = HubMember::create(
        true,
        None,
        account(administrator),
        account(number),
        None,
        now(),
    );
    write
        .put_hub_member(&tokyo(), &member.expect("a member"))
        .await
        .expect("writes");
    write.commit().await.expect("commits");
}
