//! `shindan backup` and `shindan restore`: copies of a server's SQLite database.

use std::fs::File;
use std::path::{Path, PathBuf};

use shindan_store::{BackupError, Store};

use crate::cli::service::{BackupArgs, RestoreArgs};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::settings::Place;
use crate::server::{open_store, wait};
use crate::terminal;

impl From<BackupError> for Complaint {
    fn from(error: BackupError) -> Self {
        Self::input(error.to_string())
    }
}

pub(crate) fn backup(args: &BackupArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    if let Some(path) = sqlite_file(&place)
        && !path.exists()
    {
        return Err(Complaint::input(format!(
            "{}: there is no database to copy",
            path.display()
        )));
    }
    wait(async {
        let store = open_store(&place).await?;
        store.backup(&args.file).await?;
        store.close().await;
        check(&args.file).await
    })?;
    terminal::print(&format!("{} holds a whole copy\n", args.file.display()))?;
    terminal::note(&format!(
        "the key file {} is not in it; keep a copy of that in another place",
        place.key_file().display()
    ));
    Ok(Exit::Clean)
}

/// Opens a copy, which brings its schema up to date, and reads all of it.
async fn check(path: &Path) -> Result<(), Complaint> {
    let store = Store::open(&format!("sqlite:{}", path.display())).await?;
    store.check().await?;
    store.close().await;
    Ok(())
}

pub(crate) fn restore(args: &RestoreArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    let Some(target) = sqlite_file(&place) else {
        return Err(Complaint::input(BackupError::Engine.to_string()));
    };
    place.prepare()?;
    if target.exists() && !args.replace {
        return Err(Complaint::input(format!("{} exists", target.display()))
            .with_hint("stop the server and give --replace"));
    }
    // A server that runs holds this lock; replacing its database under it would lose what it writes.
    let _lock = exclusive(&place)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let failed = |error: &std::io::Error| Complaint::file(&target, "written", error);
    let copy = tempfile::Builder::new()
        .prefix(".restore-")
        .suffix(".db")
        .tempfile_in(folder)
        .map_err(|error| failed(&error))?;
    std::fs::copy(&args.file, copy.path())
        .map_err(|error| Complaint::file(&args.file, "copied", &error))?;
    wait(check(copy.path()))?;
    copy.as_file().sync_all().map_err(|error| failed(&error))?;
    // What the old database had not put into its file yet must not be put into the new one.
    for suffix in ["-wal", "-shm"] {
        let mut beside = target.clone().into_os_string();
        beside.push(suffix);
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Complaint::file(Path::new(&beside), "removed", &error));
            }
            _ => {}
        }
    }
    copy.persist(&target)
        .map_err(|error| failed(&error.error))?;
    terminal::print(&format!("{} is restored\n", target.display()))?;
    Ok(Exit::Clean)
}

/// The file of an SQLite database.
fn sqlite_file(place: &Place) -> Option<PathBuf> {
    let path = place.database.0.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// The lock that servers share and a restoration has alone.
pub(crate) fn shared_lock(place: &Place) -> Result<File, Complaint> {
    let (path, file) = lock_file(place)?;
    file.try_lock_shared().map_err(|_| {
        Complaint::input(format!("{}: a database is being restored", path.display()))
            .with_hint("start the server when that has ended")
    })?;
    Ok(file)
}

fn exclusive(place: &Place) -> Result<File, Complaint> {
    let (path, file) = lock_file(place)?;
    file.try_lock().map_err(|_| {
        Complaint::input(format!("{}: a server is running", path.display()))
            .with_hint("stop it first")
    })?;
    Ok(file)
}

fn lock_file(place: &Place) -> Result<(PathBuf, File), Complaint> {
    let path = place.data.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| Complaint::file(&path, "opened", &error))?;
    Ok((path, file))
}
