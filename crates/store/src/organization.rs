use shindan_inspector::{
    AccountId, AutoEnable, DelegatedAdminStatus, Member, Organization, Region, RelationshipStatus,
    Standing, Timestamp,
};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::{Store, StoreError, Write};

const ORGANIZATION: &str = "SELECT management_account, administrator, administrator_status, auto_ec2, auto_ecr, \
     auto_lambda, auto_lambda_code, auto_code_repository FROM organization WHERE region = $1";
const MEMBER: &str = "SELECT account_id, administrator, relationship, updated_at FROM member \
     WHERE region = $1 AND account_id = $2";

/// Which accounts of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Association {
    /// Those that are associated with this administrator.
    With(AccountId),
    /// All.
    Any,
}

impl Store {
    /// The organisation of a Region, when one was set up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organization(&self, region: &Region) -> Result<Option<Organization>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        organization(&mut connection, region, |e| self.failed(e)).await
    }

    /// An account of the organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        member(&mut connection, region, account, |e| self.failed(e)).await
    }

    /// Where an account stands in its organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Standing, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        standing(&mut connection, region, account, |e| self.failed(e)).await
    }

    /// Accounts of the organisation in their order, from the one after `after` on; at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn members(
        &self,
        region: &Region,
        association: Association,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let after = after.map_or(-1, AccountId::number);
        let rows = match association {
            Association::Any => {
                sqlx::query(
                    "SELECT account_id, administrator, relationship, updated_at FROM member \
                     WHERE region = $1 AND account_id > $2 ORDER BY account_id LIMIT $3",
                )
                .bind(region.as_str())
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(self.readers())
                .await
            }
            Association::With(administrator) => {
                sqlx::query(
                    "SELECT account_id, administrator, relationship, updated_at FROM member \
                     WHERE region = $1 AND administrator = $2 AND account_id > $3 ORDER BY account_id LIMIT $4",
                )
                .bind(region.as_str())
                .bind(administrator.number())
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(self.readers())
                .await
            }
        }
        .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| read_member(row, |e| self.failed(e)))
            .collect()
    }

    /// How many accounts are associated with an administrator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member_count(
        &self,
        region: &Region,
        administrator: AccountId,
    ) -> Result<u64, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        member_count(&mut connection, region, administrator, |e| self.failed(e)).await
    }
}

impl Write {
    /// The organisation of a Region, as this transaction sees it. On PostgreSQL others that would change it wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organization(
        &mut self,
        region: &Region,
    ) -> Result<Option<Organization>, StoreError> {
        if self.engine() == crate::Engine::Postgres {
            sqlx::query("SELECT 1 FROM organization WHERE region = $1 FOR UPDATE")
                .bind(region.as_str())
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        let engine = self.engine();
        organization(self, region, |source| StoreError::Statement {
            engine,
            source,
        })
        .await
    }

    /// An account of the organisation, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        let engine = self.engine();
        member(self, region, account, |source| StoreError::Statement {
            engine,
            source,
        })
        .await
    }

    /// Where an account stands, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<Standing, StoreError> {
        let engine = self.engine();
        standing(self, region, account, |source| StoreError::Statement {
            engine,
            source,
        })
        .await
    }

    /// How many accounts are associated with an administrator, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn member_count(
        &mut self,
        region: &Region,
        administrator: AccountId,
    ) -> Result<u64, StoreError> {
        let engine = self.engine();
        member_count(self, region, administrator, |source| {
            StoreError::Statement { engine, source }
        })
        .await
    }

    /// Makes the organisation what is given.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_organization(
        &mut self,
        region: &Region,
        organization: &Organization,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let auto = organization.auto_enable;
        sqlx::query(
            "INSERT INTO organization (region, management_account, administrator, administrator_status, auto_ec2, \
             auto_ecr, auto_lambda, auto_lambda_code, auto_code_repository, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (region) DO UPDATE SET management_account = excluded.management_account, \
             administrator = excluded.administrator, administrator_status = excluded.administrator_status, \
             auto_ec2 = excluded.auto_ec2, auto_ecr = excluded.auto_ecr, auto_lambda = excluded.auto_lambda, \
             auto_lambda_code = excluded.auto_lambda_code, auto_code_repository = excluded.auto_code_repository, \
             updated_at = excluded.updated_at",
        )
        .bind(region.as_str())
        .bind(organization.management.number())
        .bind(organization.administrator.map(AccountId::number))
        .bind(organization.administrator_status.code())
        .bind(i16::from(auto.ec2))
        .bind(i16::from(auto.ecr))
        .bind(i16::from(auto.lambda))
        .bind(i16::from(auto.lambda_code))
        .bind(i16::from(auto.code_repository))
        .bind(now.as_millis())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Adds an account to the organisation, or changes how it stands; its findings go to whoever administers it now. The
    /// caller enqueues [`crate::Job::ApplyFilters`] of that account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_member(&mut self, region: &Region, member: &Member) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO member (region, account_id, administrator, relationship, updated_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (region, account_id) DO UPDATE SET \
             administrator = excluded.administrator, relationship = excluded.relationship, \
             updated_at = excluded.updated_at",
        )
        .bind(region.as_str())
        .bind(member.account.number())
        .bind(member.administrator.map(AccountId::number))
        .bind(member.relationship.code())
        .bind(member.updated_at.as_millis())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        self.set_administrator(region, member.account, member.administrator)
            .await
    }

    /// Lets all members of an administrator go, and tells which they were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_members(
        &mut self,
        region: &Region,
        administrator: AccountId,
        now: Timestamp,
    ) -> Result<Vec<AccountId>, StoreError> {
        let numbers: Vec<i64> = sqlx::query_scalar(
            "SELECT account_id FROM member WHERE region = $1 AND administrator = $2 ORDER BY account_id",
        )
        .bind(region.as_str())
        .bind(administrator.number())
        .fetch_all(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        let released: Vec<_> = numbers
            .into_iter()
            .map(crate::row::account)
            .collect::<Result<_, _>>()?;
        sqlx::query(
            "UPDATE member SET administrator = NULL, relationship = $1, updated_at = $2 \
             WHERE region = $3 AND administrator = $4",
        )
        .bind(RelationshipStatus::Removed.code())
        .bind(now.as_millis())
        .bind(region.as_str())
        .bind(administrator.number())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        for &account in &released {
            self.set_administrator(region, account, None).await?;
        }
        Ok(released)
    }

    /// Takes an account out of the organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_member(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM member WHERE region = $1 AND account_id = $2")
            .bind(region.as_str())
            .bind(account.number())
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }
}

