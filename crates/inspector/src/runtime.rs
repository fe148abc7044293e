//! Lambda's runtimes: what Inspector's API calls them, and which kinds of scanning cover them.
//!
//! Source of the names: the API's model, enumeration `Runtime`. Source of what is covered: the user guide's page
//! "Supported operating systems and programming languages", tables for Lambda standard and code scanning.

use crate::ScanType;

/// Which runtimes are scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuntimePolicy {
    /// Those that Inspector scans, so that coverage answers what Inspector would answer.
    #[default]
    AsInspector,
    /// Whatever this scanner understands: packages of every runtime, and code of every version of the five languages.
    Wide,
}

/// What is known of one runtime.
struct Known {
    /// Lambda's name.
    lambda: &'static str,
    /// The API's name.
    api: &'static str,
    /// Whether Inspector's standard scanning covers it.
    standard: bool,
    /// Whether Inspector's code scanning covers it.
    code: bool,
}

const fn known(lambda: &'static str, api: &'static str, standard: bool, code: bool) -> Known {
    Known {
        lambda,
        api,
        standard,
        code,
    }
}

/// The API's name of every runtime that it has no name for.
pub const UNSUPPORTED: &str = "UNSUPPORTED";

const KNOWN: &[Known] = &[
    known("dotnet10", "DOTNET_10", true, false),
    known("dotnet6", "DOTNET_6", true, true),
    known("dotnet7", "DOTNET_7", false, false),
    known("dotnet8", "DOTNET_8", true, true),
    known("dotnetcore3.1", "DOTNETCORE_3_1", false, false),
    known("go1.x", "GO_1_X", true, false),
    known("java11", "JAVA_11", true, true),
    known("java17", "JAVA_17", true, true),
    known("java21", "JAVA_21", true, true),
    known("java25", "JAVA_25", true, true),
    known("java8", "JAVA_8", true, true),
    known("java8.al2", "JAVA_8_AL2", true, true),
    known("nodejs", "NODEJS", false, false),
    known("nodejs12.x", "NODEJS_12_X", true, true),
    known("nodejs14.x", "NODEJS_14_X", true, true),
    known("nodejs16.x", "NODEJS_16_X", true, true),
    known("nodejs18.x", "NODEJS_18_X", true, true),
    known("nodejs20.x", "NODEJS_20_X", true, true),
    known("nodejs22.x", "NODEJS_22_X", true, true),
    known("nodejs24.x", "NODEJS_24_X", true, false),
    known("provided.al2", UNSUPPORTED, true, false),
    known("provided.al2023", UNSUPPORTED, true, false),
    known("python3.10", "PYTHON_3_10", true, true),
    known("python3.11", "PYTHON_3_11", true, true),
    known("python3.12", "PYTHON_3_12", true, true),
    known("python3.13", "PYTHON_3_13", true, true),
    known("python3.14", "PYTHON_3_14", true, true),
    known("python3.7", "PYTHON_3_7", true, true),
    known("python3.8", "PYTHON_3_8", true, true),
    known("python3.9", "PYTHON_3_9", true, true),
    known("ruby2.7", "RUBY_2_7", true, true),
    known("ruby3.2", "RUBY_3_2", true, true),
    known("ruby3.3", "RUBY_3_3", true, true),
];

/// Prefixes of the runtimes whose code this scanner reads.
const ANALYSED: &[&str] = &["dotnet", "java", "nodejs", "python", "ruby"];

/// What the API calls a runtime of Lambda: `python3.12` is `PYTHON_3_12`.
#[must_use]
pub fn api_name(runtime: &str) -> &'static str {
    KNOWN
        .iter()
        .find(|known| known.lambda == runtime)
        .map_or(UNSUPPORTED, |known| known.api)
}

/// Lambda's name of a runtime of the API; `None` for [`UNSUPPORTED`], which is many, and for what is no runtime.
#[must_use]
pub fn lambda_name(api: &str) -> Option<&'static str> {
    KNOWN
        .iter()
        .find(|known| known.api == api && api != UNSUPPORTED)
        .map(|known| known.lambda)
}

/// Lambda's names of all runtimes that the API has a name for.
pub fn named() -> impl Iterator<Item = &'static str> {
    KNOWN
        .iter()
        .filter(|known| known.api != UNSUPPORTED)
        .map(|known| known.lambda)
}

impl RuntimePolicy {
    /// Whether functions of a runtime are scanned in this way.
    #[must_use]
    pub fn covers(self, runtime: &str, scan: ScanType) -> bool {
        match (self, scan) {
            (_, ScanType::Network) => false,
            (Self::Wide, ScanType::Package) => true,
            (Self::Wide, ScanType::Code) => ANALYSED
                .iter()
                .any(|language| runtime.starts_with(language)),
            (Self::AsInspector, scan) => KNOWN
                .iter()
                .find(|known| known.lambda == runtime)
                .is_some_and(|known| match scan {
                    ScanType::Code => known.code,
                    _ => known.standard,
                }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_as_inspector_is_inspectors_table() {
        // Rows of the user guide, written out: runtime, standard, code.
        let table = [
            ("java8", true, true),
            ("java8.al2", true, true),
            ("java25", true, true),
            ("dotnet6", true, true),
            ("dotnet8", true, true),
            ("dotnet10", true, false),
            ("nodejs12.x", true, true),
            ("nodejs22.x", true, true),
            ("nodejs24.x", true, false),
            ("nodejs10.x", false, false),
            ("python3.6", false, false),
            ("python3.7", true, true),
            ("python3.14", true, true),
            ("ruby2.7", true, true),
            ("ruby3.4", false, false),
            ("go1.x", true, false),
            ("provided", false, false),
            ("provided.al2", true, false),
            ("provided.al2023", true, false),
            ("", false, false),
        ];
        for (runtime, standard, code) in table {
            let policy = RuntimePolicy::AsInspector;
            assert_eq!(
                policy.covers(runtime, ScanType::Package),
                standard,
                "{runtime}"
            );
            assert_eq!(policy.covers(runtime, ScanType::Code), code, "{runtime}");
        }
    }

    #[test]
    fn the_wide_policy_covers_what_is_understood() {
        let policy = RuntimePolicy::Wide;
        for (runtime, code) in [("nodejs24.x", true), ("ruby3.4", true), ("go1.x", false)] {
            assert!(policy.covers(runtime, ScanType::Package), "{runtime}");
            assert_eq!(policy.covers(runtime, ScanType::Code), code, "{runtime}");
        }
    }

    #[test]
    fn names_lead_there_and_back() {
        for lambda in named() {
            assert_eq!(lambda_name(api_name(lambda)), Some(lambda));
        }
        assert_eq!(api_name("python3.12"), "PYTHON_3_12");
        assert_eq!(api_name("provided.al2023"), UNSUPPORTED);
        assert_eq!(api_name("cobol85"), UNSUPPORTED);
        assert_eq!(lambda_name(UNSUPPORTED), None);
    }
}
