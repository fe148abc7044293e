//! `shindan scan`: settings, one child process for each path or function, one report, one exit code.

use std::io;
use std::path::{Path, PathBuf};

use shindan_advisory::vex::Vex;
use shindan_finding::{
    Baseline, BaselineState, Disposition, FileNote, Finding, Fingerprints, Outcome, Severity,
    dispositions, fingerprints,
};
use shindan_report::{Format, Report, TextStyle, render};
use shindan_scan::ThreatModel;

use crate::cli::{DbPlace, FailOn, Part, ScanArgs};
use crate::commands::scan_accounts::scan_accounts;
use crate::complaint::{Blame, Complaint};
use crate::database;
use crate::exit::Exit;
use crate::merge::{self, Prefix};
use crate::output::write_file;
use crate::progress_bar::Watcher;
use crate::secret_key::secret_key;
use crate::settings::Settings;
use crate::terminal;
use crate::vex;
use crate::worker::{self, Finished, Packages, Request};

/// Counts from which a finding fails the command when nobody says otherwise.
const DEFAULT_THRESHOLD: Severity = Severity::Low;

pub(crate) fn run(args: &ScanArgs) -> Result<Exit, Complaint> {
    refuse_without_accounts(args)?;
    let settings = match (args.paths.first(), &args.config) {
        (Some(first), given) => Settings::find(first, given.as_deref())?,
        (None, Some(given)) => Settings::find(given, Some(given))?,
        (None, None) => Settings::default(),
    };
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let vex = vex::read(&args.vex)?;
    let template = request(args)?;
    if args.verbose && !settings.file.is_empty() {
        terminal::note(&format!("settings: {}", settings.file));
    }
    let scanned = match &args.accounts {
        Some(accounts) => scan_accounts(args, accounts, &settings, &template)?,
        None => scan_all(args, &settings, &template)?,
    };
    let judged = Judged::new(scanned.outcome, args, &settings, baseline.as_ref(), &vex);
    judged.write(args)?;
    let exit = judged.exit(threshold(args, &settings), scanned.failures);
    // The process ends now, and the system takes the memory back faster than destructors do.
    std::mem::forget(judged);
    Ok(exit)
}

/// Flags that only mean something for accounts would be overlooked for paths.
fn refuse_without_accounts(args: &ScanArgs) -> Result<(), Complaint> {
    let aws = &args.aws;
    let given = [
        ("--profile", aws.profile.is_some()),
        ("--region", !aws.regions.is_empty()),
        ("--endpoint-url", aws.endpoint_url.is_some()),
        ("--function", !args.functions.is_empty()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) if args.accounts.is_none() => Err(Complaint::input(format!(
            "{flag} is for scanning accounts of AWS"
        ))
        .with_hint("give --account instead of a path, or leave it out")),
        _ => Ok(()),
    }
}

/// What was found, with all that decides whether it counts.
struct Judged {
    outcome: Outcome,
    fingerprints: Vec<Fingerprints>,
    dispositions: Vec<Disposition>,
    baseline: Option<Vec<BaselineState>>,
    notes: Vec<FileNote>,
}

/// What went wrong with whole arguments.
#[derive(Clone, Copy, Default)]
pub(super) struct Failures {
    pub(super) given_up: bool,
    pub(super) unusable: bool,
}

pub(super) struct Scanned {
    pub(super) outcome: Outcome,
    pub(super) failures: Failures,
}

impl Judged {
    fn new(
        mut outcome: Outcome,
        args: &ScanArgs,
        settings: &Settings,
        baseline: Option<&Baseline>,
        vex: &Vex,
    ) -> Self {
        let mut config = settings.config.clone();
        config.min_severity = args
            .min_severity
            .map(Severity::from)
            .or(config.min_severity);
        // Equal findings are numbered among all of them, so that a threshold changes no identity.
        let all = fingerprints(&outcome.findings);
        let (findings, fingerprints): (Vec<Finding>, Vec<Fingerprints>) =
            std::mem::take(&mut outcome.findings)
                .into_iter()
                .zip(all)
                .filter(|(finding, _)| config.admits(finding))
                .unzip();
        let states = baseline.map(|baseline| baseline.compare(&findings, &fingerprints));
        let (mut dispositions, notes) = decide(&findings, args, settings, states.as_deref());
        vex::apply(vex, &findings, &mut dispositions);
        outcome.findings = findings;
        Self {
            outcome,
            fingerprints,
            dispositions,
            baseline: states,
            notes,
        }
    }

