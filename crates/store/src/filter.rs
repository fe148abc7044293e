//! Saved filters, and the suppression of findings by those with the action SUPPRESS.
//!
//! A finding is suppressed by the rules of its administrator: of the delegated administrator for members, of the account
//! itself when it stands alone. Of several rules that match, the oldest counts. What scans say is held against the rules when
//! it is recorded; a change of the rules enqueues [`Job::ApplyFilters`] in its own transaction, and
//! [`Store::apply_filters`], which that job runs, holds all open findings against the rules as they are then, in batches.

use std::collections::BTreeMap;

use shindan_inspector::criteria::Subject;
use shindan_inspector::lifecycle::{Event, Step};
use shindan_inspector::{
    AccountId, FilterAction, FilterArn, FilterCriteria, FilterId, FindingStatus, Region, Timestamp,
};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::finding::{Context, Existing, Plan, conditions, digest};
use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine, Job, Page, Priority, Store, StoreError, Write};

/// Saved filters of an account and Region when nothing else is configured: Inspector's quota.
pub const FILTER_QUOTA: u32 = 500;

/// Findings that are held against the rules in one transaction: other writers wait that long.
const BATCH: i64 = 1000;

/// A saved filter.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFilter {
    /// Its name to the API.
    pub arn: FilterArn,
    /// Its name to people, unique for its owner and Region.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Why it is.
    pub reason: Option<String>,
    /// Whether it suppresses.
    pub action: FilterAction,
    /// What it matches.
    pub criteria: FilterCriteria,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A filter to be made. Lengths are the caller's to check.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFilter {
    /// 1 to 128 characters.
    pub name: String,
    /// 1 to 512 characters.
    pub description: Option<String>,
    /// 1 to 512 characters.
    pub reason: Option<String>,
    /// Whether it suppresses.
    pub action: FilterAction,
    /// What it matches.
    pub criteria: FilterCriteria,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What is to be changed about a filter; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilterChange {
    /// 1 to 128 characters.
    pub name: Option<String>,
    /// 1 to 512 characters.
    pub description: Option<String>,
    /// 1 to 512 characters.
    pub reason: Option<String>,
    /// Whether it suppresses.
    pub action: Option<FilterAction>,
    /// What it matches.
    pub criteria: Option<FilterCriteria>,
}

/// Why a filter cannot be saved or changed.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// Another filter of the owner has the name.
    #[error("there is a filter named {0:?} already: choose another name, or update that filter")]
    NameTaken(String),
    /// The owner has as many as it may have.
    #[error("there are {0} filters already, as many as an account may have: delete one first")]
    QuotaReached(u32),
    /// There is no such filter.
    #[error("there is no filter {0}")]
    NotFound(FilterArn),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const COLUMNS: &str = "SELECT id, name, description, reason, action, criteria, tags, created_at, updated_at FROM filter \
    WHERE region = ";

/// The rules that suppress findings of one administrator, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suppressions(Vec<(FilterId, FilterCriteria)>);

impl Suppressions {
    /// The rule that suppresses a finding. The finding is to be shown as active, whatever it is.
    pub(crate) fn first(&self, finding: &Subject<'_>) -> Option<FilterId> {
        let matching = self
            .0
            .iter()
            .find(|(_, criteria)| criteria.matches(finding));
        matching.map(|(id, _)| *id)
    }
}

impl Store {
    /// Saves a filter. One that suppresses takes effect with the job that this enqueues.
    ///
    /// # Errors
    /// When the name is taken, the owner has `quota` filters, or the database fails.
    pub async fn create_filter(
        &self,
        region: &Region,
        owner: AccountId,
        new: NewFilter,
        quota: u32,
        now: Timestamp,
    ) -> Result<FilterArn, FilterError> {
        let number = self.numbers("filter", 1).await?;
        let mut jobs = self.job_numbers(1).await?;
        let seed = format!("{region} {owner} {number} {} {}", new.name, now.as_millis());
        let arn = FilterArn {
            region: region.clone(),
            owner,
            id: FilterId(digest(seed.as_bytes()).to_le_bytes()),
        };
        let mut write = self.write().await?;
        let row = sqlx::query("SELECT count(*) FROM filter WHERE region = $1 AND owner = $2")
            .bind(region.as_str())
            .bind(owner.number())
            .fetch_one(&mut *write)
            .await;
        let there: i64 = row
            .and_then(|row| row.try_get(0))
            .map_err(|e| self.failed(e))?;
        if there >= i64::from(quota) {
            return Err(FilterError::QuotaReached(quota));
        }
        let done = sqlx::query(
            "INSERT INTO filter (id, region, owner, name, description, reason, action, criteria, tags, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING",
        )
        .bind(arn.id.to_string())
        .bind(region.as_str())
        .bind(owner.number())
        .bind(&*new.name)
        .bind(new.description.as_deref())
        .bind(new.reason.as_deref())
        .bind(new.action.code())
        .bind(json(&new.criteria)?)
        .bind(json(&new.tags)?)
        .bind(now.as_millis())
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        if done.rows_affected() == 0 {
            return Err(FilterError::NameTaken(new.name));
        }
        if new.action == FilterAction::Suppress {
            write.enqueue_filters(&arn, now, &mut jobs).await?;
        }
        write.commit().await?;
        Ok(arn)
    }

