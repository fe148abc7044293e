//! Finds and reads `shindan.toml`.
//!
//! It lies in the first path given, or in a folder above it within the same repository; without a repository, folders
//! above are not looked at, so that nobody's file in `/tmp` speaks for a scan below it. Patterns in the file are
//! relative to the folder it lies in.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use shindan_finding::Config;
use shindan_report::TextStyle;

use crate::complaint::Complaint;
use crate::settings_paths::rebased;
use crate::terminal;

const FILE: &str = "shindan.toml";
/// No settings file is larger; what is was given by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// What a settings file says, and where it lies.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    /// The file as shown to people; empty when there is none.
    pub(crate) file: String,
    folder: PathBuf,
}

impl Settings {
    /// Reads the file that was `given`, or looks for one from `first` upwards.
    pub(crate) fn find(first: &Path, given: Option<&Path>) -> Result<Self, Complaint> {
        match given {
            Some(file) => Self::read(file),
            None => discover(first).map_or_else(|| Ok(Self::default()), |file| Self::read(&file)),
        }
    }

    /// Where `path` lies seen from the settings file, `/`-separated; empty for its own folder and anywhere outside.
    pub(crate) fn position_of(&self, path: &Path) -> String {
        let Ok(path) = std::fs::canonicalize(path) else {
            return String::new();
        };
        let folder = if path.is_dir() {
            path.as_path()
        } else {
            path.parent().unwrap_or(&path)
        };
        let Ok(inside) = folder.strip_prefix(&self.folder) else {
            return String::new();
        };
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    }

    /// The patterns of paths to leave out, as seen from `path`.
    pub(crate) fn excludes_for(&self, path: &Path) -> Vec<String> {
        let position = self.position_of(path);
        self.config
            .exclude
            .iter()
            .flat_map(|pattern| rebased(pattern.text(), &position))
            .collect()
    }

    fn read(file: &Path) -> Result<Self, Complaint> {
        let text = limited_text(file).map_err(|error| Complaint::file(file, "read", &error))?;
        let shown = file.display().to_string();
        let config = Config::parse(&text, &shown).map_err(|errors| {
            let style = TextStyle {
                colour: true,
                width: terminal::width(),
            };
            terminal::tell(&shindan_report::config_errors(&errors, style));
            let count = match errors.len() {
                1 => "an error".to_owned(),
                n => format!("{n} errors"),
            };
            Complaint::input(format!(
                "{shown}: {count} in the settings; nothing was scanned"
            ))
        })?;
        let whole = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
        Ok(Self {
            config,
            file: shown,
            folder: whole.parent().unwrap_or(Path::new("")).to_owned(),
        })
    }
}

fn limited_text(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(file)?
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    Ok(text)
}

fn discover(first: &Path) -> Option<PathBuf> {
    let start = if first.is_dir() {
        first
    } else {
        first.parent()?
    };
    let start = if start.as_os_str().is_empty() {
        Path::new(".")
    } else {
        start
    };
    let own = start.join(FILE);
    if own.is_file() {
        return Some(own);
    }
    let whole = std::fs::canonicalize(start).ok()?;
    let repository = whole
        .ancestors()
        .find(|folder| folder.join(".git").exists())?;
    whole
        .ancestors()
        .take_while(|folder| folder.starts_with(repository))
        .map(|folder| folder.join(FILE))
        .find(|file| file.is_file())
        .map(|file| shortened(&file))
}

/// Relative to the working directory where that is possible.
fn shortened(file: &Path) -> PathBuf {
    std::env::current_dir()
        .ok()
        .and_then(|here| file.strip_prefix(here).ok())
        .unwrap_or(file)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(folders: &[&str], files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for folder in folders {
            std::fs::create_dir_all(root.path().join(folder)).expect("created");
        }
        for file in files {
            std::fs::write(root.path().join(file), "").expect("written");
        }
        root
    }

    #[test]
    fn the_nearest_file_of_the_repository_counts() {
        let root = tree(
            &["repo/.git", "repo/a/b"],
            &["shindan.toml", "repo/shindan.toml", "repo/a/shindan.toml"],
        );
        let found = |path: &str| discover(&root.path().join(path));
        let ends = |path: &str, end: &str| found(path).is_some_and(|f| f.ends_with(end));
        assert!(ends("repo/a/b", "repo/a/shindan.toml"));
        assert!(ends("repo/a", "repo/a/shindan.toml"));
        assert!(ends("repo", "repo/shindan.toml"));
    }

    #[test]
    fn nothing_outside_the_repository_counts() {
        let root = tree(&["repo/.git", "repo/a", "loose/a"], &["shindan.toml"]);
        assert_eq!(discover(&root.path().join("repo/a")), None);
        assert_eq!(discover(&root.path().join("loose/a")), None);
    }
}
