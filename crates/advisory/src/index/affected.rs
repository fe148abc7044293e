//! What one record says about one package, as it stands in the index.

use shindan_package::Ecosystem;
use shindan_package::version::Version;

use super::Corrupt;
use super::codec::{Reader, put_number, put_text, put_texts};
use crate::range::{End, Interval, order};

/// Code that must be used for the vulnerability to matter, where the record names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AffectedCode<'a> {
    /// The import path of a Go package; empty where functions are listed without one.
    pub path: &'a str,
    /// Functions and methods; all of the package where there are none.
    pub symbols: Vec<&'a str>,
}

/// One record's answer for one version of a package.
#[derive(Debug, Default)]
pub(super) struct Answer<'a> {
    /// The lowest repaired version above the installed one, for each range that holds it.
    pub(super) fixed: Vec<&'a str>,
    pub(super) code: Vec<AffectedCode<'a>>,
}

/// Writes everything behind the number of the vulnerability and of the record.
pub(crate) fn put(
    out: &mut Vec<u8>,
    ranges: &[Vec<Interval<'_>>],
    versions: &[&str],
    code: &[AffectedCode<'_>],
) {
    put_number(out, ranges.len() as u64);
    for range in ranges {
        put_number(out, range.len() as u64);
        for interval in range {
            put_text(out, interval.introduced);
            let (kind, end) = match interval.end {
                End::Never => (0, ""),
                End::Fixed(version) => (1, version),
                End::Last(version) => (2, version),
            };
            put_number(out, kind);
            put_text(out, end);
        }
    }
    put_texts(out, versions);
    put_number(out, code.len() as u64);
    for code in code {
        put_text(out, code.path);
        put_texts(out, &code.symbols);
    }
}

fn interval<'a>(reader: &mut Reader<'a>) -> Result<Interval<'a>, Corrupt> {
    let introduced = reader.text()?;
    let kind = reader.number()?;
    let version = reader.text()?;
    let end = match kind {
        0 => End::Never,
        1 => End::Fixed(version),
        2 => End::Last(version),
        _ => return Err(Corrupt),
    };
    Ok(Interval { introduced, end })
}

/// The ranges and the listed versions, whatever version is asked about. Reads exactly what [`put`] wrote.
pub(super) fn versions<'a>(
    reader: &mut Reader<'a>,
) -> Result<(Vec<Interval<'a>>, Vec<&'a str>), Corrupt> {
    let mut ranges = Vec::new();
    for _ in 0..reader.count()? {
        for _ in 0..reader.count()? {
            ranges.push(interval(reader)?);
        }
    }
    let listed = reader.texts()?;
    for _ in 0..reader.count()? {
        reader.text()?;
        reader.texts()?;
    }
    Ok((ranges, listed))
}

/// `None` where the version is not affected. Reads exactly what [`put`] wrote.
pub(super) fn answer<'a>(
    reader: &mut Reader<'a>,
    ecosystem: Ecosystem,
    version: &Version<'_>,
) -> Result<Option<Answer<'a>>, Corrupt> {
    let mut answer = Answer::default();
    let mut is_affected = false;
    for _ in 0..reader.count()? {
        let mut holds = false;
        let mut fixed = None;
        for _ in 0..reader.count()? {
            let interval = interval(reader)?;
            holds |= !holds && interval.contains(ecosystem, version);
            if let (true, None, End::Fixed(end)) = (holds, fixed, interval.end) {
                fixed = Some(end);
            }
        }
        is_affected |= holds;
        answer.fixed.extend(fixed);
    }
    for _ in 0..reader.count()? {
        let listed = reader.text()?;
        is_affected |= !is_affected && order(&Version::new(ecosystem, listed), version).is_eq();
    }
    for _ in 0..reader.count()? {
        let (path, symbols) = (reader.text()?, reader.texts()?);
        if is_affected {
            answer.code.push(AffectedCode { path, symbols });
        }
    }
    Ok(is_affected.then_some(answer))
}
