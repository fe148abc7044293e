//! Findings as reports show them, out of what the analysis noticed.

use shindan_base::{FileId, Interner, LineIndex, Span};
use shindan_catalogue::Catalogue;
use shindan_detect::{RawFinding, describe, step_words};
use shindan_finding::{
    Confidence, Finding, FindingKind, FlowStep, Location, Region, Severity, Snippet, StepKind,
};
use shindan_flow::{Hit, Site, StepWord};
use shindan_secret::{Rules, SecretValue, mask_text};

use crate::load::Loaded;

/// Longest message part that is quoted from code.
const MAX_QUOTE: usize = 80;

/// CWEs of secrets in code: what such a finding shows must be masked.
const SECRET_CWES: [u32; 4] = [798, 259, 321, 522];

/// A file's lines and its text with every secret masked, made when the first finding needs them.
pub(crate) struct Shown<'l> {
    loaded: &'l Loaded,
    lines: LineIndex,
    masked: String,
    masked_lines: LineIndex,
}

impl<'l> Shown<'l> {
    pub(crate) fn new(loaded: &'l Loaded, rules: &Rules, more_secrets: &[Span]) -> Self {
        let mut spans: Vec<Span> = rules
            .scan(&loaded.path, &loaded.text)
            .iter()
            .map(|m| m.span)
            .collect();
        spans.extend(more_secrets);
        let masked = if spans.is_empty() {
            loaded.text.clone()
        } else {
            mask_text(&loaded.text, &spans)
        };
        Self {
            loaded,
            lines: LineIndex::new(&loaded.text),
            masked_lines: LineIndex::new(&masked),
            masked,
        }
    }

    fn region(&self, span: Span) -> Region {
        let (start_line, start_column) = self.lines.line_column(&self.loaded.text, span.start);
        let (end_line, end_column) = self
            .lines
            .line_column(&self.loaded.text, span.end.max(span.start));
        Region {
            start_line,
            start_column,
            end_line,
            end_column,
        }
    }

    pub(crate) fn location(&self, span: Span) -> Location {
        let region = self.region(span);
        let snippet = Snippet::of(&self.masked, &self.lines, &region);
        let (lines, columns) = self.loaded.offset;
        let moved = Region {
            start_line: region.start_line + lines,
            start_column: region.start_column + columns,
            end_line: region.end_line + lines,
            end_column: region.end_column + columns,
        };
        let snippet = snippet.map(|mut s| {
            s.first_line += lines;
            if columns > 0 {
                let pad = " ".repeat(columns as usize);
                s.text = s
                    .text
                    .lines()
                    .map(|l| format!("{pad}{l}"))
                    .collect::<Vec<_>>()
                    .join("\n");
            }
            s
        });
        Location {
            path: self.loaded.path.clone(),
            region: moved,
            snippet,
        }
    }

    fn masked_text(&self, span: Span) -> String {
        // Masking keeps the number of characters of a line, not of bytes.
        let region = self.region(span);
        if region.start_line != region.end_line {
            return span.slice(&self.loaded.text).to_owned();
        }
        let line = self
            .masked_lines
            .span_of_line(region.start_line, self.masked.len() as u32)
            .map_or("", |line| line.slice(&self.masked));
        line.chars()
            .skip(region.start_column as usize - 1)
            .take((region.end_column - region.start_column) as usize)
            .collect()
    }

    fn ignored(&self, detector: &str, span: Span) -> Option<String> {
        let region = self.region(span);
        self.loaded
            .ignores
            .iter()
            .find(|(line, ignore)| ignore.covers(*line, detector, &region))
            .map(|(_, i)| i.reason.clone())
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// String literals in a piece of code: what follows a quote up to the same quote.
pub(crate) fn literals(text: &str, base: u32) -> Vec<Span> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let quote = bytes[i];
        if matches!(quote, b'"' | b'\'' | b'`') {
            let start = i + 1;
            let mut end = start;
            while end < bytes.len() && bytes[end] != quote {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let end = end.min(bytes.len());
            if end > start && text.is_char_boundary(start) && text.is_char_boundary(end) {
                found.push(Span::new(base + start as u32, base + end as u32));
            }
            i = end + 1;
        } else {
            i += 1;
        }
    }
    found
}

pub(crate) struct Context<'c> {
    pub(crate) catalogue: &'c Catalogue,
    pub(crate) names: &'c Interner,
    pub(crate) files: &'c [Loaded],
    pub(crate) secret_key: [u8; 32],
}

