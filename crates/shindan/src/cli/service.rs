//! The arguments of the commands around the service: running it, giving it packages, handing out its keys, copying its data.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ListFormat;
use crate::exit;

const SERVE_EXAMPLES: &str = "\
Examples:
  shindan serve                                      on 127.0.0.1:8080, everything in the user's data folder
  shindan serve --config server.toml                 with settings from a file
  shindan serve --database postgres://shindan@db/shindan --listen 0.0.0.0:8443 --tls-certificate c.pem --tls-key k.pem
  aws inspector2 list-findings --endpoint-url http://127.0.0.1:8080

Settings come from the first that has them: a flag, an environment variable, the file, the default.";

const ACCESS_EXAMPLES: &str = "\
Examples:
  shindan access create --account 111122223333 --role administrator
  shindan access list
  shindan access revoke AKIA…";

/// `shindan serve`.
#[derive(Debug, Args)]
#[command(after_help = format!("{SERVE_EXAMPLES}\n\n{}", exit::SERVE_TABLE))]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) place: ServicePlace,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", env = "SHINDAN_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// Folder of the advisory database [default: shindan in the user's data folder]
    #[arg(long, value_name = "DIR", env = "SHINDAN_DB")]
    pub(crate) db: Option<PathBuf>,
    /// Certificate chain in PEM; without it the server speaks plain HTTP
    #[arg(
        long,
        value_name = "FILE",
        env = "SHINDAN_TLS_CERTIFICATE",
        requires = "tls_key"
    )]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key in PEM
    #[arg(
        long,
        value_name = "FILE",
        env = "SHINDAN_TLS_KEY",
        requires = "tls_certificate"
    )]
    pub(crate) tls_key: Option<PathBuf>,
    /// Scans that run at once; 0 for none, where other servers do them [default: one a processor]
    #[arg(long, value_name = "N", env = "SHINDAN_WORKERS")]
    pub(crate) workers: Option<usize>,
    /// How to write the log [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "SHINDAN_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// What to log, such as info or warn,shindan_service=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "SHINDAN_LOG")]
    pub(crate) log: Option<String>,
    /// Ask a running server whether it is ready, and end with 0 when it is
    #[arg(long)]
    pub(crate) probe: bool,
}

/// Where the service's data and settings are.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ServicePlace {
    /// Settings of the server in TOML, see docs/service.md
    #[arg(long, value_name = "FILE", env = "SHINDAN_SERVER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the database, the key file and stored packages [default: shindan/server in the user's data folder]
    #[arg(long, value_name = "DIR", env = "SHINDAN_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// sqlite:PATH or postgres://… [default: shindan.db in the data folder]
    #[arg(
        long,
        value_name = "URL",
        env = "SHINDAN_DATABASE",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// `shindan push`.
#[derive(Debug, Args)]
#[command(after_help = exit::PUSH_TABLE)]
pub(crate) struct PushArgs {
    /// The deployment package, a zip archive
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
    /// The function's name
    #[arg(long, value_name = "NAME")]
    pub(crate) function: String,
    /// Such as python3.12
    #[arg(long, value_name = "RUNTIME")]
    pub(crate) runtime: String,
    /// Such as app.handler
    #[arg(long, value_name = "HANDLER", default_value = "")]
    pub(crate) handler: String,
    /// A tag; may be given several times
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub(crate) tags: Vec<String>,
    /// A layer that was pushed before, by ARN; may be given several times, in order
    #[arg(long = "layer", value_name = "ARN")]
    pub(crate) layers: Vec<String>,
    /// The server; otherwise AWS_ENDPOINT_URL_INSPECTOR2 or AWS_ENDPOINT_URL
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The Region; otherwise AWS_REGION or AWS_DEFAULT_REGION
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Write errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// `shindan access`.
#[derive(Debug, Args)]
#[command(after_help = ACCESS_EXAMPLES)]
pub(crate) struct AccessArgs {
    #[command(subcommand)]
    pub(crate) command: AccessCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Make an access key; the secret is shown once
    Create(AccessCreateArgs),
    /// List access keys, without secrets
    List(AccessListArgs),
    /// Switch an access key off
    Revoke(AccessRevokeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AccessCreateArgs {
    /// The account it speaks for
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: String,
    /// What it may do at most; what its account may not do, no role allows
    #[arg(long, value_name = "ROLE", default_value = "member")]
    pub(crate) role: RoleName,
    /// What it is for
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) description: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Everything, also naming the delegated administrator of the organisation
    Administrator,
    /// Everything but that
    DelegatedAdministrator,
    /// The own account alone
    Member,
    /// Reading alone
    ReadOnly,
    /// Giving packages to scan alone
    Scanner,
}

#[derive(Debug, Args)]
pub(crate) struct AccessListArgs {
    /// Of one account
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

#[derive(Debug, Args)]
pub(crate) struct AccessRevokeArgs {
    /// The access key id
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

/// `shindan organization`.
#[derive(Debug, Args)]
pub(crate) struct OrganizationArgs {
    #[command(subcommand)]
    pub(crate) command: OrganizationCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationCommand {
    /// Say which account manages the organisation, and which accounts are in it
    Set(OrganizationSetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct OrganizationSetArgs {
    /// The management account
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) management: String,
    /// An account of the organisation; may be given several times, and again later for new ones
    #[arg(long = "account", value_name = "ACCOUNT")]
    pub(crate) accounts: Vec<String>,
    /// An account that was suspended; may be given several times
    #[arg(long = "suspended", value_name = "ACCOUNT")]
    pub(crate) suspended: Vec<String>,
    /// The Region; may be given several times
    #[arg(long = "region", value_name = "REGION", required = true)]
    pub(crate) regions: Vec<String>,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

/// `shindan backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The copy to write
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

/// `shindan restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// A copy that `shindan backup` wrote
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Replace the database that is there
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) place: ServicePlace,
}

/// Threads of one scan of the service: functions are many and small, so scans run beside each other instead.
pub(crate) const SCAN_THREADS: NonZeroUsize = NonZeroUsize::MIN;
