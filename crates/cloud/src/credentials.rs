//! Credentials of one account: the standard chain's, or those of a role in a member account.
//!
//! Temporary credentials are kept until shortly before they end and fetched once however many calls wait for them.
//! Nothing prints them, and nothing writes them anywhere.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use secrecy::ExposeSecret;
use shindan_inspector::{AccountId, Region};
use tokio::sync::Mutex;

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::failure::{Failure, chain};
use crate::session::Shared;
use crate::settings::MemberRole;

/// How long before their end credentials are renewed: longer than a call waits with all its attempts.
const MARGIN_MILLIS: i64 = 3 * 60 * 1000;
/// The shortest that STS gives.
const SESSION_SECONDS: i32 = 15 * 60;

/// Credentials that renew themselves.
#[derive(Clone)]
pub(crate) struct Credentials(Arc<Inner>);

struct Inner {
    source: Source,
    cached: Mutex<Option<aws_credential_types::Credentials>>,
    shared: Arc<Shared>,
    /// Where STS is asked, and what errors name.
    region: Region,
}

enum Source {
    Chain(SharedCredentialsProvider),
    Role {
        sts: aws_sdk_sts::Client,
        /// Those that STS is asked with.
        home: Credentials,
        role: MemberRole,
        account: AccountId,
    },
}

impl Credentials {
    /// Those of the standard chain.
    pub(crate) fn chain(
        provider: SharedCredentialsProvider,
        shared: Arc<Shared>,
        region: Region,
    ) -> Self {
        Self::new(Source::Chain(provider), shared, region)
    }

    /// Those of a role in a member account, limited to what its policy's calls need.
    pub(crate) fn role(
        sts: aws_sdk_sts::Client,
        home: Self,
        role: MemberRole,
        account: AccountId,
    ) -> Self {
        let (shared, region) = (Arc::clone(&home.0.shared), home.0.region.clone());
        let source = Source::Role {
            sts,
            home,
            role,
            account,
        };
        Self::new(source, shared, region)
    }

    fn new(source: Source, shared: Arc<Shared>, region: Region) -> Self {
        Self(Arc::new(Inner {
            source,
            cached: Mutex::new(None),
            shared,
            region,
        }))
    }

    /// Credentials that are good for some minutes.
    pub(crate) async fn get(&self) -> Result<aws_credential_types::Credentials, CloudError> {
        let mut cached = self.0.cached.lock().await;
        let until = self.0.shared.clock.timestamp().plus_millis(MARGIN_MILLIS);
        if let Some(credentials) = cached.as_ref() {
            let lasts = credentials.expiry().is_none_or(|expiry| {
                let expiry = expiry
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |since| since.as_millis());
                i128::from(until.as_millis()) < i128::try_from(expiry).unwrap_or(i128::MAX)
            });
            if lasts {
                return Ok(credentials.clone());
            }
        }
        let fresh = match &self.0.source {
            Source::Chain(provider) => self.ask_chain(provider).await?,
            Source::Role {
                sts,
                home,
                role,
                account,
            } => self.assume(sts, home, role, *account).await?,
        };
        Ok(cached.insert(fresh).clone())
    }

    /// Has the next call get new ones: the service says that these have ended.
    pub(crate) async fn forget(&self) {
        *self.0.cached.lock().await = None;
    }

    async fn ask_chain(
        &self,
        provider: &SharedCredentialsProvider,
    ) -> Result<aws_credential_types::Credentials, CloudError> {
        provider.provide_credentials().await.map_err(|error| {
            let kind = match error {
                CredentialsError::ProviderTimedOut(_) => ErrorKind::Timeout,
                _ => ErrorKind::NoCredentials,
            };
            let retry = self.0.shared.retry(None, &self.0.region, None);
            let failure = Failure::of(kind, chain(&error));
            retry.give_up(Call::GetCallerIdentity, &failure, 1)
        })
    }

    async fn assume(
        &self,
        sts: &aws_sdk_sts::Client,
        home: &Self,
        role: &MemberRole,
        account: AccountId,
    ) -> Result<aws_credential_types::Credentials, CloudError> {
        let Inner { shared, region, .. } = &*self.0;
        let retry = shared.retry(Some(account), region, Some(home));
        let attempt = || async {
            let external_id = role.external_id.as_ref();
            let answer = sts
                .assume_role()
                .role_arn(role.name.arn(account, region))
                .role_session_name("shindan")
                .duration_seconds(SESSION_SECONDS)
                .policy(role.policy.session_policy())
                .set_external_id(external_id.map(|id| id.expose_secret().to_owned()))
                .send()
                .await
                .map_err(Failure::from_sdk)?;
            let keys = answer.credentials.ok_or_else(|| {
                Failure::of(ErrorKind::NotTheService, "the answer has no credentials")
            })?;
            Ok(aws_credential_types::Credentials::new(
                keys.access_key_id,
                keys.secret_access_key,
                Some(keys.session_token),
                keys.expiration.try_into().ok(),
                "shindan",
            ))
        };
        retry.run(Call::AssumeRole, attempt).await
    }
}

impl ProvideCredentials for Credentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.get().await.map_err(CredentialsError::provider_error)
        })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}
