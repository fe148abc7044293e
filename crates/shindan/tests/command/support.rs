//! A folder to work in, the command to run in it, and its answer.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A handler with one weakness, in line 3.
pub(crate) const BAD: &str = "\
import os
def handler(event, context):
    os.system('ls ' + event['name'])
";

/// The same without a weakness.
pub(crate) const GOOD: &str = "\
def handler(event, context):
    return {'statusCode': 200}
";

/// The catalogue grows: what else it finds in the tests' code is no concern of theirs.
const SUBJECTS: [&str; 3] = ["command-injection", "my-print", "secret-aws-access-key-id"];

/// A folder with `input` for what is scanned and `state` for what the program keeps.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("input")).expect("created");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it lies in.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the sandbox")).expect("created");
        fs::write(path, content).expect("written");
    }

    /// Runs the command here.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &[])
    }

    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_shindan"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("XDG_STATE_HOME", self.path("state"))
            .env("TMPDIR", self.path("input"))
            .envs(variables.iter().copied())
            .output()
            .expect("the command starts");
        Run::of(output)
    }

    /// Scans one path; findings do not fail, so that the exit code tells whether anything was lost.
    pub(crate) fn scan(&self, path: &str) -> Scan {
        let before = names_below(self.folder.path());
        let run = self.run(&["scan", path, "--format", "json", "--fail-on", "never"]);
        let mut after = names_below(self.folder.path());
        after.retain(|name| !name.starts_with("state"));
        let expected: Vec<_> = before
            .into_iter()
            .filter(|n| !n.starts_with("state"))
            .collect();
        assert_eq!(after, expected, "the scan wrote or removed files");
        Scan::of(run)
    }
}

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("not killed"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// The JSON report of a scan.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) code: i32,
    pub(crate) err: String,
    pub(crate) text: String,
    pub(crate) report: Value,
}

impl Scan {
    pub(crate) fn of(run: Run) -> Self {
        let report = serde_json::from_str(&run.out)
            .unwrap_or_else(|error| panic!("no report: {error}\n{}\n{}", run.out, run.err));
        Self {
            code: run.code,
            err: run.err,
            text: run.out,
            report,
        }
    }

    /// `detector path:line` of each finding of the detectors that these tests are about.
    pub(crate) fn findings(&self) -> Vec<String> {
        list(&self.report["findings"])
            .filter(|finding| SUBJECTS.contains(&text(&finding["detector"])))
            .map(|finding| {
                let place = &finding["location"];
                format!(
                    "{} {}:{}",
                    text(&finding["detector"]),
                    text(&place["path"]),
                    place["startLine"]
                )
            })
            .collect()
    }

    /// `path: reason` of all that was skipped and noted.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let coverage = &self.report["coverage"];
        list(&coverage["skipped"])
            .chain(list(&coverage["notes"]))
            .map(|note| format!("{}: {}", text(&note["path"]), text(&note["reason"])))
            .collect()
    }

    /// Asserts that `path` is remarked on with these words.
    #[track_caller]
    pub(crate) fn says(&self, path: &str, words: &str) -> &Self {
        let remarks = self.remarks();
        let start = format!("{path}: ");
        assert!(
            remarks
                .iter()
                .any(|r| r.starts_with(&start) && r.contains(words)),
            "nothing like `{path}: … {words}` in {remarks:#?}\n{}",
            self.err
        );
        self
    }

    /// Asserts that the sibling's weakness was found, and that the scan is complete or not.
    #[track_caller]
    pub(crate) fn rest_was_scanned(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{:#?}\n{}", self.remarks(), self.err);
        assert!(
            self.findings()
                .contains(&"command-injection sibling.py:3".to_owned()),
            "{:#?}\n{:#?}",
            self.findings(),
            self.remarks()
        );
        assert_eq!(self.report["coverage"]["complete"], code == 0);
        self
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// All names below a folder, links not followed.
pub(crate) fn names_below(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let Ok(listing) = next.read_dir() else {
            continue;
        };
        for member in listing.flatten() {
            let path = member.path();
            let name = path.strip_prefix(folder).expect("it lies below");
            names.push(name.to_string_lossy().into_owned());
            if member.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push(path);
            }
        }
    }
    names.sort();
    names
}

/// A zip archive in the making.
pub(crate) struct Archive {
    writer: ZipWriter<Cursor<Vec<u8>>>,
}

impl Archive {
    pub(crate) fn new() -> Self {
        Self {
            writer: ZipWriter::new(Cursor::default()),
        }
    }

    /// With the sibling whose weakness is always to be found.
    pub(crate) fn with_sibling() -> Self {
        Self::new().stored("sibling.py", BAD.as_bytes())
    }

    pub(crate) fn stored(self, name: &str, content: &[u8]) -> Self {
        self.add(name, content, CompressionMethod::Stored)
    }

    pub(crate) fn packed(self, name: &str, content: &[u8]) -> Self {
        self.add(name, content, CompressionMethod::Deflated)
    }

    pub(crate) fn link(mut self, name: &str, target: &str) -> Self {
        self.writer
            .add_symlink(name, target, SimpleFileOptions::default())
            .expect("added");
        self
    }

    fn add(mut self, name: &str, content: &[u8], method: CompressionMethod) -> Self {
        let options = SimpleFileOptions::default().compression_method(method);
        self.writer.start_file(name, options).expect("started");
        self.writer.write_all(content).expect("written");
        self
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.writer.finish().expect("finished").into_inner()
    }
}
