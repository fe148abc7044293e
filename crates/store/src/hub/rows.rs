//! Findings by name, read and written.

use shindan_inspector::{AccountId, Region};
use shindan_security_hub::evaluation::StoredControl;
use shindan_security_hub::import::Stored;
use shindan_security_hub::{CustomerFields, Finding};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::columns::{COLUMNS, Columns, Place, name};
use crate::row::unknown;
use crate::sql::{Sql, Value, insert};
use crate::{StoreError, Write};

/// A finding that is there.
#[derive(Clone, Debug)]
pub(super) struct HubRow {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) stored: Stored,
    /// Of a finding of a control: what checks go on from.
    pub(super) control: Option<String>,
    pub(super) source: Source,
}

/// The finding of Inspector that a finding shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// Its number; 0: it shows none.
    pub(super) finding: i64,
    /// Of what it was when it was last shown.
    pub(super) version: i64,
}

impl HubRow {
    /// What [`Self::read`] reads; conditions follow.
    pub(super) const SELECT: &str = "SELECT h.id, h.name, h.customer, d.document, d.control, h.source, \
         h.source_version FROM hub_finding h JOIN hub_finding_document d ON d.finding_id = h.id WHERE ";

    /// The row of a control finding.
    pub(super) fn of_control(id: i64, finding: &StoredControl) -> Self {
        Self {
            id,
            name: name(&finding.shown.finding.identifier()),
            stored: finding.shown.clone(),
            // What serialises as plain data always has a JSON form.
            control: serde_json::to_string(&finding.control).ok(),
            source: Source::default(),
        }
    }

    pub(super) fn read(row: &AnyRow) -> Result<Result<Self, StoreError>, sqlx::Error> {
        let customer: i16 = row.try_get(2)?;
        let document: String = row.try_get(3)?;
        let name: String = row.try_get(1)?;
        Ok(match Finding::from_stored(&document) {
            Err(e) => Err(unknown("document of finding", format_args!("{name} ({e})"))),
            Ok(finding) => Ok(Self {
                id: row.try_get(0)?,
                name,
                stored: Stored {
                    finding,
                    customer: CustomerFields::from_code(customer),
                },
                control: row.try_get(4)?,
                source: Source {
                    finding: row.try_get(5)?,
                    version: row.try_get(6)?,
                },
            }),
        })
    }
}

impl Write {
    /// Findings of an account by their names. The account must be locked.
    pub(super) async fn hub_rows(
        &mut self,
        region: &Region,
        account: AccountId,
        names: &[String],
    ) -> Result<Vec<HubRow>, StoreError> {
        let mut found = Vec::new();
        for names in names.chunks(100) {
            let mut sql = Sql::new(self.engine(), HubRow::SELECT);
            sql.push("h.account_id = ").bind(account.number());
            sql.push(" AND h.region = ").bind(region.as_str());
            sql.push(" AND h.name IN (")
                .list(names.iter().map(String::as_str))
                .push(")");
            found.extend(self.read_hub_rows(&sql).await?);
        }
        Ok(found)
    }

    pub(super) async fn read_hub_rows(&mut self, sql: &Sql) -> Result<Vec<HubRow>, StoreError> {
        let rows = sql.query_once().fetch_all(&mut **self).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let read = rows.iter().map(HubRow::read);
        read.map(|row| row.map_err(|e| self.failed(e))?).collect()
    }

    /// Writes findings that were not there.
    pub(super) async fn insert_hub_rows(
        &mut self,
        place: &Place,
        rows: &[HubRow],
    ) -> Result<(), StoreError> {
        let narrow = rows.iter().map(|row| {
            let mut values: Vec<Value> = vec![
                row.id.into(),
                place.region.as_str().into(),
                place.account.number().into(),
                place.administrator.number().into(),
            ];
            values.extend(Columns::of(&row.stored).into_values());
            values.extend([row.source.finding.into(), row.source.version.into()]);
            values
        });
        insert(
            self,
            "hub_finding (id, region, account_id, administrator, name, id_digest, product_arn, generator_id, \
             control_id, title, severity_label, severity, compliance, workflow, record_state, created_at, updated_at, \
             first_observed_at, last_observed_at, customer, source, source_version) VALUES ",
            narrow.collect(),
        )
        .await?;
        let documents = rows.iter().map(|row| {
            vec![
                row.id.into(),
                row.stored.finding.to_text().into(),
                Value::OptionalText(row.control.clone()),
            ]
        });
        insert(
            self,
            "hub_finding_document (finding_id, document, control) VALUES ",
            documents.collect(),
        )
        .await
    }

    /// Writes a finding anew.
    pub(super) async fn replace_hub_row(&mut self, row: &HubRow) -> Result<(), StoreError> {
        let mut sql = Sql::new(self.engine(), "UPDATE hub_finding SET ");
        for (at, (column, value)) in COLUMNS
            .iter()
            .zip(Columns::of(&row.stored).into_values())
            .enumerate()
        {
            sql.push(if at == 0 { "" } else { ", " }).push(column);
            sql.push(" = ").bind(value);
        }
        sql.push(", source = ").bind(row.source.finding);
        sql.push(", source_version = ").bind(row.source.version);
        sql.push(" WHERE id = ").bind(row.id);
        let done = sql.query().execute(&mut **self).await;
        done.map_err(|e| self.failed(e))?;
        sqlx::query(
            "UPDATE hub_finding_document SET document = $1, control = $2 WHERE finding_id = $3",
        )
        .bind(row.stored.finding.to_text())
        .bind(row.control.as_deref())
        .bind(row.id)
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }
}
