//! The parent's side: start a child, listen, start again.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use shindan_finding::{FileNote, Location, Outcome};
use shindan_inventory::Inventory;

use super::ARGUMENT;
use super::protocol::{Message, Packages, Request, WorkStage, receive, send};
use super::recovery::{Death, Recovery};
use crate::complaint::Complaint;

/// Signs of life come every few seconds; a child that gives none this long has lost its watchdog.
const SILENT_SECONDS: u32 = 60;
/// What is kept of a child's last words.
const MAX_STDERR: u64 = 64 << 10;
/// More findings than this are no result but an attempt to fill memory or disk.
const MAX_FINDINGS: usize = 1_000_000;
/// Announced files that are remembered; there are never more than threads.
const MAX_IN_WORK: usize = 4096;

/// What a scan gave.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The result; without findings when the scan was given up.
    pub(crate) outcome: Outcome,
    /// The packages, where the request asked to keep them and the child came that far.
    pub(crate) inventory: Option<Inventory>,
    /// How the last child was confined.
    pub(crate) sandbox: Vec<String>,
    /// Why children were started again.
    pub(crate) restarts: Vec<String>,
    /// Why there is no full result.
    pub(crate) given_up: Option<String>,
}

/// Progress of a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notice {
    Begin { stage: WorkStage, steps: u32 },
    Done { steps: u32 },
}

/// What children say on the way to an answer.
#[derive(Default)]
struct Heard {
    sandbox: Vec<String>,
    inventory: Option<Inventory>,
}

enum Attempt {
    Answered(Box<Outcome>),
    Listed(Box<Inventory>),
    Refused(Complaint),
    Died(Death),
}

/// The packages in what the request names.
pub(crate) fn list(
    request: &Request,
    watch: &mut dyn FnMut(Notice),
) -> Result<Inventory, Complaint> {
    let mut heard = Heard::default();
    match attempt(request, watch, &|| false, &mut heard)? {
        Attempt::Listed(inventory) => Ok(*inventory),
        Attempt::Refused(complaint) => Err(complaint),
        Attempt::Answered(_) => Err(Complaint::program(
            "the scanning process answered another question",
        )),
        Attempt::Died(death) => Err(Complaint::program(format!(
            "the process that listed the packages ended early: {}",
            death.reason
        ))),
    }
}

/// Scans in child processes until one comes to an end.
///
/// When no child does, what can be known without following data, the secrets, is looked for in a last attempt.
///
/// `stop` is asked every second; when it says so, the child is ended and the scan given up.
pub(crate) fn scan(
    mut request: Request,
    watch: &mut dyn FnMut(Notice),
    stop: &dyn Fn() -> bool,
) -> Result<Finished, Complaint> {
    let jobs = request.jobs;
    let mut recovery = Recovery::default();
    let mut heard = Heard::default();
    let mut given_up: Option<String> = None;
    let outcome = loop {
        request.announce = recovery.careful;
        request.jobs = if recovery.careful { 1 } else { jobs };
        request.poisoned.clone_from(&recovery.poisoned);
        match attempt(&request, watch, stop, &mut heard)? {
            Attempt::Refused(complaint) => return Err(complaint),
            Attempt::Listed(_) => {
                return Err(Complaint::program(
                    "the scanning process answered another question",
                ));
            }
            Attempt::Answered(outcome) => {
                let missing = given_up
                    .iter()
                    .map(|why| format!("no code was analysed: {why}"));
                break with_skipped(checked(*outcome)?, missing);
            }
            Attempt::Died(death) => {
                let Err(why) = recovery.after(&death) else {
                    continue;
                };
                if given_up.is_none() && request.code && request.secrets {
                    request.code = false;
                    given_up = Some(why);
                } else {
                    let why = given_up.get_or_insert(why);
                    let missing = std::iter::once(format!("nothing was analysed: {why}"));
                    break with_skipped(known(&recovery), missing);
                }
            }
        }
    };
    Ok(Finished {
        outcome,
        inventory: heard.inventory,
        sandbox: heard.sandbox,
        restarts: recovery.restarts,
        given_up,
    })
}

