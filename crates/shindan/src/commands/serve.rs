//! `shindan serve`: the API, the workers, the watched folders and the clockwork, in one process.

use std::sync::Arc;
use std::time::Duration;

use shindan_advisory::Index;
use shindan_api::{Api, Ports};
use shindan_inspector::RuntimePolicy;
use shindan_inspector::lifecycle::Retention;
use shindan_service::source::{Directory, DirectoryDefaults};
use shindan_service::{Packages, Service, Settings, Stop, SystemClock, Workers};
use shindan_store::Store;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use ureq::tls::TlsConfig;

use crate::cli::service::{LogFormat, ServeArgs};
use crate::commands::backup::shared_lock;
use crate::complaint::Complaint;
use crate::database;
use crate::exit::Exit;
use crate::secret_key::secret_key;
use crate::server::advisories::{Advisories, IndexFile};
use crate::server::deployments::Uploads;
use crate::server::metrics::Metrics;
use crate::server::reports::Reports;
use crate::server::scanner::{DETECTORS, Sandbox};
use crate::server::settings::{Limits, Retention as RetentionSettings, ServerSettings};
use crate::server::{aws, keyring, must_be_random, now, objects, open_store, random};
use crate::terminal;

/// How often watched folders are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often the index of advisories is looked at; a look is one system call.
const ADVISORIES: Duration = Duration::from_secs(2);
/// How often leases, retention and the 90 days are looked after.
const SWEEP: Duration = Duration::from_secs(30);
/// How often old client tokens are removed.
const FORGET: Duration = Duration::from_secs(3600);
/// How long scans may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(60);

pub(crate) fn run(args: &ServeArgs) -> Result<Exit, Complaint> {
    let settings = ServerSettings::find(args)?;
    if args.probe {
        return probe(&settings);
    }
    log_to_stderr(&settings)?;
    // The client of object stores leaves the choice to the program. Fails only when it was made before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Complaint::program(format!("no runtime can be started: {error}")))?
        .block_on(serve(settings))
}

async fn serve(settings: ServerSettings) -> Result<Exit, Complaint> {
    let place = &settings.place;
    let keyring = Arc::new(keyring(place)?);
    let _lock = shared_lock(place)?;
    let store = open_store(place).await?;
    let database = database::at_folder(settings.advisories.clone())?;
    let advisories = Advisories::new(database);
    if advisories.current().is_none() {
        tracing::warn!(
            folder = %advisories.database().folder().display(),
            "there are no advisories, so packages are compared with none; `shindan db update` fetches them"
        );
    }
    let packages = packages(&place.packages())?;
    let service = Service::new(
        store.clone(),
        packages,
        SystemClock,
        Settings {
            policy: if place.file.all_runtimes {
                RuntimePolicy::Wide
            } else {
                RuntimePolicy::AsInspector
            },
            retention: retention(place.file.retention),
            seal: crate::server::snippets::seal(
                Arc::clone(&keyring),
                place.file.snippets.unwrap_or(true),
            ),
            ..Settings::default()
        },
    );
    let metrics = Metrics::default();
    let api = Api::open(
        api_settings(&settings),
        Ports {
            store: store.clone(),
            keyring,
            clock: Arc::new(now),
            entropy: Arc::new(must_be_random),
            advisories: Arc::new(advisories.clone()),
            deployments: Arc::new(Uploads(service.clone())),
            metrics: Arc::new({
                let metrics = metrics.clone();
                move || metrics.text()
            }),
        },
    )
    .await
    .map_err(|error| Complaint::input(error.to_string()))?;
    let tls = settings
        .tls
        .as_ref()
        .map(|tls| {
            let read = |path: &std::path::Path| {
                std::fs::read(path).map_err(|error| Complaint::file(path, "read", &error))
            };
            shindan_api::tls_from_pem(&read(&tls.certificate)?, &read(&tls.key)?)
                .map_err(|error| Complaint::input(error.to_string()))
        })
        .transpose()?;
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| {
        Complaint::input(format!("{}: cannot listen here: {error}", settings.listen))
            .with_hint("give another address with --listen")
    })?;

    let stop = Stop::default();
    let mut background = JoinSet::new();
    for watch in &place.file.watch {
        let defaults = DirectoryDefaults {
            account: watch.account,
            region: watch.region.clone(),
            runtime: watch.runtime.clone().unwrap_or_default(),
        };
        let (mut directory, service) = (
            Directory::new(watch.folder.clone(), defaults),
            service.clone(),
        );
        background.spawn(async move { directory.watch(&service, LOOK).await });
    }
    let name = worker_name()?;
    for source in &place.file.aws {
        aws::watch(&mut background, &service, source, &name)?;
    }
    background.spawn({
        let service = service.clone();
        async move {
            match service.scan_with_new_detectors(DETECTORS).await {
                Ok(0) => {}
                Ok(functions) => {
                    tracing::info!(functions, "functions are scanned with new detectors")
                }
                Err(error) => {
                    tracing::error!(%error, "functions are not scanned with new detectors")
                }
            }
            service.keep_sweeping(SWEEP).await;
        }
    });
    background.spawn(metrics.keep_counting(store.clone(), advisories.clone()));
    background.spawn(forget(store.clone()));
    background.spawn(follow(advisories.clone(), service.clone()));
    let (key, _) = secret_key()?;
    let workers = Workers::new(
        service.clone(),
        Sandbox {
            advisories,
            secret_key: key,
        },
        Reports::new(store.clone(), place),
        &name,
        GRACE,
    );
    let working = tokio::spawn({
        let (count, stop) = (settings.workers, stop.clone());
        async move { workers.run(count, stop).await }
    });
    tracing::info!(
        listen = %settings.listen, tls = tls.is_some(), database = store.place(), workers = settings.workers,
        "serving"
    );
    shindan_api::serve(&api, listener, tls, told_to_stop()).await;
    tracing::info!("stopping: no new work is taken");
    stop.stop();
    background.shutdown().await;
    if working.await.is_err() {
        tracing::error!("the workers ended early; their jobs are done at the next start");
    }
    store.close().await;
    Ok(Exit::Clean)
}

