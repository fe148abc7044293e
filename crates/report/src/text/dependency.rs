//! What the text report says about a vulnerability of a dependency, beside its severity and place.

use shindan_finding::{Usage, Vulnerability, VulnerablePackage};

use crate::clean;

/// Places and aliases that are named; the rest is a count.
const MAX_NAMED: usize = 4;

pub(super) fn notes(vulnerability: &Vulnerability) -> Vec<String> {
    let mut notes: Vec<String> = vulnerability.packages.iter().map(package).collect();
    let mut facts: Vec<String> = Vec::new();
    if let Some(known) = &vulnerability.known_exploit {
        let ransomware = if known.ransomware {
            ", also by ransomware"
        } else {
            ""
        };
        facts.push(format!(
            "known to be exploited since {}{ransomware}",
            clean::line(&known.added)
        ));
    }
    if let Some(epss) = vulnerability.epss {
        facts.push(format!(
            "exploited within 30 days with a probability of {:.2} % (EPSS)",
            f64::from(epss.probability) / 1000.0
        ));
    }
    match vulnerability.score_tenths {
        Some(score) => facts.push(format!("CVSS {}.{}", score / 10, score % 10)),
        None if !vulnerability.is_rated => facts.push("nobody has rated it".to_owned()),
        None => {}
    }
    facts.push(named(vulnerability.aliases.iter().map(String::as_str)));
    facts.push(vulnerability.url.clone());
    facts.retain(|fact| !fact.is_empty());
    notes.push(clean::line(&facts.join(", ")).into_owned());
    notes
}

fn package(package: &VulnerablePackage) -> String {
    let places = package.places.iter().map(|place| place.path.as_str());
    let usage = match package.usage {
        Usage::Called => ", its vulnerable part called by this code",
        Usage::Imported => ", imported by this code",
        Usage::NotImported => ", not imported by this code",
        Usage::Unknown => "",
    };
    let vendored = if package.vendored {
        ", a copy in another package"
    } else {
        ""
    };
    let fixed = match package.fixed.as_slice() {
        [] => "no repaired version".to_owned(),
        fixed => format!("repaired in {}", fixed.join(" or ")),
    };
    let text = format!(
        "{} {} ({}{vendored}{usage}): {fixed}; {}",
        package.name,
        package.version,
        package.evidence,
        named(places)
    );
    clean::line(&text).into_owned()
}

fn named<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MAX_NAMED);
    let shown: Vec<&str> = names.take(MAX_NAMED).collect();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}