impl Context<'_> {
    fn enclosing(&self, function: shindan_flow::FuncRef) -> String {
        let module = self
            .files
            .get(function.file.0 as usize)
            .and_then(|f| f.module.as_ref());
        let function = module.and_then(|m| m.functions.get(function.index.0 as usize));
        function.map_or_else(String::new, |f| self.names.text(f.qualified).to_owned())
    }

    /// Whether a detector's findings show secrets, whose place must be masked.
    pub(crate) fn is_about_secrets(&self, raw: &RawFinding) -> bool {
        let detector = &self.catalogue.detectors[raw.detector as usize];
        let check = &detector.checks.of(raw.language)[raw.check as usize];
        check
            .cwe
            .as_ref()
            .unwrap_or(&detector.info.cwe)
            .iter()
            .any(|c| SECRET_CWES.contains(c))
    }

    pub(crate) fn of_check(&self, raw: &RawFinding, shown: &Shown<'_>) -> Finding {
        let detector = &self.catalogue.detectors[raw.detector as usize];
        let check = &detector.checks.of(raw.language)[raw.check as usize];
        let text = raw.site.span.slice(&shown.loaded.text);
        let secret = self
            .is_about_secrets(raw)
            .then(|| literals(text, raw.site.span.start))
            .and_then(|l| l.into_iter().max_by_key(|s| s.end - s.start));
        let value = secret.map(|s| SecretValue::new(s.slice(&shown.loaded.text)));
        Finding {
            kind: FindingKind::Code,
            detector: detector.info.id.clone(),
            message: check.message.clone(),
            severity: check.severity.unwrap_or(detector.info.severity),
            confidence: check.confidence.unwrap_or(detector.info.confidence),
            cwe: check
                .cwe
                .clone()
                .unwrap_or_else(|| detector.info.cwe.clone()),
            location: shown.location(raw.site.span),
            flow: Vec::new(),
            enclosing: self.enclosing(raw.function),
            functions: Vec::new(),
            approximations: Vec::new(),
            normalized_sink: squeezed(&shown.masked_text(raw.site.span)),
            source: String::new(),
            masked: value.map(SecretValue::mask),
            secret_hash: value.map(|v| v.keyed_hash(&self.secret_key)),
            ignored_inline: shown.ignored(&detector.info.id.0, raw.site.span),
            vulnerability: None,
        }
    }

    pub(crate) fn of_hit<'s>(
        &self,
        hit: &Hit,
        api: Option<String>,
        shown: impl Fn(FileId) -> Option<&'s Shown<'s>>,
    ) -> Option<Finding> {
        let detector = &self.catalogue.detectors[hit.detector as usize];
        let rule = detector.taint.as_ref()?;
        let sink = shown(hit.site.file)?;
        let described = describe(&hit.source, api.as_deref(), self.names);
        let sink_words = if hit.sink == "*" {
            String::new()
        } else {
            hit.sink.replace("()", "")
        };
        let message = rule
            .message
            .replace("{source}", &described.words)
            .replace("{sink}", &sink_words);
        let mut flow: Vec<FlowStep> = Vec::new();
        let mut before: Option<(Site, StepKind)> = None;
        for step in &hit.trace {
            let site = Site {
                file: step.file,
                span: step.span,
            };
            let kind = match step.word {
                StepWord::Enters => StepKind::Source,
                StepWord::Passed(_) => StepKind::Call,
                StepWord::Returned(_) => StepKind::Return,
                StepWord::Assigned(_) | StepWord::Through(_) | StepWord::Stored => {
                    StepKind::Propagate
                }
            };
            if before == Some((site, kind)) || (site == hit.site && kind != StepKind::Source) {
                continue;
            }
            before = Some((site, kind));
            if let Some(at) = shown(step.file) {
                flow.push(FlowStep {
                    kind,
                    location: at.location(step.span),
                    message: step_words(step.word, &described.words, self.names),
                });
            }
        }
        let what = if sink_words.is_empty() {
            "does harm here".to_owned()
        } else {
            format!("reaches `{}`", clipped(&sink_words))
        };
        flow.push(FlowStep {
            kind: StepKind::Sink,
            location: sink.location(hit.site.span),
            message: what,
        });
        let confidence = hit.confidence.unwrap_or(detector.info.confidence);
        Some(Finding {
            kind: FindingKind::Code,
            detector: detector.info.id.clone(),
            message: capitalized(&message),
            severity: if hit.uncalled {
                detector.info.severity.min(Severity::Low)
            } else {
                detector.info.severity
            },
            confidence: if hit.broadened || hit.uncalled {
                Confidence::Low
            } else {
                confidence
            },
            cwe: detector.info.cwe.clone(),
            location: sink.location(hit.site.span),
            flow,
            enclosing: self.enclosing(hit.function),
            functions: Vec::new(),
            approximations: approximations(hit),
            normalized_sink: squeezed(&sink.masked_text(hit.site.span)),
            source: described.identity,
            masked: None,
            secret_hash: None,
            ignored_inline: sink.ignored(&detector.info.id.0, hit.site.span),
            vulnerability: None,
        })
    }
}

fn approximations(hit: &Hit) -> Vec<String> {
    let mut found = Vec::new();
    if hit.broadened {
        found.push("a budget of the analysis was used up on the way".to_owned());
    }
    if hit.uncalled {
        found.push("nothing in this package calls the function, so it is not known who fills the parameter".to_owned());
    }
    found
}

fn clipped(text: &str) -> &str {
    match text.char_indices().nth(MAX_QUOTE) {
        Some((i, _)) => &text[..i],
        None => text,
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The secrets of a file.
pub(crate) fn secrets(loaded: &Loaded, rules: &Rules, key: &[u8; 32]) -> Vec<Finding> {
    let matches = rules.scan(&loaded.path, &loaded.text);
    if matches.is_empty() {
        return Vec::new();
    }
    let shown = Shown::new(loaded, rules, &[]);
    matches
        .into_iter()
        .map(|m| Finding {
            kind: FindingKind::Secret,
            detector: shindan_finding::DetectorId(m.rule.id().to_owned()),
            message: m.rule.title().to_owned(),
            severity: m.rule.severity(),
            confidence: m.confidence,
            cwe: m.rule.cwe().to_vec(),
            location: shown.location(m.span),
            flow: Vec::new(),
            enclosing: m.name.unwrap_or_default().to_owned(),
            functions: Vec::new(),
            approximations: m.doubt.map(str::to_owned).into_iter().collect(),
            normalized_sink: String::new(),
            source: String::new(),
            masked: Some(m.masked.clone()),
            secret_hash: Some(m.value.keyed_hash(key)),
            ignored_inline: shown.ignored(m.rule.id(), m.span),
            vulnerability: None,
        })
        .collect()
}
