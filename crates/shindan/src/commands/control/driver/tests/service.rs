//! Amazon Inspector as the tests need it: three accounts, what happens to calls, and a clock that sleeping moves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use serde_json::{Value, json};
use shindan_cloud::{AccessKey, CloudError, Effects, Random, Sessions, Settings};
use shindan_inspector::{AccountId, Region};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::aws::Aws;

pub(super) const ENABLE: &str = "/enable";
pub(super) const STATUS: &str = "/status/batch/get";
pub(super) const ORGANIZATION: &str = "/organizationconfiguration/update";
pub(super) const MEMBERS: &str = "/members/list";

/// The member that things happen to.
pub(super) const MEMBER: u8 = 2;

/// 2026-11-29T17:00:00Z.
const NOW: u64 = 1_795_971_600;

/// What happens to a call in place of a healthy answer. Statuses are those of [`MEMBER`]; the others are well.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Nothing was done for one account.
    Failed(u8, &'static str, &'static str),
    /// HTTP status, code, message.
    Error(u16, &'static str, &'static str),
    /// Too many calls, and how many seconds to wait.
    RetryAfter(u32),
    Html(u16, &'static str),
    Text(&'static str),
    /// The signature is refused for its time; the service is so many seconds ahead.
    Skew(u64),
    /// The connection ends without an answer.
    Cut,
    Enabling,
    Disabled,
    Disabling,
    Suspended,
    Word(&'static str),
    LeftOut,
    /// The member has left.
    Removed(u8),
}

pub(super) fn account(number: u8) -> AccountId {
    AccountId::from_number(number.into()).expect("an account")
}

#[derive(Default)]
struct State {
    script: BTreeMap<&'static str, VecDeque<Reply>>,
    /// What is on, by account.
    lambda: BTreeMap<String, bool>,
    code: BTreeMap<String, bool>,
    auto_enable: Value,
    asked: Vec<(String, Value)>,
    /// The time of the request that was refused for it.
    skewed: Option<String>,
}

#[derive(Clone)]
pub(super) struct Service {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Service {
    pub(super) async fn start(script: Vec<(&'static str, Vec<Reply>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let service = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            state: Arc::new(Mutex::new(State {
                auto_enable: json!({ "ec2": true, "ecr": false, "lambda": true, "lambdaCode": false }),
                ..State::default()
            })),
        };
        service.script(script);
        let serving = service.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = serving.clone();
                tokio::spawn(async move { service.serve(stream).await });
            }
        });
        service
    }

    /// What happens to which call from now on.
    pub(super) fn script(&self, script: Vec<(&'static str, Vec<Reply>)>) {
        self.state().script = script
            .into_iter()
            .map(|(path, replies)| (path, replies.into()))
            .collect();
    }

    /// The way there, with a clock of its own.
    pub(super) async fn aws(&self) -> Result<Aws, CloudError> {
        let clock = Clock(Arc::new(AtomicU64::new(NOW * 1000)));
        let effects = Effects {
            time: SharedTimeSource::new(clock.clone()),
            sleep: SharedAsyncSleep::new(clock),
            random: Arc::new(Half),
        };
        let region = Region::parse("us-east-1").expect("a Region");
        let settings = Settings {
            access_key: Some(AccessKey {
                id: "AKIAEXAMPLEEXAMPLE00".to_owned(),
                secret: "placeholder-for-the-secret-key".into(),
                session_token: None,
            }),
            region: Some(region.clone()),
            endpoint: Some(self.url.clone()),
            ..Settings::default()
        };
        Ok(Aws {
            sessions: Sessions::open(settings, effects.clone()).await?,
            effects,
            enters_members: false,
            regions: vec![region],
        })
    }

    /// Whether everything is on that was wanted, everywhere.
    pub(super) fn is_enabled(&self) -> bool {
        let state = self.state();
        (1..=3)
            .map(|number| account(number).to_string())
            .all(|id| state.lambda.get(&id) == Some(&true) && state.code.get(&id) == Some(&true))
    }

    /// What was asked of a path, in order.
    pub(super) fn bodies(&self, path: &str) -> Vec<Value> {
        let state = self.state();
        let asked = state.asked.iter().filter(|(asked, _)| asked == path);
        asked.map(|(_, body)| body.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic elsewhere")
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read(&mut stream).await else {
            return;
        };
        let Some(answer) = self.state().answer(&request) else {
            return;
        };
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", answer.status);
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = answer.body.len();
        head.push_str(&format!(
            "content-length: {length}\r\nconnection: close\r\n\r\n"
        ));
        // A client that has read enough hangs up.
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(answer.body.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

struct Asked {
    path: String,
    /// `x-amz-date`.
    time: String,
    body: String,
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    fn new(status: u16, kind: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned())],
            body: body.into(),
        }
    }

    fn json(body: &Value) -> Self {
        Self::new(200, "application/json", body.to_string())
    }

    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "message": message }).to_string();
        Self::new(status, "application/json", body).with("x-amzn-errortype", code)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl State {
    /// None: no answer.
    fn answer(&mut self, asked: &Asked) -> Option<Answer> {
        if asked.body.starts_with("Action=GetCallerIdentity") {
            let body = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                 <Arn>arn:aws:iam::000000000001:user/shindan</Arn><UserId>AIDA</UserId><Account>000000000001</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>";
            return Some(Answer::new(200, "text/xml", body));
        }
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        self.asked.push((asked.path.clone(), body.clone()));
        let reply = self
            .script
            .get_mut(asked.path.as_str())
            .and_then(VecDeque::pop_front);
        if let Some(refused) = self.skewed.take() {
            assert!(asked.time > refused, "the clock of the service is followed");
        }
        match reply {
            Some(Reply::Cut) => None,
            Some(Reply::Error(status, code, message)) => Some(Answer::error(status, code, message)),
            Some(Reply::RetryAfter(seconds)) => Some(
                Answer::error(429, "ThrottlingException", "Rate exceeded")
                    .with("retry-after", &seconds.to_string()),
            ),
            Some(Reply::Html(status, body)) => Some(Answer::new(status, "text/html", body)),
            Some(Reply::Text(body)) => Some(Answer::new(200, "application/json", body)),
            Some(Reply::Skew(ahead)) => {
                self.skewed = Some(asked.time.clone());
                let at = jiff::Timestamp::from_second(i64::try_from(NOW + ahead).expect("fits"))
                    .expect("a time");
                let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                let message = "Signature expired: it is too old";
                Some(Answer::error(403, "InvalidSignatureException", message).with("date", &date))
            }
            reply => Some(self.healthy(&asked.path, &body, reply.as_ref())),
        }
    }

    fn healthy(&mut self, path: &str, body: &Value, reply: Option<&Reply>) -> Answer {
        match path {
            ENABLE => self.enable(body, reply),
            STATUS => self.status(body, reply),
            ORGANIZATION => {
                self.auto_enable = body["autoEnable"].clone();
                Answer::json(&json!({ "autoEnable": self.auto_enable }))
            }
            "/organizationconfiguration/describe" => Answer::json(&json!({
                "autoEnable": self.auto_enable,
                "maxAccountLimitReached": false,
            })),
            "/delegatedadminaccounts/get" => Answer::error(
                400,
                "ValidationException",
                "Invoking account is the delegated admin.",
            ),
            MEMBERS => {
                let members: Vec<Value> = [2, 3]
                    .into_iter()
                    .map(|number| {
                        let left = matches!(reply, Some(Reply::Removed(gone)) if *gone == number);
                        json!({
                            "accountId": account(number),
                            "relationshipStatus": if left { "REMOVED" } else { "ENABLED" },
                        })
                    })
                    .collect();
                Answer::json(&json!({ "members": members }))
            }
            _ => Answer::error(404, "UnknownOperationException", ""),
        }
    }

    fn enable(&mut self, body: &Value, reply: Option<&Reply>) -> Answer {
        let types: Vec<&str> = texts(&body["resourceTypes"]);
        let failed = match reply {
            Some(Reply::Failed(number, code, message)) => {
                Some((account(*number).to_string(), *code, *message))
            }
            _ => None,
        };
        let mut failures = Vec::new();
        for id in texts(&body["accountIds"]) {
            match &failed {
                // It is on, or soon will be: then the failure says so itself.
                Some((bad, code, message)) if bad == id => {
                    failures.push(json!({
                        "accountId": id, "errorCode": code, "errorMessage": message,
                    }));
                    if !matches!(*code, "ALREADY_ENABLED" | "ENABLE_IN_PROGRESS") {
                        continue;
                    }
                }
                // Such a reply waits for the call that its account is in.
                _ => {}
            }
            if types.contains(&"LAMBDA") {
                self.lambda.insert(id.to_owned(), true);
            }
            if types.contains(&"LAMBDA_CODE") {
                self.code.insert(id.to_owned(), true);
            }
        }
        if let (Some(Reply::Failed(..)), true) = (reply, failures.is_empty())
            && let Some(reply) = reply
        {
            self.script
                .entry(ENABLE)
                .or_default()
                .push_front(reply.clone());
        }
        Answer::json(&json!({ "accounts": [], "failedAccounts": failures }))
    }

    fn status(&mut self, body: &Value, reply: Option<&Reply>) -> Answer {
        let member = account(MEMBER).to_string();
        let ids = texts(&body["accountIds"]);
        if let Some(reply) = reply
            && !ids.contains(&member.as_str())
        {
            self.script
                .entry(STATUS)
                .or_default()
                .push_front(reply.clone());
        }
        let accounts: Vec<Value> = ids
            .into_iter()
            .filter_map(|id| {
                let on = |is: Option<&bool>| {
                    if is == Some(&true) {
                        "ENABLED"
                    } else {
                        "DISABLED"
                    }
                };
                let (lambda, mut code) = (on(self.lambda.get(id)), on(self.code.get(id)));
                if id == member {
                    code = match reply {
                        Some(Reply::Enabling) => "ENABLING",
                        Some(Reply::Disabled) => "DISABLED",
                        Some(Reply::Disabling) => "DISABLING",
                        Some(Reply::Suspended) => "SUSPENDED",
                        Some(Reply::Word(word)) => word,
                        Some(Reply::LeftOut) => return None,
                        _ => code,
                    };
                }
                Some(json!({
                    "accountId": id,
                    "state": { "status": "ENABLED" },
                    "resourceState": {
                        "ec2": { "status": "DISABLED" },
                        "ecr": { "status": "DISABLED" },
                        "lambda": { "status": lambda },
                        "lambdaCode": { "status": code },
                    },
                }))
            })
            .collect();
        Answer::json(&json!({ "accounts": accounts, "failedAccounts": [] }))
    }
}

fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let header = |wanted: &str| {
        head.split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Asked {
        path,
        time: header("x-amz-date").unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A clock that only sleeping moves.
#[derive(Clone, Debug)]
struct Clock(Arc<AtomicU64>);

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
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
