use std::sync::atomic::{AtomicU32, Ordering};

use shindan_store::Store;
use sqlx::{Connection, PgConnection};

/// An empty database of a test. Dropping a PostgreSQL one is up to [`Self::remove`].
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    server: Option<(String, String)>,
    _folder: tempfile::TempDir,
}

impl TestDatabase {
    /// One of each kind that is there.
    pub(crate) async fn each() -> Vec<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = || tempfile::tempdir().expect("a folder");
        let file = folder();
        let mut databases = vec![Self {
            url: format!("sqlite:{}", file.path().join("shindan.db").display()),
            server: None,
            _folder: file,
        }];
        if let Ok(server) = std::env::var("SHINDAN_TEST_POSTGRES") {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("shindan_runtime_{}_{number}", std::process::id());
            let mut connection = PgConnection::connect(&server).await.expect("the server");
            sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
                .execute(&mut connection)
                .await
                .expect("a new database");
            let (host, _) = server.rsplit_once('/').expect("a URL with a database");
            databases.push(Self {
                url: format!("{host}/{name}"),
                server: Some((server, name)),
                _folder: folder(),
            });
        }
        databases
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("opens")
    }

    pub(crate) async fn remove(self) {
        let Some((server, name)) = &self.server else {
            return;
        };
        let mut connection = PgConnection::connect(server).await.expect("the server");
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "DROP DATABASE {name} WITH (FORCE)"
        )))
        .execute(&mut connection)
        .await
        .expect("drops");
    }
}
