//! Findings of other Regions in one: finding aggregators.
//!
//! An account has at most one. It belongs to the Region that it was made in, the *home Region*, which then shows the findings
//! of the Regions that it links. Only an administrator or an account that stands alone has one; a member's findings go
//! where its administrator sends them.

use serde_json::{Map, Value, json};
use shindan_inspector::Region;

use crate::HubError;
use crate::name::AggregatorArn;
use shindan_inspector::wire_enum;

wire_enum!(
    /// Which Regions are linked.
    RegionLinkingMode {
        AllRegions = "ALL_REGIONS",
        AllRegionsExceptSpecified = "ALL_REGIONS_EXCEPT_SPECIFIED",
        SpecifiedRegions = "SPECIFIED_REGIONS",
        NoRegions = "NO_REGIONS",
    }
);

/// Which Regions an aggregator links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    /// All there are and will be.
    All,
    /// All but these.
    Except(Vec<Region>),
    /// These.
    Only(Vec<Region>),
    /// None.
    None,
}

/// An account's finding aggregator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aggregator {
    /// Its name, which holds the home Region.
    pub arn: AggregatorArn,
    /// What it links.
    pub linking: Linking,
}

/// More Regions than there are.
const MAX_REGIONS: usize = 100;

impl Linking {
    /// Reads `RegionLinkingMode` and `Regions` of a request.
    ///
    /// # Errors
    /// When the mode is none, or the list does not go with it.
    pub fn parse(body: &Value, home: &Region) -> Result<Self, HubError> {
        let mode = body.get("RegionLinkingMode").and_then(Value::as_str);
        let mode = mode.and_then(RegionLinkingMode::parse).ok_or_else(|| {
            HubError::member(
                "RegionLinkingMode",
                "must be ALL_REGIONS, ALL_REGIONS_EXCEPT_SPECIFIED, SPECIFIED_REGIONS or NO_REGIONS",
            )
        })?;
        let regions = match body.get("Regions") {
            None | Some(Value::Null) => Vec::new(),
            Some(list) => read_regions(list, home)?,
        };
        Self::new(mode, regions).ok_or_else(|| {
            HubError::member(
                "Regions",
                "must name Regions for ALL_REGIONS_EXCEPT_SPECIFIED and SPECIFIED_REGIONS, and none otherwise",
            )
        })
    }

    /// A mode and its Regions, if they go together.
    #[must_use]
    pub fn new(mode: RegionLinkingMode, regions: Vec<Region>) -> Option<Self> {
        match (mode, regions.is_empty()) {
            (RegionLinkingMode::AllRegions, true) => Some(Self::All),
            (RegionLinkingMode::NoRegions, true) => Some(Self::None),
            (RegionLinkingMode::AllRegionsExceptSpecified, false) => Some(Self::Except(regions)),
            (RegionLinkingMode::SpecifiedRegions, false) => Some(Self::Only(regions)),
            _ => None,
        }
    }

    /// As the API has it.
    #[must_use]
    pub fn parts(&self) -> (RegionLinkingMode, &[Region]) {
        match self {
            Self::All => (RegionLinkingMode::AllRegions, &[]),
            Self::Except(regions) => (RegionLinkingMode::AllRegionsExceptSpecified, regions),
            Self::Only(regions) => (RegionLinkingMode::SpecifiedRegions, regions),
            Self::None => (RegionLinkingMode::NoRegions, &[]),
        }
    }

    /// Whether another Region's findings are shown.
    #[must_use]
    pub fn links(&self, region: &Region) -> bool {
        match self {
            Self::All => true,
            Self::Except(regions) => !regions.contains(region),
            Self::Only(regions) => regions.contains(region),
            Self::None => false,
        }
    }
}

impl Aggregator {
    /// In the shape of what GetFindingAggregator answers.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (mode, regions) = self.linking.parts();
        let mut shape = Map::new();
        for (name, value) in [
            ("FindingAggregatorArn", self.arn.to_string()),
            ("FindingAggregationRegion", self.arn.region.to_string()),
            ("RegionLinkingMode", mode.as_str().to_owned()),
        ] {
            shape.insert(name.to_owned(), value.into());
        }
        if !regions.is_empty() {
            shape.insert("Regions".to_owned(), json!(regions));
        }
        Value::Object(shape)
    }
}

fn read_regions(list: &Value, home: &Region) -> Result<Vec<Region>, HubError> {
    let wrong = || HubError::member("Regions", "must be a list of Regions such as eu-west-1");
    let list = list.as_array().filter(|list| list.len() <= MAX_REGIONS);
    let mut regions = Vec::new();
    for item in list.ok_or_else(wrong)? {
        let region = item.as_str().and_then(|text| Region::parse(text).ok());
        let region = region.ok_or_else(wrong)?;
        if region == *home {
            return Err(HubError::member(
                "Regions",
                format_args!("{home} is the home Region itself"),
            ));
        }
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions.sort();
    Ok(regions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_and_regions_go_together() {
        let home = Region::parse("us-east-1").expect("a Region");
        let other = Region::parse("eu-west-1").expect("a Region");
        for (body, links) in [
            (json!({"RegionLinkingMode": "ALL_REGIONS"}), Some(true)),
            (json!({"RegionLinkingMode": "NO_REGIONS"}), Some(false)),
            (
                json!({"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["eu-west-1"]}),
                Some(true),
            ),
            (
                json!({"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["eu-west-2"]}),
                Some(false),
            ),
            (
                json!({"RegionLinkingMode": "ALL_REGIONS_EXCEPT_SPECIFIED", "Regions": ["eu-west-1"]}),
                Some(false),
            ),
            (
                json!({"RegionLinkingMode": "ALL_REGIONS_EXCEPT_SPECIFIED", "Regions": ["eu-west-2"]}),
                Some(true),
            ),
            (
                json!({"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["us-east-1"]}),
                None,
            ),
            (json!({"RegionLinkingMode": "SPECIFIED_REGIONS"}), None),
            (
                json!({"RegionLinkingMode": "NO_REGIONS", "Regions": ["eu-west-1"]}),
                None,
            ),
            (json!({"RegionLinkingMode": "SOME"}), None),
            (
                json!({"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["Tokyo"]}),
                None,
            ),
            (json!({}), None),
        ] {
            let linking = Linking::parse(&body, &home).ok();
            assert_eq!(
                linking.map(|linking| linking.links(&other)),
                links,
                "{body}"
            );
        }
    }
}
