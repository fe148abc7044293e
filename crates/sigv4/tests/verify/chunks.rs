//! Bodies in signed chunks.

use jiff::Timestamp;
use proptest::prelude::*;
use shindan_sigv4::{AccessKeyId, ChunkError, Refusal, Verifier};

use crate::made::{ID, Made, key, verifier};

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

proptest! {
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
