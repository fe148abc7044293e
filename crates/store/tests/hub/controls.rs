//! Checks of the controls.

use crate::on_each::on_each;
use crate::world::{account, days, enable, ids, now, own, tokyo};
use serde_json::json;
use shindan_control::definition::{ControlId, Standard};
use shindan_control::score::ControlStatus;
use shindan_inspector::{
    AccountId, AccountSettings, AutoEnable, ResourceScanType, Standing, Status, Timestamp,
};
use shindan_security_hub::Identifier;
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::evaluation::region_facts;
use shindan_security_hub::update::Update;
use shindan_store::Store;
use std::collections::BTreeMap;

fn scans(number: i64, lambda: Status) -> BTreeMap<AccountId, AccountSettings> {
    let mut settings = AccountSettings::default();
    settings.set(ResourceScanType::Lambda, lambda);
    BTreeMap::from([(account(number), settings)])
}

async fn check_controls(store: &Store, lambda: Status, at: Timestamp) -> usize {
    let facts = region_facts(
        &tokyo(),
        account(1),
        Standing::STANDALONE,
        &scans(1, lambda),
        &[],
        AutoEnable::default(),
    );
    let changes = store
        .check_hub_controls(&tokyo(), account(1), &facts, at)
        .await;
    changes.expect("checks").len()
}

async fn status(store: &Store, control: ControlId) -> ControlStatus {
    let findings = store
        .hub_control_findings(&own(1), &Linking::None)
        .await
        .expect("reads");
    ControlStatus::of(findings.get(&control).into_iter().flatten().copied())
}

#[tokio::test]
async fn checks_go_on_from_what_is_stored_and_keep_what_was_said() {
    on_each(async |store| {
        let control = ControlId::Inspector4;
        assert_eq!(check_controls(&store, Status::Disabled, now()).await, 0, "there is no hub");
        enable(&store, 1).await;
        assert_eq!(check_controls(&store, Status::Disabled, now()).await, 0, "there is no standard");
        let mut write = store.write().await.expect("begins");
        let standard = Standard::FoundationalBestPractices;
        write.subscribe_hub(&tokyo(), account(1), standard, now()).await.expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(check_controls(&store, Status::Disabled, now()).await, 4);
        assert_eq!(status(&store, control).await, ControlStatus::Failed);
        assert_eq!(check_controls(&store, Status::Enabled, days(1)).await, 4);
        assert_eq!(status(&store, control).await, ControlStatus::Passed);
        assert_eq!(ids(&store, &own(1), json!({})).await.len(), 4, "the findings are the same ones");

        assert_eq!(check_controls(&store, Status::Disabled, days(2)).await, 4);
        let filters = json!({ "ComplianceSecurityControlId": [{ "Value": "Inspector.4", "Comparison": "EQUALS" }] });
        let id = ids(&store, &own(1), filters).await.pop_first().expect("a finding");
        let product_arn = "arn:aws:securityhub:ap-northeast-1::product/aws/securityhub".to_owned();
        let suppress = Update::parse(&json!({ "Workflow": { "Status": "SUPPRESSED" } })).expect("an update");
        let asked = [Identifier { id, product_arn }];
        let done = store.update_hub_findings(&own(1), &Linking::None, &asked, &suppress, days(2)).await;
        assert_eq!(done.expect("updates").processed.len(), 1);
        assert_eq!(status(&store, control).await, ControlStatus::NoData);
        check_controls(&store, Status::Disabled, days(3)).await;
        assert_eq!(status(&store, control).await, ControlStatus::NoData, "a check does not lift a suppression");

        // Nobody checks any more.
        assert_eq!(store.archive_stale_hub_controls(&tokyo(), account(1), days(7)).await.expect("archives"), 0);
        assert_eq!(store.archive_stale_hub_controls(&tokyo(), account(1), days(8)).await.expect("archives"), 4);
        assert_eq!(store.remove_expired_hub_findings(days(37)).await.expect("removes"), 0);
        assert_eq!(store.remove_expired_hub_findings(days(39)).await.expect("removes"), 4);
    })
    .await;
}
