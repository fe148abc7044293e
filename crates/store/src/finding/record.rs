//! What a scan says of a function, made rows; decided by [`shindan_inspector::lifecycle`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use shindan_inspector::criteria::Subject;
use shindan_inspector::lifecycle::{Event, Life, State, Step};
use shindan_inspector::{
    ClosedBecause, FilterId, FindingArn, FindingId, FindingStatus, FindingType, Observed, ScanType,
    Timestamp, Unseen,
};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::retention::TABLES;
use super::rows::{self, Place, Said, SideRows};
use crate::filter::Suppressions;
use crate::sql::{Sql, Value, insert};
use crate::{Engine, Store, StoreError, Write};

/// What one kind of scanning says of a function, made ready by [`Store::scan_findings`] before the transaction that records
/// it begins: whoever holds a transaction should not be making JSON.
#[derive(Debug)]
pub struct ScanFindings {
    kind: FindingType,
    said: BTreeMap<String, Said>,
    unseen: Unseen,
    /// For those that turn out to be new. Unused ones are lost, which nobody misses.
    numbers: Range<i64>,
}

/// What became of what a scan said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Said for the first time.
    pub new: u64,
    /// Open before and after.
    pub known: u64,
    /// Closed before, open now, under the same name.
    pub reopened: u64,
    /// Open before, not said any more.
    pub closed: u64,
}

impl Store {
    /// Makes what a scan says ready to be recorded. Must be called before [`Self::write`]. `unseen` is where findings of
    /// earlier scans may still be, though this scan does not say so.
    ///
    /// # Errors
    /// When the database fails or a document cannot be written.
    pub async fn scan_findings(
        &self,
        scan: ScanType,
        observed: Vec<Observed>,
        unseen: Unseen,
    ) -> Result<ScanFindings, StoreError> {
        let kind = match scan {
            ScanType::Network => FindingType::NetworkReachability,
            ScanType::Package => FindingType::PackageVulnerability,
            ScanType::Code => FindingType::CodeVulnerability,
        };
        let titles = self
            .title_numbers(&observed.iter().map(rows::title).collect())
            .await?;
        let mut said = BTreeMap::new();
        for observed in observed {
            let one = Said::new(observed, &titles)?;
            said.entry(one.observed.identity.clone()).or_insert(one);
        }
        let first = self.numbers("finding", said.len()).await?;
        let end = first.saturating_add(i64::try_from(said.len()).unwrap_or(i64::MAX));
        Ok(ScanFindings {
            kind,
            said,
            unseen,
            numbers: first..end,
        })
    }
}

/// The row of a finding, as far as its life goes.
#[derive(Clone, Debug)]
pub(crate) struct Existing {
    pub(crate) id: i64,
    arn_id: String,
    identity: String,
    digest: i64,
    file_path: Option<String>,
    /// The number of a [`FindingType`].
    kind: i16,
    pub(crate) life: Life,
}

impl Existing {
    /// What [`Self::read`] reads; a condition follows.
    pub(crate) const SELECT: &str = "SELECT f.id, f.arn_id, f.identity, f.digest, f.file_path, f.status, f.closed_because, \
        f.closed_at, f.suppressed_by, f.first_observed_at, f.last_observed_at, f.updated_at, f.type FROM finding f WHERE ";

