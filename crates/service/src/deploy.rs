//! Deployments: a function appears, changes or goes.

use std::collections::BTreeMap;

use bytes::Bytes;
use shindan_inspector::finding::VpcConfig;
use shindan_inspector::{
    Architecture, FunctionArn, LayerArn, PackageType, ScanSettings, Timestamp,
};
use shindan_store::{
    FunctionState, Job, JobNumber, Layer, MissingCode, Priority, StoreError, Write,
};

use crate::source::Origin;
use crate::translate::resource;
use crate::watching::{self, Subject, scan_settings};
use crate::{PackageError, PackageHash, Service};

/// A function as it was deployed.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its name.
    pub arn: FunctionArn,
    /// Where it is known from.
    pub origin: Origin,
    /// Lambda's name of its runtime.
    pub runtime: String,
    /// Its handler; empty when unknown.
    pub handler: String,
    /// The role it runs as; empty when unknown.
    pub role_arn: String,
    /// What it runs on.
    pub architecture: Architecture,
    /// The customer's key that encrypts its code; empty for none.
    pub kms_key: String,
    /// The network it is connected to.
    pub vpc: Option<VpcConfig>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its layers, in order.
    pub layers: Vec<DeployedLayer>,
    /// When its code or settings last changed.
    pub last_modified: Timestamp,
    /// When it was last invoked, if that is known.
    pub last_invoked: Option<Timestamp>,
    /// Its code.
    pub code: Code,
}

/// A layer of a deployment.
#[derive(Clone, Debug)]
pub struct DeployedLayer {
    /// Which.
    pub arn: LayerArn,
    /// Its package; `None` when nobody has it, which makes scans incomplete.
    pub package: Option<LayerPackage>,
}

/// The package of a layer.
#[derive(Clone, Debug)]
pub enum LayerPackage {
    /// A zip archive.
    Bytes(Bytes),
    /// One that is in the package store.
    Kept(PackageHash),
}

impl From<Bytes> for LayerPackage {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

/// The code of a deployment.
#[derive(Clone, Debug)]
pub enum Code {
    /// A deployment package, a zip archive.
    Package(Bytes),
    /// A deployment package that is in the package store.
    Kept {
        /// Its SHA-256.
        hash: PackageHash,
        /// Its bytes.
        size: u64,
    },
    /// Nobody could get it, and why. Nothing is scanned; findings stay as they are, and coverage says so.
    Missing(Option<MissingCode>),
    /// A container image, by its digest. Images are not scanned, and coverage says so.
    Image(String),
}

/// What a deployment changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// Nothing: everything was known.
    Unchanged,
    /// Something; nothing is to be scanned because of it.
    Noted,
    /// A scan was asked for.
    Queued,
}

impl Service {
    /// Takes notice of a deployment.
    ///
    /// # Errors
    /// When the package cannot be kept, or the database fails; then nothing was noted.
    pub async fn deploy(&self, deployment: Deployment) -> Result<Deployed, PackageError> {
        let (state, missing) = self.kept(deployment).await?;
        let deployed = self.note(&state, missing.as_ref()).await?;
        if deployed == Deployed::Queued {
            self.wake();
        }
        Ok(deployed)
    }

    /// Keeps the packages; what the database is to hold.
    async fn kept(
        &self,
        deployment: Deployment,
    ) -> Result<(FunctionState, Option<MissingCode>), PackageError> {
        let mut missing_code = None;
        let (package_type, code_sha256, code_size) = match deployment.code {
            Code::Package(package) => {
                let size = package.len() as u64;
                let hash = self.packages().put(package).await?;
                (PackageType::Zip, hash.base64(), size)
            }
            Code::Kept { hash, size } => (PackageType::Zip, hash.base64(), size),
            Code::Missing(why) => {
                missing_code = why;
                (PackageType::Zip, String::new(), 0)
            }
            Code::Image(digest) => (PackageType::Image, digest, 0),
        };
        let mut layers = Vec::with_capacity(deployment.layers.len());
        for layer in deployment.layers {
            let code_sha256 = match layer.package {
                Some(package) => self.layer_hash(package).await?.base64(),
                None => String::new(),
            };
            layers.push(Layer {
                arn: layer.arn.to_string(),
                code_sha256,
            });
        }
        let state = FunctionState {
            arn: deployment.arn,
            origin: deployment.origin.to_string(),
            runtime: deployment.runtime,
            handler: deployment.handler,
            role_arn: deployment.role_arn,
            package_type,
            architecture: deployment.architecture,
            code_sha256,
            code_size,
            kms_key: deployment.kms_key,
            vpc: deployment.vpc,
            tags: deployment.tags,
            layers,
            last_modified: deployment.last_modified,
            last_invoked: deployment.last_invoked,
        };
        Ok((state, missing_code))
    }

