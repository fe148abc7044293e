//! `shindan.toml`: thresholds, excluded paths and ignored findings.
//!
//! ```toml
//! fail-on = "high"
//! min-severity = "low"
//! min-confidence = "medium"
//!
//! [paths]
//! exclude = ["tests", "**/*.min.js"]
//!
//! [[ignore]]
//! detector = "sql-injection"        # an id, or "*"
//! path = "src/reports/**"           # optional
//! reason = "table names come from a constant list"
//! expires = "2027-01-31"            # optional: the last day on which the rule holds
//! ```
//!
//! Unknown keys are errors: a misspelt `expires` must not make a rule eternal. All errors of a file are reported
//! at once, each with its place. There is no clock here; whoever applies a rule says what day it is.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::Date;
use shindan_base::LineIndex;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::similarity::nearest;
use crate::{Confidence, Finding, PathPattern, Region, Severity, Vulnerability};

/// The settings of a project.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The severity from which on a finding fails the run.
    pub fail_on: Option<Severity>,
    /// Findings below are not reported.
    pub min_severity: Option<Severity>,
    /// Findings below are not reported.
    pub min_confidence: Option<Confidence>,
    /// Paths that are not scanned.
    pub exclude: Vec<PathPattern>,
    /// Findings to ignore, in the order of the file.
    pub ignores: Vec<IgnoreRule>,
}

/// A rule that ignores findings.
#[derive(Clone, Debug)]
pub struct IgnoreRule {
    /// The detector's id, or `*` for any.
    pub detector: String,
    /// Where; everywhere if absent.
    pub path: Option<PathPattern>,
    /// Why.
    pub reason: String,
    /// The last day on which the rule holds.
    pub expires: Option<Date>,
    /// The line of the file on which it starts, for messages.
    pub line: u32,
}

/// What is wrong with a settings file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the caller named it.
    pub file: String,
    /// Where in the file.
    pub region: Region,
    /// The text of the region's first line.
    pub line_text: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Region {
            start_line,
            start_column,
            ..
        } = self.region;
        write!(
            f,
            "{}:{start_line}:{start_column}: {}",
            self.file, self.message
        )?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the text of a settings file; `file` is its name in error messages.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<ConfigError>> {
        let mut reader = Reader {
            text,
            file,
            lines: LineIndex::new(text),
            errors: Vec::new(),
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            reader.error(
                error.span().unwrap_or(0..0),
                error.message().to_owned(),
                None,
            );
        }
        let config = if reader.errors.is_empty() {
            reader.config(table.get_ref())
        } else {
            Self::default()
        };
        if reader.errors.is_empty() {
            Ok(config)
        } else {
            Err(reader.errors)
        }
    }

    /// Whether `path` is not to be scanned.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.iter().any(|p| p.matches(path))
    }

    /// Whether a finding reaches the thresholds for being reported.
    #[must_use]
    pub fn admits(&self, finding: &Finding) -> bool {
        self.min_severity.is_none_or(|min| finding.severity >= min)
            && self
                .min_confidence
                .is_none_or(|min| finding.confidence >= min)
    }
}

impl IgnoreRule {
    /// Whether the rule speaks about a finding, in force or not.
    #[must_use]
    pub fn matches(&self, finding: &Finding) -> bool {
        let is_alias = |known: &Vulnerability| known.aliases.contains(&self.detector);
        (self.detector == "*"
            || self.detector == finding.detector.0
            || finding.vulnerability.as_deref().is_some_and(is_alias))
            && self
                .path
                .as_ref()
                .is_none_or(|p| p.matches(&finding.location.path))
    }

    /// Whether the rule is no longer in force on the day `today`.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }
}