    pub(crate) fn read(row: &AnyRow) -> Result<Result<Self, StoreError>, sqlx::Error> {
        let id: i64 = row.try_get(0)?;
        let status: i16 = row.try_get(5)?;
        let because: Option<i16> = row.try_get(6)?;
        let at: Option<i64> = row.try_get(7)?;
        let by: Option<String> = row.try_get(8)?;
        let state =
            match FindingStatus::from_code(status) {
                Some(FindingStatus::Active) => Some(State::Active),
                Some(FindingStatus::Suppressed) => by
                    .and_then(|by| FilterId::parse(&by))
                    .map(|by| State::Suppressed { by }),
                Some(FindingStatus::Closed) => because
                    .and_then(ClosedBecause::from_code)
                    .zip(at)
                    .map(|(because, at)| State::Closed {
                        because,
                        at: Timestamp::from_millis(at),
                    }),
                None => None,
            };
        let Some(state) = state else {
            return Ok(Err(StoreError::Row {
                what: format!("a state of finding number {id}"),
            }));
        };
        Ok(Ok(Self {
            id,
            arn_id: row.try_get(1)?,
            identity: row.try_get(2)?,
            digest: row.try_get(3)?,
            file_path: row.try_get(4)?,
            kind: row.try_get(12)?,
            life: Life {
                state,
                first_observed_at: Timestamp::from_millis(row.try_get(9)?),
                last_observed_at: Timestamp::from_millis(row.try_get(10)?),
                updated_at: Timestamp::from_millis(row.try_get(11)?),
            },
        }))
    }

    fn is_open(&self) -> bool {
        self.life.state.status() != FindingStatus::Closed
    }

    /// The rule that suppresses the finding when a scan says this about it.
    fn suppressed_by(
        &self,
        rules: &Suppressions,
        place: &Place,
        said: &Said,
        now: Timestamp,
    ) -> Result<Option<FilterId>, StoreError> {
        let id = FindingId::parse(&self.arn_id).ok_or_else(|| StoreError::Row {
            what: format!("the id {:?} of a finding", self.arn_id),
        })?;
        let life = Life {
            last_observed_at: now,
            ..self.life
        };
        Ok(rules.first(&subject(&place.finding(id), &life, &said.observed)))
    }
}

/// A finding as suppression rules see it: active, whatever it is.
fn subject<'f>(arn: &'f FindingArn, life: &Life, observed: &'f Observed) -> Subject<'f> {
    static NONE: BTreeMap<String, String> = BTreeMap::new();
    let resource = observed.document.resources.first();
    Subject {
        arn,
        status: FindingStatus::Active,
        first_observed_at: life.first_observed_at,
        last_observed_at: life.last_observed_at,
        updated_at: life.updated_at,
        document: &observed.document,
        tags: resource.map_or(&NONE, |resource| &resource.tags),
    }
}

/// What is to be written.
#[derive(Default)]
pub(crate) struct Plan<'s> {
    recorded: Recorded,
    /// New findings.
    new: Vec<(FindingType, Life, &'s Said)>,
    /// Known ones about which something else is said.
    changed: Vec<(i64, Life, &'s Said)>,
    /// Others, by what becomes of them.
    pub(crate) lives: BTreeMap<LifeKey, Lives>,
}

/// What tells what is written about findings: all of a life but when it was first observed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LifeKey {
    moved: bool,
    status: FindingStatus,
    suppressed_by: Option<FilterId>,
    closed: Option<(ClosedBecause, Timestamp)>,
    last_observed_at: Timestamp,
    updated_at: Timestamp,
}

impl LifeKey {
    const fn new(life: &Life, moved: bool) -> Self {
        let (suppressed_by, closed) = match life.state {
            State::Active => (None, None),
            State::Suppressed { by } => (Some(by), None),
            State::Closed { because, at } => (None, Some((because, at))),
        };
        Self {
            moved,
            status: life.state.status(),
            suppressed_by,
            closed,
            last_observed_at: life.last_observed_at,
            updated_at: life.updated_at,
        }
    }
}

/// Findings that become the same.
pub(crate) struct Lives {
    life: Life,
    ids: Vec<i64>,
    moved: bool,
}

impl<'s> Plan<'s> {
    /// Whether anything is to be written that is more than that a scan said the same again.
    fn is_news(&self) -> bool {
        let moved = self.lives.keys().any(|key| key.moved);
        moved || !self.new.is_empty() || !self.changed.is_empty()
    }

