//! The file that holds the master keys: 64 hexadecimal digits a line, the current key first.
//!
//! Only its owner may have rights on it, as with keys of SSH. Lines that begin with `#` are comments.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretBox};
use zeroize::Zeroizing;

use super::envelope::{Keyring, MasterKey};
use crate::hex;

/// Some sixty keys.
const MAX_BYTES: usize = 4096;

/// Why there are no master keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key file {} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the key file {} cannot be created: {source}", path.display())]
    Create { path: PathBuf, source: io::Error },
    #[error("the key file {} is not a regular file", .0.display())]
    NotAFile(PathBuf),
    #[error(
        "others than its owner have rights on the key file {} (mode {mode:03o}); run: chmod 600 {}",
        path.display(), path.display()
    )]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error("the key file {} is larger than {MAX_BYTES} bytes; is it the right file?", .0.display())]
    TooLarge(PathBuf),
    #[error(
        "line {line} of the key file {} is not 64 lower-case hexadecimal digits; restore it from a backup",
        path.display()
    )]
    Malformed { path: PathBuf, line: usize },
    #[error("the key file {} holds no key; restore it from a backup", .0.display())]
    Empty(PathBuf),
}

/// Reads the keys.
pub fn read(path: &Path) -> Result<Keyring, KeyFileError> {
    let failed = |source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    };
    // Opening a pipe would wait for its other end. The link that a container's secret is gets followed.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(KeyFileError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(failed)?;
    check_rights(path, &file)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        return Err(KeyFileError::TooLarge(path.to_owned()));
    }
    parse(path, &bytes)
}

/// Creates the file with one key, 32 random bytes. A file that is there already is an error and stays as it is.
pub fn create(path: &Path, key: &SecretBox<[u8; 32]>) -> Result<(), KeyFileError> {
    let failed = |source| KeyFileError::Create {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let line = Zeroizing::new(hex::encode(key.expose_secret()));
    file.write_all(line.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Keyring, KeyFileError> {
    let mut keys = Vec::new();
    for (at, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let malformed = || KeyFileError::Malformed {
            path: path.to_owned(),
            line: at + 1,
        };
        let key = Zeroizing::new(hex::decode_32(line).ok_or_else(malformed)?);
        keys.push(MasterKey::new(SecretBox::init_with_mut(
            |place: &mut [u8; 32]| *place = *key,
        )));
    }
    let mut keys = keys.into_iter();
    let current = keys
        .next()
        .ok_or_else(|| KeyFileError::Empty(path.to_owned()))?;
    Ok(Keyring::new(current, keys.collect()))
}

#[cfg(unix)]
fn check_rights(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::OpenToOthers {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

/// Other systems have no such rights; their folder for the user's own files is the protection.
#[cfg(not(unix))]
fn check_rights(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::super::Context;
    use super::*;

    const CONTEXT: Context<'_> = Context {
        purpose: "test",
        place: &[],
    };

    fn key(byte: u8) -> SecretBox<[u8; 32]> {
        SecretBox::new(Box::new([byte; 32]))
    }

    fn error(path: &Path) -> String {
        read(path).expect_err("refused").to_string()
    }

    #[test]
    fn created_file_is_private_and_read_back() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("key");
        create(&path, &key(1)).expect("new");
        assert_eq!(
            fs::metadata(&path).expect("there").permissions().mode() & 0o777,
            0o600
        );
        let sealed = Keyring::new(MasterKey::new(key(1)), Vec::new())
            .seal(CONTEXT, [0; 12], b"text")
            .expect("short");
        assert!(read(&path).expect("right").open(CONTEXT, &sealed).is_ok());
        let again = create(&path, &key(2))
            .expect_err("there already")
            .to_string();
        assert!(again.contains("cannot be created"), "{again}");
        assert!(read(&path).expect("unchanged").is_current(&sealed));
    }

    #[test]
    fn first_key_seals_and_all_open() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("key");
        create(&path, &key(1)).expect("new");
        let sealed = read(&path)
            .expect("one")
            .seal(CONTEXT, [0; 12], b"text")
            .expect("short");
        let old = fs::read_to_string(&path).expect("text");
        fs::write(&path, format!("# new\n{}\r\n\n{old}", "02".repeat(32))).expect("written");
        let both = read(&path).expect("two");
        assert!(both.open(CONTEXT, &sealed).is_ok());
        assert!(!both.is_current(&sealed));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_content() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("key");
        assert!(error(&path).contains("cannot be read"));
        assert!(error(folder.path()).contains("not a regular file"));
        create(&path, &key(1)).expect("new");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("mode");
        assert!(error(&path).contains("mode 640") && error(&path).contains("chmod 600"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        fs::write(&path, "\n# none\n").expect("written");
        assert!(error(&path).contains("holds no key"));
        fs::write(&path, format!("\n{}", "0A".repeat(32))).expect("written");
        assert!(error(&path).contains("line 2") && !error(&path).contains("0A0A"));
        fs::write(&path, "#".repeat(MAX_BYTES + 1)).expect("written");
        assert!(error(&path).contains("larger"));
    }
}
