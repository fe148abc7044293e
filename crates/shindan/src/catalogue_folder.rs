//! The catalogue that is built in, and the folder with which a user extends it.
//!
//! Such a folder is laid out as the built-in one: `detectors/**/*.toml`, `models/**/*.toml`, `secrets/*.toml`.

use std::path::{Path, PathBuf};

use shindan_catalogue::{Builder, Catalogue};
use shindan_secret::Rules;

use crate::complaint::Complaint;

/// No file of a catalogue is larger; what is was given by mistake.
const MAX_BYTES: u64 = 4 << 20;
/// Folders within folders.
const MAX_DEPTH: usize = 8;

/// The built-in catalogue, extended by the one in `folder`.
pub(crate) fn load(folder: Option<&Path>) -> Result<(Catalogue, Rules), Complaint> {
    let catalogue = shindan_detect::builtin();
    let mut rules = Rules::builtin();
    let Some(folder) = folder else {
        return Ok((catalogue, rules));
    };
    let mut builder = Builder::extending(catalogue);
    let mut files = 0;
    let problem = |error: &dyn std::fmt::Display| {
        Complaint::input(format!("--catalogue {}: {error}", folder.display()))
    };
    for (shown, name, text) in texts(folder, "detectors")? {
        match name.split_once('.') {
            Some((id, language)) => builder.add_detector_part(&shown, id, language, &text),
            None => builder.add_detector(&shown, &text),
        }
        .map_err(|error| problem(&error))?;
        files += 1;
    }
    for (shown, name, text) in texts(folder, "models")? {
        builder
            .add_model(&shown, &name, &text)
            .map_err(|error| problem(&error))?;
        files += 1;
    }
    for (shown, _, text) in texts(folder, "secrets")? {
        rules.extend(Rules::from_toml(&text, &shown).map_err(|error| problem(&error))?);
        files += 1;
    }
    if files == 0 {
        return Err(Complaint::input(format!(
            "--catalogue {}: there is no TOML file in it",
            folder.display()
        ))
        .with_hint("detectors lie in detectors/, library models in models/python/ or models/javascript/, secret rules in secrets/"));
    }
    Ok((builder.build().map_err(|error| problem(&error))?, rules))
}

/// The TOML files below one part of the folder: path within the folder, name without ending, text; in a fixed order.
fn texts(folder: &Path, part: &str) -> Result<Vec<(String, String, String)>, Complaint> {
    let mut found = Vec::new();
    let mut waiting = vec![(folder.join(part), 0)];
    while let Some((path, depth)) = waiting.pop() {
        let listing = match path.read_dir() {
            Ok(listing) => listing,
            Err(error) if depth == 0 && error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Complaint::file(&path, "listed", &error)),
        };
        for member in listing {
            let member = member.map_err(|error| Complaint::file(&path, "listed", &error))?;
            let kind = member
                .file_type()
                .map_err(|error| Complaint::file(&member.path(), "read", &error))?;
            if kind.is_dir() && depth < MAX_DEPTH {
                waiting.push((member.path(), depth + 1));
            } else if kind.is_file() && member.path().extension().is_some_and(|e| e == "toml") {
                found.push(member.path());
            }
        }
    }
    found.sort();
    found.into_iter().map(|path| read(folder, path)).collect()
}

fn read(folder: &Path, path: PathBuf) -> Result<(String, String, String), Complaint> {
    let size = path.metadata().map(|m| m.len());
    if size.is_ok_and(|size| size > MAX_BYTES) {
        return Err(Complaint::input(format!(
            "{}: too large for a catalogue file",
            path.display()
        )));
    }
    let text =
        std::fs::read_to_string(&path).map_err(|error| Complaint::file(&path, "read", &error))?;
    let shown = path.strip_prefix(folder).unwrap_or(&path);
    let name = path.file_stem().unwrap_or_default();
    Ok((
        shown.to_string_lossy().into_owned(),
        name.to_string_lossy().into_owned(),
        text,
    ))
}