    /// Decides about the findings of one kind by what a scan says.
    fn scanned(
        &mut self,
        scan: &'s ScanFindings,
        existing: Vec<Existing>,
        hidden: &BTreeSet<i64>,
        (rules, place): (&Suppressions, &Place),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut said: BTreeMap<&str, &Said> = (scan.said.iter())
            .map(|(identity, one)| (&**identity, one))
            .collect();
        // The newest of those with one identity is the one that goes on; the rows come in that order.
        for existing in existing {
            let Some(one) = said.remove(&*existing.identity) else {
                let event = Event::NotObserved {
                    hidden: hidden.contains(&existing.id),
                };
                if let Step::Same(life) = existing.life.after(event, now) {
                    self.recorded.closed += u64::from(
                        existing.is_open() && life.state.status() == FindingStatus::Closed,
                    );
                    self.live(&existing, life);
                }
                continue;
            };
            let changed = one.digest != existing.digest;
            let event = Event::Observed {
                suppressed_by: existing.suppressed_by(rules, place, one, now)?,
                changed,
            };
            match existing.life.after(event, now) {
                Step::Same(life) => {
                    if existing.is_open() {
                        self.recorded.known += 1;
                    } else {
                        self.recorded.reopened += 1;
                    }
                    if changed {
                        self.changed.push((existing.id, life, one));
                    } else {
                        self.live(&existing, life);
                    }
                }
                Step::Anew(life) => self.new.push((scan.kind, life, one)),
            }
        }
        let new = said
            .into_values()
            .map(|one| (scan.kind, Life::begin(None, now), one));
        self.new.extend(new);
        Ok(())
    }

    /// What becomes of a finding whose document stays. Findings of one scan mostly become the same, and then one statement
    /// does it.
    pub(crate) fn live(&mut self, existing: &Existing, life: Life) {
        if life == existing.life {
            return;
        }
        let moved = life.state != existing.life.state;
        let group = self
            .lives
            .entry(LifeKey::new(&life, moved))
            .or_insert(Lives {
                life,
                ids: Vec::new(),
                moved,
            });
        group.ids.push(existing.id);
    }
}

impl Write {
    /// Records what a scan of a function says: new findings, known ones, those that are back, and, of the same kinds, those
    /// that are gone, unless it is not known whether they are.
    ///
    /// The function's row must exist.
    ///
    /// # Errors
    /// When the database fails or the function does not exist.
    pub async fn record_scan(
        &mut self,
        function: i64,
        scans: &[&ScanFindings],
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let place = self.place(function).await?;
        let kinds: Vec<FindingType> = scans.iter().map(|scan| scan.kind).collect();
        let mut existing = self.existing(function, &kinds).await?;
        let observed = || scans.iter().flat_map(|scan| scan.said.values());
        let rules = if observed().next().is_none() {
            Suppressions::default()
        } else {
            self.suppressions(&place.arn.region, place.administrator)
                .await?
        };
        let resource = observed().find_map(|said| said.observed.document.resources.first());
        if let Some(resource) = resource {
            self.write_resource(&place, resource).await?;
        }
        let mut plan = Plan::default();
        let mut ids = Vec::new();
        for scan in scans {
            let of_kind = existing.extract_if(.., |existing| existing.kind == scan.kind.code());
            let of_kind: Vec<Existing> = of_kind.collect();
            let hidden = self.hidden(&of_kind, &scan.said, &scan.unseen).await?;
            plan.scanned(scan, of_kind, &hidden, (&rules, &place), now)?;
            ids.push(scan.numbers.clone());
        }
        plan.recorded.new = u64::try_from(plan.new.len()).unwrap_or(u64::MAX);
        let is_news = plan.is_news();
        if is_news {
            self.mirror_soon(&place.arn.region, place.account(), function, now)
                .await?;
        }

        let mut ids = ids.into_iter().flatten();
        let mut findings = Vec::with_capacity(plan.new.len());
        let mut sides = SideRows::default();
        for (kind, mut life, one) in plan.new {
            let id = ids.next().ok_or(StoreError::Numbers)?;
            let arn = place.new_finding(id, &one.observed.identity, now);
            life.state = State::open(rules.first(&subject(&arn, &life, &one.observed)));
            let mut row = vec![
                Value::Integer(id),
                arn.id.to_string().into(),
                place.region_id.into(),
                place.account().number().into(),
                place.administrator.into(),
                function.into(),
                kind.code().into(),
                one.observed.identity.clone().into(),
                life.first_observed_at.as_millis().into(),
            ];
            row.extend(rows::state_values(&life));
            row.extend(rows::document_values(one));
            findings.push(row);
            sides.add(id, &place, &life, one);
        }
        insert(self, rows::FINDING, findings).await?;
        let changed: Vec<i64> = plan.changed.iter().map(|(id, ..)| *id).collect();
        self.delete_sides(&changed).await?;
        for (id, life, one) in plan.changed {
            self.rewrite(id, &life, one).await?;
            sides.add(id, &place, &life, one);
        }
        self.insert_sides(sides).await?;
        let recorded = plan.recorded;
        self.write_lives(plan.lives).await?;
        if is_news {
            self.recount(&[function]).await?;
        }
        Ok(recorded)
    }

