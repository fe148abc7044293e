//! Lambda functions as they are now.

use std::collections::{BTreeMap, BTreeSet};

use shindan_inspector::eligibility::Facts;
use shindan_inspector::finding::{FunctionDetails, VpcConfig};
use shindan_inspector::{
    AccountId, Architecture, FunctionArn, PackageType, Region, Timestamp, runtime,
};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::page::CursorValue;
use crate::sql::Sql;
use crate::{Cursor, Engine, Page, Scope, Store, StoreError, Write};

/// What is known of a function from where it is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionState {
    /// Its name.
    pub arn: FunctionArn,
    /// Where it is known from, in the service's words.
    pub origin: String,
    /// Lambda's name of its runtime; empty for an image.
    pub runtime: String,
    /// Its handler; empty when unknown.
    pub handler: String,
    /// The role it runs as; empty when unknown.
    pub role_arn: String,
    /// How it is packaged.
    pub package_type: PackageType,
    /// What it runs on.
    pub architecture: Architecture,
    /// SHA-256 of its deployment package in base64, as Lambda writes it; empty when nobody has its current code.
    pub code_sha256: String,
    /// Bytes of its deployment package.
    pub code_size: u64,
    /// The customer's key that encrypts its code; empty for none.
    pub kms_key: String,
    /// The network it is connected to.
    pub vpc: Option<VpcConfig>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its layers, in the order in which they are attached.
    pub layers: Vec<Layer>,
    /// When its code or settings last changed.
    pub last_modified: Timestamp,
    /// When it was last invoked, if that is known.
    pub last_invoked: Option<Timestamp>,
}

/// A layer of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// With its version.
    pub arn: String,
    /// SHA-256 of its package in base64; empty when the package is not there.
    pub code_sha256: String,
}

/// A function with its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its row.
    pub id: i64,
    /// What is known of it.
    pub state: FunctionState,
    /// When it was first seen.
    pub discovered_at: Timestamp,
    /// When anything of it last changed.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// The number of a new function's row.
#[derive(Clone, Copy, Debug)]
pub struct FunctionNumber(i64);

