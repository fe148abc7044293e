//! Requests to be signed, changed and verified.

use jiff::Timestamp;
use secrecy::SecretString;
use shindan_sigv4::{
    AccessKeyId, Key, Keys, Refusal, Request, Session, Signer, UnsignedPayload, Verified, Verifier,
};

pub(crate) const ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "placeholder-of-a-token";

/// A request that owns its parts, to be changed.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Made {
    pub(crate) fn new() -> Self {
        let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        Made {
            method: "POST".to_owned(),
            path: "/tags/arn%3Aaws%2Fx".to_owned(),
            query: "tagKeys=a%20b&tagKeys=c%2Fd".to_owned(),
            headers: vec![
                header("Host", "inspector2.example"),
                header("Content-Type", "application/json"),
                header("User-Agent", "test"),
            ],
            body: b"{}".to_vec(),
        }
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        act(&Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        })
    }

    pub(crate) fn signed(mut self, signer: &Signer) -> Self {
        let set = self
            .with(|request| signer.sign(request, now()))
            .expect("can be signed");
        for (name, value) in set {
            self.set(name, &value);
        }
        self
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    pub(crate) fn edit(&mut self, name: &str, from: &str, to: &str) {
        let is = |header: &&mut (String, Vec<u8>)| header.0.eq_ignore_ascii_case(name);
        let value = &mut self.headers.iter_mut().find(is).expect("there").1;
        let text = String::from_utf8(value.clone()).expect("text");
        assert!(text.contains(from), "{text}");
        *value = text.replacen(from, to, 1).into_bytes();
    }

    pub(crate) fn verify_at(&self, now: Timestamp) -> Result<Verified<'static>, Refusal> {
        self.verify(&verifier(), &|id: &AccessKeyId| key(id, None), now)
    }

    pub(crate) fn verify(
        &self,
        verifier: &Verifier,
        keys: &impl Keys,
        now: Timestamp,
    ) -> Result<Verified<'static>, Refusal> {
        self.with(|request| {
            let verified = verifier.verify(request, keys, now)?;
            let body = verified.body.into_owned().into();
            Ok(Verified { body, ..verified })
        })
    }

    pub(crate) fn refusal(&self) -> Refusal {
        self.verify_at(now()).expect_err("refused")
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-08-29T12:36:00Z".parse().expect("a time")
}

pub(crate) fn signer() -> Signer {
    Signer {
        access_key_id: ID.to_owned(),
        secret: SecretString::from(SECRET),
        session_token: None,
        region: "eu-west-1".to_owned(),
        service: "inspector2".to_owned(),
    }
}

pub(crate) fn verifier() -> Verifier {
    Verifier {
        services: vec!["inspector2".to_owned(), "securityhub".to_owned()],
        regions: Some(vec!["eu-west-1".to_owned()]),
        unsigned_payload: UnsignedPayload::Refuse,
    }
}

pub(crate) fn key(id: &AccessKeyId, session: Option<Session>) -> Option<Key> {
    let secret = SecretString::from(SECRET);
    (id.as_str() == ID).then_some(Key { secret, session })
}
