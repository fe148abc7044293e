use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Executor, Transaction};

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::StoreError;
use crate::counter::Counters;
use crate::finding::Titles;
use crate::migration::migrator;
use crate::together::Together;

/// Which kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, inside this process.
    Sqlite,
    /// A server.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// An open database with today's schema. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    place: Arc<str>,
    readers: AnyPool,
    writers: AnyPool,
    /// Connections that do not wait for the disk; see [`Store::write_again`].
    repeaters: AnyPool,
    /// On SQLite, whose turn to write it is. Waiting here is fair and wakes at once; waiting inside SQLite is neither.
    turn: Arc<Mutex<()>>,
    counters: Arc<Counters>,
    titles: Arc<Titles>,
    together: Arc<Together>,
    /// Jobs that were claimed, which decides whose turn it is.
    turns: Arc<AtomicU32>,
}

/// Readers beside the writer. More than there are cores to serve them only queue inside the database instead of before it.
const READERS: u32 = 8;

/// Pages of the write-ahead log of SQLite that are written before they are moved to the database, 128 MB: a scan changes
/// pages of many indexes, and most of them are changed again soon by the next.
const CHECKPOINT: u32 = 32_768;

/// How long a statement waits for another process's write before it fails as busy.
const BUSY: Duration = Duration::from_secs(15);

impl Store {
    /// Opens `sqlite:PATH` (made when it does not exist) or `postgres://…`, and brings its schema up to date.
    ///
    /// # Errors
    /// When the URL is none of these, the database cannot be opened, or its schema is newer than this program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        install_default_drivers();
        let engine = match url.split_once(':') {
            Some(("sqlite", _)) => Engine::Sqlite,
            Some(("postgres" | "postgresql", _)) => Engine::Postgres,
            _ => return Err(StoreError::Url(without_credentials(url))),
        };
        let place = without_credentials(url);
        let options = Self::options(url, engine)?;
        let opened = |source| StoreError::Open {
            place: place.clone(),
            source,
        };
        let writing = if engine == Engine::Sqlite { 1 } else { READERS };
        let writers = pool(engine, writing, Commits::WaitForDisk)
            .connect_with(options.clone())
            .await
            .map_err(opened)?;
        migrator(engine)
            .run(&writers)
            .await
            .map_err(|source| StoreError::Migrate {
                place: place.clone(),
                source,
            })?;
        let repeaters = pool(engine, writing, Commits::ReturnAtOnce)
            .connect_with(options.clone())
            .await
            .map_err(opened)?;
        let readers = pool(engine, READERS, Commits::WaitForDisk)
            .connect_with(options)
            .await
            .map_err(opened)?;
        Ok(Self {
            engine,
            place: place.into(),
            readers,
            writers,
            repeaters,
            turn: Arc::default(),
            counters: Arc::default(),
            titles: Arc::default(),
            together: Arc::default(),
            turns: Arc::default(),
        })
    }

    fn options(url: &str, engine: Engine) -> Result<AnyConnectOptions, StoreError> {
        let mut url = url.to_owned();
        if engine == Engine::Sqlite && !url.contains('?') {
            url.push_str("?mode=rwc");
        }
        let options: AnyConnectOptions = url
            .parse()
            .map_err(|_| StoreError::Url(without_credentials(&url)))?;
        Ok(options.disable_statement_logging())
    }

    /// Which kind of database this is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The file or host, without credentials.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Connections for statements that only read.
    pub(crate) const fn readers(&self) -> &AnyPool {
        &self.readers
    }

    /// The numbers of titles that are known already.
    pub(crate) fn titles(&self) -> &Titles {
        &self.titles
    }

    /// Work that waits to share a transaction.
    pub(crate) fn together(&self) -> &Together {
        &self.together
    }

    /// A number that grows by one each time.
    pub(crate) fn next_turn(&self) -> u32 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn write(&self) -> Result<Write, StoreError> {
        self.begin(&self.writers).await
    }

    /// Begins a transaction whose work is done again when it is lost: the result of a job together with the end of the
    /// job. A power cut of the database may undo the last of these, whole, in which case the job is there again; not
    /// waiting for the disk saves a quarter of the time. What others were promised belongs into [`Self::write`], which also
    /// brings to the disk whatever was written before it.
    ///
    /// # Errors
    /// When no connection could be had in time.
    pub async fn write_again(&self) -> Result<Write, StoreError> {
        self.begin(&self.repeaters).await
    }

    async fn begin(&self, connections: &AnyPool) -> Result<Write, StoreError> {
        let turn = self.turn().await;
        let begun = match self.engine {
            // The right to write is taken at once: a transaction that reads first and asks for it later may be refused.
            Engine::Sqlite => connections.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => connections.begin().await,
        };
        Ok(Write {
            engine: self.engine,
            transaction: begun.map_err(|e| self.failed(e))?,
            _turn: turn,
        })
    }

    /// Waits until nobody else in this process writes, where only one may.
    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match self.engine {
            Engine::Sqlite => Some(Arc::clone(&self.turn).lock_owned().await),
            Engine::Postgres => None,
        }
    }

    /// The first of `count` consecutive numbers for new rows. Must be called before [`Self::write`], never while the caller
    /// holds a transaction: SQLite has one writer.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn numbers(
        &self,
        name: &'static str,
        count: usize,
    ) -> Result<i64, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        if let Some(first) = self.counters.take_known(name, count).await {
            return Ok(first);
        }
        let _turn = self.turn().await;
        // What used a number is written later, to the same log: a power cut that undoes the number undoes its use. And a
        // connection to SQLite forgets the pages it knows when another one writes.
        let mut connection = self.repeaters.acquire().await.map_err(|e| self.failed(e))?;
        self.counters
            .take(&mut connection, name, count)
            .await
            .map_err(|e| self.failed(e))
    }

    /// What a failed statement is to the caller.
    pub(crate) fn failed(&self, source: sqlx::Error) -> StoreError {
        StoreError::Statement {
            engine: self.engine,
            source,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1")
            .execute(&self.readers)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Lets running statements end and closes all connections.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
        self.repeaters.close().await;
    }
}

