//! What is imported, and what customers say of it; decided by [`shindan_security_hub::import`] and
//! [`shindan_security_hub::update`].

use std::collections::{BTreeMap, BTreeSet};

use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::aggregator::Linking;
use shindan_security_hub::import::merge;
use shindan_security_hub::update::{Unprocessed, Update, UpdateFault};
use shindan_security_hub::{Finding, Identifier, Imported, Importer};
use sqlx::Row;

use super::columns::{Place, name};
use super::page::reach;
use super::rows::{HubRow, Source};
use crate::sql::Sql;
use crate::{Scope, Store, StoreError, Write};

/// What became of findings that were imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubImport {
    /// Those that were not there.
    pub new: u64,
    /// Those that replaced what was there.
    pub updated: u64,
    /// Those that are not newer than what is there.
    pub ignored: u64,
    /// Those of accounts whose hub is not enabled.
    pub refused: u64,
}

/// A finding that is imported.
pub(super) struct Incoming {
    pub(super) finding: Finding,
    pub(super) source: Source,
}

/// What became of findings that were to be updated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HubUpdate {
    /// Those that are updated.
    pub processed: Vec<Identifier>,
    /// Those that are not.
    pub unprocessed: Vec<Unprocessed>,
}

impl Store {
    /// Imports findings in one transaction. They must have been admitted for the importer and the Region
    /// ([`shindan_security_hub::import::admit`]).
    ///
    /// # Errors
    /// When the database fails; then nothing was imported.
    pub async fn import_hub_findings(
        &self,
        region: &Region,
        importer: Importer,
        findings: Vec<Finding>,
        now: Timestamp,
    ) -> Result<HubImport, StoreError> {
        let mut next = self.numbers("hub_finding", findings.len()).await?;
        let mut accounts: BTreeMap<AccountId, Vec<Incoming>> = BTreeMap::new();
        let mut outcome = HubImport::default();
        for finding in findings {
            match finding.account() {
                Some(account) => accounts.entry(account).or_default().push(Incoming {
                    finding,
                    source: Source::default(),
                }),
                None => outcome.refused += 1,
            }
        }
        let mut write = self.write().await?;
        // In order of their numbers, so that two imports wait for each other and not both.
        for (account, findings) in accounts {
            write.lock_hub(account).await?;
            if write.has_hub(region, account).await? {
                write
                    .import_hub_account(
                        region,
                        account,
                        importer,
                        findings,
                        &mut next,
                        &mut outcome,
                        now,
                    )
                    .await?;
            } else {
                outcome.refused += u64::try_from(findings.len()).unwrap_or(u64::MAX);
            }
        }
        write.commit().await?;
        Ok(outcome)
    }

    /// Updates findings of the scope in one transaction. An identifier stands for the findings of all accounts that have it.
    ///
    /// # Errors
    /// When the database fails; then nothing was updated.
    pub async fn update_hub_findings(
        &self,
        scope: &Scope,
        linking: &Linking,
        identifiers: &[Identifier],
        update: &Update,
        now: Timestamp,
    ) -> Result<HubUpdate, StoreError> {
        let mut write = self.write().await?;
        let names: Vec<String> = identifiers.iter().map(name).collect();
        for account in write.hub_owners(scope, linking, &names).await? {
            write.lock_hub(account).await?;
        }
        let mut sql = Sql::new(self.engine(), HubRow::SELECT);
        reach(&mut sql, scope, linking);
        sql.push(" AND h.name IN (")
            .list(names.iter().map(String::as_str))
            .push(")");
        let mut rows: BTreeMap<String, Vec<HubRow>> = BTreeMap::new();
        for row in write.read_hub_rows(&sql).await? {
            rows.entry(row.name.clone()).or_default().push(row);
        }
        let mut outcome = HubUpdate::default();
        for (identifier, name) in identifiers.iter().zip(names) {
            let found = rows.remove(&name).unwrap_or_default();
            match write.update_hub_rows(found, update, now).await? {
                Ok(()) => outcome.processed.push(identifier.clone()),
                Err(code) => outcome.unprocessed.push(Unprocessed {
                    identifier: identifier.clone(),
                    code,
                }),
            }
        }
        write.commit().await?;
        Ok(outcome)
    }
}