    /// Changes a filter.
    ///
    /// # Errors
    /// When there is no such filter, the new name is taken, or the database fails.
    pub async fn update_filter(
        &self,
        arn: &FilterArn,
        change: FilterChange,
        now: Timestamp,
    ) -> Result<(), FilterError> {
        let mut jobs = self.job_numbers(1).await?;
        let mut write = self.write().await?;
        let Some(mut filter) = write.filter(arn).await? else {
            return Err(FilterError::NotFound(arn.clone()));
        };
        let suppressed = filter.action == FilterAction::Suppress;
        if let Some(name) = change.name.filter(|name| *name != filter.name) {
            let taken =
                sqlx::query("SELECT id FROM filter WHERE region = $1 AND owner = $2 AND name = $3")
                    .bind(arn.region.as_str())
                    .bind(arn.owner.number())
                    .bind(&*name)
                    .fetch_optional(&mut *write)
                    .await
                    .map_err(|e| self.failed(e))?;
            if taken.is_some() {
                return Err(FilterError::NameTaken(name));
            }
            filter.name = name;
        }
        filter.description = change.description.or(filter.description);
        filter.reason = change.reason.or(filter.reason);
        filter.action = change.action.unwrap_or(filter.action);
        filter.criteria = change.criteria.unwrap_or(filter.criteria);
        sqlx::query(
            "UPDATE filter SET name = $1, description = $2, reason = $3, action = $4, criteria = $5, updated_at = $6 WHERE id = $7",
        )
        .bind(&*filter.name)
        .bind(filter.description.as_deref())
        .bind(filter.reason.as_deref())
        .bind(filter.action.code())
        .bind(json(&filter.criteria)?)
        .bind(now.as_millis())
        .bind(arn.id.to_string())
        .execute(&mut *write)
        .await
        .map_err(|e| self.failed(e))?;
        if suppressed || filter.action == FilterAction::Suppress {
            write.enqueue_filters(arn, now, &mut jobs).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// Replaces the tags of a filter.
    ///
    /// # Errors
    /// When there is no such filter or the database fails.
    pub async fn set_filter_tags(
        &self,
        arn: &FilterArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), FilterError> {
        let mut write = self.write().await?;
        let done =
            sqlx::query("UPDATE filter SET tags = $1 WHERE id = $2 AND region = $3 AND owner = $4")
                .bind(json(tags)?)
                .bind(arn.id.to_string())
                .bind(arn.region.as_str())
                .bind(arn.owner.number())
                .execute(&mut *write)
                .await
                .map_err(|e| self.failed(e))?;
        if done.rows_affected() == 0 {
            return Err(FilterError::NotFound(arn.clone()));
        }
        write.commit().await?;
        Ok(())
    }

    /// Deletes a filter. What it suppressed is active again with the job that this enqueues, unless another rule matches.
    ///
    /// # Errors
    /// When there is no such filter or the database fails.
    pub async fn delete_filter(&self, arn: &FilterArn, now: Timestamp) -> Result<(), FilterError> {
        let mut jobs = self.job_numbers(1).await?;
        let mut write = self.write().await?;
        let Some(filter) = write.filter(arn).await? else {
            return Err(FilterError::NotFound(arn.clone()));
        };
        sqlx::query("DELETE FROM filter WHERE id = $1")
            .bind(arn.id.to_string())
            .execute(&mut *write)
            .await
            .map_err(|e| self.failed(e))?;
        if filter.action == FilterAction::Suppress {
            write.enqueue_filters(arn, now, &mut jobs).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// A filter.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filter(&self, arn: &FilterArn) -> Result<Option<SavedFilter>, StoreError> {
        let row = select_one(self.engine(), arn)
            .query_once()
            .fetch_optional(self.readers())
            .await;
        let row = row.map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, &arn.region, arn.owner).map_err(|e| self.failed(e))?)
            .transpose()
    }

    /// Filters of an owner by name: those with these ARNs, if any are given, and this action, if one is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filters(
        &self,
        region: &Region,
        owner: AccountId,
        arns: &[FilterArn],
        action: Option<FilterAction>,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<SavedFilter>, StoreError> {
        let mut sql = Sql::new(self.engine(), COLUMNS);
        sql.bind(region.as_str())
            .push(" AND owner = ")
            .bind(owner.number());
        if !arns.is_empty() {
            sql.push(" AND id IN (")
                .list(arns.iter().map(|arn| arn.id.to_string()))
                .push(")");
        }
        if let Some(action) = action {
            sql.push(" AND action = ").number(i64::from(action.code()));
        }
        if let Some([CursorValue::Text(name)]) = after.map(|cursor| &*cursor.0) {
            sql.push(" AND name > ").bind(&**name);
        }
        sql.push(" ORDER BY name LIMIT ").bind(i64::from(limit) + 1);
        let rows = sql.query_once().fetch_all(self.readers()).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let filters: Result<Vec<_>, StoreError> = rows
            .iter()
            .map(|row| read(row, region, owner).map_err(|e| self.failed(e))?)
            .collect();
        Ok(Page::cut(filters?, limit, |filter| {
            Cursor(vec![CursorValue::Text(filter.name.clone())])
        }))
    }

    /// Holds all open findings that `owner` administers against its rules. Returns how many changed.
    ///
    /// It works in batches, each a transaction; what a stop in between leaves undone is done when the job runs again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apply_filters(
        &self,
        region: &Region,
        owner: AccountId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        // What becomes suppressed in the first pass is looked at again in the second, and stays so.
        for status in [FindingStatus::Active, FindingStatus::Suppressed] {
            let mut after = Some(i64::MIN);
            while let Some(id) = after {
                let batch = self.apply_batch(region, owner, status, id, now).await?;
                changed += batch.changed;
                after = batch.last;
            }
        }
        Ok(changed)
    }

