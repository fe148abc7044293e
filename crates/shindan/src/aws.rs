//! The way to AWS from the command line: which credentials, which Regions, which role in member accounts.
//!
//! Without any flag it is what every program for AWS does: the standard chain of credentials, and the profile's Region.

use clap::Args;
use secrecy::SecretString;
use shindan_cloud::{
    CloudError, Effects, ErrorKind, MemberRole, Policy, Random, RoleName, Session, Sessions,
    Settings,
};
use shindan_inspector::Region;

use crate::complaint::Complaint;
use crate::server::{must_be_random, region};

/// Which AWS, as whom, and where.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "AWS")]
pub(crate) struct AwsArgs {
    /// A profile of ~/.aws/config [default: AWS_PROFILE, or the standard chain of credentials]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// A Region; may be given several times [default: the profile's]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<String>,
    /// A server that stands in for AWS, such as `shindan serve` [default: AWS_ENDPOINT_URL, or AWS itself]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The role to assume in member accounts, by its name there
    #[arg(
        long,
        visible_alias = "role",
        value_name = "NAME",
        env = "SHINDAN_MEMBER_ROLE"
    )]
    pub(crate) member_role: Option<String>,
    /// What the role's trust policy asks for
    #[arg(
        long,
        value_name = "ID",
        env = "SHINDAN_EXTERNAL_ID",
        hide_env_values = true,
        requires = "member_role"
    )]
    pub(crate) external_id: Option<String>,
}

/// Accounts that can be reached, and the Regions that were asked for.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    pub(crate) sessions: Sessions,
    pub(crate) effects: Effects,
    /// Whether there is a role to enter member accounts with.
    pub(crate) enters_members: bool,
    /// Each once, in the order in which they were given; never empty.
    pub(crate) regions: Vec<Region>,
}

impl Aws {
    /// Finds credentials and asks whose they are. `policy` bounds what may be done in member accounts.
    pub(crate) async fn open(args: &AwsArgs, policy: Policy) -> Result<Self, Complaint> {
        Self::open_with(args, policy, Effects::system(SystemRandom)).await
    }

    /// The same with a clock, a sleep and a randomness of the caller's.
    pub(crate) async fn open_with(
        args: &AwsArgs,
        policy: Policy,
        effects: Effects,
    ) -> Result<Self, Complaint> {
        let mut regions: Vec<Region> = Vec::new();
        for text in &args.regions {
            let region = region(text)?;
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        let settings = Settings {
            profile: args.profile.clone(),
            region: regions.first().cloned(),
            role: args
                .member_role
                .as_deref()
                .map(|name| role(name, args.external_id.as_deref(), policy))
                .transpose()?,
            endpoint: args.endpoint_url.clone(),
            ..Settings::default()
        };
        let sessions = Sessions::open(settings, effects.clone()).await?;
        if regions.is_empty() {
            regions.push(sessions.region().clone());
        }
        Ok(Self {
            sessions,
            effects,
            enters_members: args.member_role.is_some(),
            regions,
        })
    }
}

fn role(name: &str, external_id: Option<&str>, policy: Policy) -> Result<MemberRole, Complaint> {
    Ok(MemberRole {
        name: RoleName::parse(name)
            .map_err(|error| Complaint::input(format!("--member-role {name}: {error}")))?,
        external_id: external_id.map(SecretString::from),
        policy,
    })
}

/// An error of AWS names account, Region and call; what to do stands in the hint.
impl From<CloudError> for Complaint {
    fn from(error: CloudError) -> Self {
        let (text, remedy) = (error.to_string(), error.remedy());
        let what = text
            .strip_suffix(&format!(". {remedy}."))
            .unwrap_or(&text)
            .to_owned();
        match error.kind {
            ErrorKind::Other => Self::input(what),
            _ => Self::input(what).with_hint(remedy),
        }
    }
}

impl Aws {
    /// A session of the credentials' own account in a Region.
    pub(crate) async fn home(&self, region: &Region) -> Result<Session, CloudError> {
        self.sessions.session(self.sessions.home(), region).await
    }
}

/// Whether no call will succeed any more, whatever it is.
pub(crate) const fn is_fatal(error: &CloudError) -> bool {
    matches!(
        error.kind,
        ErrorKind::NoCredentials | ErrorKind::CredentialsExpired | ErrorKind::ClockSkew
    )
}

/// Randomness of the operating system, for the jitter of retries.
#[derive(Debug)]
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn unit(&self) -> f64 {
        let mut bytes = [0; 4];
        must_be_random(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jitter_is_a_fraction() {
        for _ in 0..1000 {
            let unit = SystemRandom.unit();
            assert!((0.0..1.0).contains(&unit), "{unit}");
        }
    }

    #[test]
    fn a_role_is_no_arn() {
        let arn = "arn:aws:iam::111122223333:role/scanner";
        let refused = role(arn, None, Policy::Scanner).expect_err("refused");
        assert!(
            refused.what.starts_with("--member-role arn"),
            "{}",
            refused.what
        );
        assert!(role("shindan-scanner", Some("x"), Policy::Scanner).is_ok());
    }
}
