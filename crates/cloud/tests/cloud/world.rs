//! What tests put in place of the world: a clock that stands still, sleep that only counts, randomness that is known,
//! and an STS that knows everyone.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::StaticTimeSource;
use shindan_cloud::{
    AccessKey, Effects, MemberRole, Policy, Random, RoleName, Session, Sessions, Settings,
};
use shindan_inspector::{AccountId, Region};

use crate::server::{Answer, Asked, Server};

/// 2026-11-29T17:00:00Z.
pub(crate) const NOW_SECONDS: u64 = 1_795_971_600;
pub(crate) const HOME: &str = "111111111111";
pub(crate) const MEMBER: &str = "222222222222";
pub(crate) const SECRET: &str = "placeholder-for-the-secret-key";
pub(crate) const TOKEN: &str = "placeholder-for-the-session-token";

/// What calls waited.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits(Arc<Mutex<Vec<Duration>>>);

impl Waits {
    pub(crate) fn millis(&self) -> Vec<u128> {
        let waits = self.0.lock().expect("no panic elsewhere");
        waits.iter().map(Duration::as_millis).collect()
    }
}

impl AsyncSleep for Waits {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().expect("no panic elsewhere").push(duration);
        Sleep::new(std::future::ready(()))
    }
}

#[derive(Debug)]
struct Half;

impl Random for Half {
    fn unit(&self) -> f64 {
        0.5
    }
}

pub(crate) fn effects() -> (Effects, Waits) {
    let waits = Waits::default();
    let effects = Effects {
        time: StaticTimeSource::from_secs(NOW_SECONDS).into(),
        sleep: SharedAsyncSleep::new(waits.clone()),
        random: Arc::new(Half),
    };
    (effects, waits)
}

/// The clock of this machine, and real sleep.
pub(crate) fn real_effects() -> Effects {
    Effects::system(Half)
}

pub(crate) fn access_key() -> Option<AccessKey> {
    Some(AccessKey {
        id: "AKIAEXAMPLEEXAMPLE00".to_owned(),
        secret: SECRET.into(),
        session_token: None,
    })
}

pub(crate) fn settings(server: &Server) -> Settings {
    Settings {
        access_key: access_key(),
        region: Some(region("us-east-1")),
        role: Some(MemberRole {
            name: RoleName::parse("shindan-scanner").expect("a name"),
            external_id: Some("a text that only we know".into()),
            policy: Policy::Scanner,
        }),
        endpoint: Some(server.url.clone()),
        ..Settings::default()
    }
}

/// Sessions against a server.
pub(crate) async fn sessions(server: &Server) -> (Sessions, Waits) {
    let (effects, waits) = effects();
    let sessions = Sessions::open(settings(server), effects).await;
    (sessions.expect("sessions"), waits)
}

/// A session in the own account, in us-east-1.
pub(crate) async fn home(server: &Server) -> (Session, Waits) {
    let (sessions, waits) = sessions(server).await;
    let session = sessions.session(account(HOME), &region("us-east-1")).await;
    (session.expect("a session"), waits)
}

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::parse(text).expect("an account")
}

pub(crate) fn region(text: &str) -> Region {
    Region::parse(text).expect("a Region")
}

/// What STS answers, if that is asked.
pub(crate) fn sts(asked: &Asked) -> Option<Answer> {
    if asked.body.starts_with("Action=GetCallerIdentity&") {
        return Some(Answer::xml(
            200,
            &format!(
                "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::{HOME}:user/shindan</Arn><UserId>AIDA</UserId><Account>{HOME}</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
            ),
        ));
    }
    if asked.body.starts_with("Action=AssumeRole&") {
        return Some(Answer::xml(
            200,
            &format!(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
                 <AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
                 <SessionToken>{TOKEN}</SessionToken><Expiration>2026-11-29T17:15:00Z</Expiration>\
                 </Credentials></AssumeRoleResult></AssumeRoleResponse>"
            ),
        ));
    }
    None
}