    fn write(&self, args: &ScanArgs) -> Result<(), Complaint> {
        let to_terminal = args.output.is_none();
        let style = TextStyle {
            colour: if to_terminal {
                terminal::stdout_has_colour()
            } else {
                terminal::colour_is_forced()
            },
            width: if to_terminal {
                terminal::width()
            } else {
                TextStyle::default().width
            },
        };
        let report = Report {
            outcome: &self.outcome,
            fingerprints: &self.fingerprints,
            dispositions: &self.dispositions,
            baseline: self.baseline.as_deref(),
            notes: &self.notes,
            version: env!("CARGO_PKG_VERSION"),
            style,
        };
        let format = Format::from(args.format);
        match &args.output {
            Some(path) => {
                write_file(path, |out| render(format, &report, out))?;
                if !args.quiet {
                    let active = self.dispositions.iter().filter(|d| d.is_active()).count();
                    let found = match active {
                        0 => "no findings".to_owned(),
                        1 => "1 finding".to_owned(),
                        n => format!("{n} findings"),
                    };
                    terminal::note(&format!("{found}; report written to {}", path.display()));
                }
                Ok(())
            }
            None => {
                terminal::survive_broken_pipe(render(format, &report, &mut io::stdout().lock()))
            }
        }
    }

    fn exit(&self, threshold: Option<Severity>, failures: Failures) -> Exit {
        let counts = |(finding, disposition): (&Finding, &Disposition)| {
            disposition.is_active() && threshold.is_some_and(|least| finding.severity >= least)
        };
        if failures.given_up {
            Exit::Internal
        } else if self
            .outcome
            .findings
            .iter()
            .zip(&self.dispositions)
            .any(counts)
        {
            Exit::Findings
        } else if failures.unusable {
            Exit::Unusable
        } else if self.outcome.coverage.is_incomplete() {
            Exit::Incomplete
        } else {
            Exit::Clean
        }
    }
}

fn threshold(args: &ScanArgs, settings: &Settings) -> Option<Severity> {
    args.fail_on.map_or_else(
        || Some(settings.config.fail_on.unwrap_or(DEFAULT_THRESHOLD)),
        FailOn::severity,
    )
}

/// Rules of the settings see paths from where the settings file lies.
fn decide(
    findings: &[Finding],
    args: &ScanArgs,
    settings: &Settings,
    states: Option<&[BaselineState]>,
) -> (Vec<Disposition>, Vec<FileNote>) {
    let today = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    let config = &settings.config;
    let position = match args.paths.as_slice() {
        [only] => settings.position_of(only),
        _ => String::new(),
    };
    let rules_name_paths = config.ignores.iter().any(|rule| rule.path.is_some());
    if !rules_name_paths || (position.is_empty() && args.paths.len() == 1) {
        return dispositions(findings, config, &settings.file, today, states);
    }
    let places: Vec<(String, String)> = if args.paths.len() == 1 {
        vec![(String::new(), position)]
    } else {
        let of = |path: &PathBuf| {
            let inside = settings.position_of(path);
            (Prefix::of(path).name, inside)
        };
        args.paths.iter().map(of).collect()
    };
    let mut seen = findings.to_vec();
    for finding in &mut seen {
        finding.location.path = from_settings(&finding.location.path, &places);
    }
    let (decided, mut notes) = dispositions(&seen, config, &settings.file, today, states);
    for note in &mut notes {
        if let Some(at) = seen.iter().position(|f| f.location.path == note.path) {
            note.path.clone_from(&findings[at].location.path);
        }
    }
    notes.sort();
    (decided, notes)
}

/// A shown path as the settings see it: what the argument adds to it is replaced by where the argument lies.
fn from_settings(path: &str, places: &[(String, String)]) -> String {
    let longest = places
        .iter()
        .filter_map(|(shown, inside)| Some((inside, below(path, shown)?)))
        .min_by_key(|(_, rest)| rest.len());
    match longest {
        Some((inside, rest)) if inside.is_empty() => rest.to_owned(),
        Some((inside, rest)) => format!("{inside}/{rest}"),
        None => path.to_owned(),
    }
}

fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    if path == folder {
        // An argument that is a file stands for itself; its folder is what the settings are told.
        return Some(path.rsplit('/').next().unwrap_or(path));
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

fn scan_all(
    args: &ScanArgs,
    settings: &Settings,
    template: &Request,
) -> Result<Scanned, Complaint> {
    let mut failures = Failures::default();
    let mut outcomes = Vec::new();
    let is_only = args.paths.len() == 1;
    for path in &args.paths {
        let request = Request {
            path: path.clone().into_os_string(),
            exclude: settings.excludes_for(path),
            ..template.clone()
        };
        let prefix = Prefix::of(path);
        let outcome = match scan_one(args, path.display().to_string(), request) {
            Ok(finished) => {
                if let Some(why) = &finished.given_up {
                    terminal::warn(&format!("{}: {why}", path.display()));
                    failures.given_up = true;
                }
                finished.outcome
            }
            Err(complaint) if is_only || complaint.blame == Blame::Program => {
                return Err(complaint);
            }
            Err(complaint) => {
                terminal::complain(&complaint);
                failures.unusable = true;
                outcomes.push(merge::unusable(&prefix, &complaint.what));
                continue;
            }
        };
        outcomes.push(if is_only {
            outcome
        } else {
            merge::prefixed(outcome, &prefix)
        });
    }
    let outcome = match (outcomes.pop(), outcomes.is_empty()) {
        (Some(only), true) => only,
        (last, _) => merge::merged(outcomes.into_iter().chain(last).collect()),
    };
    Ok(Scanned { outcome, failures })
}

/// Scans what a request says; `name` is shown meanwhile.
pub(super) fn scan_one(
    args: &ScanArgs,
    name: String,
    request: Request,
) -> Result<Finished, Complaint> {
    let mut watcher = Watcher::new(name, args.quiet);
    let finished = worker::scan(request, &mut |notice| watcher.take_notice(notice), &|| {
        false
    });
    drop(watcher);
    let finished = finished?;
    if args.verbose {
        for said in &finished.sandbox {
            terminal::note(said);
        }
    }
    if !args.quiet {
        for restart in &finished.restarts {
            terminal::warn(&format!("started again: {restart}"));
        }
    }
    Ok(finished)
}

/// The file of advisories, if there is one.
fn index_path(place: &DbPlace) -> Result<Option<std::ffi::OsString>, Complaint> {
    // Who has no home has no database either, unless one is named.
    let Ok(database) = database::at(place) else {
        return Ok(None);
    };
    let path = database.index_path();
    match path.try_exists() {
        Ok(true) => Ok(Some(path.into_os_string())),
        Ok(false) if place.db.is_some() => Err(Complaint::input(format!(
            "there is no advisory database in {}",
            database.folder().display()
        ))
        .with_hint("make one with `shindan db update`")),
        Ok(false) => Ok(None),
        Err(error) => Err(Complaint::input(format!("{}: {error}", path.display()))),
    }
}

/// What all paths have in common.
fn request(args: &ScanArgs) -> Result<Request, Complaint> {
    let does = |part: Part| args.only.is_none_or(|only| only == part);
    let secrets = does(Part::Secrets);
    let secret_key = if secrets {
        let (key, warning) = secret_key()?;
        if let Some(warning) = warning.filter(|_| !args.quiet) {
            terminal::warn(&warning);
        }
        key
    } else {
        [0; 32]
    };
    let jobs = args.jobs;
    let model = ThreatModel::from(args.threat_model);
    Ok(Request {
        path: std::ffi::OsString::new(),
        layers: args
            .layers
            .iter()
            .map(|l| l.clone().into_os_string())
            .collect(),
        catalogue: args.catalogue.clone().map(PathBuf::into_os_string),
        local: model.local,
        library: model.library,
        code: does(Part::Code),
        packages: if does(Part::Deps) {
            Packages::Match(index_path(&args.place)?)
        } else {
            Packages::Skip
        },
        secrets,
        // More threads than this only cost stacks.
        jobs: jobs.map_or(0, |jobs| jobs.get().min(256)),
        handler: args.handler.clone().map(|h| (h, args.runtime.clone())),
        exclude: Vec::new(),
        poisoned: Vec::new(),
        secret_key,
        announce: false,
    })
}

fn read_baseline(path: &Path) -> Result<Baseline, Complaint> {
    let hint = "write one with `shindan scan PATH --format json --output FILE`";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Complaint::file(path, "read as a baseline", &error).with_hint(hint))?;
    Baseline::parse(&text, &path.display().to_string())
        .map_err(|error| Complaint::input(error.to_string()).with_hint(hint))
}
