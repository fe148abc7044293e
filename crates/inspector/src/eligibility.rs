//! Whether a function is watched, and what coverage says when it is not.
//!
//! Source: the user guide's pages on Lambda standard and code scanning. A function is watched when its runtime is
//! supported, it was invoked or updated within 90 days, no tag excludes it, and no key of the customer encrypts it.
//!
//! Where several reasons apply, coverage names one: first what somebody decided (deleted, switched off, excluded by tag),
//! then what can never be scanned (an image, a runtime, a key), last what ends by itself with the next invocation.

use std::collections::BTreeMap;

use crate::runtime::RuntimePolicy;
use crate::{PackageType, ScanStatusReason, ScanType, Status, Timestamp};

/// How long a function stays eligible after it was last invoked or updated.
pub const ELIGIBLE_MILLIS: i64 = 90 * Timestamp::DAY;

/// Key and value of the tag that excludes a function from both kinds of scanning.
pub const EXCLUSION: (&str, &str) = ("InspectorExclusion", "LambdaStandardScanning");

/// Key and value of the tag that excludes a function from code scanning.
pub const CODE_EXCLUSION: (&str, &str) = ("InspectorCodeExclusion", "LambdaCodeScanning");

/// What eligibility depends on in a function.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    /// Lambda's name of its runtime; empty for an image.
    pub runtime: &'f str,
    /// How it is packaged.
    pub package_type: PackageType,
    /// Whether a key of the customer encrypts its code.
    pub has_customer_key: bool,
    /// Its tags.
    pub tags: &'f BTreeMap<String, String>,
    /// When its code or settings last changed.
    pub last_modified: Timestamp,
    /// When it was last invoked, if that is known.
    pub last_invoked: Option<Timestamp>,
    /// Whether it was deleted.
    pub is_deleted: bool,
}

/// What eligibility depends on in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanSettings {
    /// Standard scanning.
    pub standard: Status,
    /// Code scanning; of no effect without standard scanning.
    pub code: Status,
}

impl ScanSettings {
    /// Of an account that never switched anything on.
    pub const OFF: Self = Self {
        standard: Status::Disabled,
        code: Status::Disabled,
    };

    /// The status that decides about a kind of scanning: code scanning is never further on than standard scanning.
    #[must_use]
    pub const fn of(self, scan: ScanType) -> Status {
        match (scan, self.standard) {
            (ScanType::Network, _) => Status::Disabled,
            (ScanType::Package, standard) => standard,
            (ScanType::Code, Status::Enabled | Status::Enabling) => self.code,
            (ScanType::Code, standard) => match self.code {
                Status::Disabled => Status::Disabled,
                _ => standard,
            },
        }
    }
}

/// Whether a function is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// This kind of scanning is off: coverage does not speak of the function.
    Off,
    /// It is watched.
    Watched,
    /// It is not watched, and coverage says why.
    Excluded(ScanStatusReason),
}

