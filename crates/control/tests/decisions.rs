//! Decisions: which entry may follow which, expiry, and histories that are read again.

use jiff::Timestamp;
use proptest::prelude::*;
use shindan_control::ShortText;
use shindan_control::decision::{
    Decision, DecisionError, Entry, Event, Outcome, State, Subject, Verdict,
};
use shindan_control::definition::ControlId;

fn text(text: &str) -> ShortText {
    ShortText::new(text).expect("a short text")
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_724_025_600 + day * 86_400).expect("in range")
}

fn subject() -> Subject {
    Subject {
        control: ControlId::Inspector3,
        account: "111122223333".parse().expect("an account"),
        region: "ap-northeast-1".parse().expect("a Region"),
    }
}

fn entry(at: i64, event: Event) -> Entry {
    Entry {
        at: day(at),
        by: text("tanaka"),
        event,
    }
}

fn asked(at: i64) -> Entry {
    entry(
        at,
        Event::Asked {
            whom: text("the owners of the shop"),
        },
    )
}

fn decided(at: i64, outcome: Outcome) -> Entry {
    entry(
        at,
        Event::Decided(Verdict {
            outcome,
            decided_by: text("suzuki"),
            why: text("The functions are retired this year."),
        }),
    )
}

fn suppressed(at: i64, until: i64) -> Entry {
    decided(
        at,
        Outcome::Suppress {
            until: Some(day(until)),
        },
    )
}

fn applied(at: i64) -> Entry {
    entry(
        at,
        Event::Applied {
            evidence: text("workflow SUPPRESSED"),
        },
    )
}

fn expired(at: i64) -> Entry {
    entry(at, Event::Expired)
}

fn lifted(at: i64) -> Entry {
    entry(
        at,
        Event::Lifted {
            why: text("The plan changed."),
        },
    )
}

#[test]
fn a_decision_goes_through_its_life() {
    let mut decision = Decision::begin(subject(), asked(0)).expect("a question");
    for (entry, state) in [
        (asked(1), State::Asked),
        (suppressed(2, 90), State::Decided),
        (applied(2), State::Applied),
        (expired(90), State::Expired),
        (asked(91), State::Asked),
        (decided(92, Outcome::Enable), State::Decided),
        (applied(93), State::Applied),
        (lifted(94), State::Lifted),
        (decided(95, Outcome::Enable), State::Decided),
    ] {
        decision.append(entry).expect("it follows");
        assert_eq!(decision.state(), state);
    }
    assert_eq!(decision.history().len(), 10);
}

#[test]
fn each_state_refuses_what_does_not_follow() {
    use DecisionError::{
        AlreadyApplied, AlreadyDecided, Beginning, Ended, EndsBeforeItBegins, NotDecided, NotOver,
    };
    let histories: [(&str, Vec<Entry>); 5] = [
        ("asked", vec![asked(0)]),
        ("decided", vec![suppressed(0, 90)]),
        ("applied", vec![suppressed(0, 90), applied(1)]),
        ("expired", vec![suppressed(0, 90), expired(90)]),
        ("lifted", vec![suppressed(0, 90), lifted(1)]),
    ];
    let of = |name| {
        let (_, entries) = histories.iter().find(|(n, _)| *n == name).expect("a name");
        let mut entries = entries.iter().cloned();
        let first = entries.next().expect("one entry");
        let mut decision = Decision::begin(subject(), first).expect("a beginning");
        entries.for_each(|entry| decision.append(entry).expect("it follows"));
        decision
    };
    for (state, entry, error) in [
        ("asked", applied(2), NotDecided),
        ("asked", expired(2), NotDecided),
        ("asked", lifted(2), NotDecided),
        ("asked", suppressed(2, 2), EndsBeforeItBegins),
        ("decided", asked(2), AlreadyDecided),
        ("decided", expired(89), NotOver),
        ("decided", applied(90), Ended),
        ("applied", asked(2), AlreadyApplied),
        ("applied", decided(2, Outcome::Enable), AlreadyApplied),
        ("applied", applied(2), AlreadyApplied),
        ("applied", expired(2), NotOver),
        ("expired", applied(91), Ended),
        ("expired", lifted(91), Ended),
        ("expired", expired(91), Ended),
        ("lifted", applied(2), Ended),
        ("lifted", lifted(2), Ended),
    ] {
        let mut decision = of(state);
        let before = decision.clone();
        assert_eq!(
            decision.append(entry.clone()),
            Err(error),
            "{state}, then {entry:?}"
        );
        assert_eq!(decision, before, "a refused entry leaves no trace");
    }
    for first in [applied(0), expired(0), lifted(0)] {
        assert_eq!(Decision::begin(subject(), first), Err(Beginning));
    }
}

#[test]
fn a_decision_is_in_force_until_its_end() {
    let decision = Decision::begin(subject(), suppressed(0, 90)).expect("a decision");
    assert!(decision.in_force(day(89)).is_some());
    assert!(!decision.is_due(day(89)));
    assert!(decision.in_force(day(90)).is_none());
    assert!(decision.is_due(day(90)));

    let enable = Decision::begin(subject(), decided(0, Outcome::Enable)).expect("a decision");
    assert!(enable.in_force(day(10_000)).is_some());
    let question = Decision::begin(subject(), asked(0)).expect("a question");
    assert!(
        !question.is_due(day(10_000)),
        "what is not decided does not expire"
    );
}

#[test]
fn an_alternative_is_named() {
    let outcome = Outcome::AcceptAlternative {
        alternative: text("shindan scans all functions"),
        until: None,
    };
    let decision = Decision::begin(subject(), decided(0, outcome.clone())).expect("a decision");
    assert_eq!(decision.verdict().map(|v| &v.outcome), Some(&outcome));
}

#[test]
fn a_history_that_was_tampered_with_is_not_read() {
    let decision = Decision::begin(subject(), suppressed(0, 90)).expect("a decision");
    let mut stored = serde_json::to_value(&decision).expect("JSON");
    assert_eq!(
        serde_json::from_value::<Decision>(stored.clone()).expect("JSON"),
        decision
    );
    stored["history"] = serde_json::to_value([suppressed(0, 90), expired(3)]).expect("JSON");
    assert!(serde_json::from_value::<Decision>(stored.clone()).is_err());
    stored["history"] = serde_json::json!([]);
    assert!(serde_json::from_value::<Decision>(stored).is_err());
}

fn any_entry() -> impl Strategy<Value = Entry> {
    (0i64..200, 0usize..6, 1i64..60).prop_map(|(at, kind, days)| match kind {
        0 => asked(at),
        1 => suppressed(at, at + days),
        2 => decided(at, Outcome::Enable),
        3 => applied(at),
        4 => expired(at),
        _ => lifted(at),
    })
}

proptest! {
    #[test]
    fn histories_only_grow_and_read_the_same_again(entries in prop::collection::vec(any_entry(), 0..30)) {
        let mut decision = Decision::begin(subject(), asked(0)).expect("a question");
        for entry in entries {
            let before = decision.history().to_vec();
            let at = entry.at;
            let accepted = decision.append(entry).is_ok();
            prop_assert!(decision.history().starts_with(&before));
            prop_assert_eq!(decision.history().len(), before.len() + usize::from(accepted));
            // There is something in force only while something is decided, and what is due is not in force.
            prop_assert!(decision.in_force(at).is_none() || decision.verdict().is_some());
            prop_assert!(!(decision.is_due(at) && decision.in_force(at).is_some()));
        }
        let kept = serde_json::to_string(&decision).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Decision>(&kept).expect("JSON"), decision);
    }
}
