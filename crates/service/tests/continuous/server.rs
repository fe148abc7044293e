use sqlx::{Connection, PgConnection};

/// The PostgreSQL server whose URL `SHINDAN_TEST_POSTGRES` holds.
pub(crate) struct Server {
    url: String,
}

impl Server {
    pub(crate) async fn of_environment() -> Option<Self> {
        let url = std::env::var("SHINDAN_TEST_POSTGRES").ok()?;
        Some(Self { url })
    }

    /// The URL of a new database.
    pub(crate) async fn database(&self, name: &str) -> String {
        let name = format!("shindan_{name}_{}", std::process::id());
        self.run(format!("DROP DATABASE IF EXISTS {name}")).await;
        self.run(format!("CREATE DATABASE {name}")).await;
        let (host, _) = self.url.rsplit_once('/').expect("a URL with a database");
        format!("{host}/{name}")
    }

    pub(crate) async fn drop(&self, database: &str) {
        let (_, name) = database.rsplit_once('/').expect("a URL with a database");
        self.run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    async fn run(&self, statement: String) {
        let mut connection = PgConnection::connect(&self.url).await.expect("the server");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await
            .expect("a database");
    }
}
