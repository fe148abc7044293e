//! What a criterion compares with, in the API's shapes.

use serde::Serialize;

use crate::Timestamp;
use crate::wire_enum;

wire_enum!(
    /// How a text is compared.
    StringComparison {
        Equals = "EQUALS",
        Prefix = "PREFIX",
        NotEquals = "NOT_EQUALS",
    }
);

wire_enum!(
    /// How an entry of a map is compared.
    MapComparison { Equals = "EQUALS" }
);

wire_enum!(
    /// How a reachability is compared.
    ReachabilityComparison { Equals = "EQUALS", NotEquals = "NOT_EQUALS" }
);

wire_enum!(
    /// Whether a package is used at run time.
    RuntimeReachability {
        Reachable = "REACHABLE",
        NotReachable = "NOT_REACHABLE",
        Unknown = "UNKNOWN",
    }
);

wire_enum!(
    /// How that is known.
    RuntimeReachabilityReason {
        PackageInDockerfileWorkloadPath = "PACKAGE_IN_DOCKERFILE_WORKLOAD_PATH",
        PackageNotInDockerfileWorkloadPath = "PACKAGE_NOT_IN_DOCKERFILE_WORKLOAD_PATH",
        ProcessObservedInEc2Runtime = "PROCESS_OBSERVED_IN_EC2_RUNTIME",
        ProcessNotObservedInEc2Runtime = "PROCESS_NOT_OBSERVED_IN_EC2_RUNTIME",
    }
);

wire_enum!(
    /// Qualifiers of package URLs that can be asked for.
    PurlQualifierKey {
        Arch = "arch",
        Collector = "collector",
        DevDependency = "dev_dependency",
        Distro = "distro",
        Epoch = "epoch",
        GoToolchain = "go_toolchain",
        Hardened = "hardened",
        Private = "private",
        RustToolchain = "rust_toolchain",
        Scope = "scope",
        SkipChromiumDownload = "skip_chromium_download",
        Source = "source",
        Stream = "stream",
        TransitiveDependency = "transitive_dependency",
        Unresolved = "unresolved",
        Vendor = "vendor",
    }
);

/// A text. Upper and lower case differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StringFilter {
    /// How.
    pub comparison: StringComparison,
    /// With what: 1 to 1,024 characters.
    pub value: String,
}

impl StringFilter {
    /// A text that must be equal.
    #[must_use]
    pub fn equals(value: &str) -> Self {
        Self {
            comparison: StringComparison::Equals,
            value: value.to_owned(),
        }
    }
}

/// A span of time, both ends within. Without any end it holds for everything that has the time at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DateFilter {
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_inclusive: Option<Timestamp>,
    /// Not after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_inclusive: Option<Timestamp>,
}

/// A span of numbers, both ends within. Without any end it holds for everything that has the number at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NumberFilter {
    /// Not above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper_inclusive: Option<f64>,
    /// Not below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lower_inclusive: Option<f64>,
}

/// An entry of a map of tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MapFilter {
    /// How.
    pub comparison: MapComparison,
    /// 1 to 128 characters.
    pub key: String,
    /// At most 256 characters; when absent, any value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A span of ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PortRangeFilter {
    /// First.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin_inclusive: Option<u16>,
    /// Last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_inclusive: Option<u16>,
}

/// A package with a vulnerability. One and the same package must have all that is given, so a finding that has no
/// packages matches no filter of packages.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageFilter {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<StringFilter>,
    /// The installed version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<StringFilter>,
    /// Of packages of operating systems only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<NumberFilter>,
    /// Of packages of operating systems only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<StringFilter>,
    /// Of packages of operating systems only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<StringFilter>,
    /// Of container images only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_layer_hash: Option<StringFilter>,
    /// The layer of the function that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_lambda_layer_arn: Option<StringFilter>,
    /// Where in the function it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_path: Option<StringFilter>,
    /// Not known of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_reachability: Option<ReachabilityFilter>,
    /// Not known of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_reachability_reason: Option<ReachabilityReasonFilter>,
    /// Not known of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purl_qualifier: Option<PurlQualifierFilter>,
}

/// Whether a package is used at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReachabilityFilter {
    /// How.
    pub comparison: ReachabilityComparison,
    /// With what.
    pub value: RuntimeReachability,
}

/// How that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReachabilityReasonFilter {
    /// How.
    pub comparison: ReachabilityComparison,
    /// With what.
    pub value: RuntimeReachabilityReason,
}

/// A qualifier of a package URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PurlQualifierFilter {
    /// How.
    pub comparison: MapComparison,
    /// Which.
    pub key: PurlQualifierKey,
    /// At most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl DateFilter {
    /// Whether a time lies within.
    #[must_use]
    pub fn holds(&self, time: Timestamp) -> bool {
        self.start_inclusive.is_none_or(|start| start <= time)
            && self.end_inclusive.is_none_or(|end| time <= end)
    }
}

impl NumberFilter {
    /// Whether a number lies within.
    #[must_use]
    pub fn holds(&self, number: f64) -> bool {
        self.lower_inclusive.is_none_or(|lower| lower <= number)
            && self.upper_inclusive.is_none_or(|upper| number <= upper)
    }
}

impl PackageFilter {
    /// Whether a package of a function can match at all, whatever the parts that functions' packages have: of the other
    /// parts nothing equals and everything differs.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let differs = |filter: &Option<StringFilter>| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.comparison == StringComparison::NotEquals)
        };
        let unreached = |comparison: Option<ReachabilityComparison>| {
            comparison.is_none_or(|comparison| comparison == ReachabilityComparison::NotEquals)
        };
        self.epoch.is_none()
            && self.purl_qualifier.is_none()
            && differs(&self.release)
            && differs(&self.architecture)
            && differs(&self.source_layer_hash)
            && unreached(self.runtime_reachability.map(|filter| filter.comparison))
            && unreached(
                self.runtime_reachability_reason
                    .map(|filter| filter.comparison),
            )
    }
}
