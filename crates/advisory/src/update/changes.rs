//! What is fetched of an export, and what is there already.
//!
//! ```text
//! osv/PyPI/all.zip         the whole ecosystem
//! osv/PyPI/changes/ID.json records that changed since
//! osv/PyPI/state           the newest time of change up to which both are complete
//! osv/epss….csv.gz, osv/known_exploited_vulnerabilities.json
//! ```
//!
//! `state` is written after the files it speaks of, so that an interruption costs a second fetch at most.

use std::fs::{self, File};
use std::path::Path;

use shindan_package::Ecosystem;

use super::fetch::{Client, FetchError};
use super::{EPSS_URL, KEV_URL, OSV_EXPORT, Progress};
use crate::database::{io_error, write_atomically};

/// With more changes than this, the whole archive is the smaller download.
const MAX_CHANGES: usize = 2_000;
const MAX_ARCHIVE: u64 = 2 << 30;
const MAX_LIST: u64 = 512 << 20;
const MAX_RECORD: u64 = 16 << 20;
const MAX_ENRICHMENT: u64 = 64 << 20;

pub(super) fn fetch(
    base: &str,
    folder: &Path,
    notes: &mut Vec<String>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), FetchError> {
    let client = Client::new();
    keep_to_one_base(base, folder)?;
    let mut ecosystems = 0;
    for ecosystem in Ecosystem::ALL {
        if fetch_ecosystem(&client, base, folder, ecosystem, progress)? {
            ecosystems += 1;
        } else {
            notes.push(format!("{base} has no advisories of {ecosystem}"));
        }
    }
    if ecosystems == 0 {
        return Err(FetchError::Empty {
            url: base.to_owned(),
        });
    }
    for (name, public) in [
        ("epss_scores-current.csv.gz", EPSS_URL),
        ("known_exploited_vulnerabilities.json", KEV_URL),
    ] {
        let url = if base == OSV_EXPORT {
            public.to_owned()
        } else {
            format!("{base}/{name}")
        };
        // Advisories are worth having without; the last ones fetched stay.
        match client.small(&url, MAX_ENRICHMENT) {
            Ok(Some(bytes)) => write_atomically(&folder.join(name), &bytes)?,
            Ok(None) => notes.push(format!("{url}: there is no such file")),
            Err(error) => notes.push(error.to_string()),
        }
    }
    Ok(())
}

/// What was fetched from one base says nothing about another.
fn keep_to_one_base(base: &str, folder: &Path) -> Result<(), FetchError> {
    let path = folder.join("base");
    if fs::read_to_string(&path).is_ok_and(|known| known == base) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(io_error(folder, "removed"))?;
    }
    fs::create_dir_all(folder).map_err(io_error(folder, "made"))?;
    Ok(write_atomically(&path, base.as_bytes())?)
}

/// False where the export does not have the ecosystem.
fn fetch_ecosystem(
    client: &Client,
    base: &str,
    folder: &Path,
    ecosystem: Ecosystem,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<bool, FetchError> {
    let name = ecosystem.osv_name();
    let folder = folder.join(name);
    let (archive, changes, state) = (
        folder.join("all.zip"),
        folder.join("changes"),
        folder.join("state"),
    );
    fs::create_dir_all(&changes).map_err(io_error(&changes, "made"))?;
    let list = client
        .small(&format!("{base}/{name}/modified_id.csv"), MAX_LIST)?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let known = fs::read_to_string(&state).ok();
    let newest = list
        .as_deref()
        .and_then(|list| Some(entries(list).next()?.0));
    if let (Some(list), Some(known), true) = (&list, &known, archive.exists()) {
        let changed: Vec<&str> = entries(list)
            .take_while(|(time, _)| *time > known.as_str())
            .map(|(_, id)| id)
            .take(MAX_CHANGES + 1)
            .collect();
        if changed.len() <= MAX_CHANGES {
            for (done, id) in changed.iter().enumerate() {
                progress(Progress::Changes {
                    ecosystem: name,
                    done,
                    total: changed.len(),
                });
                // A record that has gone meanwhile is in the next list no more.
                let url = format!("{base}/{name}/{id}.json");
                if let Some(json) = client.small(&url, MAX_RECORD)? {
                    write_atomically(&changes.join(format!("{id}.json")), &json)?;
                }
            }
            if let Some(newest) = newest.filter(|newest| *newest > known.as_str()) {
                write_atomically(&state, newest.as_bytes())?;
            }
            return Ok(true);
        }
    }
    let url = format!("{base}/{name}/all.zip");
    if !client.large(&url, &archive, MAX_ARCHIVE, check_archive, progress)? {
        return Ok(false);
    }
    // Older than the archive, and harmless: of two records, the newer counts.
    let _ = fs::remove_dir_all(&changes);
    if let Some(newest) = newest {
        write_atomically(&state, newest.as_bytes())?;
    }
    Ok(true)
}

/// Times and ids of a list, as long as they are ones: ids become names of files.
fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines().filter_map(|line| {
        let (time, id) = line.trim().split_once(',')?;
        let is_name = !id.is_empty()
            && id.len() <= 128
            && id.starts_with(|first: char| first.is_ascii_alphanumeric())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        is_name.then_some((time, id))
    })
}

fn check_archive(path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let archive = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
    if archive.is_empty() {
        return Err("an empty archive".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn ids_that_are_no_names_of_files_are_passed_over() {
        let list =
            "2026-01-02T00:00:00Z,GHSA-a-b\n2026-01-01T00:00:00Z,../../x\nbroken\n,\n2026,.x\n";
        assert_eq!(
            entries(list).collect::<Vec<_>>(),
            [("2026-01-02T00:00:00Z", "GHSA-a-b")]
        );
    }
}
