use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::members::{AutoEnableStandards, MemberStatus};
use shindan_security_hub::{HubMember, HubOrganization, HubStanding};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::row::unknown;
use crate::{Store, StoreError, Write};

const MEMBER: &str = "SELECT account_id, administrator, status, invited_at, updated_at, email FROM hub_member \
     WHERE region = $1 AND account_id = $2";

impl Store {
    /// Security Hub's organisation in a Region; one without administrator when none was designated.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_organization(&self, region: &Region) -> Result<HubOrganization, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        organization(&mut connection, region, |e| self.failed(e)).await
    }

    /// An account that is or was a member.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_member(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Option<HubMember>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(|e| self.failed(e))?;
        member(&mut connection, region, account, |e| self.failed(e)).await
    }

    /// An administrator's members in their order, from the one after `after` on; at most `limit`. With `associated` only
    /// those that are members now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_members(
        &self,
        region: &Region,
        administrator: AccountId,
        associated: bool,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<HubMember>, StoreError> {
        let rows = sqlx::query(
            "SELECT account_id, administrator, status, invited_at, updated_at, email FROM hub_member \
             WHERE region = $1 AND administrator = $2 AND account_id > $3 AND (status = $4 OR $5 = 0) \
             ORDER BY account_id LIMIT $6",
        )
        .bind(region.as_str())
        .bind(administrator.number())
        .bind(after.map_or(-1, AccountId::number))
        .bind(MemberStatus::Enabled.code())
        .bind(i64::from(associated))
        .bind(i64::from(limit))
        .fetch_all(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        rows.iter()
            .map(|row| read_member(row, |e| self.failed(e)))
            .collect()
    }

    /// How many members an administrator has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_member_count(
        &self,
        region: &Region,
        administrator: AccountId,
    ) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM hub_member WHERE region = $1 AND administrator = $2 AND status = $3",
        )
        .bind(region.as_str())
        .bind(administrator.number())
        .bind(MemberStatus::Enabled.code())
        .fetch_one(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// Where an account stands in Security Hub. Whether it owns the organisation is what [`Self::organization`] says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_standing(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<HubStanding, StoreError> {
        let enabled = self.hub(region, account).await?.is_some();
        let owner = self.organization(region).await?.map(|o| o.management);
        let organization = self.hub_organization(region).await?;
        let member = self.hub_member(region, account).await?;
        let management = owner == Some(account);
        Ok(HubStanding::of(
            account,
            enabled,
            management,
            &organization,
            member.as_ref(),
        ))
    }
}

