//! What the database of advisories says about a vulnerability.
//!
//! The texts are other people's: whatever could change how a terminal shows its surroundings is replaced.

use std::fmt::Write;

use shindan_advisory::index::{
    AffectedPackage, Corrupt, Index, Vulnerability, VulnerabilityNumber,
};
use shindan_advisory::{End, Interval, Severity};
use shindan_report::clean;

use super::{indented, section};
use crate::cli::DbPlace;
use crate::complaint::Complaint;
use crate::database;
use crate::terminal::{BOLD, DIM};

/// Packages and versions of one that are named; some vulnerabilities have hundreds.
const MAX_PACKAGES: usize = 40;
const MAX_VERSIONS: usize = 12;
/// Characters of the text; the rest is behind the link.
const MAX_DETAILS: usize = 6000;

/// Whether a text has the form of an advisory's id; detectors' ids have another.
pub(super) fn is_id(text: &str) -> bool {
    const NUMBERED: [&str; 6] = ["CVE", "GO", "MAL", "OSV", "PYSEC", "RUSTSEC"];
    let Some((database, rest)) = text.split_once('-') else {
        return false;
    };
    let is = |known: &str| database.eq_ignore_ascii_case(known);
    is("GHSA") || (NUMBERED.into_iter().any(is) && rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The page about a vulnerability, by any of its ids.
pub(super) fn page(id: &str, place: &DbPlace) -> Result<String, Complaint> {
    let database = database::at(place)?;
    let renew = "`shindan db update` makes a new one";
    let opened = database.index();
    let opened = opened.map_err(|error| Complaint::input(error.to_string()).with_hint(renew))?;
    let Some(index) = opened else {
        return Err(Complaint::input(format!(
            "nothing is known of {id}: there is no advisory database in {}",
            database.folder().display()
        ))
        .with_hint("`shindan db update` fetches one; --db or SHINDAN_DB name another folder"));
    };
    let damaged = |error: Corrupt| {
        Complaint::input(format!("{}: {error}", database.index_path().display())).with_hint(renew)
    };
    match index.vulnerability_of_id(id).map_err(damaged)? {
        Some(number) => written(&index, number).map_err(damaged),
        None => {
            let newest = index.facts().map_err(damaged)?.newest;
            Err(Complaint::input(format!(
                "the advisory database in {} knows no {id}",
                database.folder().display()
            ))
            .with_hint(format!(
                "its newest advisory is of {newest}, and `shindan db update` renews it; withdrawn advisories and other \
                 ecosystems' are left out"
            )))
        }
    }
}

fn written(index: &Index, number: VulnerabilityNumber) -> Result<String, Corrupt> {
    let known = index.vulnerability(number)?;
    let texts = index.describe(number)?;
    let packages = index.packages_with(number)?;
    let title = if texts.title.is_empty() {
        String::new()
    } else {
        format!(": {}", clean::line(&texts.title))
    };
    let mut page = format!("{BOLD}{}{BOLD:#}{title}\n", clean::line(known.id));
    let facts = facts(&known);
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{DIM}{}{DIM:#}", clean::line(&facts.join(" · ")));
    if !texts.details.trim().is_empty() {
        section(&mut page, "What is wrong", &shortened(&texts.details));
    }
    section(&mut page, "Severity", &severity(&known));
    section(&mut page, "Exploits", &exploits(&known));
    affected(&mut page, &packages);
    let mut links: Vec<String> = known.records.iter().map(|record| record.url()).collect();
    links.extend(texts.references);
    let links: Vec<_> = links.iter().map(|link| clean::line(link)).collect();
    section(&mut page, "Further reading", &links.join("\n"));
    let ignoring = format!(
        "in shindan.toml:  [[ignore]] with detector = \"{}\", path, reason, expires\n\
         with --vex FILE:  a statement that it does not affect the function",
        known.id
    );
    section(&mut page, "How to ignore a finding", &ignoring);
    Ok(page)
}

fn facts(known: &Vulnerability<'_>) -> Vec<String> {
    let mut facts = vec![known.aliases.join(", "), known.cwes.join(", ")];
    if let Some(published) = known.published {
        facts.push(format!("published {}", published.strftime("%Y-%m-%d")));
    }
    facts.push(format!("changed {}", known.modified.strftime("%Y-%m-%d")));
    facts.retain(|fact| !fact.is_empty());
    facts
}

fn shortened(details: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut left = MAX_DETAILS;
    for line in details.trim().lines() {
        let line = clean::line(line);
        left = left.saturating_sub(line.chars().count() + 1);
        if left == 0 {
            lines.push("… (the rest stands behind the first link below)".to_owned());
            break;
        }
        lines.push(line.into_owned());
    }
    lines.join("\n")
}

fn severity(known: &Vulnerability<'_>) -> String {
    let word = known.severity.name().to_ascii_lowercase();
    let mut lines = vec![match (known.severity, known.score) {
        (Severity::Untriaged, _) => "nobody has rated it".to_owned(),
        (_, Some(score)) => format!("{word}, {score:.1}"),
        (_, None) => format!("{word}, without a score"),
    }];
    for rating in &known.ratings {
        lines.push(format!(
            "{:4.1}  {}",
            rating.score,
            clean::line(&rating.vector)
        ));
    }
    lines.join("\n")
}

fn exploits(known: &Vulnerability<'_>) -> String {
    let cisa = match &known.known_exploit {
        Some(exploit) => {
            let due = if exploit.due_date.is_empty() {
                String::new()
            } else {
                format!(", to be repaired by {}", exploit.due_date)
            };
            let ransomware = if exploit.ransomware {
                ", used by ransomware"
            } else {
                ""
            };
            format!(
                "known to CISA since {}{due}{ransomware}",
                exploit.date_added
            )
        }
        None => "none known to CISA".to_owned(),
    };
    let epss = known.epss.map_or_else(
        || "no EPSS score".to_owned(),
        |epss| {
            format!(
                "expected within 30 days with a probability of {:.2} %, higher than {:.1} % of all (EPSS)",
                epss.score() * 100.0,
                epss.percentile() * 100.0
            )
        },
    );
    format!("{}\n{epss}", clean::line(&cisa))
}

fn affected(page: &mut String, packages: &[AffectedPackage<'_>]) {
    let _ = write!(page, "\n{BOLD}Affected packages{BOLD:#}\n");
    for package in packages.iter().take(MAX_PACKAGES) {
        let name = clean::line(package.name);
        let _ = writeln!(
            page,
            "  {BOLD}{name}{BOLD:#} {DIM}({}){DIM:#}",
            package.ecosystem
        );
        let mut versions: Vec<String> = package.ranges.iter().map(range).collect();
        versions.extend(package.listed.iter().map(|version| (*version).to_owned()));
        indented(page, &format!("affected: {}", named(&versions)), 4);
        let fixed: Vec<String> = package.fixed().into_iter().map(str::to_owned).collect();
        let repaired = match fixed.as_slice() {
            [] => "no repaired version is known".to_owned(),
            fixed => format!("repaired in: {}", named(fixed)),
        };
        indented(page, &repaired, 4);
    }
    match packages.len().saturating_sub(MAX_PACKAGES) {
        _ if packages.is_empty() => indented(page, "none of an ecosystem that shindan knows", 2),
        0 => {}
        more => indented(page, &format!("… and {more} more"), 2),
    }
}

fn range(range: &Interval<'_>) -> String {
    match (range.introduced, range.end) {
        ("", End::Never) => "all versions".to_owned(),
        ("", End::Fixed(end)) => format!("before {end}"),
        ("", End::Last(end)) => format!("up to {end}"),
        (start, End::Never) => format!("from {start}"),
        (start, End::Fixed(end)) => format!("from {start} before {end}"),
        (start, End::Last(end)) => format!("from {start} to {end}"),
    }
}

fn named(versions: &[String]) -> String {
    let shown: Vec<_> = versions
        .iter()
        .take(MAX_VERSIONS)
        .map(|v| clean::line(v))
        .collect();
    let more = match versions.len().saturating_sub(MAX_VERSIONS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::is_id;

    #[test]
    fn ids_of_advisories_are_told_from_those_of_detectors() {
        for id in [
            "CVE-2021-44228",
            "cve-2021-1",
            "GHSA-jfh8-c2jp-5v3q",
            "GO-2024-1",
            "PYSEC-2021-66",
        ] {
            assert!(is_id(id), "{id}");
        }
        for id in [
            "sql-injection",
            "go-unchecked",
            "cve",
            "CVE-",
            "mal-formed",
            "secret-2-x",
        ] {
            assert!(!is_id(id), "{id}");
        }
    }
}