    async fn apply_batch(
        &self,
        region: &Region,
        owner: AccountId,
        status: FindingStatus,
        after: i64,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let mut write = self.write().await?;
        let rules = write.suppressions(region, owner.number()).await?;
        if status == FindingStatus::Active && rules.0.is_empty() {
            return Ok(Applied::default());
        }
        let mut sql = Sql::new(self.engine(), Existing::SELECT);
        scope(&mut sql, region, owner);
        sql.push(" AND f.status = ")
            .number(i64::from(status.code()));
        sql.push(" AND f.id > ")
            .bind(after)
            .push(" ORDER BY f.id LIMIT ")
            .number(BATCH);
        if self.engine() == Engine::Postgres {
            sql.push(" FOR UPDATE");
        }
        let rows = sql.query().fetch_all(&mut *write).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        let batch: Result<Vec<Existing>, StoreError> = rows
            .iter()
            .map(|row| Existing::read(row).map_err(|e| self.failed(e))?)
            .collect();
        let batch = batch?;
        let Some(last) = batch.last().map(|existing| existing.id) else {
            return Ok(Applied::default());
        };
        let mut matching = BTreeMap::new();
        for (rule, criteria) in &rules.0 {
            let mut sql = Sql::new(self.engine(), "SELECT f.id FROM finding f WHERE f.id > ");
            sql.bind(after)
                .push(" AND f.id <= ")
                .bind(last)
                .push(" AND ");
            sql.fence();
            scope(&mut sql, region, owner);
            sql.push(" AND ")
                .column("f.status")
                .push(" = ")
                .number(i64::from(status.code()));
            let context = Context {
                region,
                status: Some(FindingStatus::Active),
                has_packages: false,
            };
            conditions(&mut sql, criteria, context);
            let rows = sql.query().fetch_all(&mut *write).await;
            for row in rows.map_err(|e| self.failed(e))? {
                let id: i64 = row.try_get(0).map_err(|e| self.failed(e))?;
                matching.entry(id).or_insert(*rule);
            }
        }
        let mut plan = Plan::default();
        let mut changed = Vec::new();
        for existing in &batch {
            let event = Event::Filtered(matching.get(&existing.id).copied());
            if let Step::Same(life) = existing.life.after(event, now) {
                if life != existing.life {
                    changed.push(existing.id);
                }
                plan.live(existing, life);
            }
        }
        write.write_lives(plan.lives).await?;
        let functions = write.functions_of(&changed).await?;
        for (&function, &account) in &functions {
            write.mirror_soon(region, account, function, now).await?;
        }
        let functions: Vec<i64> = functions.into_keys().collect();
        write.recount(&functions).await?;
        write.commit().await?;
        Ok(Applied {
            changed: u64::try_from(changed.len()).unwrap_or(u64::MAX),
            last: Some(last),
        })
    }
}