const TOP_KEYS: [&str; 5] = [
    "fail-on",
    "min-severity",
    "min-confidence",
    "paths",
    "ignore",
];
const PATHS_KEYS: [&str; 1] = ["exclude"];
const IGNORE_KEYS: [&str; 4] = ["detector", "path", "reason", "expires"];

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    lines: LineIndex,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn config(&mut self, table: &DeTable<'_>) -> Config {
        let mut config = Config::default();
        for (key, value) in in_file_order(table) {
            match &**key.get_ref() {
                "fail-on" => config.fail_on = self.parsed(value),
                "min-severity" => config.min_severity = self.parsed(value),
                "min-confidence" => config.min_confidence = self.parsed(value),
                "paths" => config.exclude = self.paths(value),
                "ignore" => config.ignores = self.ignores(value),
                _ => self.unknown_key(key, &TOP_KEYS),
            }
        }
        config
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<PathPattern> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(
                value,
                "a table",
                "write `[paths]` on a line of its own and the keys below it",
            );
            return Vec::new();
        };
        let mut exclude = Vec::new();
        for (key, value) in in_file_order(table) {
            match (&**key.get_ref(), value.get_ref()) {
                ("exclude", DeValue::Array(globs)) => {
                    exclude = globs.iter().filter_map(|glob| self.pattern(glob)).collect();
                }
                ("exclude", _) => self.wrong_type(
                    value,
                    "a list of patterns",
                    "write `exclude = [\"tests\", \"**/*.min.js\"]`",
                ),
                _ => self.unknown_key(key, &PATHS_KEYS),
            }
        }
        exclude
    }

    fn ignores(&mut self, value: &Value<'_>) -> Vec<IgnoreRule> {
        let DeValue::Array(rules) = value.get_ref() else {
            self.wrong_type(
                value,
                "a list of tables",
                "write `[[ignore]]`, with two brackets, above each rule",
            );
            return Vec::new();
        };
        rules.iter().filter_map(|rule| self.ignore(rule)).collect()
    }

    fn ignore(&mut self, value: &Value<'_>) -> Option<IgnoreRule> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type(value, "a table", "write `[[ignore]]` and its keys below it");
            return None;
        };
        let before = self.errors.len();
        let (mut detector, mut path, mut reason, mut expires) = (None, None, None, None);
        for (key, value) in in_file_order(table) {
            match &**key.get_ref() {
                "detector" => detector = self.non_empty(value),
                "path" => path = self.pattern(value),
                "reason" => reason = self.non_empty(value),
                "expires" => expires = self.date(value),
                _ => self.unknown_key(key, &IGNORE_KEYS),
            }
        }
        let given = |name: &str| table.keys().any(|k| k.get_ref() == name);
        if !given("detector") {
            self.error(
                value.span(),
                "this rule names no `detector`".into(),
                Some("add `detector = \"sql-injection\"`, or \"*\" for all detectors".into()),
            );
        }
        if !given("reason") {
            self.error(
                value.span(),
                "this rule gives no `reason`".into(),
                Some("add `reason = \"…\"`: whoever meets the rule next year needs it".into()),
            );
        }
        if self.errors.len() > before {
            return None;
        }
        let line = self.lines.line(value.span().start as u32);
        Some(IgnoreRule {
            detector: detector?,
            path,
            reason: reason?,
            expires,
            line,
        })
    }

    fn parsed<T: FromStr<Err = String>>(&mut self, value: &Value<'_>) -> Option<T> {
        let text = self.string(value)?;
        text.parse()
            .map_err(|message| self.error(value.span(), message, None))
            .ok()
    }

    fn pattern(&mut self, value: &Value<'_>) -> Option<PathPattern> {
        let text = self.string(value)?;
        let hint = || {
            Some("`*` matches within a folder, `**` across folders; escape a literal bracket as `\\[`".to_owned())
        };
        PathPattern::new(text)
            .map_err(|why| {
                self.error(
                    value.span(),
                    format!("`{text}` is no path pattern: {why}"),
                    hint(),
                )
            })
            .ok()
    }

    fn date(&mut self, value: &Value<'_>) -> Option<Date> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => String::new(),
        };
        // The plain form only: jiff alone would also take a time of day, which a rule by days cannot honour.
        let date = if text.len() == 10 {
            text.parse().ok()
        } else {
            None
        };
        if date.is_none() {
            let hint = "write year, month and day: \"2027-01-31\"";
            self.error(value.span(), "this is no date".into(), Some(hint.into()));
        }
        date
    }

    fn non_empty(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.string(value)?.trim().to_owned();
        if text.is_empty() {
            self.error(value.span(), "this must not be empty".into(), None);
            return None;
        }
        Some(text)
    }

    fn string<'v>(&mut self, value: &'v Value<'_>) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        self.wrong_type(value, "a string", "put it in double quotes");
        None
    }

    fn wrong_type(&mut self, value: &Value<'_>, wanted: &str, hint: &str) {
        let message = format!(
            "expected {wanted}, found {}",
            with_article(value.get_ref().type_str())
        );
        self.error(value.span(), message, Some(hint.to_owned()));
    }

    fn unknown_key(&mut self, key: &Key<'_>, known: &[&str]) {
        let hint = nearest(key.get_ref(), known).map_or_else(
            || format!("known here: {}", known.join(", ")),
            |meant| format!("did you mean `{meant}`?"),
        );
        self.error(
            key.span(),
            format!("unknown key `{}`", key.get_ref()),
            Some(hint),
        );
    }

    fn error(&mut self, span: Range<usize>, message: String, hint: Option<String>) {
        let (start_line, start_column) = self.lines.line_column(self.text, span.start as u32);
        let (end_line, end_column) = self
            .lines
            .line_column(self.text, span.end.max(span.start) as u32);
        let region = Region {
            start_line,
            start_column,
            end_line,
            end_column,
        };
        let line_text = self
            .text
            .lines()
            .nth(start_line as usize - 1)
            .unwrap_or("")
            .to_owned();
        self.errors.push(ConfigError {
            file: self.file.to_owned(),
            region,
            line_text,
            message,
            hint,
        });
    }
}

