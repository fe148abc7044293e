//! Folders with links, loops and files that may not be read.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::support::{BAD, Run, Sandbox, Scan};

#[test]
fn links_and_loops_are_named_and_not_followed() {
    let sandbox = Sandbox::new();
    sandbox.write("outside/secret.py", BAD);
    sandbox.write("input/sibling.py", BAD);
    sandbox.write("input/a/b/empty.py", "");
    let link = |target: &str, name: &str| symlink(target, sandbox.path(name)).expect("linked");
    link("../../..", "input/a/b/loop");
    link(".", "input/a/b/here");
    link("../outside/secret.py", "input/out.py");
    link("sibling.py", "input/inside.py");
    let scan = sandbox.scan("input");
    scan.rest_was_scanned(3)
        .says("a/b/here", "loop")
        .says("out.py", "out of the package")
        .says("inside.py", "links are not followed");
    assert_eq!(scan.findings().len(), 1, "{:#?}", scan.findings());
}

#[test]
fn an_unreadable_file_or_folder_costs_itself() {
    let sandbox = Sandbox::new();
    sandbox.write("input/sibling.py", BAD);
    sandbox.write("input/locked.py", BAD);
    sandbox.write("input/closed/app.py", BAD);
    let set = |name: &str, mode: u32| {
        fs::set_permissions(sandbox.path(name), fs::Permissions::from_mode(mode)).expect("changed");
    };
    set("", 0o755);
    set("input/locked.py", 0o000);
    set("input/closed", 0o000);
    let mut command = Command::new(env!("CARGO_BIN_EXE_shindan"));
    if fs::metadata(sandbox.path("")).expect("there").uid() == 0 {
        // The administrator may read everything, so somebody else has to try, with a copy they can reach.
        fs::copy(env!("CARGO_BIN_EXE_shindan"), sandbox.path("shindan")).expect("copied");
        command = Command::new(sandbox.path("shindan"));
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command
        .args(["scan", "input", "--format", "json", "--fail-on", "never"])
        .current_dir(sandbox.path(""))
        .env_clear()
        .output()
        .expect("the command starts");
    set("input/closed", 0o755);
    Scan::of(Run::of(output))
        .rest_was_scanned(3)
        .says("locked.py", "cannot be read: permission denied")
        .says("closed", "cannot be read: permission denied");
}

const NOBODY: u32 = 65534;

#[test]
fn what_is_neither_file_nor_folder_is_refused() {
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["scan", "/dev/null"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.err
            .contains("/dev/null: neither a folder nor a regular file"),
        "{}",
        run.err
    );
}
