//! The command line.

pub(crate) mod control;
pub(crate) mod service;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use shindan_finding::Severity;
use shindan_inventory::sbom;
use shindan_report::Format;
use shindan_scan::ThreatModel;

use crate::aws::AwsArgs;
use crate::exit;

const EXAMPLES: &str = "\
Examples:
  shindan scan .                               scan a repository with its templates
  shindan scan function.zip --layer deps.zip   scan what is deployed
  shindan scan . --fail-on high                fail a build on serious findings only
  shindan scan . --format sarif --output shindan.sarif
  shindan scan --account --region us-east-1    scan all functions of an account of AWS
  shindan explain sql-injection                what it is, with good and bad examples";

/// Finds weaknesses in the code of AWS Lambda functions.
#[derive(Debug, Parser)]
#[command(name = "shindan", version, about, propagate_version = true)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", exit::TABLE))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours; NO_COLOR, CLICOLOR and CLICOLOR_FORCE are obeyed
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look for weaknesses in folders, deployment packages and source files
    Scan(ScanArgs),
    /// List the packages in a function as a bill of materials
    Sbom(SbomArgs),
    /// Say what a detector looks for, why, and how to repair it; or what is known of a vulnerability
    Explain(ExplainArgs),
    /// List all detectors
    Detectors(DetectorsArgs),
    /// Bring the advisories about packages up to date, or say how old they are
    Db(DbArgs),
    /// Security Hub's controls for Amazon Inspector: check, explain, ask, decide, enable or suppress
    Control(control::ControlArgs),
    /// Say what Amazon Inspector's scanning of functions costs, and what shindan saves
    Cost(control::CostArgs),
    /// Import what a server found into AWS Security Hub
    SecurityHub(control::SecurityHubArgs),
    /// Keep scanning: watch functions, and answer as Amazon Inspector's API
    Serve(service::ServeArgs),
    /// Give a server a deployment package to scan and watch
    Push(service::PushArgs),
    /// Make, list and revoke access keys of a server
    Access(service::AccessArgs),
    /// Tell a server which accounts form an organisation
    Organization(service::OrganizationArgs),
    /// Copy a server's SQLite database while it runs
    Backup(service::BackupArgs),
    /// Put a copy back
    Restore(service::RestoreArgs),
}

#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", exit::TABLE))]
pub(crate) struct ScanArgs {
    /// Folders, zip archives or source files
    #[arg(required_unless_present = "accounts", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan functions of AWS accounts instead: the credentials' own, or those that are named
    #[arg(
        long = "account",
        num_args = 0..,
        value_name = "ACCOUNT",
        conflicts_with_all = ["paths", "layers", "handler"]
    )]
    pub(crate) accounts: Option<Vec<String>>,
    /// Only this function, by name or ARN; may be given several times
    #[arg(long = "function", value_name = "NAME")]
    pub(crate) functions: Vec<String>,
    #[command(flatten)]
    pub(crate) aws: AwsArgs,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Write the report to a file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Exit with 1 from this severity on [default: low, or what shindan.toml says]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Leave out findings below this severity
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) min_severity: Option<SeverityName>,
    /// Add detectors, library models and secret rules of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
    /// Attach a Lambda layer; may be given several times, in the order of the function's configuration
    #[arg(long = "layer", value_name = "ZIP")]
    pub(crate) layers: Vec<PathBuf>,
    /// The function's handler, such as app.handler, where no template says it
    #[arg(long, value_name = "HANDLER")]
    pub(crate) handler: Option<String>,
    /// The function's runtime, such as python3.12
    #[arg(long, value_name = "RUNTIME", requires = "handler")]
    pub(crate) runtime: Option<String>,
    /// Whom not to trust: the event; also environment and files (local); also callers of exported functions (library)
    #[arg(long, value_name = "MODEL", default_value = "event")]
    pub(crate) threat_model: ThreatModelName,
    /// Do only one part of the scan
    #[arg(long, value_name = "PART")]
    pub(crate) only: Option<Part>,
    #[command(flatten)]
    pub(crate) place: DbPlace,
    /// Statements about vulnerabilities (OpenVEX, CSAF, CycloneDX) to obey; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) vex: Vec<PathBuf>,
    /// Threads to work with [default: one a processor]
    #[arg(long, short, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Count only findings that this earlier report (JSON or SARIF) does not hold
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Settings [default: shindan.toml in the first PATH or above it in its repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Write the report and errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Also say how the scan was run: settings, sandbox, restarts
    #[arg(long, short, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
#[command(after_help = exit::TABLE)]
pub(crate) struct SbomArgs {
    /// A folder, a zip archive, or a bill of materials in JSON
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "cyclonedx-1.6")]
    pub(crate) format: SbomFormat,
    /// Write it to a file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Attach a Lambda layer; may be given several times, in the order of the function's configuration
    #[arg(long = "layer", value_name = "ZIP")]
    pub(crate) layers: Vec<PathBuf>,
    /// Write the bill and errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SbomFormat {
    #[value(name = "cyclonedx-1.4")]
    CycloneDx14,
    #[value(name = "cyclonedx-1.5")]
    CycloneDx15,
    #[value(name = "cyclonedx-1.6")]
    CycloneDx16,
    #[value(name = "spdx-2.3")]
    Spdx23,
}

