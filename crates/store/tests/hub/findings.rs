//! Imports, updates and retention.

use crate::on_each::on_each;
use crate::world::{
    account, days, enable, finding, identifier, ids, import, join, now, own, set, tokyo,
};
use serde_json::json;
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::update::{Update, UpdateFault};
use shindan_store::{HubImport, Scope};

#[tokio::test]
async fn imports_are_new_updated_or_ignored_also_within_a_batch() {
    on_each(async |store| {
        enable(&store, 1).await;
        let newer = json!({ "UpdatedAt": "2026-05-02T00:00:00Z", "Title": "Newer" });
        let batch = vec![
            finding(1, "a", json!({})),
            finding(1, "b", json!({})),
            finding(1, "a", newer.clone()),
            finding(1, "a", json!({})),
            finding(2, "c", json!({})),
        ];
        let expected = HubImport { new: 2, updated: 1, ignored: 1, refused: 1 };
        assert_eq!(import(&store, batch.clone()).await, expected);
        let expected = HubImport { new: 0, updated: 0, ignored: 4, refused: 1 };
        assert_eq!(import(&store, batch).await, expected);
        let title = json!({ "Title": [{ "Value": "Newer", "Comparison": "EQUALS" }] });
        assert_eq!(ids(&store, &own(1), title).await, set(&["a"]));
        // The columns follow the document.
        let archive = json!({ "UpdatedAt": "2026-05-03T00:00:00Z", "RecordState": "ARCHIVED", "Severity": { "Label": "LOW" } });
        import(&store, vec![finding(1, "a", archive)]).await;
        for (field, value) in [("RecordState", "ARCHIVED"), ("SeverityLabel", "LOW")] {
            let filters = json!({ field: [{ "Value": value, "Comparison": "EQUALS" }] });
            assert_eq!(ids(&store, &own(1), filters).await, set(&["a"]), "{field}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_imports_at_once_do_not_both_make_the_finding() {
    on_each(async |store| {
        enable(&store, 1).await;
        let one = || {
            import(
                &store,
                (0..20)
                    .map(|n| finding(1, &n.to_string(), json!({})))
                    .collect(),
            )
        };
        let (first, second) = tokio::join!(one(), one());
        assert_eq!(
            (first.new + second.new, first.ignored + second.ignored),
            (20, 20)
        );
    })
    .await;
}

#[tokio::test]
async fn customers_update_what_they_see() {
    on_each(async |store| {
        for number in 1..=3 {
            enable(&store, number).await;
        }
        join(&store, 2, 1).await;
        import(
            &store,
            (1..=3)
                .map(|number| finding(number, "x", json!({})))
                .collect(),
        )
        .await;
        let suppress =
            Update::parse(&json!({ "Workflow": { "Status": "SUPPRESSED" } })).expect("an update");
        let asked = [
            identifier(1, "x"),
            identifier(2, "x"),
            identifier(3, "x"),
            identifier(1, "none"),
        ];
        let update = async |scope: Scope| {
            let done = store
                .update_hub_findings(&scope, &Linking::None, &asked, &suppress, now())
                .await;
            done.expect("updates")
        };
        let outcome = update(Scope::members(tokyo(), account(1))).await;
        assert_eq!(outcome.processed, asked[..2]);
        let missing: Vec<_> = outcome
            .unprocessed
            .iter()
            .map(|one| (&one.identifier, one.code))
            .collect();
        assert_eq!(
            missing,
            [
                (&asked[2], UpdateFault::NotFound),
                (&asked[3], UpdateFault::NotFound)
            ]
        );
        // A member reaches its own only.
        assert_eq!(update(own(2)).await.processed, asked[1..2]);
        let suppressed =
            json!({ "WorkflowStatus": [{ "Value": "SUPPRESSED", "Comparison": "EQUALS" }] });
        assert_eq!(ids(&store, &own(3), suppressed.clone()).await, set(&[]));
        // What was said outlives an import.
        import(
            &store,
            vec![finding(
                1,
                "x",
                json!({ "UpdatedAt": "2026-05-09T00:00:00Z" }),
            )],
        )
        .await;
        assert_eq!(ids(&store, &own(1), suppressed).await, set(&["x"]));
        // What the customer has set of the shared attributes, too.
        let severity =
            Update::parse(&json!({ "Severity": { "Label": "LOW" } })).expect("an update");
        let done = store
            .update_hub_findings(&own(1), &Linking::None, &asked[..1], &severity, now())
            .await;
        assert_eq!(done.expect("updates").processed.len(), 1);
        import(
            &store,
            vec![finding(
                1,
                "x",
                json!({ "UpdatedAt": "2026-05-10T00:00:00Z" }),
            )],
        )
        .await;
        let low = json!({ "SeverityLabel": [{ "Value": "LOW", "Comparison": "EQUALS" }] });
        assert_eq!(ids(&store, &own(1), low).await, set(&["x"]));
    })
    .await;
}

#[tokio::test]
async fn what_is_archived_or_disabled_for_long_is_forgotten() {
    on_each(async |store| {
        enable(&store, 1).await;
        enable(&store, 2).await;
        let archived = json!({ "RecordState": "ARCHIVED" });
        import(
            &store,
            vec![
                finding(1, "old", archived),
                finding(1, "active", json!({})),
                finding(2, "other", json!({})),
            ],
        )
        .await;
        // Updated on 1 May.
        assert_eq!(
            store
                .remove_expired_hub_findings(days(-2))
                .await
                .expect("removes"),
            0
        );
        assert_eq!(
            store
                .remove_expired_hub_findings(days(0))
                .await
                .expect("removes"),
            1
        );
        assert_eq!(ids(&store, &own(1), json!({})).await, set(&["active"]));
        let mut write = store.write().await.expect("begins");
        write
            .disable_hub(&tokyo(), account(2), now())
            .await
            .expect("writes");
        write.commit().await.expect("commits");
        assert_eq!(
            store
                .remove_expired_hub_findings(days(89))
                .await
                .expect("removes"),
            0
        );
        assert_eq!(
            store
                .remove_expired_hub_findings(days(90))
                .await
                .expect("removes"),
            1
        );
        assert_eq!(ids(&store, &own(2), json!({})).await, set(&[]));
    })
    .await;
}