impl FunctionState {
    /// What a scan is of: changes whenever the code, a layer, the runtime or the handler does, and with nothing else.
    #[must_use]
    pub fn content(&self) -> String {
        let mut parts = vec![
            self.code_sha256.as_str(),
            self.runtime.as_str(),
            self.handler.as_str(),
        ];
        for layer in &self.layers {
            parts.extend([layer.arn.as_str(), layer.code_sha256.as_str()]);
        }
        // No part holds a line break: hashes and ARNs have none, and a handler's is replaced.
        parts
            .iter()
            .map(|part| part.replace('\n', " "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What eligibility depends on.
    #[must_use]
    pub fn facts(&self, is_deleted: bool) -> Facts<'_> {
        Facts {
            runtime: &self.runtime,
            package_type: self.package_type,
            has_customer_key: !self.kms_key.is_empty(),
            tags: &self.tags,
            last_modified: self.last_modified,
            last_invoked: self.last_invoked,
            is_deleted,
        }
    }

    /// The function as findings show it.
    #[must_use]
    pub fn details(&self) -> FunctionDetails {
        FunctionDetails {
            function_name: self.arn.name().to_owned(),
            runtime: runtime::api_name(&self.runtime).to_owned(),
            code_sha256: self.code_sha256.clone(),
            version: "$LATEST".to_owned(),
            execution_role_arn: self.role_arn.clone(),
            layers: self.layers.iter().map(|layer| layer.arn.clone()).collect(),
            vpc_config: self.vpc.clone(),
            package_type: self.package_type,
            architectures: vec![self.architecture],
            last_modified_at: self.last_modified,
        }
    }
}

const COLUMNS: &str = "SELECT f.id, f.region, f.account_id, f.name, f.origin, f.runtime, f.handler, f.role_arn, \
     f.package_type, f.architecture, f.code_sha256, f.code_size, f.kms_key, f.vpc, f.last_modified, f.last_invoked, \
     f.discovered_at, f.updated_at, f.deleted_at FROM function f WHERE ";

impl Store {
    /// The number of a new function. Must be called before [`Self::write`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn function_number(&self) -> Result<FunctionNumber, StoreError> {
        self.numbers("function", 1).await.map(FunctionNumber)
    }

    /// Functions that are not deleted, in the order of their rows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn functions(
        &self,
        scope: &Scope,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<Function>, StoreError> {
        let mut sql = Sql::new(self.engine(), COLUMNS);
        sql.within("f", scope).push(" AND f.deleted_at IS NULL");
        if let Some([CursorValue::Integer(id)]) = after.map(|cursor| cursor.0.as_slice()) {
            sql.push(" AND f.id > ").bind(*id);
        }
        sql.push(" ORDER BY f.id LIMIT ").bind(i64::from(limit) + 1);
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        let functions = read(&mut connection, sql, |e| self.failed(e)).await?;
        Ok(Page::cut(functions, limit, |last| {
            Cursor(vec![CursorValue::Integer(last.id)])
        }))
    }

    /// A function by its row, deleted or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn function(&self, id: i64) -> Result<Option<Function>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        let functions = read(&mut connection, by_id(self.engine(), id), |e| {
            self.failed(e)
        })
        .await?;
        Ok(functions.into_iter().next())
    }

    /// A function by its ARN, deleted or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn function_named(&self, arn: &FunctionArn) -> Result<Option<Function>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        let functions = read(&mut connection, by_arn(self.engine(), arn), |e| {
            self.failed(e)
        })
        .await?;
        Ok(functions.into_iter().next())
    }

    /// The SHA-256 of the package that functions have for a version of a layer; `None` when none of them has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn layer_package(&self, layer: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT l.code_sha256 FROM function_layer l JOIN function f ON f.id = l.function_id \
             WHERE l.arn = $1 AND l.code_sha256 <> '' AND f.deleted_at IS NULL LIMIT 1",
        )
        .bind(layer)
        .fetch_optional(self.readers())
        .await
        .map_err(|e| self.failed(e))
    }

    /// Rows of the functions that have a version of a layer attached, ascending.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn functions_with_layer(
        &self,
        region: &Region,
        layer: &str,
    ) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "SELECT f.id FROM function f JOIN function_layer l ON l.function_id = f.id \
             WHERE l.arn = $1 AND f.region = $2 AND f.deleted_at IS NULL ORDER BY f.id",
        )
        .bind(layer)
        .bind(region.as_str())
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))
    }

    /// Accounts and Regions that have functions, for whoever looks after all of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places(&self) -> Result<Vec<(Region, AccountId)>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT region, account_id FROM function ORDER BY region, account_id",
        )
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| {
                let region: String = row.try_get(0).map_err(|e| self.failed(e))?;
                let account: i64 = row.try_get(1).map_err(|e| self.failed(e))?;
                let region = Region::parse(&region).map_err(|e| unreadable(&e))?;
                let account = AccountId::from_number(account)
                    .ok_or_else(|| unreadable(&format!("the account {account}")))?;
                Ok((region, account))
            })
            .collect()
    }

    /// Rows of watched functions that nobody invoked or changed since a moment, ascending.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unused_since(
        &self,
        moment: Timestamp,
        limit: u32,
    ) -> Result<Vec<i64>, StoreError> {
        sqlx::query_scalar(
            "SELECT DISTINCT f.id FROM function f JOIN coverage c ON c.function_id = f.id \
             WHERE f.last_modified < $1 AND (f.last_invoked IS NULL OR f.last_invoked < $1) AND f.deleted_at IS NULL \
             AND c.status = 0 ORDER BY f.id LIMIT $2",
        )
        .bind(moment.as_millis())
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))
    }

    /// Which of these packages a function that is not deleted has, as its code or a layer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn packages_in_use(&self, hashes: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut used = BTreeSet::new();
        for hashes in hashes.chunks(500) {
            let mut sql = Sql::new(
                self.engine(),
                "SELECT f.code_sha256 FROM function f WHERE f.deleted_at IS NULL AND f.code_sha256 IN ",
            );
            sql.among(hashes.iter().map(String::as_str));
            sql.push(
                " UNION SELECT l.code_sha256 FROM function_layer l JOIN function f ON f.id = l.function_id \
                 WHERE f.deleted_at IS NULL AND l.code_sha256 IN ",
            );
            sql.among(hashes.iter().map(String::as_str));
            let rows = sql.rows(self.readers()).await.map_err(|e| self.failed(e))?;
            for row in rows {
                used.insert(row.try_get(0).map_err(|e| self.failed(e))?);
            }
        }
        Ok(used)
    }
}

