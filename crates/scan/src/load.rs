//! Reads the files of an artifact: text out of bytes, trees out of text, IR out of trees.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shindan_artifact::{Artifact, Class, Classification, Entry, classify_content};
use shindan_base::{FileId, Interner, LineIndex, Span};
use shindan_catalogue::Catalogue;
use shindan_detect::{RawFinding, empty_catches};
use shindan_finding::{FileNote, InlineIgnore, ignored_line, parse_inline};
use shindan_flow::Patterns;
use shindan_program::Module;
use shindan_source::Language;

use crate::shift_jis;

/// Most parse issues of one file that are named; the first ones tell what is wrong.
const MAX_ISSUES: usize = 3;

/// A file as far as the scan needs it.
pub(crate) struct Loaded {
    pub(crate) file: FileId,
    pub(crate) path: String,
    pub(crate) text: String,
    /// Lines and columns before the text, for code that stands inside a template.
    pub(crate) offset: (u32, u32),
    pub(crate) language: Option<Language>,
    pub(crate) module: Option<Module>,
    pub(crate) ignores: Vec<(u32, InlineIgnore)>,
    pub(crate) empty_catches: Vec<RawFinding>,
    pub(crate) notes: Vec<FileNote>,
    pub(crate) for_secrets: bool,
    pub(crate) vendored: bool,
    pub(crate) is_test: bool,
}

pub(crate) struct Reading<'a> {
    pub(crate) artifact: &'a Artifact,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) names: &'a Interner,
    pub(crate) patterns: &'a Patterns,
    pub(crate) code: bool,
    pub(crate) secrets: bool,
}

fn note(path: &str, reason: impl Into<String>, incomplete: bool) -> FileNote {
    FileNote {
        path: path.to_owned(),
        reason: reason.into(),
        incomplete,
    }
}

impl Reading<'_> {
    /// Reads one file; `wanted` when a template names it as a handler's file, so that it is code whatever it looks like.
    pub(crate) fn load(
        &self,
        entry: &Entry,
        file: FileId,
        wanted: bool,
        poisoned: Option<&str>,
    ) -> Loaded {
        let mut loaded = Loaded::empty(file, &entry.path);
        if let Some(reason) = poisoned {
            loaded.notes.push(note(&entry.path, reason, true));
            return loaded;
        }
        let language = Language::of_path(&entry.path);
        loaded.vendored = entry.class == Class::Vendored;
        loaded.is_test = entry.is_test;
        let readable = match entry.class {
            Class::FirstParty | Class::Config => true,
            Class::Generated => language.is_some(),
            Class::Vendored | Class::Compiled | Class::Data => false,
        };
        if !readable {
            return loaded;
        }
        let bytes = match self.artifact.read(entry) {
            Ok(bytes) => bytes,
            Err(skip) => {
                loaded.notes.push(note(
                    &skip.path,
                    skip.reason.to_string(),
                    skip.is_incomplete(),
                ));
                return loaded;
            }
        };
        let known = Classification {
            class: entry.class,
            reason: entry.reason,
            is_test: entry.is_test,
        };
        let class = classify_content(&entry.path, known, &bytes);
        loaded.vendored = class.class == Class::Vendored;
        let (text, problem) = decode(&bytes);
        loaded
            .notes
            .extend(problem.map(|p| note(&entry.path, p, false)));
        loaded.text = text;
        match class.class {
            Class::FirstParty | Class::Config => loaded.for_secrets = self.secrets,
            Class::Generated => {
                loaded.for_secrets = self.secrets;
                if !wanted {
                    if self.code && language.is_some() {
                        loaded.notes.push(note(
                            &entry.path,
                            format!("not analysed as code: {}", class.reason),
                            false,
                        ));
                    }
                    return loaded;
                }
            }
            Class::Data if language.is_some() && wanted_as_code(&loaded.text) => {
                loaded.notes.push(note(
                    &entry.path,
                    "contains NUL bytes; read as text all the same",
                    false,
                ));
            }
            Class::Vendored | Class::Compiled | Class::Data => {
                if class.class == Class::Data && language.is_some() {
                    loaded.notes.push(note(
                        &entry.path,
                        format!("not analysed as code: {}", class.reason),
                        true,
                    ));
                }
                return loaded;
            }
        }
        let Some(language) = language.filter(|_| self.code) else {
            return loaded;
        };
        let limit = self.artifact.limits().source_file_bytes;
        if loaded.text.len() as u64 > limit {
            let reason = format!(
                "{} bytes of source, more than the {limit} that are analysed; searched for secrets only",
                loaded.text.len()
            );
            loaded.notes.push(note(&entry.path, reason, true));
            return loaded;
        }
        if catch_unwind(AssertUnwindSafe(|| self.parse(&mut loaded, language))).is_err() {
            loaded.module = None;
            loaded.notes.push(note(
                &entry.path,
                "the parser failed on this file; please report this as a defect",
                true,
            ));
        }
        loaded
    }

    /// Code that stands inside a template.
    pub(crate) fn inline(
        &self,
        file: FileId,
        code: &shindan_artifact::InlineCode,
        language: Language,
    ) -> Loaded {
        let mut loaded = Loaded::empty(file, &code.template);
        loaded.text.clone_from(&code.source);
        if code.lines_match {
            loaded.offset = (code.first_line.saturating_sub(1), code.indent);
        }
        if self.code {
            self.parse(&mut loaded, language);
        }
        loaded
    }

    fn parse(&self, loaded: &mut Loaded, language: Language) {
        let tree = shindan_source::parse(language, &loaded.text, self.names);
        let lines = LineIndex::new(&loaded.text);
        for issue in tree.issues.iter().take(MAX_ISSUES) {
            let line = lines.line(issue.span.start) + loaded.offset.0;
            loaded.notes.push(note(
                &loaded.path,
                format!("line {line}: {}", issue.message),
                true,
            ));
        }
        if tree.issues.len() > MAX_ISSUES {
            loaded.notes.push(note(
                &loaded.path,
                format!(
                    "and {} more places that could not be read",
                    tree.issues.len() - MAX_ISSUES
                ),
                true,
            ));
        }
        loaded.ignores = ignores(&loaded.text, &lines, &tree.comments);
        let module = shindan_program::lower(&tree, loaded.file, self.names);
        loaded.empty_catches = empty_catches(
            self.catalogue,
            self.patterns,
            &tree,
            &loaded.text,
            &module,
            loaded.file,
        );
        loaded.language = Some(language);
        loaded.module = Some(module);
    }
}

