use std::io::{self, Write};
use std::path::Path;

use crate::complaint::Complaint;

/// Writes a file so that a reader sees either the old content or all of the new.
///
/// Devices and pipes, such as `/dev/stdout`, cannot be replaced and are written as they are.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Complaint> {
    let is_special = std::fs::metadata(path).is_ok_and(|m| !m.is_file());
    let written = if is_special {
        std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| write(&mut file))
    } else {
        replace(path, write)
    };
    written.map_err(|error| {
        let complaint = Complaint::file(path, "written", &error);
        match error.kind() {
            io::ErrorKind::NotFound => {
                complaint.with_hint("create its folder first, or choose another --output")
            }
            _ => complaint,
        }
    })
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".shindan-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other program would create it; the process's mask takes away what the user does not want.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    write(&mut file)?;
    file.flush()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report.json");
        std::fs::write(&path, "old").expect("writable");
        let failed = write_file(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "old");
        assert_eq!(folder.path().read_dir().expect("readable").count(), 1);
        write_file(&path, |out| out.write_all(b"new")).expect("writable");
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "new");
    }
}
