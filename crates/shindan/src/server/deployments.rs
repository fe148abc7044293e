//! Packages that come in through the API go to the service.

use shindan_api::{DeployError, Deployed, Deploying, Deployment, Deployments};
use shindan_inspector::Architecture;
use shindan_service::source::Origin;
use shindan_service::{Code, DeployedLayer, PackageError, PackageHash, Service};

/// Takes pushed packages.
pub(crate) struct Uploads(pub(crate) Service);

impl Deployments for Uploads {
    fn deploy(&self, deployment: Deployment) -> Deploying<'_> {
        Box::pin(async move {
            let code_sha256 = PackageHash::of(&deployment.package).base64();
            let deployed = self
                .0
                .deploy(shindan_service::Deployment {
                    arn: deployment.function,
                    origin: Origin::Push,
                    runtime: deployment.runtime,
                    handler: deployment.handler,
                    role_arn: String::new(),
                    architecture: Architecture::X86_64,
                    kms_key: String::new(),
                    vpc: None,
                    tags: deployment.tags,
                    layers: deployment
                        .layers
                        .into_iter()
                        .map(|arn| DeployedLayer { arn, package: None })
                        .collect(),
                    last_modified: deployment.at,
                    last_invoked: None,
                    code: Code::Package(deployment.package),
                })
                .await
                .map_err(|error| match error {
                    PackageError::TooLarge { .. } => DeployError::Invalid(error.to_string()),
                    error => DeployError::Failed(error.to_string()),
                })?;
            Ok(Deployed {
                code_sha256,
                changed: deployed != shindan_service::Deployed::Unchanged,
            })
        })
    }
}