impl Write {
    /// Imports findings of one account, which must be locked and have a hub.
    pub(super) async fn import_hub_account(
        &mut self,
        region: &Region,
        account: AccountId,
        importer: Importer,
        findings: Vec<Incoming>,
        next: &mut i64,
        outcome: &mut HubImport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let names = findings.iter().map(|one| name(&one.finding.identifier()));
        let names: BTreeSet<String> = names.collect();
        let names: Vec<String> = names.into_iter().collect();
        let known = self.hub_rows(region, account, &names).await?;
        let mut rows: BTreeMap<String, HubRow> = known
            .into_iter()
            .map(|row| (row.name.clone(), row))
            .collect();
        let (mut new, mut changed) = (BTreeSet::new(), BTreeSet::new());
        // A finding may stand in a batch more than once: each goes on from the one before.
        for Incoming { finding, source } in findings {
            let name = name(&finding.identifier());
            let before = rows.get_mut(&name);
            match merge(
                before.as_ref().map(|row| &row.stored),
                finding,
                importer,
                now,
            ) {
                Imported::Ignored => outcome.ignored += 1,
                Imported::New(stored) => {
                    let row = HubRow {
                        id: *next,
                        name: name.clone(),
                        stored,
                        control: None,
                        source,
                    };
                    *next += 1;
                    outcome.new += 1;
                    new.insert(name.clone());
                    rows.insert(name, row);
                }
                Imported::Updated(stored) => {
                    outcome.updated += 1;
                    if let Some(row) = before {
                        row.stored = stored;
                        row.source = source;
                    }
                    changed.insert(name);
                }
            }
        }
        let place = Place {
            region: region.clone(),
            account,
            administrator: self.hub_view(region, account).await?,
        };
        let inserted: Vec<HubRow> = new.iter().filter_map(|name| rows.remove(name)).collect();
        self.insert_hub_rows(&place, &inserted).await?;
        for row in changed.iter().filter_map(|name| rows.get(name)) {
            self.replace_hub_row(row).await?;
        }
        Ok(())
    }

    async fn update_hub_rows(
        &mut self,
        rows: Vec<HubRow>,
        update: &Update,
        now: Timestamp,
    ) -> Result<Result<(), UpdateFault>, StoreError> {
        if rows.is_empty() {
            return Ok(Err(UpdateFault::NotFound));
        }
        for mut row in rows {
            match update.apply(&row.stored, now) {
                Ok(stored) => row.stored = stored,
                Err(fault) => return Ok(Err(fault)),
            }
            self.replace_hub_row(&row).await?;
        }
        Ok(Ok(()))
    }

    /// The accounts that have findings of these names, in order of their numbers.
    async fn hub_owners(
        &mut self,
        scope: &Scope,
        linking: &Linking,
        names: &[String],
    ) -> Result<BTreeSet<AccountId>, StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "SELECT DISTINCT h.account_id FROM hub_finding h WHERE ",
        );
        reach(&mut sql, scope, linking);
        sql.push(" AND h.name IN (")
            .list(names.iter().map(String::as_str))
            .push(")");
        let rows = sql.query_once().fetch_all(&mut **self).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| crate::row::account(row.try_get(0).map_err(|e| self.failed(e))?))
            .collect()
    }

    pub(super) async fn has_hub(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT 1 FROM hub WHERE region = $1 AND account_id = $2 AND disabled_at IS NULL",
        )
        .bind(region.as_str())
        .bind(account.number())
        .fetch_optional(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(row.is_some())
    }
}
