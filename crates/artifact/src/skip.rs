//! What was not looked at, and why.
//!
//! A skip is a part of the result, never an error that ends a run. Each tells whether code may have
//! been lost with it ([`Skip::is_incomplete`]), which decides the exit code of a scan: a socket or a
//! link inside the package costs nothing, an encrypted file may hide anything.

use std::fmt;

use crate::classify::{Class, classify_path, lies_among_packages};

/// One part of an artifact that was not, or will not be, read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// Where it stands, as named in the artifact; empty for the artifact as a whole.
    pub path: String,
    /// Why it was skipped.
    pub reason: SkipReason,
    incomplete: bool,
}

/// Why a part of an artifact was skipped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// More entries than are analysed; `left_out` of them were not listed.
    TooManyEntries { left_out: u64, limit: u64 },
    /// More members than are even counted.
    TooManyRecords { limit: u64 },
    /// The file is larger than what is read of one file.
    FileTooLarge { size: u64, limit: u64 },
    /// The files before it used up what is read of one artifact.
    TotalTooLarge { limit: u64 },
    /// The nested archives before it used up the memory for them.
    NestedTooLarge { limit: u64 },
    /// Unpacks to more times its packed size than any honest file.
    RatioTooHigh { ratio: u64, limit: u64 },
    /// Its bytes in the archive belong to another entry too.
    OverlappingEntries,
    /// Encrypted; there is no password.
    Encrypted,
    /// Its name cannot be used as a path.
    UnsafePath(UnsafePath),
    /// A symbolic link; links are never followed.
    Symlink {
        target: String,
        leaves_package: bool,
    },
    /// A link to a folder that it stands in.
    DirectoryLoop { target: String },
    /// The operating system refused to read it.
    Unreadable(String),
    /// A socket, pipe or device.
    NotARegularFile,
    /// Lies in more archives than are opened.
    NestedTooDeep { limit: u64 },
    /// Lies in more folders than are entered.
    FoldersTooDeep { limit: u64 },
    /// Packed with a method that is not supported.
    UnsupportedCompression { method: u16 },
    /// Damaged.
    Corrupt(String),
    /// Stands more than once in the archive; the last one counts, as for unzip programs.
    DuplicateName { times: u64 },
    /// A cache of a tool, which is not deployed.
    ToolCache,
    /// Further skips of the same kind, counted only.
    More {
        count: u64,
        example: Box<SkipReason>,
    },
}

/// What makes a name unusable as a path within a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnsafePath {
    /// `..` leads out of the package.
    ClimbsOut,
    /// Starts at a root or a drive.
    Absolute,
    /// Uses `\`, which is a separator on one system and a letter on others.
    Backslash,
    /// Contains a NUL byte.
    Nul,
    /// Is not valid UTF-8.
    NotUtf8,
    /// Longer than a path may be.
    TooLong,
    /// Names nothing.
    Empty,
}

impl Skip {
    /// A skip of the file or folder at `path`.
    #[must_use]
    pub fn new(path: impl Into<String>, reason: SkipReason) -> Self {
        let path = path.into();
        let incomplete = loses_code(&path, &reason);
        Self {
            path,
            reason,
            incomplete,
        }
    }

    /// Whether something that could hold code of one's own was lost.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Sets by hand whether code may have been lost, where the caller knows more than path and reason tell.
    pub(crate) fn with_incomplete(mut self, incomplete: bool) -> Self {
        self.incomplete = incomplete;
        self
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}", self.reason)
        } else {
            write!(f, "{}: {}", self.path, self.reason)
        }
    }
}

