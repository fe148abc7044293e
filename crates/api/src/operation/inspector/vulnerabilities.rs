//! What is known of a CVE, from the local database of advisories.

use serde::Serialize;

use crate::call::{Answer, Call, answer};
use crate::error::Fault;
use crate::wire::Vulnerability;

#[derive(Serialize)]
struct Found {
    vulnerabilities: Vec<Vulnerability>,
}

pub(super) fn search(call: &Call) -> Answer {
    let ids = call.read(|form| {
        form.need("filterCriteria");
        form.structure("filterCriteria", |form| {
            form.need("vulnerabilityIds");
            form.list("vulnerabilityIds", 1..=1, |text| {
                if is_cve(text) {
                    Ok(text.to_owned())
                } else {
                    Err("Member must satisfy regular expression pattern: CVE-[12][0-9]{3}-[0-9]{1,10}".to_owned())
                }
            })
        })
        .unwrap_or_default()
    })?;
    // One id, one answer: there is never a second page.
    let _: Option<u32> = call.cursor()?;
    let mut vulnerabilities = Vec::new();
    for id in ids {
        let found = call.ports().advisories.vulnerability(&id);
        vulnerabilities.extend(found.map_err(Fault::internal)?);
    }
    answer(&Found { vulnerabilities })
}

fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4
        && year.starts_with(['1', '2'])
        && digits(year)
        && (1..=10).contains(&number.len())
        && digits(number)
}

#[cfg(test)]
mod tests {
    use super::is_cve;

    #[test]
    fn only_cves_are_searched_for() {
        assert!(is_cve("CVE-2023-30861"));
        for text in [
            "",
            "CVE-",
            "CVE-2023",
            "CVE-3023-1",
            "cve-2023-1",
            "CVE-2023-12345678901",
            "CVE-2023-1 ",
        ] {
            assert!(!is_cve(text), "{text}");
        }
    }
}
