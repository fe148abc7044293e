//! Titles by number, each stored once.
//!
//! A finding holds its title's number and its severity in one column, `title_key`.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use shindan_inspector::Severity;
use shindan_inspector::criteria::TextMatch;
use sqlx::Row;

use super::filter;
use crate::sql::Sql;
use crate::{Store, StoreError};

/// Titles that are remembered. There are some hundred thousand vulnerabilities, of which an organisation has a few thousand.
const REMEMBERED: usize = 20_000;

/// The numbers of titles that were asked for. They never change, and titles are never removed.
#[derive(Debug, Default)]
pub(crate) struct Titles(Mutex<HashMap<Title, i64>>);

/// A title and the vulnerability it is about, empty when it is about none. As stored: without NUL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Title {
    pub(super) title: String,
    pub(super) vulnerability_id: String,
}

impl Titles {
    fn known(&self, titles: &BTreeSet<Title>) -> HashMap<Title, i64> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = titles
            .iter()
            .filter_map(|title| Some((title.clone(), *remembered.get(title)?)));
        known.collect()
    }

    fn remember(&self, numbers: &HashMap<Title, i64>) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() + numbers.len() > REMEMBERED {
            remembered.clear();
        }
        remembered.extend(
            numbers
                .iter()
                .map(|(title, number)| (title.clone(), *number)),
        );
    }
}

impl Store {
    /// The numbers of titles, in a transaction of its own for those that are new. What is not used in the end stays, which
    /// nobody misses.
    pub(super) async fn title_numbers(
        &self,
        titles: &BTreeSet<Title>,
    ) -> Result<HashMap<Title, i64>, StoreError> {
        let mut numbers = self.titles().known(titles);
        if numbers.len() == titles.len() {
            return Ok(numbers);
        }
        let mut found = HashMap::new();
        let mut write = self.write_again().await?;
        for title in titles.iter().filter(|title| !numbers.contains_key(*title)) {
            // Another process may number it, or another title the same, at this moment; each finds its own after a try or two.
            let number = loop {
                let row = sqlx::query(
                    "SELECT id FROM finding_title WHERE title = $1 AND vulnerability_id = $2",
                )
                .bind(&*title.title)
                .bind(&*title.vulnerability_id)
                .fetch_optional(&mut *write)
                .await;
                let number = row.and_then(|row| row.map(|row| row.try_get(0)).transpose());
                if let Some(number) = number.map_err(|e| self.failed(e))? {
                    break number;
                }
                sqlx::query(
                    "INSERT INTO finding_title (id, title, vulnerability_id) \
                     SELECT coalesce(max(id), 0) + 1, $1, $2 FROM finding_title WHERE 1 = 1 ON CONFLICT DO NOTHING",
                )
                .bind(&*title.title)
                .bind(&*title.vulnerability_id)
                .execute(&mut *write)
                .await
                .map_err(|e| self.failed(e))?;
            };
            found.insert(title.clone(), number);
        }
        write.commit().await?;
        self.titles().remember(&found);
        numbers.extend(found);
        Ok(numbers)
    }
}

/// The column `title_key` of a finding.
pub(super) fn title_key(title: i64, severity: Severity) -> i64 {
    title * 8 + i64::from(severity.code())
}

/// The keys that findings of some titles can have, one for each severity; conditions on `t` follow.
const KEYS: &str = " IN (SELECT t.id * 8 + s.column1 FROM finding_title t, \
    (VALUES (0), (1), (2), (3), (4), (5)) s WHERE ";

/// A condition on the titles of findings, whose `title_key` is `column`, and on the vulnerabilities they are about.
pub(super) fn titled(
    sql: &mut Sql,
    column: &'static str,
    title: &TextMatch<'_>,
    vulnerability: &TextMatch<'_>,
) {
    sql.column(column).push(KEYS);
    filter::text(sql, "t.title", title);
    sql.push(" AND ");
    filter::text(sql, "t.vulnerability_id", vulnerability);
    sql.push(")");
}
