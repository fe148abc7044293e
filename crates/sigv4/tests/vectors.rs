//! Requests that botocore signed are let in, and signed the same by us. `vectors.py` writes the file.

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use shindan_sigv4::{
    AccessKeyId, AccessKeyKind, Authorization, Key, Refusal, Request, Session, Signer,
    UnsignedPayload, Verifier,
};

#[derive(Deserialize)]
struct Vectors {
    secret: String,
    token: String,
    requests: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    service: String,
    region: String,
    time: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors.json")).expect("our own file")
}

impl Vectors {
    fn key(&self, id: &AccessKeyId) -> Option<Key> {
        let session = (id.kind() == AccessKeyKind::Temporary).then(|| Session {
            token: SecretString::from(self.token.clone()),
            expires: Timestamp::MAX,
        });
        Some(Key {
            secret: SecretString::from(self.secret.clone()),
            session,
        })
    }
}

impl Vector {
    fn headers(&self) -> Vec<(&str, &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect()
    }

    fn request<'a>(&'a self, headers: &'a [(&'a str, &'a [u8])]) -> Request<'a> {
        Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers,
            body: self.body.as_bytes(),
        }
    }

    fn now(&self) -> Timestamp {
        let text = &self.time;
        let (date, time) = (&text[..8], &text[9..15]);
        format!(
            "{}-{}-{}T{}:{}:{}Z",
            &date[..4],
            &date[4..6],
            &date[6..],
            &time[..2],
            &time[2..4],
            &time[4..]
        )
        .parse()
        .expect("a time")
    }

    fn verifier(&self) -> Verifier {
        Verifier {
            services: vec![self.service.clone()],
            regions: Some(vec![self.region.clone()]),
            unsigned_payload: UnsignedPayload::Accept,
        }
    }
}

#[test]
fn what_botocore_signed_is_let_in() {
    let vectors = vectors();
    assert!(vectors.requests.len() >= 30);
    for vector in &vectors.requests {
        let headers = vector.headers();
        let verified = vector.verifier().verify(
            &vector.request(&headers),
            &|id: &AccessKeyId| vectors.key(id),
            vector.now(),
        );
        let verified = verified.unwrap_or_else(|refusal| panic!("{}: {refusal}", vector.name));
        assert_eq!(*verified.body, *vector.body.as_bytes());
        assert_eq!(
            (verified.region, verified.service),
            (vector.region.clone(), vector.service.clone())
        );
    }
}

#[test]
fn with_another_secret_it_is_not() {
    let vectors = vectors();
    for vector in &vectors.requests {
        let headers = vector.headers();
        let other = |id: &AccessKeyId| {
            let secret = SecretString::from("x".repeat(40));
            vectors.key(id).map(|key| Key { secret, ..key })
        };
        let refusal = vector
            .verifier()
            .verify(&vector.request(&headers), &other, vector.now())
            .expect_err(&vector.name);
        assert_eq!(refusal, Refusal::UnknownKeyOrWrongSignature);
    }
}

#[test]
fn unsigned_body_is_let_in_only_where_allowed() {
    let vectors = vectors();
    let is = |vector: &&Vector| vector.name == "unsigned body";
    let vector = vectors.requests.iter().find(is).expect("there");
    let headers = vector.headers();
    let verify = |unsigned_payload, body| {
        let verifier = Verifier {
            unsigned_payload,
            ..vector.verifier()
        };
        let request = Request {
            body,
            ..vector.request(&headers)
        };
        verifier
            .verify(&request, &|id: &AccessKeyId| vectors.key(id), vector.now())
            .err()
    };
    assert_eq!(verify(UnsignedPayload::Accept, b"{}"), None);
    assert_eq!(verify(UnsignedPayload::Accept, b"any"), None);
    assert_eq!(
        verify(UnsignedPayload::Refuse, b"{}"),
        Some(Refusal::UnsignedPayload)
    );
}

/// Our signer also sends the hash of the body, so only requests that had it before can have the same signature.
#[test]
fn we_sign_as_botocore_does() {
    let vectors = vectors();
    let mut compared = 0;
    for vector in &vectors.requests {
        let headers = vector.headers();
        let get = |name: &str| {
            let is = |other: &&(&str, &[u8])| other.0.eq_ignore_ascii_case(name);
            headers.iter().find(is).map(|header| header.1)
        };
        if get("x-amz-content-sha256").is_none_or(|hash| hash == b"UNSIGNED-PAYLOAD") {
            continue;
        }
        let authorization = get("authorization").expect("signed");
        let read = Authorization::parse(authorization).expect("right");
        let signer = Signer {
            access_key_id: read.credential.access_key_id.to_string(),
            secret: SecretString::from(vectors.secret.clone()),
            session_token: get("x-amz-security-token")
                .map(|_| SecretString::from(vectors.token.clone())),
            region: vector.region.clone(),
            service: vector.service.clone(),
        };
        let set = signer
            .sign(&vector.request(&headers), vector.now())
            .expect(&vector.name);
        let ours = set.iter().find(|(name, _)| *name == "authorization");
        let ours = ours.map(|(_, value)| value.as_bytes());
        assert_eq!(ours, Some(authorization), "{}", vector.name);
        compared += 1;
    }
    assert!(compared >= 3, "{compared}");
}