    async fn layer_hash(&self, package: LayerPackage) -> Result<PackageHash, PackageError> {
        match package {
            LayerPackage::Bytes(bytes) => self.packages().put(bytes).await,
            LayerPackage::Kept(hash) => Ok(hash),
        }
    }

    async fn note(
        &self,
        state: &FunctionState,
        missing: Option<&MissingCode>,
    ) -> Result<Deployed, PackageError> {
        let now = self.now();
        let number = self.store().function_number().await?;
        let mut jobs = self.store().job_numbers(1).await?;
        let mut write = self.store().write().await?;
        let settings = write
            .account_settings(&state.arn.region, state.arn.account)
            .await?;
        let known = write.function(&state.arn).await?;
        let alive = known.as_ref().filter(|known| known.deleted_at.is_none());
        if alive.is_some_and(|known| is_older(state, &known.state)) {
            return Ok(Deployed::Unchanged);
        }
        let known_missing = match alive {
            Some(known) if known.state.code_sha256.is_empty() => {
                write.missing_code(known.id).await?
            }
            _ => None,
        };
        let is_changed = known_missing.as_ref() != missing
            || alive.is_none_or(|known| known.state.content() != state.content());
        if let Some(known) = alive
            && !is_changed
            && same(&known.state, state)
        {
            return Ok(Deployed::Unchanged);
        }
        let id = write.put_function(state, number, now).await?;
        if known_missing.as_ref() != missing || (alive.is_none() && known.is_some()) {
            write.set_missing_code(id, missing).await?;
        }
        if alive.is_some() && !is_changed && !state.code_sha256.is_empty() {
            // No scan follows that would show the findings with the new tags and settings.
            write.record_resource(id, &resource(state)).await?;
        }
        let subject = Subject {
            id,
            state,
            is_deleted: false,
            is_changed,
        };
        let policy = self.settings().policy;
        let needs_scan =
            watching::apply(&mut write, subject, scan_settings(&settings), policy, now).await?;
        if let Some(number) = jobs.next().filter(|_| needs_scan) {
            let job = Job::Scan { function: id };
            write.enqueue(&job, Priority::Now, now, number).await?;
        }
        write.commit().await?;
        Ok(if needs_scan {
            Deployed::Queued
        } else {
            Deployed::Noted
        })
    }

    /// Takes notice of a deletion; whether the function was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove(&self, arn: &FunctionArn) -> Result<bool, PackageError> {
        let now = self.now();
        let mut write = self.store().write().await?;
        let settings = write.account_settings(&arn.region, arn.account).await?;
        let known = write.function(arn).await?;
        let Some(known) = known.filter(|known| known.deleted_at.is_none()) else {
            return Ok(false);
        };
        write.delete_function(known.id, now).await?;
        write.remove_inventory(known.id).await?;
        let subject = Subject {
            id: known.id,
            state: &known.state,
            is_deleted: true,
            is_changed: false,
        };
        let policy = self.settings().policy;
        watching::apply(&mut write, subject, scan_settings(&settings), policy, now).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Takes notice that a layer has another package: every function that uses it is scanned anew, and no other.
    ///
    /// # Errors
    /// When the package cannot be kept or the database fails. What was noted stays; doing it again does the rest.
    pub async fn layer_changed(
        &self,
        layer: &LayerArn,
        package: impl Into<LayerPackage> + Send,
    ) -> Result<u64, PackageError> {
        let hash = self.layer_hash(package.into()).await?;
        let name = layer.to_string();
        let functions = self
            .store()
            .functions_with_layer(&layer.region, &name)
            .await?;
        let mut changed = 0;
        for function in functions {
            changed += u64::from(self.change_layer(function, &name, hash).await?);
        }
        if changed > 0 {
            self.wake();
        }
        Ok(changed)
    }