/// Answers that repeated requests would get again are kept for a day.
async fn forget(store: Store) {
    loop {
        let before = now().plus_millis(-shindan_inspector::Timestamp::DAY);
        if let Err(error) = store.forget_client_tokens(before).await {
            tracing::warn!(%error, "old client tokens were not removed");
        }
        tokio::time::sleep(FORGET).await;
    }
}

/// Tells the service whenever the advisories have changed.
async fn follow(advisories: Advisories, service: Service) {
    let mut known: Option<(IndexFile, Index)> = None;
    loop {
        let current = advisories.current();
        let is_new = current.is_some() && current.as_ref() != known.as_ref().map(|(file, _)| file);
        if let Some(file) = current.filter(|_| is_new) {
            match advisories.database().index() {
                Ok(Some(index)) => {
                    let old = known.as_ref().map(|(_, index)| index);
                    match service.advisories_changed(old, &index, &file.name).await {
                        Ok(0) => known = Some((file, index)),
                        Ok(functions) => {
                            tracing::info!(
                                functions,
                                "other advisories; functions are compared again"
                            );
                            known = Some((file, index));
                        }
                        Err(error) => {
                            tracing::error!(%error, "the functions that new advisories concern were not found; trying again")
                        }
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the advisories cannot be read"),
            }
        }
        tokio::time::sleep(ADVISORIES).await;
    }
}

fn packages(place: &str) -> Result<Packages, Complaint> {
    if objects::s3(place).is_some() {
        return Ok(Packages::in_objects(objects::in_bucket(place)?));
    }
    Packages::in_directory(std::path::Path::new(place))
        .map_err(|error| Complaint::input(format!("{place}: {error}")))
}

fn retention(settings: RetentionSettings) -> Retention {
    let day = shindan_inspector::Timestamp::DAY;
    Retention {
        gone: i64::from(settings.gone_days) * day,
        disabled: i64::from(settings.disabled_hours) * day / 24,
        fixed: i64::from(settings.fixed_days) * day,
    }
}

fn api_settings(settings: &ServerSettings) -> shindan_api::Settings {
    let file = &settings.place.file;
    let Limits {
        requests_per_second,
        burst,
        package_mib,
        seconds,
    } = file.limits;
    shindan_api::Settings {
        regions: (!file.regions.is_empty()).then(|| file.regions.iter().cloned().collect()),
        administrators_read_snippets: file.snippets_for_administrator,
        limits: shindan_api::Limits {
            package: usize::try_from(package_mib).map_or(usize::MAX, |mib| mib << 20),
            request_time: Duration::from_secs(seconds.into()),
            rate: requests_per_second,
            burst,
            ..shindan_api::Limits::default()
        },
        ..shindan_api::Settings::default()
    }
}

/// A name that no other process on the same database has.
fn worker_name() -> Result<String, Complaint> {
    let mut bytes = [0; 4];
    random(&mut bytes)?;
    Ok(format!(
        "{}-{:08x}",
        std::process::id(),
        u32::from_be_bytes(bytes)
    ))
}

/// Waits for SIGTERM or SIGINT.
async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn log_to_stderr(settings: &ServerSettings) -> Result<(), Complaint> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log_filter)
        .map_err(|error| Complaint::input(format!("--log {}: {error}", settings.log_filter)))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let set = match settings.log_format {
        LogFormat::Text => lines.with_ansi(terminal::is_watched()).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    set.map_err(|error| Complaint::program(format!("no log can be written: {error}")))
}

/// Asks a running server whether it is ready.
fn probe(settings: &ServerSettings) -> Result<Exit, Complaint> {
    let address = settings.listen;
    let scheme = settings.tls.as_ref().map_or("http", |_| "https");
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(5)))
        // The certificate is for the names that clients use, and this server is asked by its address.
        .tls_config(TlsConfig::builder().disable_verification(true).build())
        .build()
        .into();
    match agent.get(format!("{scheme}://{address}/readyz")).call() {
        Ok(answer) if answer.status() == 200 => Ok(Exit::Clean),
        Ok(_) => Err(Complaint::input(format!(
            "{address}: the server is not ready"
        ))),
        Err(error) => Err(Complaint::input(format!("{address}: {error}"))),
    }
}