fn attempt(
    request: &Request,
    watch: &mut dyn FnMut(Notice),
    stop: &dyn Fn() -> bool,
    heard: &mut Heard,
) -> Result<Attempt, Complaint> {
    let failed = |error: io::Error| {
        Complaint::program(format!("the scanning process cannot be started: {error}"))
    };
    let mut child = Command::new(own_binary().map_err(failed)?)
        .arg(ARGUMENT)
        // It needs no credentials, and none of the variables that change how programs behave.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that died before it read this is dealt with as any other that died.
        let _ = send(&mut stdin, request);
    }
    let last_words = child.stderr.take().map(listen_to_last_words);
    let messages = child
        .stdout
        .take()
        .map(listen)
        .ok_or_else(|| Complaint::program("the scanning process has no standard output"))?;
    let mut in_work = Vec::new();
    let mut stuck: Option<(WorkStage, String, u32)> = None;
    let mut silent = 0;
    let mut problem = None;
    loop {
        if stop() {
            end(&mut child);
            return Ok(Attempt::Refused(Complaint::program("the scan was stopped")));
        }
        match messages.recv_timeout(Duration::from_secs(1)) {
            Ok(Ok(message)) => {
                silent = 0;
                match message {
                    Message::Sandboxed(said) => heard.sandbox = said,
                    Message::Begin { stage, steps } => watch(Notice::Begin { stage, steps }),
                    Message::Done { steps } => watch(Notice::Done { steps }),
                    Message::Enter { stage, path } if in_work.len() < MAX_IN_WORK => {
                        in_work.push((stage, path));
                    }
                    Message::Enter { .. } => {}
                    Message::Leave { stage, path } => {
                        in_work.retain(|(entered, file): &(WorkStage, String)| {
                            *entered != stage || *file != path
                        })
                    }
                    Message::Stuck {
                        stage,
                        path,
                        seconds,
                    } => stuck = Some((stage, path, seconds)),
                    Message::Refused(complaint) => {
                        end(&mut child);
                        return Ok(Attempt::Refused(complaint));
                    }
                    Message::Outcome(outcome) => {
                        end(&mut child);
                        return Ok(Attempt::Answered(outcome));
                    }
                    Message::Inventory(inventory) if request.packages != Packages::List => {
                        heard.inventory = Some(*inventory);
                    }
                    Message::Inventory(inventory) => {
                        end(&mut child);
                        return Ok(Attempt::Listed(inventory));
                    }
                }
            }
            Ok(Err(error)) => {
                problem = Some(format!(
                    "the scanning process sent what is no message: {error}"
                ));
                break;
            }
            Err(RecvTimeoutError::Timeout) => {
                silent += 1;
                if silent >= SILENT_SECONDS {
                    problem = Some("gave no sign of life for a minute".to_owned());
                    break;
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = if problem.is_some() {
        end(&mut child)
    } else {
        child.wait().ok()
    };
    let said = last_words
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default();
    let reason = match (&stuck, problem) {
        (Some((_, _, seconds)), _) => format!("took longer than {seconds} s"),
        (None, Some(problem)) => problem,
        (None, None) => cause(status, &said),
    };
    Ok(Attempt::Died(Death {
        reason,
        in_work,
        stuck: stuck.map(|(stage, path, _)| (stage, path)),
    }))
}

/// The running program, even when its file was replaced in the meantime.
fn own_binary() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        Ok(running)
    } else {
        std::env::current_exe()
    }
}

/// Ends a child that has said all it has to say.
fn end(child: &mut Child) -> Option<ExitStatus> {
    // It may have ended already.
    let _ = child.kill();
    child.wait().ok()
}

fn listen(mut stdout: ChildStdout) -> Receiver<io::Result<Message>> {
    let (sender, receiver) = sync_channel(256);
    std::thread::spawn(move || {
        loop {
            let message = receive(&mut stdout);
            let is_last = matches!(message, Err(_) | Ok(Some(Message::Outcome(_)) | None));
            // An end in the middle of a frame is what a death looks like, not a forged message.
            let cut = matches!(&message, Err(e) if e.kind() == io::ErrorKind::UnexpectedEof);
            let Some(message) = message.transpose().filter(|_| !cut) else {
                return;
            };
            if sender.send(message).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

fn listen_to_last_words(stderr: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        let mut limited = stderr.take(MAX_STDERR);
        // What was read until an error is as good as nothing went wrong.
        let _ = limited.read_to_end(&mut said);
        let _ = io::copy(&mut limited.into_inner(), &mut io::sink());
        String::from_utf8_lossy(&said).into_owned()
    })
}

/// Why a child died, in words to stand after a file's name.
fn cause(status: Option<ExitStatus>, said: &str) -> String {
    if said.contains("overflowed its stack") {
        return "the analysis ran out of stack".to_owned();
    }
    if said.contains("memory allocation of") {
        return "the analysis ran out of memory".to_owned();
    }
    if let Some(at) = said.find("panicked at ") {
        let mut lines = said[at..].lines();
        let place = lines.next().unwrap_or("").trim_end_matches(':');
        let message = lines.next().unwrap_or("");
        return format!("the analysis {place}: {message}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        match status.and_then(|status| status.signal()) {
            Some(9) => {
                return "the analysis was killed, probably for want of memory".to_owned();
            }
            Some(signal) => return format!("the analysis crashed (signal {signal})"),
            None => {}
        }
    }
    match status.and_then(|status| status.code()) {
        Some(code) => format!("the analysis ended without a result (code {code})"),
        None => "the analysis ended without a result".to_owned(),
    }
}

/// What is known when no child came to an end.
fn known(recovery: &Recovery) -> Outcome {
    let mut outcome = Outcome::default();
    for (path, reason) in &recovery.poisoned {
        outcome.coverage.skipped.push(FileNote {
            path: path.clone(),
            reason: reason.clone(),
            incomplete: true,
        });
    }
    outcome
}

/// Adds what is missing from the whole.
fn with_skipped(mut outcome: Outcome, reasons: impl Iterator<Item = String>) -> Outcome {
    let skipped = &mut outcome.coverage.skipped;
    skipped.extend(reasons.map(|reason| FileNote {
        path: String::new(),
        reason,
        incomplete: true,
    }));
    skipped.sort();
    outcome
}

/// Refuses a result that no honest child gives.
fn checked(outcome: Outcome) -> Result<Outcome, Complaint> {
    let dishonest = |what: &str| {
        Complaint::program(format!(
            "the scanning process gave an impossible result: {what}"
        ))
    };
    if outcome.findings.len() > MAX_FINDINGS {
        return Err(dishonest("too many findings"));
    }
    let places = outcome.findings.iter().flat_map(|finding| {
        let steps = finding.flow.iter().map(|step| &step.location);
        std::iter::once(&finding.location).chain(steps)
    });
    for place in places {
        if !is_within_package(place) {
            return Err(dishonest("a path outside the package"));
        }
    }
    let is_sorted = outcome
        .findings
        .is_sorted_by_key(|finding| (&finding.location.path, finding.location.region.start_line));
    if !is_sorted {
        return Err(dishonest("findings out of order"));
    }
    Ok(outcome)
}

fn is_within_package(place: &Location) -> bool {
    let path = &place.path;
    !path.starts_with('/') && !path.contains('\0') && path.split('/').all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deaths_are_told_in_words() {
        for (said, expected) in [
            (
                "\nthread 'x' (1) has overflowed its stack\nfatal runtime error",
                "the analysis ran out of stack",
            ),
            (
                "memory allocation of 8 bytes failed",
                "the analysis ran out of memory",
            ),
            (
                "thread 'x' panicked at a.rs:1:2:\nindex out of bounds\nnote: run",
                "the analysis panicked at a.rs:1:2: index out of bounds",
            ),
            ("", "the analysis ended without a result"),
        ] {
            assert_eq!(cause(None, said), expected);
        }
    }

    #[test]
    fn a_scan_that_was_given_up_names_what_it_knows() {
        let mut recovery = Recovery::default();
        recovery.poisoned.push(("a.js".into(), "crashed".into()));
        let outcome = with_skipped(known(&recovery), std::iter::once("given up".to_owned()));
        assert!(outcome.coverage.is_incomplete());
        let skipped = outcome
            .coverage
            .skipped
            .iter()
            .map(|note| note.reason.as_str());
        assert!(skipped.eq(["given up", "crashed"]));
    }
}