/// A transaction. Dropping it undoes what was done in it.
#[derive(Debug)]
pub struct Write {
    engine: Engine,
    transaction: Transaction<'static, Any>,
    /// Given up last: fields are dropped in their order.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Write {
    /// Makes what was done last.
    ///
    /// # Errors
    /// When the database fails; then nothing was done.
    pub async fn commit(self) -> Result<(), StoreError> {
        let engine = self.engine;
        self.transaction
            .commit()
            .await
            .map_err(|source| StoreError::Statement { engine, source })
    }

    /// Which kind of database this is.
    pub(crate) const fn engine(&self) -> Engine {
        self.engine
    }

    /// What a failed statement is to the caller.
    pub(crate) const fn failed(&self, source: sqlx::Error) -> StoreError {
        StoreError::Statement {
            engine: self.engine,
            source,
        }
    }
}

impl Deref for Write {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}

/// When a commit returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commits {
    /// When it survives a power cut.
    WaitForDisk,
    /// When it survives the end of this process.
    ReturnAtOnce,
}

fn pool(engine: Engine, size: u32, commits: Commits) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(30))
        // A connection to a server may have been cut since it was last used; one to a file cannot.
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |connection, _| {
            Box::pin(async move { set_up(connection, engine, commits).await })
        })
}

/// Makes a connection what all of ours are.
async fn set_up(
    connection: &mut AnyConnection,
    engine: Engine,
    commits: Commits,
) -> Result<(), sqlx::Error> {
    let settings = match (engine, commits) {
        (Engine::Sqlite, _) => {
            let busy = BUSY.as_millis();
            let synchronous = match commits {
                Commits::WaitForDisk => "FULL",
                Commits::ReturnAtOnce => "NORMAL",
            };
            format!(
                "PRAGMA busy_timeout = {busy}; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
                 PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -32768; \
                 PRAGMA wal_autocheckpoint = {CHECKPOINT};"
            )
        }
        (Engine::Postgres, Commits::ReturnAtOnce) => "SET synchronous_commit = off".to_owned(),
        // Whoever runs the server decides what its disk, and those of its replicas, are to confirm.
        (Engine::Postgres, Commits::WaitForDisk) => return Ok(()),
    };
    connection.execute(sqlx::AssertSqlSafe(settings)).await?;
    Ok(())
}

/// A URL that can be shown: without user, password and parameters.
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    let place = rest.split('?').next().unwrap_or_default();
    let place = place.rsplit('@').next().unwrap_or_default();
    format!("{scheme}:{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn empty() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
        let store = Store::open(&url).await.expect("opens");
        (folder, store)
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_did_nothing() {
        let (_folder, store) = empty().await;
        for commit in [false, true] {
            let mut write = store.write().await.expect("begins");
            sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2)")
                .bind("colour")
                .bind("blue")
                .execute(&mut *write)
                .await
                .expect("inserts");
            if commit {
                write.commit().await.expect("commits");
            }
        }
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM setting")
            .fetch_one(store.readers())
            .await
            .expect("counts");
        assert_eq!(rows, 1);
    }

    #[tokio::test]
    async fn numbers_are_never_handed_out_twice() {
        let (folder, store) = empty().await;
        let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
        let other = Store::open(&url).await.expect("opens a second time");
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..40 {
            for store in [&store, &other] {
                let first = store.numbers("finding", 90).await.expect("numbers");
                for number in first..first + 90 {
                    assert!(seen.insert(number), "{number} twice in round {round}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_url_of_another_kind_is_refused_without_its_password() {
        let error = Store::open("mysql://user:secret@host/db")
            .await
            .expect_err("refused");
        assert!(error.to_string().contains("mysql:host/db"), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
