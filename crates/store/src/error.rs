use crate::Engine;

/// Why the store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no database this program knows.
    #[error(
        "{0:?} is not a database: give sqlite:PATH for a file, or postgres://USER@HOST/DATABASE"
    )]
    Url(String),
    /// It could not be reached or opened.
    #[error("cannot open the database {place}: {source}")]
    Open {
        /// The file or host, without credentials.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The schema is not the one this program writes.
    #[error(
        "cannot bring the database {place} up to date: {source}; was it written by a newer version of shindan?"
    )]
    Migrate {
        /// The file or host, without credentials.
        place: String,
        /// What the migration says.
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("the {engine} database failed: {source}")]
    Statement {
        /// Which kind of database.
        engine: Engine,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The caller took too few numbers for the rows it writes.
    #[error(
        "more rows to write than numbers taken for them: this is an error in shindan, please report it"
    )]
    Numbers,
    /// A row holds something this program never writes.
    #[error(
        "the database holds {what} that this program did not write; was it changed by hand, or written by a newer version?"
    )]
    Row {
        /// The column and its value.
        what: String,
    },
}

impl StoreError {
    /// Whether trying again may help: the database was busy, or the connection broke.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let source = match self {
            Self::Open { source, .. } | Self::Statement { source, .. } => source,
            Self::Url(_) | Self::Migrate { .. } | Self::Numbers | Self::Row { .. } => return false,
        };
        match source {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            // SQLite: 5 busy, 6 locked. PostgreSQL: serialisation, deadlock, shutting down, too many connections.
            sqlx::Error::Database(e) => e.code().is_some_and(|code| {
                matches!(
                    &*code,
                    "5" | "6" | "517" | "40001" | "40P01" | "57P01" | "57P03" | "53300"
                )
            }),
            _ => false,
        }
    }
}
