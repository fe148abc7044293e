use shindan_inspector::{AccountId, Region};
use shindan_security_hub::AggregatorArn;
use shindan_security_hub::aggregator::{Aggregator, Linking, RegionLinkingMode};
use sqlx::Row;

use crate::row::unknown;
use crate::{Store, StoreError, Write};

impl Store {
    /// The finding aggregator of an account, in whichever Region it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_aggregator(
        &self,
        account: AccountId,
    ) -> Result<Option<Aggregator>, StoreError> {
        let row = sqlx::query(
            "SELECT region, id, mode, regions FROM hub_aggregator WHERE account_id = $1",
        )
        .bind(account.number())
        .fetch_optional(self.readers())
        .await
        .map_err(|e| self.failed(e))?;
        let Some(row) = row else { return Ok(None) };
        let region: String = row.try_get(0).map_err(|e| self.failed(e))?;
        let id: String = row.try_get(1).map_err(|e| self.failed(e))?;
        let mode: i16 = row.try_get(2).map_err(|e| self.failed(e))?;
        let regions: String = row.try_get(3).map_err(|e| self.failed(e))?;
        let linked = serde_json::from_str(&regions).ok();
        let mode = RegionLinkingMode::from_code(mode);
        let linking = mode
            .zip(linked)
            .and_then(|(mode, linked)| Linking::new(mode, linked))
            .ok_or_else(|| unknown("Regions of the aggregator", &regions))?;
        Ok(Some(Aggregator {
            arn: AggregatorArn {
                region: Region::parse(&region).map_err(|_| unknown("Region", &region))?,
                account,
                id,
            },
            linking,
        }))
    }

    /// Which Regions' findings an account sees in a Region beside those of the Region itself: what its aggregator links
    /// in the home Region, nothing elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hub_linking(
        &self,
        region: &Region,
        account: AccountId,
    ) -> Result<Linking, StoreError> {
        let aggregator = self.hub_aggregator(account).await?;
        let here = aggregator.filter(|aggregator| aggregator.arn.region == *region);
        Ok(here.map_or(Linking::None, |aggregator| aggregator.linking))
    }
}

impl Write {
    /// Makes the aggregator of its account. Returns false when the account has one already; then nothing is done.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create_hub_aggregator(
        &mut self,
        aggregator: &Aggregator,
    ) -> Result<bool, StoreError> {
        let (mode, regions) = parts(aggregator);
        let done = sqlx::query(
            "INSERT INTO hub_aggregator (account_id, region, id, mode, regions) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(aggregator.arn.account.number())
        .bind(aggregator.arn.region.as_str())
        .bind(&*aggregator.arn.id)
        .bind(mode)
        .bind(regions)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(done.rows_affected() > 0)
    }

    /// Changes what an aggregator links. Returns false when there is no such aggregator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update_hub_aggregator(
        &mut self,
        aggregator: &Aggregator,
    ) -> Result<bool, StoreError> {
        let (mode, regions) = parts(aggregator);
        let done = sqlx::query(
            "UPDATE hub_aggregator SET mode = $1, regions = $2 WHERE account_id = $3 AND region = $4 AND id = $5",
        )
        .bind(mode)
        .bind(regions)
        .bind(aggregator.arn.account.number())
        .bind(aggregator.arn.region.as_str())
        .bind(&*aggregator.arn.id)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes an aggregator. Returns false when there is no such aggregator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_hub_aggregator(&mut self, arn: &AggregatorArn) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "DELETE FROM hub_aggregator WHERE account_id = $1 AND region = $2 AND id = $3",
        )
        .bind(arn.account.number())
        .bind(arn.region.as_str())
        .bind(&*arn.id)
        .execute(&mut **self)
        .await
        .map_err(|e| self.failed(e))?;
        Ok(done.rows_affected() > 0)
    }
}

fn parts(aggregator: &Aggregator) -> (i16, String) {
    let (mode, regions) = aggregator.linking.parts();
    // A list of texts always has a JSON form.
    (
        mode.code(),
        serde_json::to_string(regions).unwrap_or_default(),
    )
}
