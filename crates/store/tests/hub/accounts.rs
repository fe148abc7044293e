//! Hubs, members and Regions.

use crate::on_each::on_each;
use crate::world::{
    account, enable, enable_in, finding, finding_in, ids, ids_of, import, join, now, own, region,
    set, tokyo,
};
use serde_json::json;
use shindan_control::definition::{ControlId, Standard};
use shindan_inspector::{Organization, Relation};
use shindan_security_hub::aggregator::{Aggregator, Linking};
use shindan_security_hub::standards::ControlSetting;
use shindan_security_hub::{AggregatorArn, Importer};
use shindan_store::{HubImport, Scope};

#[tokio::test]
async fn a_hub_is_enabled_once_and_what_is_set_in_it_goes_with_it() {
    on_each(async |store| {
        assert_eq!(store.hub(&tokyo(), account(1)).await.expect("reads"), None);
        enable(&store, 1).await;
        assert!(
            !enable_in(&store, &tokyo(), 1).await,
            "it is enabled already"
        );
        let mut hub = store
            .hub(&tokyo(), account(1))
            .await
            .expect("reads")
            .expect("enabled");
        assert_eq!(hub.tags.get("team").map(String::as_str), Some("security"));
        hub.auto_enable_controls = false;
        hub.tags.clear();
        let mut write = store.write().await.expect("begins");
        write.put_hub(&hub).await.expect("writes");
        for standard in Standard::ALL {
            write
                .subscribe_hub(&tokyo(), account(1), standard, now())
                .await
                .expect("writes");
        }
        let setting = |enabled: bool| ControlSetting {
            enabled,
            reason: Some("said so".to_owned()),
            updated_at: now(),
        };
        let id = (Standard::PciDss401, ControlId::Inspector3);
        for enabled in [true, false] {
            write
                .set_hub_control(&tokyo(), account(1), id, &setting(enabled))
                .await
                .expect("writes");
        }
        write
            .unsubscribe_hub(&tokyo(), account(1), Standard::FoundationalBestPractices)
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(
            store.hub(&tokyo(), account(1)).await.expect("reads"),
            Some(hub)
        );
        let settings = store
            .hub_settings(&tokyo(), account(1))
            .await
            .expect("reads");
        assert_eq!(
            settings.subscriptions.keys().collect::<Vec<_>>(),
            [&Standard::PciDss401]
        );
        assert_eq!(settings.controls.get(&id), Some(&setting(false)));
        assert_eq!(
            store.hub_accounts(&tokyo()).await.expect("reads"),
            [account(1)]
        );

        import(&store, vec![finding(1, "a", json!({}))]).await;
        let mut write = store.write().await.expect("begins");
        assert!(
            write
                .disable_hub(&tokyo(), account(1), now())
                .await
                .expect("writes")
        );
        assert!(
            !write
                .disable_hub(&tokyo(), account(1), now())
                .await
                .expect("writes")
        );
        write.commit().await.expect("commits");
        assert_eq!(store.hub(&tokyo(), account(1)).await.expect("reads"), None);
        let refused = import(&store, vec![finding(1, "b", json!({}))]).await;
        assert_eq!(
            refused,
            HubImport {
                refused: 1,
                ..HubImport::default()
            }
        );

        // Findings wait for 90 days, settings do not.
        enable(&store, 1).await;
        assert_eq!(ids(&store, &own(1), json!({})).await, set(&["a"]));
        assert_eq!(
            store
                .hub_settings(&tokyo(), account(1))
                .await
                .expect("reads"),
            Default::default()
        );
    })
    .await;
}

