//! The end of the text report: what was looked at, what was not, and what was found.

use std::collections::BTreeMap;
use std::io::{self, Write};

use shindan_finding::{FileNote, FunctionNote, FunctionStatus, Severity};

use super::paint::Paint;
use crate::{Report, clean, ranking};

/// Lines of one list; the rest is a count.
const MAX_LINES: usize = 20;
/// Example paths named for one reason.
const MAX_PATHS: usize = 3;

pub(super) fn write(report: &Report<'_>, out: &mut impl Write) -> io::Result<()> {
    let paint = Paint::new(report.style.colour);
    let coverage = &report.outcome.coverage;
    functions(&coverage.functions, paint, out)?;
    files(report, paint, out)?;
    let skipped: Vec<&FileNote> = coverage.skipped.iter().collect();
    grouped("Skipped", &skipped, paint, out)?;
    grouped("Notes", &report.all_notes(), paint, out)?;
    findings(report, paint, out)
}

fn functions(functions: &[FunctionNote], paint: Paint, out: &mut impl Write) -> io::Result<()> {
    if functions.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} {}", paint.bold("Functions:"), functions.len())?;
    let rows: Vec<[String; 3]> = functions
        .iter()
        .map(|f| {
            [f.name.as_str(), &f.runtime, &f.handler]
                .map(|c| clean::clip(&clean::line(c), 60).into_owned())
        })
        .collect();
    let widths: [usize; 3] = std::array::from_fn(|c| {
        rows.iter()
            .map(|row| row[c].chars().count())
            .max()
            .unwrap_or(0)
    });
    for (function, row) in functions.iter().zip(&rows).take(MAX_LINES) {
        let [name, runtime, handler] =
            std::array::from_fn(|c| format!("{:width$}", row[c], width = widths[c]));
        let status = match &function.status {
            FunctionStatus::Scanned => paint.good("scanned"),
            FunctionStatus::NotScanned(why) => {
                format!("{}: {}", paint.warning("not scanned"), clean::line(why))
            }
        };
        writeln!(
            out,
            "  {name}  {runtime}  {handler}  {} {status}",
            paint.dim(format!("({})", clean::line(&function.declared_by)))
        )?;
    }
    rest(functions.len(), paint, out)
}

fn files(report: &Report<'_>, paint: Paint, out: &mut impl Write) -> io::Result<()> {
    let statistics = &report.outcome.statistics;
    let languages: Vec<String> = statistics
        .files_by_language
        .iter()
        .map(|(language, files)| {
            format!(
                "{} {}",
                grouped_digits(u64::from(*files)),
                clean::line(language)
            )
        })
        .collect();
    let analysed = if languages.is_empty() {
        "none analysed as code".to_owned()
    } else {
        format!(
            "{}; {}",
            languages.join(", "),
            count(statistics.lines, "line")
        )
    };
    write!(out, "{} {analysed}", paint.bold("Files:"))?;
    if statistics.files_for_secrets > 0 {
        write!(
            out,
            "; {} searched for secrets",
            grouped_digits(u64::from(statistics.files_for_secrets))
        )?;
    }
    if statistics.vendored_files > 0 {
        write!(
            out,
            "; {} not analysed",
            count(u64::from(statistics.vendored_files), "vendored file")
        )?;
    }
    if statistics.packages > 0 {
        write!(
            out,
            "; {} compared with advisories",
            count(u64::from(statistics.packages), "package")
        )?;
    }
    writeln!(out)
}

/// Notes by reason, the most frequent first, with a few paths each.
fn grouped(title: &str, notes: &[&FileNote], paint: Paint, out: &mut impl Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let mut groups: BTreeMap<(&str, bool), Vec<&str>> = BTreeMap::new();
    for note in notes {
        groups
            .entry((&note.reason, note.incomplete))
            .or_default()
            .push(&note.path);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|((_, incomplete), paths)| (!incomplete, std::cmp::Reverse(paths.len())));
    writeln!(out, "{} {}", paint.bold(format!("{title}:")), notes.len())?;
    for ((reason, incomplete), paths) in groups.iter().take(MAX_LINES) {
        let named: Vec<_> = paths
            .iter()
            .take(MAX_PATHS)
            .map(|path| clean::clip(&clean::line(path), 80).into_owned())
            .collect();
        let more = paths.len() - named.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let reason = clean::clip(reason, 200);
        let reason = clean::line(&reason);
        let reason = if *incomplete {
            paint.warning(reason)
        } else {
            reason.into_owned()
        };
        match named.as_slice() {
            // About everything that was scanned.
            [path] if path.is_empty() => writeln!(out, "  {reason}")?,
            [path] => writeln!(out, "  {path}: {reason}")?,
            paths => writeln!(out, "  {reason}: {}{more}", paths.join(", "))?,
        }
    }
    rest(groups.len(), paint, out)
}

fn rest(total: usize, paint: Paint, out: &mut impl Write) -> io::Result<()> {
    if total <= MAX_LINES {
        return Ok(());
    }
    writeln!(
        out,
        "  … and {} more {}",
        total - MAX_LINES,
        paint.dim("(`--format json` lists all)")
    )
}

fn findings(report: &Report<'_>, paint: Paint, out: &mut impl Write) -> io::Result<()> {
    let totals = report.totals();
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter(|&severity| totals.of(severity) > 0)
        .map(|severity| paint.severity(severity, format!("{} {severity}", totals.of(severity))))
        .collect();
    let found = if by_severity.is_empty() {
        paint.good("none")
    } else {
        by_severity.join(", ")
    };
    write!(out, "{} {found}", paint.bold("Findings:"))?;
    if totals.suppressed() > 0 {
        let by = [
            (totals.inline, "by comments"),
            (totals.config, "by shindan.toml"),
            (totals.baseline, "by the baseline"),
            (totals.vex, "by VEX statements"),
        ];
        let by: Vec<String> = by
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, by)| format!("{n} {by}"))
            .collect();
        write!(
            out,
            "; {} suppressed ({})",
            totals.suppressed(),
            by.join(", ")
        )?;
    }
    writeln!(out)?;
    fix_first(report, paint, out)?;
    if report.outcome.coverage.is_incomplete() {
        writeln!(
            out,
            "{} something that could hold weaknesses was not analysed; see above",
            paint.warning("Incomplete:")
        )?;
    }
    if totals.active() > 0 {
        writeln!(out, "{}", paint.dim("`shindan explain ID` tells more about a detector or a CVE, such as the one in brackets above"))?;
    }
    Ok(())
}

/// The upgrade that closes most.
fn fix_first(report: &Report<'_>, paint: Paint, out: &mut impl Write) -> io::Result<()> {
    let upgrades = ranking::upgrades(report);
    let Some(first) = upgrades.first() else {
        return Ok(());
    };
    let ranked = report.entries().filter(|e| e.rank.is_some()).count();
    let dependencies = if ranked == 1 {
        "the finding".to_owned()
    } else {
        format!("{} of {ranked} findings", first.closes.len())
    };
    let text = format!(
        "{} {} closes {dependencies} about dependencies: {}",
        first.upgrade.package, first.upgrade.version, first.upgrade.command
    );
    writeln!(out, "{} {}", paint.bold("Fix first:"), clean::line(&text))
}

fn count(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        grouped_digits(number),
        if number == 1 { "" } else { "s" }
    )
}

/// `1234567` as `1,234,567`.
fn grouped_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_three() {
        let grouped: Vec<String> = [0, 999, 1_000, 123_456, 1_234_567]
            .map(grouped_digits)
            .into();
        assert_eq!(grouped, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }
}