    /// Closes the open findings of a function, all or those of one type, for a reason that no scan has to confirm.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_findings(
        &mut self,
        function: i64,
        kind: Option<FindingType>,
        because: ClosedBecause,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut plan = Plan::default();
        let mut closed = 0;
        for existing in self.existing(function, kind.as_slice()).await? {
            if let Step::Same(life) = existing.life.after(Event::Ended(because), now) {
                closed += u64::from(life != existing.life);
                plan.live(&existing, life);
            }
        }
        let is_news = plan.is_news();
        if is_news {
            let place = self.place(function).await?;
            self.mirror_soon(&place.arn.region, place.account(), function, now)
                .await?;
        }
        self.write_lives(plan.lives).await?;
        if is_news {
            self.recount(&[function]).await?;
        }
        Ok(closed)
    }

    /// The findings of a function, of some kinds or, when none is named, of all; newest first.
    async fn existing(
        &mut self,
        function: i64,
        kinds: &[FindingType],
    ) -> Result<Vec<Existing>, StoreError> {
        let mut sql = Sql::new(self.engine(), Existing::SELECT);
        sql.push("f.function_id = ").bind(function);
        for (at, kind) in kinds.iter().enumerate() {
            sql.push(if at == 0 { " AND f.type IN (" } else { ", " });
            sql.number(i64::from(kind.code()));
        }
        if !kinds.is_empty() {
            sql.push(")");
        }
        sql.push(" ORDER BY f.id DESC");
        if self.engine() == Engine::Postgres {
            // Nobody suppresses, removes or gives away what is being decided about.
            sql.push(" FOR UPDATE");
        }
        let rows = sql.query().fetch_all(&mut **self).await;
        let rows = rows.map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| Existing::read(row).map_err(|e| self.failed(e))?)
            .collect()
    }

    /// Those of the findings, not said any more, that the scan could not see: a finding about packages is hidden when one
    /// of its packages is.
    async fn hidden(
        &mut self,
        existing: &[Existing],
        said: &BTreeMap<String, Said>,
        unseen: &Unseen,
    ) -> Result<BTreeSet<i64>, StoreError> {
        let gone = existing
            .iter()
            .filter(|e| e.is_open() && !said.contains_key(&e.identity));
        let gone: Vec<&Existing> = gone.collect();
        let mut hidden = BTreeSet::new();
        match unseen {
            Unseen::Nothing => return Ok(hidden),
            Unseen::Everything => return Ok(gone.iter().map(|e| e.id).collect()),
            Unseen::Paths(_) => {}
        }
        let in_code = gone
            .iter()
            .filter(|e| e.file_path.as_deref().is_some_and(|p| unseen.hides(p)));
        hidden.extend(in_code.map(|e| e.id));
        for gone in gone.chunks(500) {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT finding_id, file_path FROM finding_package WHERE finding_id IN (",
            );
            sql.list(gone.iter().map(|e| e.id)).push(")");
            let rows = sql.query_once().fetch_all(&mut **self).await;
            for row in rows.map_err(|e| self.failed(e))? {
                let path: String = row.try_get(1).map_err(|e| self.failed(e))?;
                if unseen.hides(&path) {
                    hidden.insert(row.try_get(0).map_err(|e| self.failed(e))?);
                }
            }
        }
        Ok(hidden)
    }

    /// Writes everything of a finding that its document says.
    async fn rewrite(&mut self, id: i64, life: &Life, said: &Said) -> Result<(), StoreError> {
        let mut sql = Sql::new(
            self.engine(),
            "UPDATE finding SET (status, closed_because, closed_at, suppressed_by, last_observed_at, updated_at, \
             severity, title_key, score, epss, fix, exploit, vulnerability_id, vulnerability_source, vendor_severity, \
             detector_name, file_path, digest) = (",
        );
        sql.list(
            rows::state_values(life)
                .into_iter()
                .chain(rows::document_values(said)),
        );
        sql.push(") WHERE id = ").bind(id);
        let done = sql.query().execute(&mut **self).await;
        done.map(drop).map_err(|e| self.failed(e))
    }

    async fn delete_sides(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        for ids in ids.chunks(500) {
            for table in TABLES {
                let mut sql = Sql::new(self.engine(), table);
                sql.list(ids.iter().copied()).push(")");
                let done = sql.query_once().execute(&mut **self).await;
                done.map_err(|e| self.failed(e))?;
            }
        }
        Ok(())
    }

    async fn insert_sides(&mut self, sides: SideRows) -> Result<(), StoreError> {
        insert(self, rows::DOCUMENT, sides.documents).await?;
        insert(self, rows::PACKAGE, sides.packages).await?;
        insert(self, rows::LAYER, sides.layers).await?;
        insert(self, rows::RELATED, sides.related).await?;
        insert(self, rows::DETECTOR_TAG, sides.detector_tags).await?;
        insert(self, rows::SNIPPET, sides.snippets).await
    }

    /// Writes the states and times of findings whose documents stay.
    pub(crate) async fn write_lives(
        &mut self,
        lives: BTreeMap<LifeKey, Lives>,
    ) -> Result<(), StoreError> {
        for Lives { life, ids, moved } in lives.into_values() {
            self.write_life(&life, &ids, moved).await?;
        }
        Ok(())
    }

    /// The copies of the status are written too when it is another (`moved`).
    async fn write_life(
        &mut self,
        life: &Life,
        ids: &[i64],
        moved: bool,
    ) -> Result<(), StoreError> {
        for ids in ids.chunks(500) {
            let mut sql = Sql::new(self.engine(), "UPDATE finding SET ");
            if moved {
                sql.push("(status, closed_because, closed_at, suppressed_by, last_observed_at, updated_at) = (");
                sql.list(rows::state_values(life)).push(")");
            } else {
                sql.push("last_observed_at = ")
                    .bind(life.last_observed_at.as_millis());
                sql.push(", updated_at = ")
                    .bind(life.updated_at.as_millis());
            }
            sql.push(" WHERE id IN (")
                .list(ids.iter().copied())
                .push(")");
            let done = sql.query_once().execute(&mut **self).await;
            done.map_err(|e| self.failed(e))?;
            if moved {
                self.copy_status(life.state.status(), ids).await?;
            }
        }
        Ok(())
    }

    /// Brings the copies of the status of findings up to date.
    async fn copy_status(&mut self, status: FindingStatus, ids: &[i64]) -> Result<(), StoreError> {
        for table in [
            "UPDATE finding_package SET status = ",
            "UPDATE finding_layer SET status = ",
        ] {
            let mut sql = Sql::new(self.engine(), table);
            sql.bind(status.code()).push(" WHERE finding_id IN (");
            sql.list(ids.iter().copied()).push(")");
            let done = sql.query_once().execute(&mut **self).await;
            done.map_err(|e| self.failed(e))?;
        }
        Ok(())
    }
}
