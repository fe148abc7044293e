//! Updates that are killed or find no space. In a file of its own: a process that is being started shares the locks of
//! this one for a moment.

mod export;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use export::{archive, fixed, record, silent};
use shindan_advisory::database::Database;
use shindan_advisory::update::{Source, update};

const CHILD: &str = "SHINDAN_TEST_UPDATE";

/// Not a test of its own: what the tests below run in a process that can be killed.
#[test]
fn child() {
    let Ok(paths) = std::env::var(CHILD) else {
        return;
    };
    let (database, source) = paths.split_once('|').expect("two paths");
    match update(&Database::new(database), &Source::of(source), &mut silent) {
        Ok(_) => std::process::exit(0),
        Err(error) => {
            std::io::stderr()
                .write_all(error.to_string().as_bytes())
                .expect("the parent listens");
            std::process::exit(9);
        }
    }
}

fn child_command(database: &Path, source: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a test"));
    command
        .args(["--exact", "child"])
        .env(
            CHILD,
            format!("{}|{}", database.display(), source.display()),
        )
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Sources with the same 2,000 records, repaired in `fixed`.
fn source(folder: &Path, fixed: &str) -> std::path::PathBuf {
    let records: Vec<(String, String)> = (0..2000)
        .map(|number| {
            let id = format!("A-{number}");
            (
                format!("{id}.json"),
                record(&id, "2026-01-01T00:00:00Z", fixed),
            )
        })
        .collect();
    let path = folder.join(format!("{fixed}.zip"));
    fs::write(&path, archive(&records)).expect("written");
    path
}

#[test]
fn killing_an_update_at_any_moment_leaves_a_usable_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path().join("db"));
    let sources = ["1.1", "1.2"].map(|fixed| source(folder.path(), fixed));
    let start = Instant::now();
    let whole = child_command(database.folder(), &sources[0])
        .status()
        .expect("started");
    assert!(whole.success());
    let duration = start.elapsed();

    let mut state = 0x5eed_u64;
    let (mut old, mut new) = (0, 0);
    for round in 0..50 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let before = fixed(&database, "1.0");
        let mut child = child_command(database.folder(), &sources[(round + 1) % 2])
            .spawn()
            .expect("started");
        thread::sleep(duration.mul_f64((state >> 40) as f64 / f64::from(1 << 24) * 1.2));
        let _ = child.kill();
        child.wait().expect("ended");
        let after = fixed(&database, "1.0");
        assert!(!after.is_empty(), "round {round}");
        if after == before { old += 1 } else { new += 1 }
    }
    assert!(
        old > 0 && new > 0,
        "{old} updates were killed early and {new} late"
    );
    update(&database, &Source::Path(sources[0].clone()), &mut silent).expect("an update");
    let leftovers: Vec<_> = fs::read_dir(database.folder())
        .expect("there")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

/// A limit on the size of files stands in for a full disk: writing fails in the middle of the file.
#[cfg(unix)]
#[test]
fn no_space_on_the_disk_leaves_the_old_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path().join("db"));
    let sources = ["1.1", "1.2"].map(|fixed| source(folder.path(), fixed));
    update(&database, &Source::Path(sources[0].clone()), &mut silent).expect("an update");
    let before = fixed(&database, "1.0");
    let size = fs::metadata(database.index_path()).expect("there").len();
    assert!(size > 4096);
    let child = child_command(database.folder(), &sources[1]);
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 4; exec \"$0\" --exact child --nocapture",
        ])
        .arg(child.get_program())
        .envs(
            child
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .output()
        .expect("started");
    assert_eq!(output.status.code(), Some(9));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("cannot be written"), "{message}");
    assert_eq!(fixed(&database, "1.0"), before);
}
