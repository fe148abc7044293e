//! `shindan db`: where the advisories about packages are kept, how old they are, and how they are renewed.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;
use shindan_advisory::database::{Database, DatabaseError};
use shindan_advisory::index::{Facts, Index};
use shindan_advisory::update::{self, OSV_EXPORT, Progress, Source, UpdateError};

use crate::cli::{DbArgs, DbCommand, DbPlace, DbStatusArgs, DbUpdateArgs, ListFormat};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::terminal::{self, BOLD, DIM, GOOD, WARNING};

/// Advisories older than this are worth a word.
const OLD_DAYS: i64 = 7;

pub(crate) fn run(args: &DbArgs) -> Result<Exit, Complaint> {
    match &args.command {
        DbCommand::Update(args) => update(args),
        DbCommand::Status(args) => status(args),
    }
}

/// The database that the arguments, the environment or the system name, in this order.
pub(crate) fn at(place: &DbPlace) -> Result<Database, Complaint> {
    at_folder(place.db.clone())
}

/// The database in a folder, or in the user's.
pub(crate) fn at_folder(folder: Option<PathBuf>) -> Result<Database, Complaint> {
    folder
        .or_else(user_data_folder)
        .map(Database::new)
        .ok_or_else(|| {
            Complaint::input("there is no folder for the advisory database: the user has no home")
                .with_hint("name one with --db DIR or SHINDAN_DB")
        })
}

/// shindan's folder in the user's data folder, as the system's rules have it
/// (<https://specifications.freedesktop.org/basedir-spec/latest/>).
pub(crate) fn user_data_folder() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else if let Some(data) = variable("XDG_DATA_HOME") {
        data
    } else if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library/Application Support")
    } else {
        variable("HOME")?.join(".local/share")
    };
    Some(data.join("shindan"))
}

fn update(args: &DbUpdateArgs) -> Result<Exit, Complaint> {
    let database = at(&args.place)?;
    let source = Source::of(args.from.as_deref().unwrap_or(OSV_EXPORT));
    let mut bar = Bar::new(args.quiet);
    let done = update::update(&database, &source, &mut |progress| bar.show(&progress));
    drop(bar);
    let outcome = done.map_err(|error| complaint_about(&error, args.from.is_none()))?;
    if args.quiet {
        return Ok(Exit::Clean);
    }
    for note in &outcome.notes {
        terminal::note(note);
    }
    for (reason, skipped) in &outcome.facts.skipped {
        let example = skipped.examples.first().map_or("", String::as_str);
        let count = skipped.count;
        terminal::warn(&format!(
            "{count} left out, as each {reason}; the first: {example}"
        ));
    }
    let mut text = format!("{GOOD}up to date{GOOD:#} {}\n", database.folder().display());
    describe(&mut text, &outcome.facts, outcome.size, None);
    terminal::print(&text)?;
    Ok(Exit::Clean)
}

fn complaint_about(error: &UpdateError, from_default: bool) -> Complaint {
    let complaint = Complaint::input(error.to_string());
    match error {
        UpdateError::Database(DatabaseError::Busy { .. }) => {
            complaint.with_hint("wait until it has ended, and ask `shindan db status`")
        }
        UpdateError::Fetch(_) if from_default => complaint.with_hint(
            "the old database stays as it was; without network, use --from with a copy of OSV's export",
        ),
        UpdateError::Fetch(_) => complaint.with_hint(
            "the old database stays as it was; what was fetched is kept, and the next update goes on from there",
        ),
        UpdateError::Source(_) | UpdateError::Empty { .. } => complaint.with_hint(
            "the old database stays as it was; --from takes a folder or zip in the layout of OSV's export",
        ),
        UpdateError::Database(_) | UpdateError::Import(_) => {
            complaint.with_hint("the old database stays as it was")
        }
    }
}

/// The state of the database as JSON has it.
#[derive(Serialize)]
struct Status<'a> {
    path: String,
    bytes: usize,
    vulnerabilities: usize,
    packages: usize,
    #[serde(flatten)]
    facts: &'a Facts,
}

