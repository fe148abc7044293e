use serde::{Deserialize, Serialize};
use shindan_base::LineIndex;

/// A range of text in lines and columns, both counted from 1; the end column stands after the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Region {
    /// First line.
    pub start_line: u32,
    /// Column of the first character, in Unicode scalar values.
    pub start_column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// Whole source lines around a region, secrets already masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snippet {
    /// The number of the first line.
    pub first_line: u32,
    /// The lines, joined by `\n`; a very long line is clipped around the region.
    pub text: String,
    /// Characters that clipping took from the start of the region's first line; 0 unless it was very long.
    #[serde(default)]
    pub cut: u32,
}

impl Snippet {
    /// The longest line that is kept whole, in characters.
    pub const MAX_COLUMNS: usize = 400;
    /// The most lines that are kept of one region.
    pub const MAX_LINES: u32 = 12;

    /// The lines of `region` out of a file's text.
    ///
    /// Lines past [`Self::MAX_LINES`] are left out, and lines past [`Self::MAX_COLUMNS`] are clipped.
    #[must_use]
    pub fn of(text: &str, lines: &LineIndex, region: &Region) -> Option<Self> {
        let last = region
            .end_line
            .min(region.start_line.saturating_add(Self::MAX_LINES - 1))
            .max(region.start_line);
        let mut kept = String::new();
        let mut cut = 0;
        for number in region.start_line..=last {
            let Some(span) = lines.span_of_line(number, text.len() as u32) else {
                break;
            };
            let line = text
                .get(span.start as usize..span.end as usize)?
                .trim_end_matches(['\n', '\r']);
            let skipped = if number == region.start_line {
                Self::cut_before(line, region)
            } else {
                0
            };
            if number == region.start_line {
                cut = skipped as u32;
            } else {
                kept.push('\n');
            }
            kept.extend(line.chars().skip(skipped).take(Self::MAX_COLUMNS));
        }
        lines.span_of_line(region.start_line, text.len() as u32)?;
        Some(Self {
            first_line: region.start_line,
            text: kept,
            cut,
        })
    }

    /// The lines with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        (self.first_line..).zip(self.text.split('\n'))
    }

    /// The text of exactly `region`, unless clipping took a part of it.
    #[must_use]
    pub fn region_text(&self, region: &Region) -> Option<&str> {
        let start = self.offset(
            region.start_line,
            region.start_column.checked_sub(self.cut)?,
        )?;
        let end_cut = if region.end_line == region.start_line {
            self.cut
        } else {
            0
        };
        let end = self.offset(region.end_line, region.end_column.checked_sub(end_cut)?)?;
        self.text.get(start..end)
    }

    /// Byte offset of a place, whose column counts from 1 within the kept text.
    fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let (_, text) = self
            .lines()
            .nth(line.checked_sub(self.first_line)? as usize)?;
        let before = column.checked_sub(1)? as usize;
        let mut offsets = text.char_indices().map(|(i, _)| i).chain([text.len()]);
        let within = offsets.nth(before)?;
        Some(text.as_ptr() as usize - self.text.as_ptr() as usize + within)
    }

    fn cut_before(line: &str, region: &Region) -> usize {
        // Counting stops early: the line may be a minified file of megabytes.
        if line.len() <= Self::MAX_COLUMNS || line.chars().nth(Self::MAX_COLUMNS).is_none() {
            return 0;
        }
        let start = region.start_column.saturating_sub(1) as usize;
        let lead = if region.end_line == region.start_line {
            let width = region.end_column.saturating_sub(region.start_column) as usize;
            Self::MAX_COLUMNS
                .saturating_sub(width)
                .min(Self::MAX_COLUMNS / 2)
                / 2
        } else {
            Self::MAX_COLUMNS / 4
        };
        start.saturating_sub(lead)
    }
}

/// A place in a scanned file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Path within the scanned artifact, `/`-separated; parts inside nested archives follow a `!/`.
    pub path: String,
    /// Where in the file.
    pub region: Region,
    /// The code there, for people.
    #[serde(default)]
    pub snippet: Option<Snippet>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(start_line: u32, start_column: u32, end_line: u32, end_column: u32) -> Region {
        Region {
            start_line,
            start_column,
            end_line,
            end_column,
        }
    }

    fn snippet(text: &str, region: &Region) -> Snippet {
        Snippet::of(text, &LineIndex::new(text), region).expect("the region is in the text")
    }

    #[test]
    fn a_snippet_holds_the_lines_of_its_region() {
        let text = "one\r\ntwo é x\r\nthree\n";
        let place = region(2, 5, 2, 6);
        assert_eq!(
            snippet(text, &place),
            Snippet {
                first_line: 2,
                text: "two é x".into(),
                cut: 0
            }
        );
        assert_eq!(snippet(text, &place).region_text(&place), Some("é"));
        let both = region(2, 5, 3, 3);
        assert_eq!(snippet(text, &both).region_text(&both), Some("é x\nth"));
        assert_eq!(
            Snippet::of(text, &LineIndex::new(text), &region(9, 1, 9, 2)),
            None
        );
    }

    #[test]
    fn a_long_line_is_clipped_around_the_region() {
        let text = format!("{}NEEDLE{}", "é".repeat(5_000), "b".repeat(5_000));
        let place = region(1, 5_001, 1, 5_007);
        let snippet = snippet(&text, &place);
        assert_eq!(snippet.text.chars().count(), Snippet::MAX_COLUMNS);
        assert_eq!(snippet.region_text(&place), Some("NEEDLE"));
    }

    #[test]
    fn a_region_that_was_clipped_has_no_text() {
        let text = "x".repeat(5_000);
        let place = region(1, 1_000, 1, 3_000);
        assert_eq!(snippet(&text, &place).region_text(&place), None);
        let lines = "y\n".repeat(100);
        let place = region(1, 1, 90, 2);
        assert_eq!(
            snippet(&lines, &place).text.lines().count(),
            Snippet::MAX_LINES as usize
        );
        assert_eq!(snippet(&lines, &place).region_text(&place), None);
    }

    #[test]
    fn senseless_regions_do_no_harm() {
        for place in [
            region(0, 0, 0, 0),
            region(1, 0, 1, 0),
            region(1, 9, 1, 2),
            region(2, 1, 1, 1),
            region(1, 1, u32::MAX, 1),
        ] {
            if let Some(snippet) = Snippet::of("abc\ndef", &LineIndex::new("abc\ndef"), &place) {
                let _ = snippet.region_text(&place);
            }
        }
    }
}
