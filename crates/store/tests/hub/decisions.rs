//! Histories of decisions.

use shindan_control::ShortText;
use shindan_control::decision::{Decision, Entry, Event, Outcome, Subject, Verdict};
use shindan_control::definition::ControlId;
use shindan_store::{DecisionError, Scope, Store};

use crate::on_each::on_each;
use crate::world::{account, now, own, tokyo};

fn short(text: &str) -> ShortText {
    ShortText::new(text).expect("short")
}

fn entry(event: Event) -> Entry {
    Entry {
        at: "2026-06-01T00:00:00Z".parse().expect("a time"),
        by: short("tanaka"),
        event,
    }
}

fn asked(number: i64, control: ControlId) -> Decision {
    let subject = Subject {
        control,
        account: account(number),
        region: tokyo(),
    };
    let event = Event::Asked {
        whom: short("shop team"),
    };
    Decision::begin(subject, entry(event)).expect("begins")
}

async fn put(store: &Store, decision: &Decision, before: usize) -> Result<(), DecisionError> {
    let mut write = store.write().await.expect("begins");
    write.put_decision(decision, before, now()).await?;
    write.commit().await.expect("commits");
    Ok(())
}

#[tokio::test]
async fn a_history_is_kept_for_each_control_of_an_account() {
    on_each(async |store| {
        let mut code = asked(1, ControlId::Inspector3);
        let standard = asked(1, ControlId::Inspector4);
        put(&store, &standard, 0).await.expect("written");
        put(&store, &code, 0).await.expect("written");
        put(&store, &asked(2, ControlId::Inspector3), 0)
            .await
            .expect("another account's");
        code.append(entry(Event::Decided(Verdict {
            outcome: Outcome::Suppress { until: None },
            decided_by: short("山田"),
            why: short("no functions yet"),
        })))
        .expect("follows");
        put(&store, &code, 1).await.expect("appended");

        let all = store.decisions(&own(1)).await.expect("read");
        assert_eq!(all, [code.clone(), standard]);
        let one = store.decision(&own(1), ControlId::Inspector3).await;
        assert_eq!(one.expect("read"), Some(code));
        let elsewhere = Scope::own("us-east-1".parse().expect("a Region"), account(1));
        assert_eq!(store.decisions(&elsewhere).await.expect("read"), []);
    })
    .await;
}

#[tokio::test]
async fn whoever_writes_second_is_told() {
    on_each(async |store| {
        let first = asked(1, ControlId::Inspector3);
        put(&store, &first, 0).await.expect("written");
        let both = [put(&store, &first, 0).await, put(&store, &first, 2).await];
        for refused in both {
            let error = refused.expect_err("it is another by now").to_string();
            assert!(error.contains("Inspector.3"), "{error}");
            assert!(error.contains("000000000001"), "{error}");
        }
    })
    .await;
}