/// A table keeps its keys in alphabetical order; errors should come in the order of the file.
fn in_file_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_findings::code;

    fn config(text: &str) -> Config {
        Config::parse(text, "shindan.toml").expect("valid settings")
    }

    fn errors(text: &str) -> Vec<String> {
        let errors = Config::parse(text, "shindan.toml").expect_err("invalid settings");
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_full_file_is_read() {
        let config = config(
            "fail-on = \"high\"\nmin-severity = \"low\"\nmin-confidence = \"medium\"\n\
             [paths]\nexclude = [\"tests\"]\n\
             [[ignore]]\ndetector = \"sql-injection\"\npath = \"src/**\"\nreason = \"why\"\nexpires = \"2027-01-31\"\n\
             [[ignore]]\ndetector = \"*\"\nreason = \"all\"\nexpires = 2027-02-01\n",
        );
        assert_eq!(config.fail_on, Some(Severity::High));
        assert_eq!(
            (config.min_severity, config.min_confidence),
            (Some(Severity::Low), Some(Confidence::Medium))
        );
        assert!(config.excludes("tests/a.py") && !config.excludes("src/a.py"));
        let rules: Vec<_> = config
            .ignores
            .iter()
            .map(|r| (r.detector.as_str(), r.reason.as_str(), r.line))
            .collect();
        assert_eq!(rules, [("sql-injection", "why", 6), ("*", "all", 11)]);
        let day = |day: &str| day.parse::<Date>().expect("date");
        assert!(
            !config.ignores[0].is_expired(day("2027-01-31"))
                && config.ignores[0].is_expired(day("2027-02-01"))
        );
        assert!(!config.ignores[1].is_expired(day("2027-02-01")));
    }

    #[test]
    fn a_rule_matches_by_detector_and_path() {
        let config = config(
            "[[ignore]]\ndetector = \"sql-injection\"\npath = \"src/*.py\"\nreason = \"r\"\n\
             [[ignore]]\ndetector = \"*\"\nreason = \"r\"\n",
        );
        let matched = |f: &Finding| {
            config
                .ignores
                .iter()
                .map(|r| r.matches(f))
                .collect::<Vec<_>>()
        };
        assert_eq!(matched(&code("src/a.py", 1, "f", "x")), [true, true]);
        assert_eq!(matched(&code("lib/a.py", 1, "f", "x")), [false, true]);
        let mut other = code("src/a.py", 1, "f", "x");
        other.detector.0 = "xxe".into();
        assert_eq!(matched(&other), [false, true]);
    }

    #[test]
    fn thresholds_admit_findings_at_or_above() {
        let config = config("min-severity = \"high\"\nmin-confidence = \"medium\"\n");
        let mut finding = code("a.py", 1, "f", "x");
        assert!(config.admits(&finding));
        finding.confidence = Confidence::Low;
        assert!(!config.admits(&finding));
        finding.confidence = Confidence::Medium;
        finding.severity = Severity::Medium;
        assert!(!config.admits(&finding));
        assert!(Config::default().admits(&finding));
    }

    #[test]
    fn every_error_has_place_and_hint_and_all_come_at_once() {
        assert_eq!(
            errors(
                "fail_on = \"high\"\nmin-severity = \"huge\"\n\n[[ignore]]\n  detectr = \"x\"\n  reason = \"\"\n  expires = \"soon\"\n  path = \"a[\"\n"
            ),
            [
                "shindan.toml:1:1: unknown key `fail_on` (did you mean `fail-on`?)",
                "shindan.toml:2:16: `huge` is no severity; use one of info, low, medium, high, critical",
                "shindan.toml:5:3: unknown key `detectr` (did you mean `detector`?)",
                "shindan.toml:6:12: this must not be empty",
                "shindan.toml:7:13: this is no date (write year, month and day: \"2027-01-31\")",
                "shindan.toml:8:10: `a[` is no path pattern: unclosed character class; missing ']' (`*` matches within a folder, `**` across folders; escape a literal bracket as `\\[`)",
                "shindan.toml:4:1: this rule names no `detector` (add `detector = \"sql-injection\"`, or \"*\" for all detectors)",
            ]
        );
    }

    #[test]
    fn a_rule_without_reason_is_refused() {
        let errors = errors("[[ignore]]\ndetector = \"x\"\n");
        assert_eq!(errors.len(), 1);
        assert!(
            errors[0].starts_with("shindan.toml:1:1: this rule gives no `reason`"),
            "{errors:?}"
        );
    }

    #[test]
    fn wrong_types_and_broken_syntax_are_explained() {
        assert!(
            errors("fail-on = 3")[0]
                .starts_with("shindan.toml:1:11: expected a string, found an integer")
        );
        assert!(errors("ignore = {}")[0].contains("[[ignore]]"));
        assert!(
            errors("[paths]\nexclude = \"tests\"")[0]
                .starts_with("shindan.toml:2:11: expected a list")
        );
        assert!(errors("[paths\nx = 1")[0].starts_with("shindan.toml:1:7: "));
        assert!(errors("expires = 2027-01-31T10:00:00")[0].contains("unknown key"));
        assert!(
            errors("[[ignore]]\ndetector='x'\nreason='r'\nexpires = 2027-01-31T10:00:00")[0]
                .contains("no date")
        );
        assert!(Config::parse(&"[".repeat(100_000), "f").is_err());
        assert!(Config::parse(&format!("x = {}", "[".repeat(100_000)), "f").is_err());
    }
}
