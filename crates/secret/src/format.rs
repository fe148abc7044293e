//! The rule file as it is written: TOML in, plain data out.
//!
//! Shared with the build script, which turns the built-in files into a postcard table with the same types. Hence
//! no field may be skipped when serialising, and nothing here checks meaning: see `check_file` for that.

use serde::{Deserialize, Serialize};

use crate::levels::{Confidence, Severity};

/// One file: any number of `[[rule]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub(crate) rule: Vec<RuleData>,
}

/// One `[[rule]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleData {
    /// Stable name, `secret-…`.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) severity: Severity,
    /// `high` means that the format alone proves it: such a rule also looks into lock, vendored and minified files.
    pub(crate) confidence: Confidence,
    pub(crate) cwe: Vec<u32>,
    pub(crate) description: String,
    pub(crate) fix: String,
    #[serde(default)]
    pub(crate) references: Vec<String>,
    /// Lower-case texts of at least four bytes; the regex is tried only around one of them, whatever its case.
    pub(crate) keywords: Vec<String>,
    /// A name (regex, any case) to which the value must be assigned; `regex` then describes the value alone.
    #[serde(default)]
    pub(crate) near: Option<String>,
    /// What to find. The first group that takes part is the secret; without groups the whole match is.
    pub(crate) regex: String,
    /// How far around a keyword to look.
    #[serde(default)]
    pub(crate) scope: Scope,
    /// Least Shannon entropy in bits a character, for base-62 and base-64 texts; hex and digits need less.
    #[serde(default)]
    pub(crate) entropy: f32,
    /// A check in code.
    #[serde(default)]
    pub(crate) validator: Option<Validator>,
    /// Only files of these formats; empty means all.
    #[serde(default)]
    pub(crate) files: Vec<FileFormat>,
    /// Values (regex, any case) that are harmless.
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    /// Counts only with a match of this other rule close by.
    #[serde(default)]
    pub(crate) requires: Option<String>,
    #[serde(default)]
    pub(crate) example: Vec<ExampleData>,
}

/// How far around a keyword to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scope {
    /// Within its line.
    #[default]
    Line,
    /// A little before and some kilobytes after it, across lines.
    Lines,
}

/// A check in code that a regex cannot make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Validator {
    /// The last six characters are the CRC-32 of the part between prefix and checksum, in base 62.
    Crc32Base62,
    /// Base 32 after the prefix, with an account number inside.
    AwsAccessKeyId,
    /// Forty base-64 characters of mixed kinds that are not part of a longer run.
    AwsSecretKey,
    /// Three base-64 parts, the first a JSON object with `alg`.
    Jwt,
    /// Upper case, lower case and digits.
    MixedCase,
    /// A letter and a digit.
    LettersAndDigits,
    /// The password in a URL or connection string: no template, no stock word.
    UrlPassword,
    /// A literal assigned to a secret-looking name in a configuration file.
    GenericConfig,
    /// A literal assigned to a secret-looking name in source code.
    GenericCode,
    /// A literal environment variable in a deployment template.
    TemplateEnvironment,
    /// The literal default of a secret parameter or variable in a deployment template.
    TemplateDefault,
}

/// What kind of file it is, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// TOML.
    Toml,
    /// Terraform and other HCL.
    Hcl,
    /// XML and kin.
    Xml,
    /// `key=value` lines: ini, properties, `.env`, shell scripts, Dockerfiles.
    Lines,
    /// A programming language.
    Code,
    /// Prose.
    Document,
    /// Anything else.
    Other,
}

/// One `[[rule.example]]`: `bad` must be found, `good` must not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExampleData {
    /// The file it would stand in.
    #[serde(default)]
    pub(crate) path: Option<String>,
    #[serde(default)]
    pub(crate) bad: Option<String>,
    #[serde(default)]
    pub(crate) good: Option<String>,
}
