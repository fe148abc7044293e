//! Each mistake is refused by its name.

use std::cell::Cell;

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use shindan_sigv4::{
    AccessKeyId, AuthorizationError, AwsError, MalformedAccessKeyId, Refusal, Session, Signer,
    Verifier,
};

use crate::made::{ID, Made, TOKEN, key, now, signer, verifier};

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
                MalformedAccessKeyId,
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
