use axum::body::Bytes;
use shindan_inspector::FilterCriteria;
use shindan_inspector::criteria::{StringField, StringFilter};
use shindan_store::{Cursor, Report, Store};

use super::{Destination, ReportError, csv};

/// Findings of a page.
const PAGE: u32 = 500;

/// A findings report while it is written.
#[derive(Debug)]
pub struct FindingsReport<'s> {
    store: &'s Store,
    report: &'s Report,
    criteria: FilterCriteria,
    format: Format,
    part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// What comes next.
#[derive(Debug)]
enum Part {
    First,
    From(Cursor),
    Last,
    Nothing,
}

impl<'s> FindingsReport<'s> {
    /// Begins to write. Only ACTIVE findings are in a report that does not ask for another status, as with Inspector.
    ///
    /// # Errors
    /// When the row is not one that the API wrote.
    pub fn new(store: &'s Store, report: &'s Report) -> Result<Self, ReportError> {
        let mut criteria: FilterCriteria = serde_json::from_str(&report.criteria)
            .map_err(|error| ReportError::malformed(report, error))?;
        criteria
            .strings
            .entry(StringField::FindingStatus)
            .or_insert_with(|| vec![StringFilter::equals("ACTIVE")]);
        let format = match report.format.as_str() {
            "CSV" => Format::Csv,
            "JSON" => Format::Json,
            other => {
                return Err(ReportError::malformed(
                    report,
                    format!("the format {other}"),
                ));
            }
        };
        Ok(Self {
            store,
            report,
            criteria,
            format,
            part: Part::First,
        })
    }

    /// The key of its object.
    ///
    /// # Errors
    /// When the row is not one that the API wrote.
    pub fn key(&self) -> Result<String, ReportError> {
        let ending = match self.format {
            Format::Csv => "csv",
            Format::Json => "json",
        };
        let name = format!("{}.{ending}", self.report.id);
        Ok(Destination::of(self.report)?.key(&name))
    }

    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// When the database fails, or there is no finding at all.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ReportError> {
        let is_first = matches!(self.part, Part::First);
        let after = match std::mem::replace(&mut self.part, Part::Nothing) {
            Part::First => None,
            Part::From(cursor) => Some(cursor),
            Part::Last => {
                let end = match self.format {
                    Format::Csv => "",
                    Format::Json => "]}\n",
                };
                return Ok((!end.is_empty()).then(|| Bytes::from_static(end.as_bytes())));
            }
            Part::Nothing => return Ok(None),
        };
        let scope = &self.report.scope;
        let page = self
            .store
            .findings(scope, &self.criteria, None, after.as_ref(), PAGE)
            .await?;
        if is_first && page.rows.is_empty() {
            return Err(ReportError::NoFindings);
        }
        let mut text = match (self.format, is_first) {
            (Format::Csv, true) => csv::header(),
            (Format::Json, true) => "{\"findings\":[".to_owned(),
            (_, false) => String::new(),
        };
        for (at, row) in page.rows.iter().enumerate() {
            match self.format {
                Format::Csv => text.push_str(&csv::row(row, &row.document()?)),
                Format::Json => {
                    text.push_str(if is_first && at == 0 { "\n" } else { ",\n" });
                    text.push_str(&row.to_json());
                }
            }
        }
        self.part = page.next.map_or(Part::Last, Part::From);
        Ok(Some(Bytes::from(text)))
    }
}