impl Loaded {
    fn empty(file: FileId, path: &str) -> Self {
        Self {
            file,
            path: path.to_owned(),
            text: String::new(),
            offset: (0, 0),
            language: None,
            module: None,
            ignores: Vec::new(),
            empty_catches: Vec::new(),
            notes: Vec::new(),
            for_secrets: false,
            vendored: false,
            is_test: false,
        }
    }
}

/// A source file with a few NUL bytes is still source; one that is full of them is not.
fn wanted_as_code(text: &str) -> bool {
    let zeros = text.bytes().filter(|b| *b == 0).count();
    zeros * 50 < text.len()
}

/// Text out of bytes: UTF-8, UTF-16 with a mark, Shift_JIS, or UTF-8 with what is wrong in it replaced.
fn decode(bytes: &[u8]) -> (String, Option<&'static str>) {
    let utf16 = |big: bool, bytes: &[u8]| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|c| {
                if big {
                    u16::from_be_bytes([c[0], c[1]])
                } else {
                    u16::from_le_bytes([c[0], c[1]])
                }
            })
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => (
            utf16(false, rest),
            Some("UTF-16 text; positions are those of its UTF-8 form"),
        ),
        [0xfe, 0xff, rest @ ..] => (
            utf16(true, rest),
            Some("UTF-16 text; positions are those of its UTF-8 form"),
        ),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), None),
            Err(_) => match shift_jis::read(bytes) {
                Some(text) => (
                    text,
                    Some("Shift_JIS text; its characters of two bytes were replaced"),
                ),
                None => (
                    String::from_utf8_lossy(bytes).into_owned(),
                    Some("not UTF-8; bytes that are no text were replaced"),
                ),
            },
        },
    }
}

/// Comments that ignore findings, and the lines that they speak for.
fn ignores(text: &str, lines: &LineIndex, comments: &[Span]) -> Vec<(u32, InlineIgnore)> {
    let mut found = Vec::new();
    for comment in comments {
        let content = comment.slice(text);
        if !content.contains("shindan:") {
            continue;
        }
        let Some(ignore) = parse_inline(content) else {
            continue;
        };
        let line = lines.line(comment.start);
        let start_of_line = lines
            .span_of_line(line, text.len() as u32)
            .map_or(0, |s| s.start);
        let alone = text
            .get(start_of_line as usize..comment.start as usize)
            .is_some_and(|before| before.trim().is_empty());
        let next = next_code_line(
            text,
            lines,
            comments,
            lines.line(comment.end.saturating_sub(1)),
        );
        found.extend(ignored_line(line, alone, next).map(|line| (line, ignore)));
    }
    found
}

fn next_code_line(text: &str, lines: &LineIndex, comments: &[Span], after: u32) -> Option<u32> {
    (after + 1..=lines.len()).find(|line| {
        let Some(span) = lines.span_of_line(*line, text.len() as u32) else {
            return false;
        };
        let content = span.slice(text);
        let start = span.start + (content.len() - content.trim_start().len()) as u32;
        !content.trim().is_empty() && !comments.iter().any(|c| c.start <= start && start < c.end)
    })
}