/// What became of a batch.
#[derive(Default)]
struct Applied {
    changed: u64,
    /// The last finding; none when there were no more.
    last: Option<i64>,
}

fn scope(sql: &mut Sql, region: &Region, owner: AccountId) {
    sql.column("f.region_id")
        .push(" = (SELECT id FROM region WHERE name = ");
    sql.bind(region.as_str())
        .push(") AND ")
        .column("f.administrator");
    sql.push(" = ").bind(owner.number());
}

impl Write {
    /// The rules of an administrator.
    pub(crate) async fn suppressions(
        &mut self,
        region: &Region,
        administrator: i64,
    ) -> Result<Suppressions, StoreError> {
        let rows = sqlx::query(
            "SELECT id, criteria FROM filter WHERE region = $1 AND owner = $2 AND action = $3 ORDER BY created_at, id",
        )
        .bind(region.as_str())
        .bind(administrator)
        .bind(FilterAction::Suppress.code())
        .fetch_all(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let mut rules = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get(0).map_err(|e| self.failed(e))?;
            let text: String = row.try_get(1).map_err(|e| self.failed(e))?;
            rules.push((filter_id(&id)?, criteria(&id, &text)?));
        }
        Ok(Suppressions(rules))
    }

    async fn filter(&mut self, arn: &FilterArn) -> Result<Option<SavedFilter>, StoreError> {
        let mut sql = select_one(self.engine(), arn);
        if self.engine() == Engine::Postgres {
            sql.push(" FOR UPDATE");
        }
        let row = sql.query_once().fetch_optional(&mut **self).await;
        let row = row.map_err(|e| self.failed(e))?;
        row.map(|row| read(&row, &arn.region, arn.owner).map_err(|e| self.failed(e))?)
            .transpose()
    }

    async fn enqueue_filters(
        &mut self,
        arn: &FilterArn,
        now: Timestamp,
        jobs: &mut crate::JobNumbers,
    ) -> Result<(), StoreError> {
        let job = Job::ApplyFilters {
            region: arn.region.clone(),
            owner: arn.owner,
        };
        let number = jobs.next().ok_or(StoreError::Numbers)?;
        self.enqueue(&job, Priority::Now, now, number).await
    }
}

fn select_one(engine: Engine, arn: &FilterArn) -> Sql {
    let mut sql = Sql::new(engine, COLUMNS);
    sql.bind(arn.region.as_str())
        .push(" AND owner = ")
        .bind(arn.owner.number());
    sql.push(" AND id = ").bind(arn.id.to_string());
    sql
}

fn read(
    row: &AnyRow,
    region: &Region,
    owner: AccountId,
) -> Result<Result<SavedFilter, StoreError>, sqlx::Error> {
    let id: String = row.try_get(0)?;
    let action: i16 = row.try_get(4)?;
    let text: String = row.try_get(5)?;
    let tags: String = row.try_get(6)?;
    let (name, description, reason) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let created_at = Timestamp::from_millis(row.try_get(7)?);
    let updated_at = Timestamp::from_millis(row.try_get(8)?);
    let parsed = || {
        Ok(SavedFilter {
            arn: FilterArn {
                region: region.clone(),
                owner,
                id: filter_id(&id)?,
            },
            name,
            description,
            reason,
            action: FilterAction::from_code(action).ok_or_else(|| StoreError::Row {
                what: format!("the action {action} of filter {id}"),
            })?,
            criteria: criteria(&id, &text)?,
            tags: serde_json::from_str(&tags).map_err(|e| StoreError::Row {
                what: format!("tags of filter {id} ({e})"),
            })?,
            created_at,
            updated_at,
        })
    };
    Ok(parsed())
}

fn filter_id(text: &str) -> Result<FilterId, StoreError> {
    FilterId::parse(text).ok_or_else(|| StoreError::Row {
        what: format!("the filter id {text:?}"),
    })
}

fn criteria(id: &str, text: &str) -> Result<FilterCriteria, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Row {
        what: format!("criteria of filter {id} ({e})"),
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Row {
        what: format!("a filter that cannot be written ({e})"),
    })
}
