//! One function: its configuration, its tags, its code, its layers.

use std::collections::BTreeMap;

use bytes::Bytes;
use shindan_inspector::{FunctionArn, LayerArn, ScanStatusReason, ScanType, Timestamp};
use shindan_store::MissingCode;
use tokio::sync::Mutex;

use super::{
    Account, Accounts, CallError, CallErrorKind, Cloud, Described, Listed, ListedPackage, LookError,
};
use crate::source::Origin;
use crate::{Code, Deployed, DeployedLayer, Deployment, LayerPackage, PackageHash};

/// What the functions of one look have in common.
#[derive(Debug, Default)]
pub(super) struct Common {
    /// Layers that were asked for, and which of them could be had.
    layers: Mutex<BTreeMap<LayerArn, Option<PackageHash>>>,
}

/// What became of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) changed: bool,
    pub(super) removed: bool,
    /// Something failed that may succeed another time.
    pub(super) again: bool,
}

impl<C: Cloud> Accounts<C> {
    /// Looks at one function and tells the service. `listed` is what a list says of it, which is believed when it cannot be
    /// asked for by itself.
    pub(super) async fn tell(
        &self,
        account: &C::Account,
        arn: &FunctionArn,
        listed: Option<&Listed>,
        invoked: Option<Timestamp>,
        common: &Common,
    ) -> Result<Told, LookError> {
        // Who described it first must not be the last to tell.
        let _turn = self.locks.hold(arn.to_string()).await;
        let mut told = Told::default();
        let note = |told: &mut Told, error: &CallError| {
            tracing::warn!(function = %arn, %error, "this function is not known completely");
            told.again |= error.kind == CallErrorKind::Failed;
        };
        let (mut function, mut tags, code) = match (account.describe(arn).await, listed) {
            (Ok(None), _) => {
                told.removed = self.remove(arn).await?;
                return Ok(told);
            }
            (Ok(Some(described)), _) => {
                let Described {
                    function,
                    tags,
                    code,
                } = described;
                let tags = tags.inspect_err(|reason| {
                    tracing::warn!(function = %arn, %reason, "the tags of this function cannot be read: they stay as they were");
                });
                (function, tags.ok(), Ok(code))
            }
            (Err(error), Some(listed)) => {
                note(&mut told, &error);
                (listed.clone(), None, Err(error))
            }
            (Err(error), None) => return Err(error.into()),
        };
        let code = match self.code(account, &function, code).await? {
            Got::Kept => kept(&function),
            Got::Downloaded(downloaded) => {
                function = *downloaded;
                kept(&function)
            }
            Got::Gone => {
                told.removed = self.remove(arn).await?;
                return Ok(told);
            }
            Got::NotWanted => Code::Missing(None),
            Got::Refused(error) => {
                note(&mut told, &error);
                Code::Missing(Some(MissingCode {
                    reason: reason(error.kind),
                    note: error.message,
                }))
            }
        };
        if tags.is_none() {
            let known = self.service.store().function_named(arn).await?;
            tags = known.map(|known| known.state.tags);
        }
        let mut layers = Vec::with_capacity(function.layers.len());
        for arn in &function.layers {
            let package = self.layer(account, arn, common).await?;
            layers.push(DeployedLayer {
                arn: arn.clone(),
                package: package.map(LayerPackage::Kept),
            });
        }
        let deployment = Deployment {
            arn: function.arn,
            origin: Origin::Account,
            runtime: function.runtime,
            handler: function.handler,
            role_arn: function.role_arn,
            architecture: function.architecture,
            kms_key: function.kms_key,
            vpc: function.vpc,
            tags: tags.unwrap_or_default(),
            layers,
            last_modified: function.last_modified,
            last_invoked: invoked,
            code,
        };
        told.changed = self.service.deploy(deployment).await? != Deployed::Unchanged;
        Ok(told)
    }

