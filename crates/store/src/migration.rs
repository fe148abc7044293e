//! The schema, as numbered scripts that are the same for both databases but for three words.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::Engine;

const SCRIPTS: &[(&str, &str)] = &[
    ("accounts", include_str!("../migrations/0001_accounts.sql")),
    (
        "functions",
        include_str!("../migrations/0002_functions.sql"),
    ),
    ("findings", include_str!("../migrations/0003_findings.sql")),
    ("jobs", include_str!("../migrations/0004_jobs.sql")),
    (
        "security hub",
        include_str!("../migrations/0005_security_hub.sql"),
    ),
    (
        "decisions",
        include_str!("../migrations/0006_decisions.sql"),
    ),
    ("sources", include_str!("../migrations/0007_sources.sql")),
    (
        "security hub service",
        include_str!("../migrations/0008_security_hub_service.sql"),
    ),
    (
        "finding counts",
        include_str!("../migrations/0009_finding_counts.sql"),
    ),
    (
        "finding titles",
        include_str!("../migrations/0010_finding_titles.sql"),
    ),
];

/// The migrations as an engine understands them.
pub(crate) fn migrator(engine: Engine) -> Migrator {
    let migrations = SCRIPTS.iter().zip(1..).map(|((name, script), version)| {
        Migration::new(
            version,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            sqlx::AssertSqlSafe(spelled(script, engine)).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

/// SQLite compares texts by bytes and PostgreSQL by the rules of a language unless told otherwise; prefixes and keyset pages
/// need bytes, for which each has its own word. Row numbers are INTEGER, which SQLite takes for the row's own number and
/// PostgreSQL for one of 32 bits.
fn spelled(script: &str, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => script.replace(" BYTES", " BLOB"),
        Engine::Postgres => script
            .replace(" TEXT", " TEXT COLLATE \"C\"")
            .replace(" BYTES", " BYTEA")
            .replace(" INTEGER", " BIGINT"),
    }
}
