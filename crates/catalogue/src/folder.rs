//! Reads a catalogue's folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Builder, Catalogue, CatalogueError};

/// Largest catalogue file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;
/// Deepest folder below `detectors` or `models` that is looked into.
const MAX_DEPTH: usize = 8;

/// Reads `detectors/**/ID.toml`, `detectors/**/ID.LANGUAGE.toml` and `models/**/*.toml` of a folder, in the order of their paths, on top of what the
/// builder holds.
///
/// # Errors
/// When a file cannot be read, or as [`Builder`] says.
pub fn read_folder(root: &Path, mut builder: Builder) -> Result<Catalogue, CatalogueError> {
    for path in files(&root.join("detectors"))? {
        let text = read(&path)?;
        match stem(&path).split_once('.') {
            Some((id, language)) => {
                builder.add_detector_part(&name(root, &path), id, language, &text)?;
            }
            None => builder.add_detector(&name(root, &path), &text)?,
        }
    }
    for path in files(&root.join("models"))? {
        builder.add_model(&name(root, &path), &stem(&path), &read(&path)?)?;
    }
    builder.build()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn read(path: &Path) -> Result<String, CatalogueError> {
    let fail = |problem: String| CatalogueError {
        file: path.display().to_string(),
        problem,
    };
    let size = fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    if size > MAX_FILE {
        return Err(fail(format!(
            "{size} bytes; a catalogue file has at most {MAX_FILE}"
        )));
    }
    fs::read_to_string(path).map_err(|e| fail(e.to_string()))
}

fn files(root: &Path) -> Result<Vec<PathBuf>, CatalogueError> {
    let mut found = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        if !folder.is_dir() || depth > MAX_DEPTH {
            continue;
        }
        let fail = |e: std::io::Error| CatalogueError {
            file: folder.display().to_string(),
            problem: e.to_string(),
        };
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_dir() {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|e| e == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
