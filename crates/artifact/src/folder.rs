//! Lists the files below a folder.
//!
//! The walk follows no link, keeps its own stack, and visits names in order, so that the result does
//! not depend on the file system. A folder that cannot be read costs that folder.

use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

use crate::artifact::Store;
use crate::opening::{Opening, link_skip};
use crate::path::{PassedOver, normalise, passed_over};
use crate::skip::{Skip, SkipReason, UnsafePath};

/// Adds all files below `root`; fails only when the root itself cannot be read.
pub(crate) fn walk(root: &Path, opening: &mut Opening<'_>) -> io::Result<()> {
    let store = opening.add_store(Store::Folder(root.to_owned()));
    let first = std::fs::read_dir(root)?;
    let mut waiting: Vec<(String, usize)> = Vec::new();
    let mut folder = (String::new(), 0, first);
    loop {
        let (path, depth, listing) = folder;
        let mut below = visit(&path, depth, listing, store, opening);
        // The last is taken first.
        below.reverse();
        waiting.append(&mut below);
        folder = loop {
            let Some((path, depth)) = waiting.pop() else {
                return Ok(());
            };
            if opening.records_left == 0 {
                opening.skips.push(Skip::new(
                    "",
                    SkipReason::TooManyRecords {
                        limit: opening.limits.records as u64,
                    },
                ));
                return Ok(());
            }
            match std::fs::read_dir(root.join(&path)) {
                Ok(listing) => break (path, depth, listing),
                Err(error) => opening.skips.push(unreadable(&path, &error)),
            }
        };
    }
}

/// Adds the files of one folder and returns the folders in it.
fn visit(
    folder: &str,
    depth: usize,
    listing: std::fs::ReadDir,
    store: u32,
    opening: &mut Opening<'_>,
) -> Vec<(String, usize)> {
    let mut members = Vec::new();
    for member in listing {
        if opening.records_left == 0 {
            opening.skips.push(Skip::new(
                folder,
                SkipReason::TooManyRecords {
                    limit: opening.limits.records as u64,
                },
            ));
            break;
        }
        opening.records_left -= 1;
        match member {
            Ok(member) => members.push((member.file_name(), member)),
            Err(error) => opening.skips.push(unreadable(folder, &error)),
        }
    }
    members.sort_by(|a, b| a.0.cmp(&b.0));
    let mut below = Vec::new();
    for (name, member) in members {
        let lossy = name.to_string_lossy();
        let shown = if folder.is_empty() {
            lossy.clone().into_owned()
        } else {
            format!("{folder}/{lossy}")
        };
        let checked = if name.to_str().is_none() {
            Err(UnsafePath::NotUtf8)
        } else {
            normalise(&shown, opening.limits.path_bytes)
        };
        match checked {
            Ok(path) => {
                if let Err(error) = add_member(path, &member, depth, store, opening, &mut below) {
                    opening.skips.push(unreadable(&shown, &error));
                }
            }
            Err(reason) => opening
                .skips
                .push(Skip::new(shown, SkipReason::UnsafePath(reason))),
        }
    }
    below
}

fn add_member(
    path: String,
    member: &DirEntry,
    depth: usize,
    store: u32,
    opening: &mut Opening<'_>,
    below: &mut Vec<(String, usize)>,
) -> io::Result<()> {
    let kind = member.file_type()?;
    if kind.is_symlink() {
        let target: PathBuf = std::fs::read_link(member.path())?;
        opening
            .skips
            .push(link_skip(path, &target.to_string_lossy()));
    } else if kind.is_dir() {
        match passed_over(&path) {
            Some(PassedOver::Silently) => {}
            Some(PassedOver::WithNote) => {
                opening.skips.push(Skip::new(path, SkipReason::ToolCache))
            }
            None if depth >= opening.limits.directory_depth => {
                let limit = opening.limits.directory_depth as u64;
                opening
                    .skips
                    .push(Skip::new(path, SkipReason::FoldersTooDeep { limit }));
            }
            None => below.push((path, depth + 1)),
        }
    } else if kind.is_file() {
        let size = member.metadata()?.len();
        opening.add_file(path, size, store);
    } else {
        opening
            .skips
            .push(Skip::new(path, SkipReason::NotARegularFile));
    }
    Ok(())
}

fn unreadable(path: &str, error: &io::Error) -> Skip {
    Skip::new(path, SkipReason::Unreadable(error.kind().to_string()))
}
