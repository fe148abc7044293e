//! One account in one Region, as the service asks it.

use bytes::Bytes;
use shindan_cloud::{
    Described as CloudDescribed, Description, Fetched, FetchedLayer, Function, Known, Lambda,
    LastInvocation, Package, Session,
};
use shindan_inspector::{Architecture, FunctionArn, LayerArn, Timestamp};
use shindan_service::PackageHash;
use shindan_service::source::account::{
    Account, CallError, CallErrorKind, Described, Downloaded, Invocations, Listed, ListedPackage,
    Listing,
};

use super::call_error;

/// The functions of a session's account and Region.
pub(crate) struct AwsAccount {
    session: Session,
    lambda: Lambda,
}

impl AwsAccount {
    pub(super) fn new(session: Session) -> Self {
        Self {
            lambda: session.lambda(),
            session,
        }
    }

    /// Something that is no failed call, and that no other try will change.
    fn unusable(&self, what: &str) -> CallError {
        CallError {
            kind: CallErrorKind::Unusable,
            message: format!(
                "account {}, {}: {what}",
                self.session.account(),
                self.session.region()
            ),
        }
    }
}

impl Account for AwsAccount {
    type Code = Description;

    async fn list(&self) -> Result<Listing, CallError> {
        let listed = self.lambda.functions().await.map_err(|e| call_error(&e))?;
        Ok(Listing {
            functions: listed.functions.into_iter().map(read).collect(),
            unreadable: listed.unreadable,
        })
    }

    async fn describe(
        &self,
        function: &FunctionArn,
    ) -> Result<Option<Described<Description>>, CallError> {
        match self.lambda.describe(function).await {
            Ok(CloudDescribed::Function(description)) => Ok(Some(Described {
                function: read(description.function.clone()),
                tags: description.tags.clone(),
                code: *description,
            })),
            Ok(CloudDescribed::Deleted) => Ok(None),
            Err(error) => Err(call_error(&error)),
        }
    }

    async fn code(&self, code: Description) -> Result<Option<Downloaded>, CallError> {
        // What is kept already was found out before.
        let nothing = Known::default();
        match self.lambda.fetch_described(code, &nothing).await {
            Ok(Fetched::Zip { function, zip, .. }) => Ok(Some(Downloaded {
                function: read(*function),
                zip: Bytes::from(zip),
            })),
            Ok(Fetched::Deleted) => Ok(None),
            Ok(Fetched::Known(_) | Fetched::Image { .. }) => {
                Err(self.unusable("a zip archive became something else while it was downloaded"))
            }
            Err(error) => Err(call_error(&error)),
        }
    }

    async fn layer(&self, layer: &LayerArn) -> Result<Bytes, CallError> {
        match self.lambda.fetch_layer(layer, &Known::default()).await {
            Ok(FetchedLayer::Zip { zip, .. }) => Ok(Bytes::from(zip)),
            Ok(FetchedLayer::Known(_) | FetchedLayer::Deleted) => Err(self.unusable(&format!(
                "{layer} was deleted, and nobody can download it; attach a newer version to its functions"
            ))),
            Err(error) => Err(call_error(&error)),
        }
    }

    async fn invocations(&self, functions: &[FunctionArn]) -> Invocations {
        let mut invocations = Invocations::default();
        for (function, last) in self.session.last_invocations(functions).await {
            match last {
                LastInvocation::Before(at) => {
                    invocations.last.insert(function, at);
                }
                LastInvocation::NotRecently => {}
                LastInvocation::Unknown(reason) => {
                    invocations.unknown.push(function);
                    invocations.reason = Some(reason);
                }
            }
        }
        invocations
    }
}

fn read(function: Function) -> Listed {
    if !function.unreadable_layers.is_empty() {
        tracing::warn!(function = %function.arn, layers = ?function.unreadable_layers, "these layers are not understood and not scanned");
    }
    Listed {
        runtime: function.runtime.unwrap_or_default(),
        handler: function.handler.unwrap_or_default(),
        role_arn: function.role.unwrap_or_default(),
        architecture: match function.architecture.as_deref() {
            Some("arm64") => Architecture::Arm64,
            _ => Architecture::X86_64,
        },
        kms_key: function.kms_key.unwrap_or_default(),
        vpc: function.vpc,
        layers: function.layers,
        last_modified: function.last_modified.unwrap_or(Timestamp::from_millis(0)),
        package: match function.package {
            Package::Zip { hash, size } => ListedPackage::Zip {
                hash: PackageHash::from_sha256(*hash.bytes()),
                size,
            },
            Package::Image { digest } => ListedPackage::Image(digest),
        },
        arn: function.arn,
    }
}