    async fn change_layer(
        &self,
        function: i64,
        layer: &str,
        hash: PackageHash,
    ) -> Result<bool, PackageError> {
        let now = self.now();
        let number = self.store().function_number().await?;
        let mut jobs = self.store().job_numbers(1).await?;
        let mut write = self.store().write().await?;
        let Some((known, settings)) = watching::locked(&mut write, function).await? else {
            return Ok(false);
        };
        let mut state = known.state.clone();
        for attached in &mut state.layers {
            if attached.arn == layer {
                attached.code_sha256 = hash.base64();
            }
        }
        if known.deleted_at.is_some() || same(&known.state, &state) {
            return Ok(false);
        }
        write.put_function(&state, number, now).await?;
        let subject = Subject {
            id: function,
            state: &state,
            is_deleted: false,
            is_changed: true,
        };
        let policy = self.settings().policy;
        if watching::apply(&mut write, subject, settings, policy, now).await?
            && let Some(number) = jobs.next()
        {
            let job = Job::Scan { function };
            write.enqueue(&job, Priority::Soon, now, number).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    /// Takes notice of an invocation: a function that was not used for 90 days is watched again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invoked(&self, arn: &FunctionArn, at: Timestamp) -> Result<(), PackageError> {
        let mut write = self.store().write().await?;
        let Some(known) = write.function(arn).await? else {
            return Ok(());
        };
        write.set_last_invoked(known.id, at).await?;
        write.commit().await?;
        self.decide_anew(&[known.id], Priority::Soon).await?;
        Ok(())
    }

    /// Decides about functions anew; how many have to be scanned because of it.
    pub(crate) async fn decide_anew(
        &self,
        functions: &[i64],
        priority: Priority,
    ) -> Result<u64, PackageError> {
        let mut queued = 0;
        for &function in functions {
            // One transaction each: they may be of different accounts, and only one account is locked at a time.
            let number = self.store().job_numbers(1).await?.next();
            let mut write = self.store().write().await?;
            let settings = None;
            queued += u64::from(
                self.decide_one(&mut write, function, settings, number, priority)
                    .await?,
            );
            write.commit().await?;
        }
        if queued > 0 {
            self.wake();
        }
        Ok(queued)
    }

    /// Decides about a function anew in a transaction and asks for a scan when one is needed; whether it is. `settings`
    /// stand in for the account's own.
    pub(crate) async fn decide_one(
        &self,
        write: &mut Write,
        function: i64,
        settings: Option<ScanSettings>,
        number: Option<JobNumber>,
        priority: Priority,
    ) -> Result<bool, StoreError> {
        let Some((known, own)) = watching::locked(write, function).await? else {
            return Ok(false);
        };
        let subject = Subject {
            id: function,
            state: &known.state,
            is_deleted: known.deleted_at.is_some(),
            is_changed: false,
        };
        let (policy, now) = (self.settings().policy, self.now());
        let settings = settings.unwrap_or(own);
        let needs_scan = watching::apply(write, subject, settings, policy, now).await?;
        if let Some(number) = number.filter(|_| needs_scan) {
            let job = Job::Scan { function };
            write.enqueue(&job, priority, now, number).await?;
        }
        Ok(needs_scan)
    }
}

/// Whether a deployment is what an account was like before what is known of it: who looked first may tell last.
fn is_older(deployed: &FunctionState, known: &FunctionState) -> bool {
    known.origin == Origin::Account.to_string()
        && deployed.origin == known.origin
        && deployed.last_modified < known.last_modified
}

/// Whether a deployment says what is known. An older invocation than the known one is no news.
fn same(known: &FunctionState, deployed: &FunctionState) -> bool {
    let mut deployed = deployed.clone();
    deployed.last_invoked = known.last_invoked.max(deployed.last_invoked);
    *known == deployed
}
