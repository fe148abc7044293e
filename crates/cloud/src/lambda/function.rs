//! A function as Lambda describes it.

use aws_sdk_lambda::types::{FunctionConfiguration, PackageType, VpcConfigResponse};
use jiff::Timestamp as Moment;
use shindan_inspector::finding::VpcConfig;
use shindan_inspector::{FunctionArn, LayerArn, Timestamp};

use super::CodeHash;
use crate::error::printable;

/// The configuration of a function's `$LATEST`, as far as scanning needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub arn: FunctionArn,
    pub package: Package,
    /// Lambda's name of the runtime, `python3.13`; container images have none.
    pub runtime: Option<String>,
    pub handler: Option<String>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<String>,
    /// The role it runs with.
    pub role: Option<String>,
    /// The network it is connected to.
    pub vpc: Option<VpcConfig>,
    /// The layers, the lowest first.
    pub layers: Vec<LayerArn>,
    /// Layers that are named in a way that is not understood.
    pub unreadable_layers: Vec<String>,
    /// When code or configuration was changed.
    pub last_modified: Option<Timestamp>,
    /// The customer's own key, if the function is encrypted with one. Inspector does not scan such functions.
    pub kms_key: Option<String>,
}

/// How a function's code is packaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Package {
    /// A zip with this hash and number of bytes.
    Zip { hash: CodeHash, size: u64 },
    /// A container image with this digest.
    Image { digest: String },
}

impl Function {
    /// The hash of its code, if that is a zip.
    #[must_use]
    pub const fn hash(&self) -> Option<CodeHash> {
        match &self.package {
            Package::Zip { hash, .. } => Some(*hash),
            Package::Image { .. } => None,
        }
    }

    pub(super) const fn zip(&self) -> Option<(CodeHash, u64)> {
        match &self.package {
            Package::Zip { hash, size } => Some((*hash, *size)),
            Package::Image { .. } => None,
        }
    }

    /// Reads what Lambda says; the reason if it cannot be read.
    pub(super) fn read(configuration: &FunctionConfiguration) -> Result<Self, String> {
        let arn = configuration.function_arn().unwrap_or_default();
        let arn = FunctionArn::parse(arn).map_err(|error| error.to_string())?;
        let hash = configuration.code_sha256().unwrap_or_default();
        let package = if configuration.package_type() == Some(&PackageType::Image) {
            let digest = printable(hash, 100);
            Package::Image { digest }
        } else {
            Package::Zip {
                hash: CodeHash::parse(hash).map_err(|error| format!("{arn}: {error}"))?,
                size: u64::try_from(configuration.code_size()).unwrap_or_default(),
            }
        };
        let mut layers = Vec::new();
        let mut unreadable_layers = Vec::new();
        for layer in configuration.layers() {
            let layer = layer.arn().unwrap_or_default();
            match LayerArn::parse(layer) {
                Ok(layer) => layers.push(layer),
                Err(_) => unreadable_layers.push(printable(layer, 200)),
            }
        }
        Ok(Self {
            arn,
            package,
            runtime: configuration.runtime().map(|r| r.as_str().to_owned()),
            handler: configuration.handler().map(str::to_owned),
            architecture: configuration
                .architectures()
                .first()
                .map(|a| a.as_str().to_owned()),
            role: configuration.role().map(str::to_owned),
            vpc: configuration.vpc_config().and_then(vpc),
            layers,
            unreadable_layers,
            last_modified: configuration.last_modified().and_then(modified),
            kms_key: configuration.kms_key_arn().map(str::to_owned),
        })
    }
}

/// Functions that left their network still have a configuration, an empty one.
fn vpc(configuration: &VpcConfigResponse) -> Option<VpcConfig> {
    let id = configuration.vpc_id().filter(|id| !id.is_empty())?;
    Some(VpcConfig {
        subnet_ids: configuration.subnet_ids().to_vec(),
        security_group_ids: configuration.security_group_ids().to_vec(),
        vpc_id: Some(id.to_owned()),
    })
}

/// `2026-11-24T15:23:21.730+0000` in AWS; servers that stand in for it write `Z`.
fn modified(text: &str) -> Option<Timestamp> {
    text.parse()
        .or_else(|_| Moment::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text))
        .ok()
        .map(|moment| Timestamp::from_millis(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_the_last_change_are_read() {
        for text in [
            "2026-11-24T15:23:21.730+0000",
            "2026-11-24T15:23:21.730000000Z",
        ] {
            let at = modified(text).expect(text);
            assert_eq!(at.as_millis(), 1_795_533_801_730, "{text}");
        }
        assert_eq!(modified("today"), None);
    }

    #[test]
    fn a_function_with_an_unreadable_layer_is_a_function() {
        let configuration = FunctionConfiguration::builder()
            .function_arn("arn:aws:lambda:us-east-1:123456789012:function:orders")
            .code_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
            .code_size(7)
            .layers(
                aws_sdk_lambda::types::Layer::builder()
                    .arn("nonsense")
                    .build(),
            )
            .build();
        let function = Function::read(&configuration).expect("a function");
        assert_eq!(function.zip().map(|(_, size)| size), Some(7));
        assert_eq!(function.unreadable_layers, ["nonsense"]);
    }

    #[test]
    fn an_image_has_no_hash_of_a_zip() {
        let configuration = FunctionConfiguration::builder()
            .function_arn("arn:aws:lambda:us-east-1:123456789012:function:orders")
            .package_type(PackageType::Image)
            .code_sha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            .build();
        let function = Function::read(&configuration).expect("a function");
        assert_eq!(function.hash(), None);
    }
}
