//! Settings of the service: a flag, else an environment variable, else the file, else the default.
//!
//! `clap` puts flags before environment variables; this puts both before the file.

use std::fmt;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shindan_inspector::{AccountId, Region};
use shindan_service::source::Origin;

use crate::cli::service::{LogFormat, ServeArgs, ServicePlace};
use crate::complaint::Complaint;
use crate::database::user_data_folder;
use crate::server::aws::settings::AwsSource;
use crate::terminal;

/// No settings file is larger; what is was given by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// What the file may say. Unknown names are refused: a misspelt limit must not be no limit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct File {
    data: Option<PathBuf>,
    database: Option<DatabaseUrl>,
    listen: Option<SocketAddr>,
    advisories: Option<PathBuf>,
    workers: Option<usize>,
    tls: Option<Tls>,
    log: Log,
    pub(crate) packages: Option<String>,
    /// Where reports go: a folder, or `s3` for the buckets that requests name.
    pub(crate) reports: Option<String>,
    pub(crate) regions: Vec<Region>,
    pub(crate) watch: Vec<Watch>,
    /// Accounts of AWS whose functions are watched.
    pub(crate) aws: Vec<AwsSource>,
    pub(crate) retention: Retention,
    pub(crate) limits: Limits,
    /// Whether the delegated administrator sees code of its members, which Inspector refuses.
    pub(crate) snippets_for_administrator: bool,
    /// Whether code snippets are kept at all.
    pub(crate) snippets: Option<bool>,
    /// Whether runtimes are scanned that Inspector does not support.
    pub(crate) all_runtimes: bool,
}

/// A database's URL, which may hold a password and is therefore never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct DatabaseUrl(pub(crate) String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

/// Files of the server's certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// What to log, and how.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Log {
    format: Option<LogFormat>,
    filter: Option<String>,
}

/// A folder of packages that is watched.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Watch {
    pub(crate) folder: PathBuf,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    /// Runtime of functions whose sidecar does not say it.
    #[serde(default)]
    pub(crate) runtime: Option<String>,
}

/// How long closed findings are kept. Inspector's own rules are the default.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Retention {
    /// Days after a finding was repaired.
    pub(crate) fixed_days: u32,
    /// Days after its function was deleted or left out.
    pub(crate) gone_days: u32,
    /// Hours after scanning was switched off.
    pub(crate) disabled_hours: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            fixed_days: 30,
            gone_days: 3,
            disabled_hours: 24,
        }
    }
}

/// What one caller may ask of the server.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Limits {
    /// Requests a second that one access key may make over time.
    pub(crate) requests_per_second: u32,
    /// Requests it may make at once.
    pub(crate) burst: u32,
    /// Largest deployment package, in MiB. Lambda itself takes 250 MiB unpacked.
    pub(crate) package_mib: u32,
    /// Seconds that a request may take.
    pub(crate) seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: 50,
            burst: 200,
            package_mib: 250,
            seconds: 60,
        }
    }
}

/// Where the service's data is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The folder of key file and packages.
    pub(crate) data: PathBuf,
    /// Where findings are.
    pub(crate) database: DatabaseUrl,
    /// What the file says beyond that.
    pub(crate) file: File,
}

impl Place {
    /// Puts arguments, environment and file together.
    pub(crate) fn find(args: &ServicePlace) -> Result<Self, Complaint> {
        let file = args.config.as_deref().map(read).transpose()?;
        let file = file.unwrap_or_default();
        let data = args
            .data
            .clone()
            .or_else(|| file.data.clone())
            .or_else(|| user_data_folder().map(|folder| folder.join("server")))
            .ok_or_else(|| {
                Complaint::input("there is no folder for the server's data: the user has no home")
                    .with_hint("name one with --data DIR or SHINDAN_DATA")
            })?;
        let database = args
            .database
            .clone()
            .map(DatabaseUrl)
            .or_else(|| file.database.clone())
            .unwrap_or_else(|| {
                DatabaseUrl(format!("sqlite:{}", data.join("shindan.db").display()))
            });
        Ok(Self {
            data,
            database,
            file,
        })
    }