impl From<SbomFormat> for sbom::Format {
    fn from(format: SbomFormat) -> Self {
        match format {
            SbomFormat::CycloneDx14 => Self::CycloneDx14,
            SbomFormat::CycloneDx15 => Self::CycloneDx15,
            SbomFormat::CycloneDx16 => Self::CycloneDx16,
            SbomFormat::Spdx23 => Self::Spdx23,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A detector's id, such as sql-injection, or a vulnerability's, such as CVE-2021-44228; `shindan detectors` lists
    /// the detectors
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: DbPlace,
    /// Include a catalogue of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DetectorsArgs {
    /// How to write the list
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
    /// Include a catalogue of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) catalogue: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    pub(crate) command: DbCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Fetch or import advisories; the old ones stay until the new ones are complete
    #[command(after_help = format!("{DB_UPDATE_EXAMPLES}\n\n{}", exit::DB_TABLE))]
    Update(DbUpdateArgs),
    /// Say what the database holds, and check that it is whole
    #[command(after_help = exit::DB_TABLE)]
    Status(DbStatusArgs),
}

const DB_UPDATE_EXAMPLES: &str = "\
Examples:
  shindan db update                            fetch what OSV, FIRST and CISA publish
  shindan db update --from https://osv.example the same from a copy
  shindan db update --from export/             without network: folders, all.zip, records,
                                               epss*.csv.gz, known_exploited_vulnerabilities.json";

#[derive(Debug, Args)]
pub(crate) struct DbUpdateArgs {
    /// URL of a copy of OSV's export, a folder, a zip archive or a record [default: OSV's public export]
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) place: DbPlace,
    /// Write errors only
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DbStatusArgs {
    #[command(flatten)]
    pub(crate) place: DbPlace,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ListFormat,
}

/// Where the database is.
#[derive(Debug, Args)]
pub(crate) struct DbPlace {
    /// Folder of the advisory database [default: shindan in the user's data folder]
    #[arg(long, value_name = "DIR", env = "SHINDAN_DB")]
    pub(crate) db: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    Json,
    Sarif,
}

impl From<ReportFormat> for Format {
    fn from(format: ReportFormat) -> Self {
        match format {
            ReportFormat::Text => Self::Text,
            ReportFormat::Json => Self::Json,
            ReportFormat::Sarif => Self::Sarif,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityName {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Critical => Self::Critical,
            SeverityName::High => Self::High,
            SeverityName::Medium => Self::Medium,
            SeverityName::Low => Self::Low,
            SeverityName::Info => Self::Info,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    /// Findings never fail the command
    Never,
}

impl FailOn {
    /// The threshold; `None` when findings never count.
    pub(crate) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThreatModelName {
    Event,
    Local,
    Library,
    All,
}

impl From<ThreatModelName> for ThreatModel {
    fn from(name: ThreatModelName) -> Self {
        let (local, library) = match name {
            ThreatModelName::Event => (false, false),
            ThreatModelName::Local => (true, false),
            ThreatModelName::Library => (false, true),
            ThreatModelName::All => (true, true),
        };
        Self { local, library }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Code,
    Deps,
    Secrets,
}
