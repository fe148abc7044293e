//! The code of a finding: its sink, and the source of the flow beside it.
//!
//! Two places of one file share a frame, as compilers show them, with `...` between. The snippets of a finding hold
//! the lines of their regions only, so the lines between are filled with empty ones, which folding then hides; where
//! a filled line would show, the places get frames of their own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Origin, Snippet};
use shindan_finding::{Finding, FlowStep, Location, Region, StepKind};

use crate::clean;

/// Beyond this many lines apart, filling the gap costs more than a second frame.
const MAX_GAP: u32 = 2_000;
/// Labels longer than this make a frame unreadable.
const MAX_LABEL: usize = 120;

/// The places of a finding that are shown in code.
pub(super) struct Frame<'a> {
    places: Vec<Place<'a>>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    location: &'a Location,
    label: &'a str,
    primary: bool,
}

impl<'a> Frame<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        let sink = finding
            .flow
            .iter()
            .rfind(|s| s.kind == StepKind::Sink && s.location.region == finding.location.region);
        let label = sink.map_or("", |s| s.message.as_str());
        // The title says it already.
        let label = if label == finding.message { "" } else { label };
        let mut places = vec![Place {
            location: &finding.location,
            label,
            primary: true,
        }];
        let source = finding
            .flow
            .first()
            .filter(|s| s.kind == StepKind::Source && !same_place(&s.location, &finding.location));
        if let Some(source) = source.filter(|s| s.location.snippet.is_some()) {
            places.push(Place {
                location: &source.location,
                label: &source.message,
                primary: false,
            });
        }
        Self { places }
    }

    /// Whether the frame shows a step with its words, so that the list of steps need not.
    pub(super) fn shows(&self, step: &FlowStep) -> bool {
        self.places
            .iter()
            .any(|p| same_place(p.location, &step.location))
    }

    pub(super) fn elements(&self) -> Vec<Element<'a>> {
        let (together, apart) = match self.places.as_slice() {
            [sink, source] if Self::share(sink, source) => (vec![*sink, *source], None),
            [sink, source] => (vec![*sink], Some(*source)),
            places => (places.to_vec(), None),
        };
        let mut elements = vec![element(&together)];
        elements.extend(apart.map(|place| element(&[place])));
        elements
    }

    /// Puts the columns of the file where the renderer counted those of a clipped line.
    pub(super) fn with_true_columns(&self, mut rendered: String) -> String {
        for location in self.places.iter().map(|place| place.location) {
            let cut = location.snippet.as_ref().map_or(0, |s| s.cut);
            let Region {
                start_line,
                start_column,
                ..
            } = location.region;
            if cut > 0 && start_column > cut {
                let line = format!("{}:{start_line}:", clean::line(&location.path));
                rendered = rendered.replacen(
                    &format!("{line}{}\n", start_column - cut),
                    &format!("{line}{start_column}\n"),
                    1,
                );
            }
        }
        rendered
    }

    fn share(sink: &Place<'_>, source: &Place<'_>) -> bool {
        let (Some(a), Some(b)) = (&sink.location.snippet, &source.location.snippet) else {
            return false;
        };
        if sink.location.path != source.location.path {
            return false;
        }
        let last =
            |s: &shindan_finding::Snippet| s.lines().last().map_or(s.first_line, |(line, _)| line);
        let gap = if a.first_line <= b.first_line {
            b.first_line.saturating_sub(last(a))
        } else {
            a.first_line.saturating_sub(last(b))
        };
        let overlap = a.first_line <= last(b) && b.first_line <= last(a);
        let clipped_alike = a.first_line == b.first_line && a.cut == b.cut;
        let clipped = a.cut > 0 || b.cut > 0;
        // Folding shows a single line between two marked ones, and it would be one that we do not have.
        gap != 2 && gap <= MAX_GAP && !(overlap && clipped && !clipped_alike)
    }
}

fn same_place(a: &Location, b: &Location) -> bool {
    a.path == b.path && a.region == b.region
}

/// One frame: its code with its places marked, or only its place where there is no code.
fn element<'a>(places: &[Place<'a>]) -> Element<'a> {
    let mut lines: BTreeMap<u32, Cow<'a, str>> = BTreeMap::new();
    for (line, text) in places
        .iter()
        .filter_map(|p| p.location.snippet.as_ref())
        .flat_map(shindan_finding::Snippet::lines)
    {
        lines.entry(line).or_insert_with(|| clean::code(text));
    }
    let location = places[0].location;
    let path = clean::line(&location.path);
    let Some(first) = lines.keys().next().copied() else {
        return origin(path, location.region).into();
    };
    let mut text = String::new();
    let mut starts = Vec::new();
    let last = lines.keys().next_back().copied().unwrap_or(first);
    for line in first..=last {
        starts.push(text.len());
        text.push_str(lines.get(&line).map_or("", |t| t));
        text.push('\n');
    }
    let annotations: Vec<_> = places
        .iter()
        .map(|place| {
            let kind = if place.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let span = span(&text, &starts, first, place);
            let label = clean::clip(place.label, MAX_LABEL);
            let label = (!label.is_empty()).then(|| clean::line(&label).into_owned());
            kind.span(span).label(label)
        })
        .collect();
    Snippet::source(text)
        .line_start(first as usize)
        .path(path)
        .annotations(annotations)
        .into()
}

fn origin(path: Cow<'_, str>, region: Region) -> Origin<'_> {
    let origin = Origin::path(path);
    if region.start_line == 0 {
        return origin;
    }
    origin
        .line(region.start_line as usize)
        .char_column(region.start_column.max(1) as usize)
}

/// The bytes of a place's region in the frame's text, clamped to what the text holds.
fn span(text: &str, starts: &[usize], first: u32, place: &Place<'_>) -> Range<usize> {
    let Region {
        start_line,
        start_column,
        end_line,
        end_column,
    } = place.location.region;
    let cut = place.location.snippet.as_ref().map_or(0, |s| s.cut);
    let offset = |line: u32, column: u32| {
        let index = (line.saturating_sub(first) as usize).min(starts.len() - 1);
        let line_text = text[starts[index]..].split('\n').next().unwrap_or("");
        let within = line_text
            .char_indices()
            .nth(column.saturating_sub(1) as usize)
            .map_or(line_text.len(), |(i, _)| i);
        starts[index] + within
    };
    let start = offset(start_line, start_column.saturating_sub(cut));
    let end_cut = if end_line == start_line { cut } else { 0 };
    let kept = place
        .location
        .snippet
        .as_ref()
        .and_then(|s| s.lines().last())
        .map_or(end_line, |(line, _)| line);
    let end = if end_line > kept {
        offset(kept, u32::MAX)
    } else {
        offset(end_line, end_column.saturating_sub(end_cut))
    };
    start..end.max(start)
}
