//! Filters a second time, straight from the sentences of the API's documentation and sharing nothing with the crate: JSON in,
//! truth out. Fields are those that the property test uses.

use std::collections::BTreeSet;

use serde_json::Value;

/// Days are counted from here; times are days of May 2026.
pub(crate) const TODAY: i64 = 30;

/// Whether a finding matches filters that are valid.
pub(crate) fn matches(filters: &Value, finding: &Value) -> bool {
    let fields = filters.as_object().expect("filters");
    fields.iter().all(|(field, filters)| {
        let filters = filters.as_array().expect("a list");
        filters.is_empty() || field_matches(field, filters, finding)
    })
}

fn field_matches(field: &str, filters: &[Value], finding: &Value) -> bool {
    let one = |value: &Value| {
        value
            .as_str()
            .map(str::to_owned)
            .into_iter()
            .collect::<Vec<_>>()
    };
    let resources = || finding["Resources"].as_array().expect("resources").clone();
    match field {
        "Title" => texts(filters, &one(&finding["Title"])),
        "SeverityLabel" => texts(filters, &one(&finding["Severity"]["Label"])),
        "ComplianceStatus" => texts(filters, &one(&finding["Compliance"]["Status"])),
        "Type" => {
            let types = finding["Types"].as_array().cloned().unwrap_or_default();
            texts(filters, &types.iter().flat_map(one).collect::<Vec<_>>())
        }
        "ResourceType" => texts(
            filters,
            &resources()
                .iter()
                .flat_map(|r| one(&r["Type"]))
                .collect::<Vec<_>>(),
        ),
        "ResourceTags" => {
            let tags = resources().into_iter().flat_map(|resource| {
                let tags = resource["Tags"].as_object().cloned().unwrap_or_default();
                tags.into_iter()
                    .map(|(key, value)| (key, value.as_str().expect("a text").to_owned()))
            });
            maps(filters, &tags.collect())
        }
        // The number matches one of the filters.
        "Confidence" => finding["Confidence"].as_i64().is_some_and(|number| {
            filters.iter().any(|filter| {
                ["Gte", "Lte", "Eq", "Gt", "Lt"].iter().all(|name| {
                    filter[*name].as_i64().is_none_or(|bound| match *name {
                        "Gte" => number >= bound,
                        "Lte" => number <= bound,
                        "Eq" => number == bound,
                        "Gt" => number > bound,
                        _ => number < bound,
                    })
                })
            })
        }),
        "UpdatedAt" => {
            let day = day(&finding["UpdatedAt"]);
            filters
                .iter()
                .any(|filter| match filter["DateRange"].as_object() {
                    None => {
                        (filter["Start"].is_null() || day >= self::day(&filter["Start"]))
                            && (filter["End"].is_null() || day <= self::day(&filter["End"]))
                    }
                    Some(range) => {
                        let first = TODAY - range["Value"].as_i64().expect("days");
                        if range.get("Comparison").is_some_and(|c| c == "OLDER_THAN") {
                            day < first
                        } else {
                            day >= first
                        }
                    }
                })
        }
        other => panic!("no such field: {other}"),
    }
}

fn day(time: &Value) -> i64 {
    time.as_str().expect("a time")[8..10]
        .parse()
        .expect("a day")
}

/// "CONTAINS, EQUALS, and PREFIX filters on the same field are joined by OR. NOT_CONTAINS, NOT_EQUALS, and
/// PREFIX_NOT_EQUALS filters on the same field are joined by AND."
fn texts(filters: &[Value], values: &[String]) -> bool {
    let mut has_positive = false;
    let mut matches_positive = false;
    for filter in filters {
        let wanted = filter["Value"].as_str().expect("a text");
        match filter["Comparison"].as_str().expect("a comparison") {
            "EQUALS" => {
                has_positive = true;
                matches_positive |= values.iter().any(|value| value == wanted);
            }
            "PREFIX" => {
                has_positive = true;
                matches_positive |= values.iter().any(|value| value.starts_with(wanted));
            }
            "CONTAINS" => {
                has_positive = true;
                matches_positive |= values.iter().any(|value| value.contains(wanted));
            }
            "NOT_EQUALS" if values.iter().any(|value| value == wanted) => return false,
            "PREFIX_NOT_EQUALS" if values.iter().any(|value| value.starts_with(wanted)) => {
                return false;
            }
            "NOT_CONTAINS" if values.iter().any(|value| value.contains(wanted)) => return false,
            _ => {}
        }
    }
    matches_positive || !has_positive
}

fn maps(filters: &[Value], tags: &BTreeSet<(String, String)>) -> bool {
    let of_key = |key: &str| {
        tags.iter()
            .filter(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let holds = |filter: &Value| {
        texts(
            std::slice::from_ref(filter),
            &of_key(filter["Key"].as_str().expect("a key")),
        )
    };
    let negative = |filter: &&Value| {
        filter["Comparison"]
            .as_str()
            .expect("a comparison")
            .starts_with("NOT")
    };
    let (negatives, positives): (Vec<&Value>, Vec<&Value>) = filters.iter().partition(negative);
    negatives.into_iter().all(holds) && (positives.is_empty() || positives.into_iter().any(holds))
}