#[tokio::test]
async fn the_management_account_is_the_organisations() {
    on_each(async |store| {
        let mut write = store.write().await.expect("begins");
        let organization = Organization::new(account(7));
        write
            .put_organization(&tokyo(), &organization, now())
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        for (number, management) in [(7, true), (8, false)] {
            let standing = store
                .hub_standing(&tokyo(), account(number))
                .await
                .expect("reads");
            assert_eq!(standing.management, management);
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_sees_its_members_as_long_as_they_are() {
    on_each(async |store| {
        for number in 1..=3 {
            enable(&store, number).await;
            import(
                &store,
                vec![finding(number, &format!("of {number}"), json!({}))],
            )
            .await;
        }
        let seen = async || ids(&store, &Scope::members(tokyo(), account(1)), json!({})).await;
        assert_eq!(seen().await, set(&["of 1"]));
        join(&store, 2, 1).await;
        join(&store, 3, 1).await;
        assert_eq!(seen().await, set(&["of 1", "of 2", "of 3"]));
        assert_eq!(ids(&store, &own(2), json!({})).await, set(&["of 2"]));
        // Also what comes later.
        import(&store, vec![finding(2, "later", json!({}))]).await;
        assert!(seen().await.contains("later"));
        assert_eq!(
            store
                .hub_member_count(&tokyo(), account(1))
                .await
                .expect("counts"),
            2
        );
        let standing = store
            .hub_standing(&tokyo(), account(2))
            .await
            .expect("reads");
        assert_eq!(
            (standing.enabled, standing.relation),
            (true, Relation::Member(account(1)))
        );

        let mut write = store.write().await.expect("begins");
        let member = write
            .hub_member(&tokyo(), account(2))
            .await
            .expect("reads")
            .expect("a member");
        let removed = member
            .disassociate(account(1), now())
            .expect("disassociated");
        write
            .put_hub_member(&tokyo(), &removed)
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(seen().await, set(&["of 1", "of 3"]));
        let members = async |associated| {
            let members = store
                .hub_members(&tokyo(), account(1), associated, None, 10)
                .await;
            members
                .expect("reads")
                .iter()
                .map(|member| member.account)
                .collect::<Vec<_>>()
        };
        assert_eq!(members(true).await, [account(3)]);
        assert_eq!(members(false).await, [account(2), account(3)]);

        // Without an administrator nobody is a member.
        let mut write = store.write().await.expect("begins");
        let organization = write.hub_organization(&tokyo()).await.expect("reads");
        let dismissed = organization.dismiss(account(1)).expect("dismissed");
        write
            .put_hub_organization(&tokyo(), &dismissed, now())
            .await
            .expect("writes");
        write
            .delete_hub_member(&tokyo(), account(2))
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(seen().await, set(&["of 1"]));
        assert_eq!(members(false).await, [account(3)]);
        let standing = store
            .hub_standing(&tokyo(), account(3))
            .await
            .expect("reads");
        assert_eq!(standing.relation, Relation::Standalone);
    })
    .await;
}

#[tokio::test]
async fn the_home_region_shows_the_regions_that_it_links() {
    on_each(async |store| {
        let regions = ["ap-northeast-1", "eu-west-1", "us-east-1"].map(region);
        for here in &regions {
            enable_in(&store, here, 1).await;
            let one = vec![finding_in(here, 1, here.as_str(), json!({}))];
            let done = store
                .import_hub_findings(here, Importer::Service, one, now())
                .await;
            assert_eq!(done.expect("imports").new, 1);
        }
        let arn = AggregatorArn {
            region: tokyo(),
            account: account(1),
            id: "12345678-1234-1234-1234-123456789abc".to_owned(),
        };
        for (linking, seen) in [
            (Linking::None, &["ap-northeast-1"][..]),
            (Linking::All, &["ap-northeast-1", "eu-west-1", "us-east-1"]),
            (
                Linking::Only(vec![regions[1].clone()]),
                &["ap-northeast-1", "eu-west-1"],
            ),
            (
                Linking::Except(vec![regions[1].clone()]),
                &["ap-northeast-1", "us-east-1"],
            ),
        ] {
            let aggregator = Aggregator {
                arn: arn.clone(),
                linking,
            };
            let mut write = store.write().await.expect("begins");
            assert!(
                write
                    .create_hub_aggregator(&aggregator)
                    .await
                    .expect("writes")
            );
            assert!(
                !write
                    .create_hub_aggregator(&aggregator)
                    .await
                    .expect("writes")
            );
            assert!(
                write
                    .update_hub_aggregator(&aggregator)
                    .await
                    .expect("writes")
            );
            write.commit().await.expect("commits");
            assert_eq!(
                store.hub_aggregator(account(1)).await.expect("reads"),
                Some(aggregator.clone())
            );
            let here = store
                .hub_linking(&tokyo(), account(1))
                .await
                .expect("reads");
            assert_eq!(ids_of(&store, &own(1), &here, json!({})).await, set(seen));
            let elsewhere = store
                .hub_linking(&regions[2], account(1))
                .await
                .expect("reads");
            assert_eq!(elsewhere, Linking::None);
            let mut write = store.write().await.expect("begins");
            assert!(write.delete_hub_aggregator(&arn).await.expect("writes"));
            assert!(!write.delete_hub_aggregator(&arn).await.expect("writes"));
            write.commit().await.expect("commits");
        }
    })
    .await;
}