impl Write {
    /// A function by its ARN, deleted or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn function(&mut self, arn: &FunctionArn) -> Result<Option<Function>, StoreError> {
        self.one_function(by_arn(self.engine(), arn)).await
    }

    /// A function by its row, deleted or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn function_by_id(&mut self, id: i64) -> Result<Option<Function>, StoreError> {
        self.one_function(by_id(self.engine(), id)).await
    }

    /// Region and account of a function, deleted or not. They never change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn place_of(
        &mut self,
        function: i64,
    ) -> Result<Option<(Region, AccountId)>, StoreError> {
        let row = sqlx::query("SELECT region, account_id, name FROM function WHERE id = $1")
            .bind(function)
            .fetch_optional(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        let Some(row) = row else { return Ok(None) };
        let read = || -> Result<(String, i64, String), sqlx::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        };
        let (region, account, name) = read().map_err(|e| self.failed(e))?;
        let arn = arn(&region, account, &name)?;
        Ok(Some((arn.region, arn.account)))
    }

    async fn one_function(&mut self, sql: Sql) -> Result<Option<Function>, StoreError> {
        let engine = self.engine();
        let failed = |source| StoreError::Statement { engine, source };
        Ok(read(self, sql, failed).await?.into_iter().next())
    }

    /// Writes a function as it is now; its row. A deleted one of the same name is alive again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_function(
        &mut self,
        state: &FunctionState,
        FunctionNumber(number): FunctionNumber,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let vpc = state.vpc.as_ref().map_or_else(String::new, |vpc| {
            serde_json::to_string(vpc).unwrap_or_default()
        });
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO function (id, region, account_id, name, origin, runtime, handler, role_arn, package_type, \
             architecture, code_sha256, code_size, content, kms_key, vpc, last_modified, last_invoked, discovered_at, \
             updated_at, deleted_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, NULL) \
             ON CONFLICT (region, account_id, name) DO UPDATE SET origin = excluded.origin, \
             runtime = excluded.runtime, handler = excluded.handler, role_arn = excluded.role_arn, \
             package_type = excluded.package_type, architecture = excluded.architecture, \
             code_sha256 = excluded.code_sha256, code_size = excluded.code_size, content = excluded.content, \
             kms_key = excluded.kms_key, vpc = excluded.vpc, last_modified = excluded.last_modified, \
             last_invoked = coalesce(excluded.last_invoked, function.last_invoked), \
             updated_at = excluded.updated_at, deleted_at = NULL RETURNING id",
        )
        .bind(number)
        .bind(state.arn.region.as_str())
        .bind(state.arn.account.number())
        .bind(state.arn.name())
        .bind(&*state.origin)
        .bind(&*state.runtime)
        .bind(&*state.handler)
        .bind(&*state.role_arn)
        .bind(state.package_type.code())
        .bind(state.architecture.code())
        .bind(&*state.code_sha256)
        .bind(i64::try_from(state.code_size).unwrap_or(i64::MAX))
        .bind(state.content())
        .bind(&*state.kms_key)
        .bind(vpc)
        .bind(state.last_modified.as_millis())
        .bind(state.last_invoked.map(Timestamp::as_millis))
        .bind(now.as_millis())
        .fetch_one(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        self.replace_tags(id, &state.tags).await?;
        self.replace_layers(id, &state.layers).await?;
        Ok(id)
    }

    async fn replace_tags(
        &mut self,
        function: i64,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        self.clear("DELETE FROM function_tag WHERE function_id = $1", function)
            .await?;
        for (key, value) in tags {
            sqlx::query("INSERT INTO function_tag (function_id, key, value) VALUES ($1, $2, $3)")
                .bind(function)
                .bind(&**key)
                .bind(&**value)
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    async fn replace_layers(&mut self, function: i64, layers: &[Layer]) -> Result<(), StoreError> {
        self.clear(
            "DELETE FROM function_layer WHERE function_id = $1",
            function,
        )
        .await?;
        for (position, layer) in (0_i16..).zip(layers) {
            sqlx::query(
                "INSERT INTO function_layer (function_id, position, arn, code_sha256) VALUES ($1, $2, $3, $4)",
            )
            .bind(function)
            .bind(position)
            .bind(&*layer.arn)
            .bind(&*layer.code_sha256)
            .execute(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    /// Runs a statement with a function's row as its one parameter.
    pub(crate) async fn clear(
        &mut self,
        statement: &'static str,
        function: i64,
    ) -> Result<(), StoreError> {
        sqlx::query(statement)
            .bind(function)
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Marks a function as deleted. Its row stays for its findings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_function(
        &mut self,
        function: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE function SET deleted_at = $1, updated_at = $1 WHERE id = $2 AND deleted_at IS NULL")
            .bind(now.as_millis())
            .bind(function)
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Notes when a function was last invoked; an earlier moment changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_last_invoked(
        &mut self,
        function: i64,
        invoked: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE function SET last_invoked = $1 WHERE id = $2 AND (last_invoked IS NULL OR last_invoked < $1)",
        )
        .bind(invoked.as_millis())
        .bind(function)
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }
}

fn by_arn(engine: Engine, arn: &FunctionArn) -> Sql {
    let mut sql = Sql::new(engine, COLUMNS);
    sql.push("f.region = ").bind(arn.region.as_str());
    sql.push(" AND f.account_id = ").bind(arn.account.number());
    sql.push(" AND f.name = ").bind(arn.name());
    sql
}

fn by_id(engine: Engine, id: i64) -> Sql {
    let mut sql = Sql::new(engine, COLUMNS);
    sql.push("f.id = ").bind(id);
    sql
}

async fn read(
    connection: &mut AnyConnection,
    sql: Sql,
    failed: impl Fn(sqlx::Error) -> StoreError + Copy,
) -> Result<Vec<Function>, StoreError> {
    let engine = sql.engine();
    let rows = sql.rows(&mut *connection).await.map_err(failed)?;
    let mut functions = Vec::with_capacity(rows.len());
    for row in &rows {
        functions.push(function(row, failed)?);
    }
    let ids: Vec<i64> = functions.iter().map(|f| f.id).collect();
    let mut tags = tags(connection, engine, &ids).await.map_err(failed)?;
    let mut layers = layers(connection, engine, &ids).await.map_err(failed)?;
    for function in &mut functions {
        function.state.tags = tags.remove(&function.id).unwrap_or_default();
        function.state.layers = layers.remove(&function.id).unwrap_or_default();
    }
    Ok(functions)
}

/// Tags of functions, by row.
pub(crate) async fn tags(
    connection: &mut AnyConnection,
    engine: Engine,
    functions: &[i64],
) -> Result<BTreeMap<i64, BTreeMap<String, String>>, sqlx::Error> {
    let mut tags: BTreeMap<i64, BTreeMap<String, String>> = BTreeMap::new();
    let mut sql = Sql::new(
        engine,
        "SELECT function_id, key, value FROM function_tag WHERE function_id IN ",
    );
    sql.among(functions.iter().copied());
    for row in sql.rows(&mut *connection).await? {
        let of: i64 = row.try_get(0)?;
        tags.entry(of)
            .or_default()
            .insert(row.try_get(1)?, row.try_get(2)?);
    }
    Ok(tags)
}

/// Layers of functions in their order, by row.
pub(crate) async fn layers(
    connection: &mut AnyConnection,
    engine: Engine,
    functions: &[i64],
) -> Result<BTreeMap<i64, Vec<Layer>>, sqlx::Error> {
    let mut layers: BTreeMap<i64, Vec<Layer>> = BTreeMap::new();
    let mut sql = Sql::new(
        engine,
        "SELECT function_id, arn, code_sha256 FROM function_layer WHERE function_id IN ",
    );
    sql.among(functions.iter().copied());
    sql.push(" ORDER BY function_id, position");
    for row in sql.rows(&mut *connection).await? {
        let of: i64 = row.try_get(0)?;
        layers.entry(of).or_default().push(Layer {
            arn: row.try_get(1)?,
            code_sha256: row.try_get(2)?,
        });
    }
    Ok(layers)
}

fn function(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Function, StoreError> {
    let text = |column: usize| row.try_get::<String, _>(column).map_err(&failed);
    let number = |column: usize| row.try_get::<i64, _>(column).map_err(&failed);
    let code = |column: usize| row.try_get::<i16, _>(column).map_err(&failed);
    let moment = |column: usize| {
        row.try_get::<Option<i64>, _>(column)
            .map(|millis| millis.map(Timestamp::from_millis))
            .map_err(&failed)
    };
    let arn = arn(&text(1)?, number(2)?, &text(3)?)?;
    let vpc = text(13)?;
    let vpc = (!vpc.is_empty())
        .then(|| serde_json::from_str(&vpc))
        .transpose()
        .map_err(|e| unreadable(&e))?;
    let state = FunctionState {
        arn,
        origin: text(4)?,
        runtime: text(5)?,
        handler: text(6)?,
        role_arn: text(7)?,
        package_type: PackageType::from_code(code(8)?)
            .ok_or_else(|| unreadable(&"a package type"))?,
        architecture: Architecture::from_code(code(9)?)
            .ok_or_else(|| unreadable(&"an architecture"))?,
        code_sha256: text(10)?,
        code_size: number(11)?.unsigned_abs(),
        kms_key: text(12)?,
        vpc,
        tags: BTreeMap::new(),
        layers: Vec::new(),
        last_modified: Timestamp::from_millis(number(14)?),
        last_invoked: moment(15)?,
    };
    Ok(Function {
        id: number(0)?,
        state,
        discovered_at: Timestamp::from_millis(number(16)?),
        updated_at: Timestamp::from_millis(number(17)?),
        deleted_at: moment(18)?,
    })
}

/// The ARN of a row's columns.
pub(crate) fn arn(region: &str, account: i64, name: &str) -> Result<FunctionArn, StoreError> {
    let region = Region::parse(region).map_err(|e| unreadable(&e))?;
    let account = AccountId::from_number(account)
        .ok_or_else(|| unreadable(&format!("the account {account}")))?;
    FunctionArn::new(region, account, name).map_err(|e| unreadable(&e))
}

fn unreadable(what: &impl std::fmt::Display) -> StoreError {
    StoreError::Row {
        what: format!("a function: {what}"),
    }
}