fn status(args: &DbStatusArgs) -> Result<Exit, Complaint> {
    let database = at(&args.place)?;
    let damaged = |error: &dyn std::fmt::Display| {
        Complaint::input(format!("{}: {error}", database.index_path().display()))
            .with_hint("`shindan db update` makes a new one")
    };
    let opened = database.index().map_err(|error| {
        Complaint::input(error.to_string()).with_hint("`shindan db update` makes a new one")
    })?;
    let Some(index) = opened else {
        terminal::print(&format!(
            "{WARNING}no database{WARNING:#} in {}\nDependencies cannot be checked without one; \
             `shindan db update` fetches it.\n",
            database.folder().display()
        ))?;
        return Ok(Exit::Incomplete);
    };
    index.verify().map_err(|error| damaged(&error))?;
    let facts = index.facts().map_err(|error| damaged(&error))?;
    let text = match args.format {
        ListFormat::Text => {
            let mut text = format!("{BOLD}{}{BOLD:#}\n", database.index_path().display());
            describe(&mut text, &facts, index.size(), Some(&index));
            text
        }
        ListFormat::Json => {
            let status = Status {
                path: database.index_path().display().to_string(),
                bytes: index.size(),
                vulnerabilities: index.vulnerabilities(),
                packages: index.packages(),
                facts: &facts,
            };
            serde_json::to_string_pretty(&status)
                .map_err(|error| Complaint::program(error.to_string()))?
                + "\n"
        }
    };
    terminal::print(&text)?;
    Ok(Exit::Clean)
}

fn describe(text: &mut String, facts: &Facts, size: usize, index: Option<&Index>) {
    // Writing to a text cannot fail.
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {DIM}{label:<12}{DIM:#} {value}");
    };
    let records: Vec<String> = facts
        .records
        .iter()
        .map(|(ecosystem, count)| format!("{ecosystem} {count}"))
        .collect();
    line("advisories", &records.join(", "));
    if let Some(index) = index {
        let counts = (index.vulnerabilities(), index.packages());
        line(
            "about",
            &format!("{} vulnerabilities of {} packages", counts.0, counts.1),
        );
    }
    line("newest", &format!("{}{}", facts.newest, age(&facts.newest)));
    line(
        "left out",
        &format!(
            "{} withdrawn, {} about other ecosystems, {} that could not be read",
            facts.withdrawn,
            facts.unrelated,
            facts.skipped_records()
        ),
    );
    line(
        "EPSS",
        &match (facts.epss_scores, facts.epss_date.as_str()) {
            (0, _) => "none".to_owned(),
            (count, "") => format!("{count} scores of an unknown day"),
            (count, date) => format!("{count} scores of {date}"),
        },
    );
    line(
        "KEV",
        &match facts.kev_entries {
            0 => "none".to_owned(),
            count => format!("{count} entries, version {}", facts.kev_version),
        },
    );
    line("size", &format!("{:.1} MB", size as f64 / 1e6));
}

fn age(newest: &str) -> String {
    let Ok(newest) = newest.parse::<Timestamp>() else {
        return String::new();
    };
    let days = (Timestamp::now().as_second() - newest.as_second()) / 86_400;
    if days > OLD_DAYS {
        format!(" ({WARNING}{days} days ago{WARNING:#})")
    } else {
        String::new()
    }
}

/// Progress while somebody watches.
struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(quiet: bool) -> Self {
        let is_wanted = !quiet && terminal::is_watched();
        Self(is_wanted.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }

    fn show(&mut self, progress: &Progress<'_>) {
        let Some(bar) = &self.0 else {
            return;
        };
        let (template, done, total, message) = match *progress {
            Progress::Fetch { what, done, total } => (
                "{bar:20} {bytes}/{total_bytes} {wide_msg}",
                done,
                total,
                format!("fetching {what}"),
            ),
            Progress::Changes {
                ecosystem,
                done,
                total,
            } => (
                "{bar:20} {pos}/{len} {wide_msg}",
                done as u64,
                Some(total as u64),
                format!("fetching what changed in {ecosystem}"),
            ),
            Progress::Import { records } => (
                "{spinner} {pos} {wide_msg}",
                records as u64,
                None,
                "advisories read".to_owned(),
            ),
            Progress::Write => (
                "{spinner} {wide_msg}",
                0,
                None,
                "writing the index".to_owned(),
            ),
        };
        if bar.message() != message {
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(message);
        }
        match total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
        bar.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