    /// Removes a function that is not in its account any more, if that is where it was known from.
    pub(super) async fn remove(&self, arn: &FunctionArn) -> Result<bool, LookError> {
        let known = self.service.store().function_named(arn).await?;
        let origin = Origin::Account.to_string();
        if known.is_none_or(|known| known.state.origin != origin) {
            return Ok(false);
        }
        Ok(self.service.remove(arn).await?)
    }

    /// Sees to it that a function's code is kept.
    async fn code(
        &self,
        account: &C::Account,
        function: &Listed,
        code: Result<<C::Account as Account>::Code, CallError>,
    ) -> Result<Got, LookError> {
        let ListedPackage::Zip { hash, .. } = function.package else {
            return Ok(Got::Kept);
        };
        let policy = self.service.settings().policy;
        let is_scanned =
            policy.covers(&function.runtime, ScanType::Package) && function.kms_key.is_empty();
        if self.is_kept(hash).await? {
            return Ok(Got::Kept);
        }
        if !is_scanned {
            return Ok(Got::NotWanted);
        }
        let code = match code {
            Ok(code) => code,
            Err(error) => return Ok(Got::Refused(error)),
        };
        // Others may have the same code, and it may be there when their turn has ended.
        let _turn = self.locks.hold(format!("package {hash}")).await;
        if self.is_kept(hash).await? {
            return Ok(Got::Kept);
        }
        // The semaphore is never closed.
        let _permit = self.downloads.acquire().await;
        match account.code(code).await {
            Ok(Some(downloaded)) => {
                self.service.packages().put(downloaded.zip).await?;
                Ok(Got::Downloaded(Box::new(downloaded.function)))
            }
            Ok(None) => Ok(Got::Gone),
            Err(error) => Ok(Got::Refused(error)),
        }
    }

    /// The package of a layer; `None` when it cannot be had, which makes scans incomplete.
    pub(super) async fn layer(
        &self,
        account: &C::Account,
        arn: &LayerArn,
        common: &Common,
    ) -> Result<Option<PackageHash>, LookError> {
        let mut known = common.layers.lock().await;
        if let Some(&package) = known.get(arn) {
            return Ok(package);
        }
        // Places share layers, and each has a look of its own.
        let _turn = self.locks.hold(arn.to_string()).await;
        let kept = self
            .service
            .store()
            .layer_package(&arn.to_string())
            .await?
            .and_then(|hash| PackageHash::parse(&hash));
        let package = match kept {
            Some(hash) if self.is_kept(hash).await? => Some(hash),
            _ => match self.download_layer(account, arn).await {
                Ok(zip) => Some(self.service.packages().put(zip).await?),
                Err(error) => {
                    tracing::warn!(layer = %arn, %error, "scans of functions with this layer are incomplete");
                    None
                }
            },
        };
        known.insert(arn.clone(), package);
        Ok(package)
    }

    async fn download_layer(
        &self,
        account: &C::Account,
        arn: &LayerArn,
    ) -> Result<Bytes, CallError> {
        let _permit = self.downloads.acquire().await;
        account.layer(arn).await
    }

    async fn is_kept(&self, hash: PackageHash) -> Result<bool, LookError> {
        let (packages, store) = (self.service.packages(), self.service.store());
        Ok(packages.is_kept(hash, store).await?)
    }
}

/// What became of getting code.
enum Got {
    Kept,
    /// The function whose code it is.
    Downloaded(Box<Listed>),
    Gone,
    /// It would not be scanned: its runtime is not supported, or nobody but its owner can read it.
    NotWanted,
    Refused(CallError),
}

fn kept(function: &Listed) -> Code {
    match &function.package {
        ListedPackage::Zip { hash, size } => Code::Kept {
            hash: *hash,
            size: *size,
        },
        ListedPackage::Image(digest) => Code::Image(digest.clone()),
    }
}

/// What coverage says of a function whose code could not be had.
const fn reason(kind: CallErrorKind) -> ScanStatusReason {
    match kind {
        CallErrorKind::Denied => ScanStatusReason::AccessDenied,
        CallErrorKind::Unusable => ScanStatusReason::InvalidArtifact,
        CallErrorKind::Failed => ScanStatusReason::InternalError,
    }
}
