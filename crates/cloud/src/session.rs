//! Sessions: one account in one Region, and the cache that hands them out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::service_config::ServiceConfigKey;
use secrecy::ExposeSecret;
use shindan_inspector::{AccountId, Region};
use tokio::sync::Mutex;

use crate::call::{Call, Service};
use crate::credentials::Credentials;
use crate::effects::{Clock, Effects};
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;
use crate::http::Http;
use crate::retry::Retry;
use crate::settings::Settings;

/// Where STS and Organizations are asked when no Region is set anywhere; both answer for all Regions.
const FALLBACK_REGION: &str = "us-east-1";

/// What all sessions have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) effects: Effects,
    pub(crate) clock: Clock,
    pub(crate) http: Http,
}

impl Shared {
    pub(crate) fn retry<'a>(
        &'a self,
        account: Option<AccountId>,
        region: &'a Region,
        credentials: Option<&'a Credentials>,
    ) -> Retry<'a> {
        Retry {
            backoff: &self.settings.backoff,
            effects: &self.effects,
            clock: &self.clock,
            credentials,
            account,
            region,
        }
    }
}

/// The accounts that can be reached, with the credentials for each. A clone shares them.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    config: SdkConfig,
    home: AccountId,
    home_credentials: Credentials,
    region: Region,
    members: Mutex<BTreeMap<AccountId, Credentials>>,
}

/// One account in one Region.
#[derive(Clone)]
pub struct Session {
    account: AccountId,
    region: Region,
    pub(crate) config: SdkConfig,
    pub(crate) credentials: Credentials,
    pub(crate) shared: Arc<Shared>,
}

impl Sessions {
    /// Finds credentials by the standard chain and asks STS whose they are.
    ///
    /// # Errors
    /// When there are none, or STS does not accept them.
    pub async fn open(settings: Settings, effects: Effects) -> Result<Self, CloudError> {
        let clock = Clock::new(effects.time.clone());
        let http = Http::new(settings.timeouts);
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .time_source(clock.clone())
            // What the SDK sleeps for are timeouts of the network, which are real time.
            .sleep_impl(TokioSleep::new())
            .identity_cache(IdentityCache::no_cache())
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(settings.timeouts.connect)
                    .read_timeout(settings.timeouts.read)
                    .build(),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Ok(name) = AppName::new("shindan") {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(key) = &settings.access_key {
            let token = key.session_token.as_ref();
            loader = loader.credentials_provider(aws_credential_types::Credentials::new(
                &key.id,
                key.secret.expose_secret(),
                token.map(|token| token.expose_secret().to_owned()),
                None,
                "settings",
            ));
        }
        if let Some(region) = &settings.region {
            loader = loader.region(aws_config::Region::new(region.to_string()));
        }
        if let Some(endpoint) = &settings.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = loader.load().await;
        let configured = config.region().map(|region| region.as_ref().to_owned());
        let fallback = || Region::parse(FALLBACK_REGION).expect("the fallback is a Region");
        let (region, misread) = match configured.as_deref().map(Region::parse) {
            None => (fallback(), None),
            Some(Ok(region)) => (region, None),
            Some(Err(error)) => (fallback(), Some(error.to_string())),
        };
        let shared = Arc::new(Shared {
            settings,
            effects,
            clock,
            http,
        });
        let refuse = |kind, message| {
            let failure = Failure::of(kind, message);
            let retry = shared.retry(None, &region, None);
            Err(retry.give_up(Call::GetCallerIdentity, &failure, 0))
        };
        if let Some(message) = misread {
            return refuse(ErrorKind::Invalid, message);
        }
        let Some(provider) = config.credentials_provider() else {
            return refuse(ErrorKind::NoCredentials, String::new());
        };
        let credentials = Credentials::chain(provider, Arc::clone(&shared), region.clone());
        let config = with_credentials(&config, &region, &credentials);
        let home = match whose(&config, &credentials, &shared, &region).await {
            Err(first) if config.endpoint_url().is_some() => {
                // A server that stands in for AWS need not be STS too. Inspector answers about the caller when no account
                // is named, and says what is wrong with the credentials in words that are understood.
                let session = Session {
                    account: AccountId::from_number(0).expect("twelve zeros"),
                    region: region.clone(),
                    config: config.clone(),
                    credentials: credentials.clone(),
                    shared: Arc::clone(&shared),
                };
                session
                    .inspector()
                    .caller()
                    .await
                    .map_err(|second| match second.kind {
                        ErrorKind::CredentialsExpired
                        | ErrorKind::CredentialsRefused
                        | ErrorKind::ClockSkew => CloudError {
                            account: None,
                            ..second
                        },
                        _ => first,
                    })?
            }
            known => known?,
        };
        Ok(Self(Arc::new(Inner {
            shared,
            config,
            home,
            home_credentials: credentials,
            region,
            members: Mutex::default(),
        })))
    }

    /// The account that the credentials belong to.
    #[must_use]
    pub fn home(&self) -> AccountId {
        self.0.home
    }

    /// The Region of the settings or the profile.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.0.region
    }