impl Write {
    /// Security Hub's organisation, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_organization(
        &mut self,
        region: &Region,
    ) -> Result<HubOrganization, StoreError> {
        let engine = self.engine();
        let failed = |source| StoreError::Statement { engine, source };
        organization(self, region, failed).await
    }

    /// An account that is or was a member, as this transaction sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_member(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<Option<HubMember>, StoreError> {
        let engine = self.engine();
        let failed = |source| StoreError::Statement { engine, source };
        member(self, region, account, failed).await
    }

    /// Makes the organisation what is given. When it has no administrator any more, or another one, nobody is a member.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_hub_organization(
        &mut self,
        region: &Region,
        organization: &HubOrganization,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = self.hub_organization(region).await?.administrator;
        if let Some(before) = before.filter(|before| organization.administrator != Some(*before)) {
            sqlx::query(
                "UPDATE hub_member SET status = $1, updated_at = $2 WHERE region = $3 AND administrator = $4 AND status = $5",
            )
            .bind(MemberStatus::Removed.code())
            .bind(now.as_millis())
            .bind(region.as_str())
            .bind(before.number())
            .bind(MemberStatus::Enabled.code())
            .execute(&mut **self)
            .await
            .map_err(|e| self.failed(e))?;
            sqlx::query("UPDATE hub_finding SET administrator = account_id WHERE administrator = $1 AND region = $2")
                .bind(before.number())
                .bind(region.as_str())
                .execute(&mut **self)
                .await
                .map_err(|e| self.failed(e))?;
        }
        sqlx::query(
            "INSERT INTO hub_organization (region, administrator, auto_enable, auto_enable_standards) \
             VALUES ($1, $2, $3, $4) ON CONFLICT (region) DO UPDATE SET administrator = excluded.administrator, \
             auto_enable = excluded.auto_enable, auto_enable_standards = excluded.auto_enable_standards",
        )
        .bind(region.as_str())
        .bind(organization.administrator.map(AccountId::number))
        .bind(i16::from(organization.auto_enable))
        .bind(organization.auto_enable_standards.code())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Adds a member, or changes how it stands. Its findings follow.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_hub_member(
        &mut self,
        region: &Region,
        member: &HubMember,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO hub_member (region, account_id, administrator, email, status, invited_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (region, account_id) DO UPDATE SET \
             administrator = excluded.administrator, email = excluded.email, status = excluded.status, \
             invited_at = excluded.invited_at, updated_at = excluded.updated_at",
        )
        .bind(region.as_str())
        .bind(member.account.number())
        .bind(member.administrator.number())
        .bind(member.email.as_deref().map(super::columns::storable))
        .bind(member.status.code())
        .bind(member.invited_at.as_millis())
        .bind(member.updated_at.as_millis())
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        self.lock_hub(member.account).await?;
        let associated = member.is_associated_with(member.administrator);
        let administrator = if associated {
            member.administrator
        } else {
            member.account
        };
        sqlx::query(
            "UPDATE hub_finding SET administrator = $1 WHERE account_id = $2 AND region = $3",
        )
        .bind(administrator.number())
        .bind(member.account.number())
        .bind(region.as_str())
        .execute(&mut **self)
        .await
        .map(drop)
        .map_err(|e| self.failed(e))
    }

    /// Forgets an account that was a member.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_hub_member(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM hub_member WHERE region = $1 AND account_id = $2 AND status <> $3")
            .bind(region.as_str())
            .bind(account.number())
            .bind(MemberStatus::Enabled.code())
            .execute(&mut **self)
            .await
            .map(drop)
            .map_err(|e| self.failed(e))
    }

    /// Whose view reaches an account's findings.
    pub(super) async fn hub_view(
        &mut self,
        region: &Region,
        account: AccountId,
    ) -> Result<AccountId, StoreError> {
        let member = self.hub_member(region, account).await?;
        let administrator = member
            .filter(|member| member.is_associated_with(member.administrator))
            .map(|member| member.administrator);
        Ok(administrator.unwrap_or(account))
    }
}

async fn organization(
    connection: &mut AnyConnection,
    region: &Region,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<HubOrganization, StoreError> {
    let row = sqlx::query(
        "SELECT administrator, auto_enable, auto_enable_standards FROM hub_organization WHERE region = $1",
    )
    .bind(region.as_str())
    .fetch_optional(connection)
    .await
    .map_err(&failed)?;
    let Some(row) = row else {
        return Ok(HubOrganization::default());
    };
    let administrator: Option<i64> = row.try_get(0).map_err(&failed)?;
    let auto_enable: i16 = row.try_get(1).map_err(&failed)?;
    let standards: i16 = row.try_get(2).map_err(&failed)?;
    Ok(HubOrganization {
        administrator: administrator.map(crate::row::account).transpose()?,
        auto_enable: auto_enable != 0,
        auto_enable_standards: AutoEnableStandards::from_code(standards)
            .ok_or_else(|| unknown("standards of new members", standards))?,
    })
}

async fn member(
    connection: &mut AnyConnection,
    region: &Region,
    account: AccountId,
    failed: impl Fn(sqlx::Error) -> StoreError,
) -> Result<Option<HubMember>, StoreError> {
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
) -> Result<HubMember, StoreError> {
    let account: i64 = row.try_get(0).map_err(&failed)?;
    let administrator: i64 = row.try_get(1).map_err(&failed)?;
    let status: i16 = row.try_get(2).map_err(&failed)?;
    let invited_at: i64 = row.try_get(3).map_err(&failed)?;
    let updated_at: i64 = row.try_get(4).map_err(&failed)?;
    Ok(HubMember {
        account: crate::row::account(account)?,
        email: row.try_get(5).map_err(&failed)?,
        administrator: crate::row::account(administrator)?,
        status: MemberStatus::from_code(status).ok_or_else(|| unknown("member status", status))?,
        invited_at: Timestamp::from_millis(invited_at),
        updated_at: Timestamp::from_millis(updated_at),
    })
}
