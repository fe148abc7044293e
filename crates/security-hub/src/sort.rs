//! The order of lists of findings: `SortCriteria` of GetFindings.

use serde_json::Value;

use crate::HubError;
use shindan_inspector::wire_enum;

wire_enum!(
    /// What findings can be sorted by: what is kept beside their documents. Names are those of filters.
    SortField {
        UpdatedAt = "UpdatedAt",
        CreatedAt = "CreatedAt",
        FirstObservedAt = "FirstObservedAt",
        LastObservedAt = "LastObservedAt",
        SeverityLabel = "SeverityLabel",
        SeverityNormalized = "SeverityNormalized",
        AwsAccountId = "AwsAccountId",
        Region = "Region",
        ProductArn = "ProductArn",
        GeneratorId = "GeneratorId",
        Title = "Title",
        ComplianceStatus = "ComplianceStatus",
        ComplianceSecurityControlId = "ComplianceSecurityControlId",
        WorkflowStatus = "WorkflowStatus",
        RecordState = "RecordState",
    }
);

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// The least.
    Ascending,
    /// The greatest.
    Descending,
}

/// An order: by the first field, where that is the same by the next. Never empty, no field twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort(Vec<(SortField, SortOrder)>);

impl Default for Sort {
    /// What a caller gets who asks for no order: what changed last.
    fn default() -> Self {
        Self(vec![(SortField::UpdatedAt, SortOrder::Descending)])
    }
}

impl Sort {
    /// Reads `SortCriteria`. Nothing, null and an empty list are the default.
    ///
    /// # Errors
    /// When a field is unknown or cannot be sorted by, or stands there twice.
    pub fn parse(criteria: Option<&Value>) -> Result<Self, HubError> {
        let list = match criteria {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(HubError::member("SortCriteria", "must be a list")),
        };
        let mut fields: Vec<(SortField, SortOrder)> = Vec::new();
        for (at, criterion) in list.iter().enumerate() {
            let path = |name: &str| format!("SortCriteria[{at}].{name}");
            let field = criterion.get("Field").and_then(Value::as_str);
            let field = field.and_then(SortField::parse).ok_or_else(|| {
                let known: Vec<_> = SortField::ALL.iter().map(|field| field.as_str()).collect();
                HubError::member(
                    path("Field"),
                    format_args!("must be one of {}", known.join(", ")),
                )
            })?;
            let order = match criterion.get("SortOrder").filter(|order| !order.is_null()) {
                None => SortOrder::Ascending,
                Some(order) => match order.as_str() {
                    Some("asc") => SortOrder::Ascending,
                    Some("desc") => SortOrder::Descending,
                    _ => return Err(HubError::member(path("SortOrder"), "must be asc or desc")),
                },
            };
            if fields.iter().any(|(known, _)| *known == field) {
                return Err(HubError::member(
                    path("Field"),
                    format_args!("{field} stands in the list twice"),
                ));
            }
            fields.push((field, order));
        }
        Ok(if fields.is_empty() {
            Self::default()
        } else {
            Self(fields)
        })
    }

    /// The fields in their order.
    #[must_use]
    pub fn fields(&self) -> &[(SortField, SortOrder)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn orders_are_read() {
        assert_eq!(Sort::parse(None), Ok(Sort::default()));
        assert_eq!(Sort::parse(Some(&json!([]))), Ok(Sort::default()));
        let sort = json!([{"Field": "SeverityLabel", "SortOrder": "desc"}, {"Field": "Title"}]);
        assert_eq!(
            Sort::parse(Some(&sort)).expect("an order").fields(),
            [
                (SortField::SeverityLabel, SortOrder::Descending),
                (SortField::Title, SortOrder::Ascending)
            ]
        );
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for sort in [
            json!({}),
            json!([{}]),
            json!([{"Field": "NoSuchField"}]),
            json!([{"Field": "Title", "SortOrder": "up"}]),
            json!([{"Field": "Title"}, {"Field": "Title"}]),
        ] {
            assert!(Sort::parse(Some(&sort)).is_err(), "{sort}");
        }
    }
}
