//! What is refused, why, and that nothing else than what was signed is let in.

use std::cell::Cell;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use shindan_sigv4::{
    AccessKeyId, AuthorizationError, AwsError, ChunkError, Key, Refusal, Request, Session, Signer,
    UnsignedPayload, Verified, Verifier,
};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "placeholder-of-a-token";

/// A request that owns its parts, to be changed.
#[derive(Clone, Debug)]
struct Made {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Made {
    fn new() -> Self {
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

    fn with<T>(&self, act: impl FnOnce(&Request<'_>) -> T) -> T {
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

    fn signed(mut self, signer: &Signer) -> Self {
        let set = self
            .with(|request| signer.sign(request, now()))
            .expect("can be signed");
        for (name, value) in set {
            self.set(name, &value);
        }
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
    }

    fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    fn edit(&mut self, name: &str, from: &str, to: &str) {
        let is = |header: &&mut (String, Vec<u8>)| header.0.eq_ignore_ascii_case(name);
        let value = &mut self.headers.iter_mut().find(is).expect("there").1;
        let text = String::from_utf8(value.clone()).expect("text");
        assert!(text.contains(from), "{text}");
        *value = text.replacen(from, to, 1).into_bytes();
    }

    fn verify_at(&self, now: Timestamp) -> Result<Verified<'static>, Refusal> {
        self.verify(&verifier(), &|id: &AccessKeyId| key(id, None), now)
    }

    fn verify(
        &self,
        verifier: &Verifier,
        keys: &impl shindan_sigv4::Keys,
        now: Timestamp,
    ) -> Result<Verified<'static>, Refusal> {
        self.with(|request| {
            let verified = verifier.verify(request, keys, now)?;
            let body = verified.body.into_owned().into();
            Ok(Verified { body, ..verified })
        })
    }

    fn refusal(&self) -> Refusal {
        self.verify_at(now()).expect_err("refused")
    }
}

fn now() -> Timestamp {
    "2026-08-29T12:36:00Z".parse().expect("a time")
}

fn signer() -> Signer {
    Signer {
        access_key_id: ID.to_owned(),
        secret: SecretString::from(SECRET),
        session_token: None,
        region: "eu-west-1".to_owned(),
        service: "inspector2".to_owned(),
    }
}

fn verifier() -> Verifier {
    Verifier {
        services: vec!["inspector2".to_owned(), "securityhub".to_owned()],
        regions: Some(vec!["eu-west-1".to_owned()]),
        unsigned_payload: UnsignedPayload::Refuse,
    }
}

fn key(id: &AccessKeyId, session: Option<Session>) -> Option<Key> {
    let secret = SecretString::from(SECRET);
    (id.as_str() == ID).then_some(Key { secret, session })
}

#[test]
fn own_signature_is_let_in() {
    let verified = Made::new()
        .signed(&signer())
        .verify_at(now())
        .expect("right");
    assert_eq!(verified.access_key_id.as_str(), ID);
    assert_eq!(verified.region, "eu-west-1");
    assert_eq!(verified.service, "inspector2");
    assert_eq!(verified.signed_at, now());
    assert_eq!(*verified.body, *b"{}");
}

#[test]
fn unknown_key_and_wrong_secret_are_told_apart_by_nothing() {
    let wrong = Made::new().signed(&Signer {
        secret: SecretString::from("wrong"),
        ..signer()
    });
    let unknown = Made::new().signed(&Signer {
        access_key_id: "AKIAIOSFODNN7EXAMPLF".to_owned(),
        ..signer()
    });
    assert_eq!(wrong.refusal(), Refusal::UnknownKeyOrWrongSignature);
    assert_eq!(unknown.refusal(), Refusal::UnknownKeyOrWrongSignature);
    // Not even if it is signed with what stands in for the secret of a key that is not there.
    let guessed = Signer {
        secret: SecretString::from("0".repeat(40)),
        ..signer()
    };
    let guessed = Made::new().signed(&Signer {
        access_key_id: "AKIAIOSFODNN7EXAMPLF".to_owned(),
        ..guessed
    });
    assert_eq!(guessed.refusal(), Refusal::UnknownKeyOrWrongSignature);
}

#[test]
fn keys_are_looked_up_only_when_the_rest_is_right() {
    let asked = Cell::new(0);
    let keys = |id: &AccessKeyId| {
        asked.set(asked.get() + 1);
        key(id, None)
    };
    let made = Made::new().signed(&signer());
    let late = now() + SignedDuration::from_secs(301);
    assert!(made.verify(&verifier(), &keys, late).is_err());
    assert_eq!(asked.get(), 0);
    assert!(made.verify(&verifier(), &keys, now()).is_ok());
    assert_eq!(asked.get(), 1);
}

#[test]
fn clock_may_be_five_minutes_wrong() {
    let made = Made::new().signed(&signer());
    let at = |seconds| now() + SignedDuration::from_secs(seconds);
    for seconds in [-300, 0, 300] {
        assert!(made.verify_at(at(seconds)).is_ok(), "{seconds}");
    }
    let late = made.verify_at(at(301)).expect_err("late");
    assert_eq!(
        late,
        Refusal::Expired {
            signed: now(),
            now: at(301)
        }
    );
    assert!(
        late.to_string()
            .starts_with("Signature expired: 2026-08-29T12:36:00Z is now earlier")
    );
    let early = made.verify_at(at(-301)).expect_err("early");
    assert_eq!(
        early,
        Refusal::FromTheFuture {
            signed: now(),
            now: at(-301)
        }
    );
    assert_eq!(late.aws_error(), AwsError::InvalidSignature);
    for far in [Timestamp::MIN, Timestamp::MAX] {
        assert!(made.verify_at(far).is_err());
    }
}

#[test]
fn each_mistake_is_named() {
    type Change = fn(&mut Made);
    let hash_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let cases: &[(Change, Refusal, AwsError)] = &[
        (
            |made| made.remove("authorization"),
            Refusal::NotSigned,
            AwsError::MissingAuthenticationToken,
        ),
        (
            |made| made.set("authorization", "Bearer x"),
            Refusal::Authorization(AuthorizationError::UnknownAlgorithm),
            AwsError::IncompleteSignature,
        ),
        (
            |made| made.edit("authorization", ID, "test"),
            Refusal::Authorization(AuthorizationError::MalformedAccessKeyId(
                shindan_sigv4::MalformedAccessKeyId,
            )),
            AwsError::UnrecognizedClient,
        ),
        (
            |made| {
                made.headers
                    .push(("AUTHORIZATION".to_owned(), b"x".to_vec()))
            },
            Refusal::DuplicateHeader("authorization"),
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.headers.push(("X-Amz-Date".to_owned(), b"x".to_vec())),
            Refusal::DuplicateHeader("x-amz-date"),
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.headers.push(("host".to_owned(), b"x".to_vec())),
            Refusal::DuplicateHeader("host"),
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| {
                made.headers
                    .extend((0..300).map(|_| ("x".to_owned(), Vec::new())))
            },
            Refusal::TooManyHeaders(256),
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.query = "X-Amz-Signature=00".to_owned(),
            Refusal::Presigned,
            AwsError::IncompleteSignature,
        ),
        (
            |made| made.query.push_str("&X-Amz%2dAlgorithm"),
            Refusal::Presigned,
            AwsError::IncompleteSignature,
        ),
        (
            |made| made.query.push_str("&a=%"),
            Refusal::MalformedQuery,
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.remove("x-amz-date"),
            Refusal::MissingDate,
            AwsError::IncompleteSignature,
        ),
        (
            |made| made.set("x-amz-date", "now"),
            Refusal::MalformedDate,
            AwsError::IncompleteSignature,
        ),
        (
            |made| made.edit("authorization", "/20260829/", "/20260828/"),
            Refusal::DateMismatch,
            AwsError::InvalidSignature,
        ),
        (
            |made| made.edit("authorization", "inspector2", "s3"),
            Refusal::WrongService {
                given: "s3".to_owned(),
                expected: "inspector2 or securityhub".to_owned(),
            },
            AwsError::InvalidSignature,
        ),
        (
            |made| made.edit("authorization", "eu-west-1", "mars"),
            Refusal::WrongRegion {
                given: "mars".to_owned(),
                expected: "eu-west-1".to_owned(),
            },
            AwsError::InvalidSignature,
        ),
        (
            |made| made.edit("authorization", "host;", ""),
            Refusal::UnsignedHeader("host".to_owned()),
            AwsError::InvalidSignature,
        ),
        (
            |made| made.edit("authorization", ";x-amz-date", ""),
            Refusal::UnsignedHeader("x-amz-date".to_owned()),
            AwsError::InvalidSignature,
        ),
        (
            |made| made.set("X-Amz-Target", "x"),
            Refusal::UnsignedHeader("x-amz-target".to_owned()),
            AwsError::InvalidSignature,
        ),
        (
            |made| made.remove("content-type"),
            Refusal::MissingSignedHeader("content-type".to_owned()),
            AwsError::InvalidSignature,
        ),
        (
            |made| made.remove("host"),
            Refusal::MissingSignedHeader("host".to_owned()),
            AwsError::InvalidSignature,
        ),
        (
            |made| made.body.push(b' '),
            Refusal::WrongPayloadHash,
            AwsError::InvalidSignature,
        ),
        (
            |made| made.set("x-amz-content-sha256", "x"),
            Refusal::MalformedPayloadHash,
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            Refusal::UnsignedPayload,
            AwsError::InvalidSignature,
        ),
        (
            |made| {
                made.set(
                    "x-amz-content-sha256",
                    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                )
            },
            Refusal::UnsupportedStreaming,
            AwsError::MalformedHttpRequest,
        ),
        (
            |made| made.edit("authorization", "Signature=", "Signature=0"),
            Refusal::Authorization(AuthorizationError::MalformedSignature),
            AwsError::IncompleteSignature,
        ),
    ];
    for (change, refusal, error) in cases {
        let mut made = Made::new().signed(&signer());
        change(&mut made);
        assert_eq!(made.refusal(), *refusal);
        assert_eq!(refusal.aws_error(), *error, "{refusal}");
    }
    let mut made = Made::new().signed(&signer());
    made.set("x-amz-content-sha256", hash_of_nothing);
    assert_eq!(made.refusal(), Refusal::WrongPayloadHash);
}

#[test]
fn any_region_is_let_in_where_none_is_configured() {
    let made = Made::new().signed(&Signer {
        region: "mars-1".to_owned(),
        ..signer()
    });
    let any = Verifier {
        regions: None,
        ..verifier()
    };
    assert_eq!(
        made.verify(&any, &|id: &AccessKeyId| key(id, None), now())
            .expect("right")
            .region,
        "mars-1"
    );
}

#[test]
fn session_is_told_of_only_to_the_owner_of_the_key() {
    let session = |token: &str, expires| {
        Some(Session {
            token: SecretString::from(token),
            expires,
        })
    };
    let made = Made::new().signed(&Signer {
        session_token: Some(SecretString::from(TOKEN)),
        ..signer()
    });
    let later = now() + SignedDuration::from_secs(1);
    let refusal = |made: &Made, session: Option<Session>| {
        made.verify(
            &verifier(),
            &|id: &AccessKeyId| key(id, session.clone()),
            now(),
        )
        .err()
    };
    assert_eq!(refusal(&made, session(TOKEN, later)), None);
    assert_eq!(
        refusal(&made, session(TOKEN, now())),
        Some(Refusal::ExpiredSession)
    );
    assert_eq!(
        refusal(&made, session("other", later)),
        Some(Refusal::WrongSessionToken)
    );
    assert_eq!(refusal(&made, None), Some(Refusal::WrongSessionToken));
    let without = Made::new().signed(&signer());
    assert_eq!(
        refusal(&without, session(TOKEN, later)),
        Some(Refusal::WrongSessionToken)
    );
    let mut forged = made.clone();
    forged.edit("x-amz-security-token", TOKEN, "other");
    assert_eq!(
        refusal(&forged, session(TOKEN, now())),
        Some(Refusal::UnknownKeyOrWrongSignature)
    );
}

/// The example of "Transferring payload in multiple chunks" in AWS's S3 user guide.
fn chunked() -> (Made, Verifier, Timestamp) {
    let chunk = |size: usize, signature: &str| {
        format!(
            "{size:x};chunk-signature={signature}\r\n{}\r\n",
            "a".repeat(size)
        )
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let names = "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class";
    let made = Made {
        method: "PUT".to_owned(),
        path: "/examplebucket/chunkObject.txt".to_owned(),
        query: String::new(),
        headers: vec![
            header("host", "s3.amazonaws.com"),
            header("x-amz-date", "20130524T000000Z"),
            header("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            header(
                "authorization",
                &format!(
                    "AWS4-HMAC-SHA256 Credential={ID}/20130524/us-east-1/s3/aws4_request,SignedHeaders={names},Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
                ),
            ),
            header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            header("content-encoding", "aws-chunked"),
            header("x-amz-decoded-content-length", "66560"),
            header("content-length", "66824"),
        ],
        body: [
            chunk(
                65536,
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            ),
            chunk(
                1024,
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            ),
            chunk(
                0,
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ),
        ]
        .concat()
        .into_bytes(),
    };
    let verifier = Verifier {
        services: vec!["s3".to_owned()],
        regions: None,
        ..verifier()
    };
    (
        made,
        verifier,
        "2013-05-24T00:00:00Z".parse().expect("a time"),
    )
}

#[test]
fn body_in_signed_chunks_is_decoded() {
    let (made, verifier, now) = chunked();
    assert_eq!(made.body.len(), 66824);
    let verified = made
        .verify(&verifier, &|id: &AccessKeyId| key(id, None), now)
        .expect("right");
    assert_eq!(*verified.body, *"a".repeat(66560).as_bytes());
}

#[test]
fn damaged_chunks_are_refused() {
    let (made, verifier, now) = chunked();
    let error = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut made = made.clone();
        change(&mut made.body);
        let refused = made.verify(&verifier, &|id: &AccessKeyId| key(id, None), now);
        match refused.expect_err("refused") {
            Refusal::Chunk(error) => error,
            other => panic!("{other}"),
        }
    };
    let second = 65536 + 5 + 17 + 64 + 4;
    let third = second + 1024 + 3 + 17 + 64 + 4;
    assert_eq!(error(&|body| body.clear()), ChunkError::Malformed(0));
    assert_eq!(error(&|body| body[1] = b'z'), ChunkError::Malformed(0));
    assert_eq!(
        error(&|body| body.splice(..5, *b"fffffffffff").for_each(drop)),
        ChunkError::Malformed(0)
    );
    assert_eq!(
        error(&|body| body.splice(..5, *b"ffffffff").for_each(drop)),
        ChunkError::Truncated(0)
    );
    assert_eq!(
        error(&|body| body[200] = b'b'),
        ChunkError::WrongSignature(0)
    );
    assert_eq!(
        error(&|body| body[second + 200] = b'b'),
        ChunkError::WrongSignature(second)
    );
    assert_eq!(
        error(&|body| body.truncate(third)),
        ChunkError::Malformed(third)
    );
    assert_eq!(
        error(&|body| body.truncate(body.len() - 1)),
        ChunkError::Truncated(third)
    );
    assert_eq!(
        error(&|body| body.drain(second..third).for_each(drop)),
        ChunkError::WrongSignature(second)
    );
    let end = made.body.len();
    assert_eq!(
        error(&|body| body.extend(b"x-amz-trailer:1\r\n")),
        ChunkError::Trailing(end)
    );
}

#[test]
fn unsigned_body_is_let_in_only_if_allowed() {
    // Made by signing the word in place of a hash, which our signer does not do: only the refusal can be seen.
    let mut made = Made::new().signed(&signer());
    made.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    let allowing = Verifier {
        unsigned_payload: UnsignedPayload::Accept,
        ..verifier()
    };
    let keys = |id: &AccessKeyId| key(id, None);
    assert_eq!(made.refusal(), Refusal::UnsignedPayload);
    assert_eq!(
        made.verify(&allowing, &keys, now()).err(),
        Some(Refusal::UnknownKeyOrWrongSignature)
    );
}

/// Texts of a request as HTTP allows them: any visible characters in path and query, with proper percent signs.
fn made() -> impl Strategy<Value = Made> {
    let piece = "([!-\"$-$&-;=->@-~]|%[0-9a-fA-F]{2}|é){0,12}";
    let value = prop::collection::vec(prop_oneof![b'!'..=b'~', Just(b' '), Just(0xe9)], 0..20);
    let header = ("[xX]-[a-z]{1,6}", value);
    let parts = (
        "[A-Z]{1,7}",
        piece,
        piece,
        prop::collection::vec(header, 0..5),
        prop::collection::vec(any::<u8>(), 0..40),
    );
    parts.prop_map(|(method, path, query, headers, body)| {
        let mut made = Made {
            method,
            path: format!("/{path}"),
            query,
            body,
            ..Made::new()
        };
        made.headers.extend(headers);
        made
    })
}

/// The query as the API reads it: decoded pairs in any order.
fn meaning(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decode = |text: &str| {
        let (mut decoded, mut rest) = (Vec::new(), text.bytes());
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits: String = rest.by_ref().take(2).map(char::from).collect();
                decoded.push(u8::from_str_radix(&digits, 16).expect("digits"));
            } else {
                decoded.push(byte);
            }
        }
        decoded
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    let mut pairs: Vec<_> = query.split('&').map(pair).collect();
    pairs.sort();
    pairs
}

proptest! {
    #[test]
    fn what_is_signed_is_let_in(made in made()) {
        let body = made.body.clone();
        let verified = made.signed(&signer()).verify_at(now());
        prop_assert_eq!(verified.map(|verified| verified.body.into_owned()), Ok(body));
    }

    #[test]
    fn any_change_is_refused(made in made(), other in made(), which in 0..6, at: prop::sample::Index, byte: u8) {
        let signed = made.signed(&signer());
        let mut changed = signed.clone();
        match which {
            0 => changed.method = other.method,
            1 => changed.path = other.path,
            2 => changed.query = other.query,
            3 => changed.body = other.body,
            4 => {
                let length = changed.body.len();
                if length > 0 {
                    changed.body[at.index(length)] = byte;
                }
            }
            _ => {
                // Not the user agent, which is not signed; and blanks do not count.
                changed.headers.retain(|(name, _)| name != "User-Agent");
                let header = at.index(changed.headers.len());
                changed.headers[header].1.insert(0, b'_');
            }
        }
        let same = which < 5
            && changed.method == signed.method
            && changed.path == signed.path
            && meaning(&changed.query) == meaning(&signed.query)
            && changed.body == signed.body;
        prop_assert_eq!(changed.verify_at(now()).is_ok(), same);
    }

    #[test]
    fn no_request_panics(
        method in ".{0,5}", path in ".{0,20}", query in ".{0,20}",
        headers in prop::collection::vec(("(?i:authorization|host|x-amz-date|x-amz-content-sha256|x-amz-security-token|.{0,5})", prop::collection::vec(any::<u8>(), 0..50)), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let made = Made { method, path, query, headers, body };
        prop_assert!(made.verify_at(now()).is_err());
        let _ = made.with(|request| signer().sign(request, now()));
    }

    #[test]
    fn no_chunks_panic(at: prop::sample::Index, with in prop::collection::vec(any::<u8>(), 0..4), length in 0_usize..4) {
        let (mut made, verifier, now) = chunked();
        let before = made.body.clone();
        // The frames, not the data, which are most of it.
        let frames: Vec<usize> = (0..before.len()).filter(|&at| before[at] != b'a').collect();
        let from = frames[at.index(frames.len())];
        let to = (from + length).min(before.len());
        made.body.splice(from..to, with);
        let verified = made.verify(&verifier, &|id: &AccessKeyId| key(id, None), now);
        prop_assert_eq!(verified.is_ok(), made.body == before);
    }
}