async fn organization(
    connection: &mut AnyConnection,
    region: &Region,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Option<Organization>, StoreError> {
    let row = sqlx::query(ORGANIZATION)
        .bind(region.as_str())
        .fetch_optional(connection)
        .await
        .map_err(&failed)?;
    row.map(|row| read_organization(&row, failed)).transpose()
}

fn read_organization(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Organization, StoreError> {
    let management: i64 = row.try_get(0).map_err(&failed)?;
    let administrator: Option<i64> = row.try_get(1).map_err(&failed)?;
    let status: i16 = row.try_get(2).map_err(&failed)?;
    let auto = |column: usize| -> Result<bool, StoreError> {
        let on: i16 = row.try_get(column).map_err(&failed)?;
        Ok(on != 0)
    };
    Ok(Organization {
        management: crate::row::account(management)?,
        administrator: administrator.map(crate::row::account).transpose()?,
        administrator_status: DelegatedAdminStatus::from_code(status)
            .ok_or_else(|| crate::row::unknown("administrator status", status))?,
        auto_enable: AutoEnable {
            ec2: auto(3)?,
            ecr: auto(4)?,
            lambda: auto(5)?,
            lambda_code: auto(6)?,
            code_repository: auto(7)?,
        },
    })
}

async fn member(
    connection: &mut AnyConnection,
    region: &Region,
    account: AccountId,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Option<Member>, StoreError> {
    let row = sqlx::query(MEMBER)
        .bind(region.as_str())
        .bind(account.number())
        .fetch_optional(connection)
        .await
        .map_err(&failed)?;
    row.map(|row| read_member(&row, failed)).transpose()
}

fn read_member(
    row: &AnyRow,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Member, StoreError> {
    let account: i64 = row.try_get(0).map_err(&failed)?;
    let administrator: Option<i64> = row.try_get(1).map_err(&failed)?;
    let relationship: i16 = row.try_get(2).map_err(&failed)?;
    let updated_at: i64 = row.try_get(3).map_err(&failed)?;
    Ok(Member {
        account: crate::row::account(account)?,
        administrator: administrator.map(crate::row::account).transpose()?,
        relationship: RelationshipStatus::from_code(relationship)
            .ok_or_else(|| crate::row::unknown("relationship", relationship))?,
        updated_at: Timestamp::from_millis(updated_at),
    })
}

async fn standing(
    connection: &mut AnyConnection,
    region: &Region,
    account: AccountId,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Standing, StoreError> {
    let Some(organization) = organization(connection, region, &failed).await? else {
        return Ok(Standing::STANDALONE);
    };
    let member = member(connection, region, account, &failed).await?;
    Ok(Standing::of(account, Some(&organization), member.as_ref()))
}

async fn member_count(
    connection: &mut AnyConnection,
    region: &Region,
    administrator: AccountId,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<u64, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM member WHERE region = $1 AND administrator = $2")
            .bind(region.as_str())
            .bind(administrator.number())
            .fetch_one(connection)
            .await
            .map_err(failed)?;
    Ok(u64::try_from(count).unwrap_or_default())
}
