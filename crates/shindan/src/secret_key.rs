//! The key of the hashes under which secrets are compared.
//!
//! One installation's hashes must not be comparable with another's, or a table of common passwords would read them;
//! they must stay the same from scan to scan, or a baseline could not recognise a secret. So the key is random, made
//! once, and kept in the user's state folder, readable by that user alone.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::complaint::Complaint;

type Key = [u8; 32];

/// The key of this installation, and a warning when it will not be the same next time.
pub(crate) fn secret_key() -> Result<(Key, Option<String>), Complaint> {
    let Some(path) = key_path() else {
        let why = "no home folder, so hashes of secrets hold for this run only; set XDG_STATE_HOME";
        return Ok((random()?, Some(why.to_owned())));
    };
    match read_or_create(&path) {
        Ok(key) => Ok((key, None)),
        Err(error) => {
            let why = format!(
                "{}: cannot be used ({error}), so hashes of secrets hold for this run only",
                path.display()
            );
            Ok((random()?, Some(why)))
        }
    }
}

fn key_path() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        .or_else(|| absolute("LOCALAPPDATA"))?;
    Some(state.join("shindan").join("key"))
}

fn read_or_create(path: &Path) -> io::Result<Key> {
    match std::fs::read_to_string(path) {
        Ok(text) => decoded(text.trim())
            .ok_or_else(|| io::Error::other("it holds no key; delete it to have a new one made")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(error) => Err(error),
    }
}

fn create(path: &Path) -> io::Result<Key> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let key = random().map_err(|complaint| io::Error::other(complaint.what))?;
    let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    // Temporary files are readable by their owner alone.
    let mut file = tempfile::Builder::new()
        .prefix(".key-")
        .tempfile_in(folder)?;
    writeln!(file, "{text}")?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        // Another run was faster.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            decoded(std::fs::read_to_string(path)?.trim())
                .ok_or_else(|| io::Error::other("it holds no key"))
        }
        Err(error) => Err(error.error),
    }
}

fn random() -> Result<Key, Complaint> {
    let mut key = Key::default();
    getrandom::fill(&mut key).map_err(|error| {
        Complaint::program(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(key)
}

fn decoded(text: &str) -> Option<Key> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = Key::default();
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("state/shindan/key");
        let key = read_or_create(&path).expect("created");
        assert_ne!(key, Key::default());
        assert_eq!(read_or_create(&path).expect("read"), key);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path)
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("key");
        std::fs::write(&path, "abc").expect("writable");
        assert!(read_or_create(&path).is_err());
    }
}