    /// Makes the data folder, readable by its owner alone.
    pub(crate) fn prepare(&self) -> Result<(), Complaint> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder
            .create(&self.data)
            .map_err(|error| Complaint::file(&self.data, "made", &error))
    }

    /// The file that access keys and snippets are sealed with.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data.join("master.key")
    }

    /// Where packages are kept: a folder, or `s3://BUCKET/PREFIX`.
    pub(crate) fn packages(&self) -> String {
        self.file
            .packages
            .clone()
            .unwrap_or_else(|| self.data.join("packages").display().to_string())
    }
}

/// Settings of a server.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    pub(crate) place: Place,
    pub(crate) listen: SocketAddr,
    pub(crate) advisories: Option<PathBuf>,
    pub(crate) tls: Option<Tls>,
    pub(crate) workers: usize,
    pub(crate) log_format: LogFormat,
    pub(crate) log_filter: String,
}

/// Loopback, since a server without TLS should not be reached from elsewhere by accident.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

impl ServerSettings {
    /// Puts arguments, environment and file together.
    pub(crate) fn find(args: &ServeArgs) -> Result<Self, Complaint> {
        let place = Place::find(&args.place)?;
        let file = &place.file;
        for (number, watch) in file.watch.iter().enumerate() {
            let same =
                |other: &Watch| Origin::folder(&other.folder) == Origin::folder(&watch.folder);
            if file.watch[..number].iter().any(same) {
                return Err(Complaint::input(format!(
                    "the settings name the [[watch]] folder {} twice",
                    watch.folder.display()
                ))
                .with_hint("a package's sidecar may name another account and Region"));
            }
        }
        let given = args.tls_certificate.clone().zip(args.tls_key.clone());
        let tls = given.map(|(certificate, key)| Tls { certificate, key });
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            listen: args.listen.or(file.listen).unwrap_or(DEFAULT_LISTEN),
            advisories: args.db.clone().or_else(|| file.advisories.clone()),
            tls: tls.or_else(|| file.tls.clone()),
            // One more than can compute: while one waits for the database the others scan (measured: a tenth more).
            workers: args.workers.or(file.workers).unwrap_or(processors + 1),
            log_format: args.log_format.or(file.log.format).unwrap_or_else(|| {
                if terminal::is_watched() {
                    LogFormat::Text
                } else {
                    LogFormat::Json
                }
            }),
            log_filter: args
                .log
                .clone()
                .or_else(|| file.log.filter.clone())
                .unwrap_or_else(|| "info".to_owned()),
            place,
        })
    }
}

fn read(path: &Path) -> Result<File, Complaint> {
    let mut text = String::new();
    let opened = std::fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
    opened.map_err(|error| Complaint::file(path, "read", &error))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Complaint::input(format!(
            "{}: larger than {MAX_BYTES} bytes, which no settings are",
            path.display()
        )));
    }
    toml::from_str(&text).map_err(|error| {
        // Its message shows the line and points at the place.
        Complaint::input(format!("{}: {error}", path.display()))
            .with_hint("docs/service.md lists all settings")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(config: &Path) -> ServicePlace {
        ServicePlace {
            config: Some(config.to_owned()),
            ..ServicePlace::default()
        }
    }

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("writable");
        file
    }

    #[test]
    fn what_is_given_outranks_the_file() {
        let file = written("data = \"/from/file\"\ndatabase = \"sqlite:/from/file.db\"\n");
        let found = Place::find(&place(file.path())).expect("valid");
        assert_eq!(found.data, Path::new("/from/file"));
        assert_eq!(found.database.0, "sqlite:/from/file.db");
        let given = ServicePlace {
            data: Some("/given".into()),
            ..place(file.path())
        };
        let found = Place::find(&given).expect("valid");
        assert_eq!(found.data, Path::new("/given"));
        assert_eq!(found.database.0, "sqlite:/from/file.db");
    }

    #[test]
    fn a_misspelt_setting_is_refused_with_its_place() {
        let file = written("listen = \"127.0.0.1:1\"\n\n[limits]\nrequest-per-second = 1\n");
        let complaint = Place::find(&place(file.path())).expect_err("refused");
        assert!(
            complaint.what.contains("request-per-second"),
            "{}",
            complaint.what
        );
        assert!(complaint.what.contains('4'), "{}", complaint.what);
    }

    #[test]
    fn a_password_in_the_database_url_is_not_printed() {
        let file = written("database = \"postgres://shindan:hunter2@db/shindan\"\n");
        let found = Place::find(&place(file.path())).expect("valid");
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}