    /// A session in an account: with the own credentials in the own account, by the member role elsewhere. The role is
    /// assumed once for each account, whatever the Region, and again before its session ends.
    ///
    /// # Errors
    /// When the role cannot be assumed, or none is set.
    pub async fn session(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Session, CloudError> {
        let credentials = if account == self.0.home {
            self.0.home_credentials.clone()
        } else {
            self.member(account).await?
        };
        credentials.get().await?;
        Ok(Session {
            account,
            region: region.clone(),
            config: with_credentials(&self.0.config, region, &credentials),
            credentials,
            shared: Arc::clone(&self.0.shared),
        })
    }

    async fn member(&self, account: AccountId) -> Result<Credentials, CloudError> {
        let Inner {
            shared,
            config,
            region,
            ..
        } = &*self.0;
        let Some(role) = &shared.settings.role else {
            let message = "no role for member accounts is set";
            let failure = Failure::of(ErrorKind::AccessDenied, message);
            return Err(shared.retry(Some(account), region, None).give_up(
                Call::AssumeRole,
                &failure,
                0,
            ));
        };
        let mut members = self.0.members.lock().await;
        Ok(members
            .entry(account)
            .or_insert_with(|| {
                let sts = aws_sdk_sts::Client::new(config);
                Credentials::role(sts, self.0.home_credentials.clone(), role.clone(), account)
            })
            .clone())
    }
}

impl Session {
    /// Whose it is.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Where it is.
    #[must_use]
    pub const fn region(&self) -> &Region {
        &self.region
    }

    pub(crate) fn retry(&self) -> Retry<'_> {
        self.shared
            .retry(Some(self.account), &self.region, Some(&self.credentials))
    }

    /// The error of something that is no failed attempt of a call.
    pub(crate) fn error(&self, call: Call, failure: &Failure) -> CloudError {
        self.retry().give_up(call, failure, 1)
    }

    /// Makes a call of one of the SDKs.
    pub(crate) async fn sdk<T, E, F>(
        &self,
        call: Call,
        attempt: impl Fn() -> F,
    ) -> Result<T, CloudError>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.credentials.get().await?;
        let attempt = || {
            let attempt = attempt();
            async { attempt.await.map_err(Failure::from_sdk) }
        };
        self.retry().run(call, attempt).await
    }

    /// Where a service is that is called without an SDK, without `/` at the end. The order is the SDKs': a URL from the
    /// program, one for the service, one for all, AWS's own.
    pub(crate) fn endpoint(&self, service: Service) -> String {
        let single = || {
            let key = ServiceConfigKey::builder()
                .service_id(service.id())
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url")
                .build()
                .ok()?;
            self.config.service_config()?.load_config(key)
        };
        let set = match &self.shared.settings.endpoint {
            Some(endpoint) => Some(endpoint.clone()),
            None => single().or_else(|| self.config.endpoint_url().map(str::to_owned)),
        };
        set.map_or_else(
            || {
                let (name, region) = (service.signing_name(), &self.region);
                format!("https://{name}.{region}.{}", domain(region))
            },
            |url| url.trim_end_matches('/').to_owned(),
        )
    }
}

/// The domain of a Region's services.
fn domain(region: &Region) -> &'static str {
    match region.partition() {
        "aws-cn" => "amazonaws.com.cn",
        _ => "amazonaws.com",
    }
}

fn with_credentials(config: &SdkConfig, region: &Region, credentials: &Credentials) -> SdkConfig {
    config
        .to_builder()
        .region(aws_config::Region::new(region.to_string()))
        .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
        .disable_clock_skew_correction(true)
        .build()
}

async fn whose(
    config: &SdkConfig,
    credentials: &Credentials,
    shared: &Shared,
    region: &Region,
) -> Result<AccountId, CloudError> {
    credentials.get().await?;
    let sts = aws_sdk_sts::Client::new(config);
    let retry = shared.retry(None, region, Some(credentials));
    let attempt = || async {
        let answer = sts
            .get_caller_identity()
            .send()
            .await
            .map_err(Failure::from_sdk)?;
        let account = answer.account().unwrap_or_default();
        AccountId::parse(account)
            .map_err(|error| Failure::of(ErrorKind::NotTheService, error.to_string()))
    };
    retry.run(Call::GetCallerIdentity, attempt).await
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("home", &self.0.home)
            .field("region", &self.0.region)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}
