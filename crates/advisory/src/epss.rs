//! EPSS, the probability that a vulnerability is exploited within 30 days (<https://www.first.org/epss/data_stats>).
//!
//! A daily CSV file, plain or gzip: a comment with the model's version and date, a header, one line a CVE. Columns are
//! found by name, since the publisher has added some before.

use std::collections::BTreeMap;
use std::io::Read;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Two probabilities in units of 1/100,000, the precision that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EpssScore {
    units: u32,
    percentile_units: u32,
}

impl EpssScore {
    pub(crate) const fn from_units(units: u32, percentile_units: u32) -> Self {
        Self {
            units,
            percentile_units,
        }
    }

    pub(crate) const fn units(self) -> (u32, u32) {
        (self.units, self.percentile_units)
    }

    /// The probability, from 0 to 1.
    pub fn score(self) -> f64 {
        f64::from(self.units) / UNITS
    }

    /// The share of CVEs with a lower or equal probability, from 0 to 1.
    pub fn percentile(self) -> f64 {
        f64::from(self.percentile_units) / UNITS
    }
}

const UNITS: f64 = 100_000.0;

/// All scores of one day.
#[derive(Clone, Debug, Default)]
pub struct Epss {
    /// As the file's first line says it, `YYYY-MM-DD`; empty where it does not.
    pub date: String,
    pub scores: BTreeMap<String, EpssScore>,
    /// Lines that could not be read.
    pub bad_lines: usize,
}

/// Why a file holds no EPSS scores.
#[derive(Debug, Error)]
pub enum EpssError {
    #[error("the gzip data is damaged or holds more than {} MB", MAX_TEXT >> 20)]
    Gzip,
    #[error("no line with the column names `cve`, `epss` and `percentile` at the start")]
    Header,
}

/// Twenty times the size of a day's file of 2026.
const MAX_TEXT: u64 = 256 << 20;

impl Epss {
    /// Reads a file's content, plain or gzip.
    pub fn read(bytes: &[u8]) -> Result<Self, EpssError> {
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            return Self::read_text(&String::from_utf8_lossy(bytes));
        }
        let mut text = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes)
            .take(MAX_TEXT + 1)
            .read_to_end(&mut text)
            .map_err(|_| EpssError::Gzip)?;
        if text.len() as u64 > MAX_TEXT {
            return Err(EpssError::Gzip);
        }
        Self::read_text(&String::from_utf8_lossy(&text))
    }

    fn read_text(text: &str) -> Result<Self, EpssError> {
        let mut epss = Self::default();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let header = loop {
            let line = lines.next().ok_or(EpssError::Header)?;
            let Some(comment) = line.strip_prefix('#') else {
                break line;
            };
            let date = comment
                .split(',')
                .find_map(|part| part.trim().strip_prefix("score_date:"));
            if let Some(date) = date {
                epss.date = date.chars().take(10).collect();
            }
        };
        let column = |name: &str| {
            header
                .split(',')
                .position(|column| column.trim().eq_ignore_ascii_case(name))
                .ok_or(EpssError::Header)
        };
        let (cve, score, percentile) = (column("cve")?, column("epss")?, column("percentile")?);
        for line in lines {
            let at = |column: usize| line.split(',').nth(column).map(str::trim);
            let entry = at(cve)
                .filter(|id| id.starts_with("CVE-"))
                .and_then(|id| Some((id, units(at(score)?)?, units(at(percentile)?)?)));
            match entry {
                Some((id, units, percentile_units)) => {
                    let score = EpssScore::from_units(units, percentile_units);
                    epss.scores.insert(id.to_owned(), score);
                }
                None => epss.bad_lines += 1,
            }
        }
        Ok(epss)
    }
}

fn units(text: &str) -> Option<u32> {
    let value: f64 = text.parse().ok()?;
    (0.0..=1.0)
        .contains(&value)
        .then_some((value * UNITS).round() as u32)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Epss, EpssError};

    const DAY: &str = "#model_version:v2025.03.14,score_date:2026-01-02T00:00:00+0000\n\
        cve,epss,percentile\nCVE-2020-0001,0.00383,0.73075\nCVE-2020-0002,1.5,0.1\nbroken\n";

    #[test]
    fn scores_are_read_plain_and_gzip() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(DAY.as_bytes()).expect("in memory");
        for bytes in [DAY.as_bytes(), &gzip.finish().expect("in memory")] {
            let epss = Epss::read(bytes).expect("valid");
            assert_eq!(epss.date, "2026-01-02");
            let score = epss.scores["CVE-2020-0001"];
            assert_eq!((score.score(), score.percentile()), (0.00383, 0.73075));
            assert_eq!((epss.scores.len(), epss.bad_lines), (1, 2));
        }
    }

    #[test]
    fn columns_are_found_by_name() {
        let text = "percentile,lev,cve,epss\n0.5,0.9,CVE-2020-0001,0.25\n";
        let epss = Epss::read(text.as_bytes()).expect("valid");
        assert_eq!(epss.scores["CVE-2020-0001"].score(), 0.25);
        assert_eq!(epss.date, "");
    }

    #[test]
    fn files_that_hold_no_scores_are_refused() {
        for bytes in [
            &b"invalid,header,format\nCVE-1-1,0.1,0.1"[..],
            b"",
            b"#only a comment",
        ] {
            assert!(matches!(Epss::read(bytes), Err(EpssError::Header)));
        }
        assert!(matches!(
            Epss::read(&[0x1f, 0x8b, 8, 0]),
            Err(EpssError::Gzip)
        ));
    }
}