impl std::error::Error for Skip {}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyEntries { left_out, limit } => {
                write!(f, "more than {limit} files; {left_out} were not looked at")
            }
            Self::TooManyRecords { limit } => {
                write!(
                    f,
                    "more than {limit} members; the rest was not even counted"
                )
            }
            Self::FileTooLarge { size, limit } => {
                write!(
                    f,
                    "{size} bytes large, more than the {limit} that are read of one file"
                )
            }
            Self::TotalTooLarge { limit } => {
                write!(
                    f,
                    "the package holds more than the {limit} bytes that are read of one package"
                )
            }
            Self::NestedTooLarge { limit } => {
                write!(
                    f,
                    "archives within the package hold more than the {limit} bytes kept of them"
                )
            }
            Self::RatioTooHigh { ratio, limit } => {
                write!(
                    f,
                    "unpacks to {ratio} times its size, more than {limit} times: a zip bomb"
                )
            }
            Self::OverlappingEntries => {
                f.write_str("overlaps another entry of the archive: a zip bomb")
            }
            Self::Encrypted => f.write_str("encrypted"),
            Self::UnsafePath(unsafe_path) => write!(f, "unsafe name: {unsafe_path}"),
            Self::Symlink {
                target,
                leaves_package,
            } => {
                let leads = if *leaves_package {
                    ", out of the package"
                } else {
                    ""
                };
                write!(
                    f,
                    "a symbolic link to {}{leads}; links are not followed",
                    printable(target)
                )
            }
            Self::DirectoryLoop { target } => {
                write!(
                    f,
                    "a directory loop: a link to {}, which contains it",
                    printable(target)
                )
            }
            Self::Unreadable(text) => write!(f, "cannot be read: {text}"),
            Self::NotARegularFile => f.write_str("not a regular file"),
            Self::NestedTooDeep { limit } => {
                write!(
                    f,
                    "an archive within more than {limit} archives; it was not opened"
                )
            }
            Self::FoldersTooDeep { limit } => write!(f, "more than {limit} folders deep"),
            Self::UnsupportedCompression { method } => {
                write!(f, "packed with method {method}, which is not supported")
            }
            Self::Corrupt(text) => write!(f, "damaged: {text}"),
            Self::DuplicateName { times } => {
                write!(
                    f,
                    "stands {times} times in the archive; the last one counts"
                )
            }
            Self::ToolCache => f.write_str("a tool's cache, not part of the package"),
            Self::More { count, example } => {
                write!(f, "{count} more were skipped as the first was: {example}")
            }
        }
    }
}

impl fmt::Display for UnsafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClimbsOut => "climbs out of the package",
            Self::Absolute => "is absolute",
            Self::Backslash => "contains a backslash",
            Self::Nul => "contains a NUL byte",
            Self::NotUtf8 => "is not UTF-8",
            Self::TooLong => "is too long",
            Self::Empty => "names nothing",
        })
    }
}

/// Skips in the making: the first ones in full, the rest counted by kind, since their number is
/// in the hand of whoever made the archive.
#[derive(Debug)]
pub(crate) struct SkipList {
    limit: usize,
    listed: Vec<Skip>,
    more: Vec<(u64, Skip)>,
}

impl SkipList {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            listed: Vec::new(),
            more: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, skip: Skip) {
        if self.listed.len() < self.limit {
            self.listed.push(skip);
            return;
        }
        let kind = (std::mem::discriminant(&skip.reason), skip.incomplete);
        let known = self
            .more
            .iter_mut()
            .find(|(_, s)| (std::mem::discriminant(&s.reason), s.incomplete) == kind);
        match known {
            Some((count, _)) => *count += 1,
            None => self.more.push((1, skip)),
        }
    }

    /// All skips in the order of their paths.
    pub(crate) fn into_sorted(self) -> Vec<Skip> {
        let mut skips = self.listed;
        skips.extend(self.more.into_iter().map(|(count, skip)| Skip {
            path: String::new(),
            reason: SkipReason::More {
                count,
                example: Box::new(skip.reason),
            },
            incomplete: skip.incomplete,
        }));
        skips.sort();
        skips
    }
}

fn loses_code(path: &str, reason: &SkipReason) -> bool {
    if lies_among_packages(path) {
        return false;
    }
    let class = classify_path(path).class;
    match reason {
        SkipReason::DuplicateName { .. } | SkipReason::NotARegularFile | SkipReason::ToolCache => {
            false
        }
        SkipReason::Symlink { leaves_package, .. } => *leaves_package,
        SkipReason::FileTooLarge { .. } | SkipReason::TotalTooLarge { .. } => {
            matches!(class, Class::FirstParty | Class::Config | Class::Compiled)
        }
        SkipReason::TooManyEntries { .. }
        | SkipReason::TooManyRecords { .. }
        | SkipReason::NestedTooLarge { .. }
        | SkipReason::RatioTooHigh { .. }
        | SkipReason::OverlappingEntries
        | SkipReason::Encrypted
        | SkipReason::UnsafePath(_)
        | SkipReason::DirectoryLoop { .. }
        | SkipReason::Unreadable(_)
        | SkipReason::NestedTooDeep { .. }
        | SkipReason::FoldersTooDeep { .. }
        | SkipReason::UnsupportedCompression { .. }
        | SkipReason::Corrupt(_) => true,
        SkipReason::More { example, .. } => loses_code(path, example),
    }
}

/// A text from the artifact, on one line and without control characters, since it ends on a terminal.
fn printable(text: &str) -> String {
    const LONGEST: usize = 200;
    text.chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
