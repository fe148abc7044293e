//! `NAME.toml` beside `NAME.zip`: what the package itself does not say about the function.
//!
//! ```toml
//! account = "123456789012"
//! region = "eu-west-1"
//! runtime = "python3.12"
//! handler = "app.handler"
//! role = "arn:aws:iam::123456789012:role/orders"
//! architecture = "ARM64"
//! last_invoked = 2026-11-29T17:00:00Z
//!
//! [tags]
//! team = "payments"
//!
//! [[layers]]
//! arn = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:7"
//! file = "layers/tools-7.zip"
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use shindan_inspector::{AccountId, Architecture, LayerArn, Region};

/// The largest file that is read.
pub(super) const MAX_BYTES: u64 = 64 << 10;

/// The most layers of a function (Lambda's own limit).
const MAX_LAYERS: usize = 5;
/// The most tags of a function (AWS's own limit).
const MAX_TAGS: usize = 50;

/// What a sidecar says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sidecar {
    pub(super) account: Option<AccountId>,
    pub(super) region: Option<Region>,
    pub(super) runtime: Option<String>,
    #[serde(default)]
    pub(super) handler: String,
    #[serde(default)]
    pub(super) role: String,
    pub(super) architecture: Option<Architecture>,
    #[serde(default)]
    pub(super) kms_key: String,
    last_invoked: Option<toml::value::Datetime>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) layers: Vec<SidecarLayer>,
}

/// A layer of a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SidecarLayer {
    pub(super) arn: LayerArn,
    /// Path of its package within the directory.
    pub(super) file: Option<String>,
}

impl Sidecar {
    /// Reads a sidecar; the reason when it cannot be.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let sidecar: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if sidecar.layers.len() > MAX_LAYERS {
            return Err(format!("a function has at most {MAX_LAYERS} layers"));
        }
        if sidecar.tags.len() > MAX_TAGS {
            return Err(format!("a function has at most {MAX_TAGS} tags"));
        }
        let is_within = |file: &str| {
            let mut parts = file.split('/');
            !file.is_empty()
                && !file.contains(['\\', '\0'])
                && parts.all(|part| !matches!(part, "" | "." | ".."))
        };
        let files = sidecar
            .layers
            .iter()
            .filter_map(|layer| layer.file.as_deref());
        if let Some(outside) = files.into_iter().find(|file| !is_within(file)) {
            return Err(format!(
                "the layer's file {outside:?} is not a path within the directory"
            ));
        }
        if sidecar.last_invoked.is_some() && sidecar.last_invoked().is_none() {
            return Err("last_invoked needs a date, a time and an offset".to_owned());
        }
        Ok(sidecar)
    }

    /// When the function was last invoked.
    pub(super) fn last_invoked(&self) -> Option<shindan_inspector::Timestamp> {
        let moment: jiff::Timestamp = self.last_invoked?.to_string().parse().ok()?;
        Some(shindan_inspector::Timestamp::from_millis(
            moment.as_millisecond(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Sidecar;

    #[test]
    fn all_that_a_sidecar_can_say_is_read() {
        let sidecar = Sidecar::parse(
            r#"
            account = "000000000001"
            region = "eu-west-1"
            runtime = "python3.12"
            handler = "app.handler"
            architecture = "ARM64"
            last_invoked = 2026-11-29T17:00:00Z
            [tags]
            team = "payments"
            [[layers]]
            arn = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:7"
            file = "layers/tools.zip"
            "#,
        )
        .expect("valid");
        assert_eq!(sidecar.tags["team"], "payments");
        assert_eq!(sidecar.layers[0].file.as_deref(), Some("layers/tools.zip"));
        assert_eq!(
            sidecar.last_invoked().map(|at| at.as_millis()),
            Some(1_795_971_600_000)
        );
        Sidecar::parse("").expect("nothing needs to be said");
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        let layer = |file: &str| {
            format!(
                "[[layers]]\narn = \"arn:aws:lambda:eu-west-1:123456789012:layer:a:1\"\nfile = {file:?}"
            )
        };
        let six =
            "[[layers]]\narn = \"arn:aws:lambda:eu-west-1:123456789012:layer:a:1\"\n".repeat(6);
        for text in [
            "runtme = \"python3.12\"",
            "account = \"1\"",
            "last_invoked = 2026-11-29",
            "not toml",
            &six,
            &layer("../secret.zip"),
            &layer("/etc/passwd"),
            &layer("a\\..\\b"),
            &layer(""),
        ] {
            assert!(Sidecar::parse(text).is_err(), "{text}");
        }
    }
}
