//! Control status and security score, by the documentation's rules and worked examples.

use proptest::prelude::*;
use shindan_control::evaluate::ComplianceStatus;
use shindan_control::finding::{RecordState, WorkflowStatus};
use shindan_control::score::{ControlStatus, FindingStatus, Tally};

const fn finding(compliance: ComplianceStatus) -> FindingStatus {
    FindingStatus {
        compliance,
        workflow: WorkflowStatus::New,
        record: RecordState::Active,
    }
}

const PASSED: FindingStatus = finding(ComplianceStatus::Passed);
const FAILED: FindingStatus = finding(ComplianceStatus::Failed);
const WARNING: FindingStatus = finding(ComplianceStatus::Warning);
const NOT_AVAILABLE: FindingStatus = finding(ComplianceStatus::NotAvailable);

const fn suppressed(mut finding: FindingStatus) -> FindingStatus {
    finding.workflow = WorkflowStatus::Suppressed;
    finding
}

const fn archived(mut finding: FindingStatus) -> FindingStatus {
    finding.record = RecordState::Archived;
    finding
}

#[test]
fn the_worked_examples_come_out() {
    for (passed, failed, score) in [
        (168, 22, 88),
        (8, 29, 22),
        (6, 35, 15),
        (159, 56, 74),
        (28, 17, 62),
        (357, 515 - 357, 69),
    ] {
        let tally = Tally {
            passed,
            failed,
            unknown: 0,
        };
        assert_eq!(
            tally.score(),
            Some(score),
            "{passed} passed, {failed} failed"
        );
    }
}

#[test]
fn unknown_controls_lower_the_score_and_nothing_gives_none() {
    let tally = |passed, failed, unknown| {
        Tally {
            passed,
            failed,
            unknown,
        }
        .score()
    };
    assert_eq!(tally(1, 0, 1), Some(50));
    assert_eq!(tally(1, 7, 0), Some(13), "12.5 goes up");
    assert_eq!(tally(0, 0, 0), None);
    assert_eq!(tally(u64::MAX, u64::MAX, u64::MAX), Some(33));
}

#[test]
fn a_control_has_the_worst_status_of_the_findings_that_count() {
    use ControlStatus::{Failed, NoData, Passed, Unknown};
    for (findings, status) in [
        (vec![], NoData),
        (vec![PASSED, PASSED], Passed),
        (vec![PASSED, FAILED, WARNING], Failed),
        (vec![PASSED, WARNING], Unknown),
        (vec![NOT_AVAILABLE, PASSED], Unknown),
        // All suppressed is no data; what is left otherwise decides, so suppressing every failure makes a control pass.
        (vec![suppressed(FAILED)], NoData),
        (vec![suppressed(FAILED), PASSED], Passed),
        (vec![archived(FAILED), PASSED], Passed),
        (vec![archived(FAILED)], NoData),
    ] {
        assert_eq!(ControlStatus::of(findings.clone()), status, "{findings:?}");
    }
}

#[test]
fn one_failed_member_or_region_fails_the_control() {
    use ControlStatus::{Disabled, Failed, NoData, Passed, Unknown};
    for (statuses, status) in [
        (vec![Passed, Failed, Unknown], Failed),
        (vec![Passed, NoData, Disabled], Passed),
        (vec![Passed, Unknown], Unknown),
        (vec![NoData, Disabled], NoData),
        (vec![Disabled, Disabled], Disabled),
        (vec![], NoData),
    ] {
        assert_eq!(ControlStatus::aggregate(statuses), status);
    }
}

#[test]
fn a_control_of_several_standards_counts_once() {
    use ControlStatus::{Disabled, Failed, NoData, Passed};
    let tally = Tally::of([
        ("Inspector.3", Failed),
        ("Inspector.3", Failed),
        ("Inspector.4", Passed),
        ("Inspector.4", Disabled),
        ("Inspector.1", NoData),
        ("Inspector.2", Disabled),
    ]);
    assert_eq!((tally.passed, tally.failed, tally.unknown), (1, 1, 0));
    assert_eq!(tally.score(), Some(50));
}

#[test]
fn suppressing_the_only_finding_takes_the_control_out_of_the_score() {
    let score = |inspector3| {
        Tally::of([
            ("Inspector.3", ControlStatus::of([inspector3])),
            ("Inspector.4", ControlStatus::Passed),
        ])
        .score()
    };
    assert_eq!(score(FAILED), Some(50));
    assert_eq!(score(suppressed(FAILED)), Some(100));
}

fn any_finding() -> impl Strategy<Value = FindingStatus> {
    (
        prop::sample::select(vec![PASSED, FAILED, WARNING, NOT_AVAILABLE]),
        prop::sample::select(&WorkflowStatus::ALL),
        prop::bool::ANY,
    )
        .prop_map(|(finding, workflow, active)| FindingStatus {
            workflow,
            record: if active {
                RecordState::Active
            } else {
                RecordState::Archived
            },
            ..finding
        })
}

proptest! {
    #[test]
    fn members_together_have_the_status_of_all_their_findings(
        members in prop::collection::vec(prop::collection::vec(any_finding(), 0..4), 0..5),
    ) {
        let together = ControlStatus::of(members.iter().flatten().copied());
        let each = members.iter().map(|findings| ControlStatus::of(findings.iter().copied()));
        prop_assert_eq!(ControlStatus::aggregate(each), together);
    }
}