/// Decides for one kind of scanning.
#[must_use]
pub fn decide(
    facts: &Facts<'_>,
    settings: ScanSettings,
    policy: RuntimePolicy,
    scan: ScanType,
    now: Timestamp,
) -> Eligibility {
    use ScanStatusReason as Reason;
    match settings.of(scan) {
        Status::Enabled | Status::Enabling => {}
        Status::Disabling => return Eligibility::Excluded(Reason::PendingDisable),
        Status::Disabled | Status::Suspending | Status::Suspended => return Eligibility::Off,
    }
    let has_tag = |(key, value): (&str, &str)| facts.tags.get(key).is_some_and(|v| v == value);
    let is_excluded = has_tag(EXCLUSION) || (scan == ScanType::Code && has_tag(CODE_EXCLUSION));
    let last_used = facts
        .last_invoked
        .map_or(facts.last_modified, |i| i.max(facts.last_modified));
    let reason = if facts.is_deleted {
        Reason::ResourceTerminated
    } else if is_excluded {
        Reason::ExcludedByTag
    } else if facts.package_type == PackageType::Image {
        Reason::UnsupportedCodeArtifacts
    } else if !policy.covers(facts.runtime, scan) {
        Reason::UnsupportedRuntime
    } else if facts.has_customer_key {
        Reason::AccessDeniedToEncryptionKey
    } else if now.millis_since(last_used) > ELIGIBLE_MILLIS {
        Reason::ScanEligibilityExpired
    } else {
        return Eligibility::Watched;
    };
    Eligibility::Excluded(reason)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn statuses() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::ALL.to_vec())
    }

    /// A function as a test draws it.
    #[derive(Clone, Debug)]
    struct Drawn {
        runtime: &'static str,
        image: bool,
        key: bool,
        tags: BTreeMap<String, String>,
        modified_days: i64,
        invoked_days: Option<i64>,
        deleted: bool,
    }

    fn functions() -> impl Strategy<Value = Drawn> {
        let runtimes = prop::sample::select(vec![
            "python3.12",
            "nodejs24.x",
            "go1.x",
            "ruby3.4",
            "provided.al2",
            "",
        ]);
        let tags = prop::collection::btree_map(
            prop::sample::select(vec!["InspectorExclusion", "InspectorCodeExclusion", "team"])
                .prop_map(String::from),
            prop::sample::select(vec![
                "LambdaStandardScanning",
                "LambdaCodeScanning",
                "lambdastandardscanning",
                "",
            ])
            .prop_map(String::from),
            0..3,
        );
        (
            runtimes,
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
            tags,
            0..200_i64,
            prop::option::of(0..200_i64),
            prop::bool::weighted(0.1),
        )
            .prop_map(
                |(runtime, image, key, tags, modified_days, invoked_days, deleted)| Drawn {
                    runtime,
                    image,
                    key,
                    tags,
                    modified_days,
                    invoked_days,
                    deleted,
                },
            )
    }

    /// The rules as the user guide states them, one line each, first match decides.
    fn as_the_guide_says(
        f: &Drawn,
        standard: Status,
        code: Status,
        scan: ScanType,
    ) -> (bool, Option<&'static str>) {
        let on = |s| matches!(s, Status::Enabled | Status::Enabling);
        let tagged = |key: &str, value: &str| f.tags.get(key).map(String::as_str) == Some(value);
        let supports_code = f.runtime == "python3.12";
        let supports_standard = !matches!(f.runtime, "" | "ruby3.4");
        let standard_tag = tagged("InspectorExclusion", "LambdaStandardScanning");
        let code_tag = tagged("InspectorCodeExclusion", "LambdaCodeScanning");
        let (effective, tag, supported) = match scan {
            ScanType::Package => (standard, standard_tag, supports_standard),
            _ => {
                let effective = if on(standard) || code == Status::Disabled {
                    code
                } else {
                    standard
                };
                (effective, standard_tag || code_tag, supports_code)
            }
        };
        let youngest = f
            .invoked_days
            .map_or(f.modified_days, |days| days.min(f.modified_days));
        let rows: [(bool, Option<&'static str>); 8] = [
            (
                effective == Status::Disabling,
                Some("INACTIVE PENDING_DISABLE"),
            ),
            (!on(effective), None),
            (f.deleted, Some("INACTIVE RESOURCE_TERMINATED")),
            (tag, Some("INACTIVE EXCLUDED_BY_TAG")),
            (f.image, Some("INACTIVE UNSUPPORTED_CODE_ARTIFACTS")),
            (!supported, Some("INACTIVE UNSUPPORTED_RUNTIME")),
            (f.key, Some("INACTIVE ACCESS_DENIED_TO_ENCRYPTION_KEY")),
            (youngest > 90, Some("INACTIVE SCAN_ELIGIBILITY_EXPIRED")),
        ];
        match rows.into_iter().find(|(applies, _)| *applies) {
            Some((_, said)) => (false, said),
            None => (true, None),
        }
    }

    proptest! {
        #[test]
        fn eligibility_is_the_guides_table(
            drawn in functions(),
            standard in statuses(),
            code in statuses(),
            scan in prop::sample::select(vec![ScanType::Package, ScanType::Code]),
        ) {
            let now = Timestamp::from_millis(1_000 * Timestamp::DAY);
            let ago = |days: i64| now.plus_millis(-days * Timestamp::DAY);
            let facts = Facts {
                runtime: drawn.runtime,
                package_type: if drawn.image { PackageType::Image } else { PackageType::Zip },
                has_customer_key: drawn.key,
                tags: &drawn.tags,
                last_modified: ago(drawn.modified_days),
                last_invoked: drawn.invoked_days.map(ago),
                is_deleted: drawn.deleted,
            };
            let settings = ScanSettings { standard, code };
            let decided = decide(&facts, settings, RuntimePolicy::AsInspector, scan, now);
            let said = match decided {
                Eligibility::Off => (false, None),
                Eligibility::Watched => (true, None),
                Eligibility::Excluded(reason) => (false, Some(format!("INACTIVE {reason}"))),
            };
            let (watched, expected) = as_the_guide_says(&drawn, standard, code, scan);
            prop_assert_eq!(said, (watched, expected.map(String::from)));
        }

        #[test]
        fn code_is_never_watched_where_packages_are_not(
            drawn in functions(), standard in statuses(), code in statuses(),
        ) {
            let now = Timestamp::from_millis(1_000 * Timestamp::DAY);
            let facts = Facts {
                runtime: drawn.runtime,
                package_type: if drawn.image { PackageType::Image } else { PackageType::Zip },
                has_customer_key: drawn.key,
                tags: &drawn.tags,
                last_modified: now,
                last_invoked: None,
                is_deleted: drawn.deleted,
            };
            let settings = ScanSettings { standard, code };
            for policy in [RuntimePolicy::AsInspector, RuntimePolicy::Wide] {
                let [package, code] = [ScanType::Package, ScanType::Code]
                    .map(|scan| decide(&facts, settings, policy, scan, now));
                prop_assert!(code != Eligibility::Watched || package == Eligibility::Watched);
            }
        }
    }

    #[test]
    fn the_ninetieth_day_still_counts() {
        let tags = BTreeMap::new();
        let facts = Facts {
            runtime: "python3.12",
            package_type: PackageType::Zip,
            has_customer_key: false,
            tags: &tags,
            last_modified: Timestamp::from_millis(0),
            last_invoked: None,
            is_deleted: false,
        };
        let on = ScanSettings {
            standard: Status::Enabled,
            code: Status::Enabled,
        };
        let at = |millis| {
            decide(
                &facts,
                on,
                RuntimePolicy::AsInspector,
                ScanType::Package,
                Timestamp::from_millis(millis),
            )
        };
        assert_eq!(at(ELIGIBLE_MILLIS), Eligibility::Watched);
        assert_eq!(
            at(ELIGIBLE_MILLIS + 1),
            Eligibility::Excluded(ScanStatusReason::ScanEligibilityExpired)
        );
    }
}
