//! What is given wrong, or is not there: the message names what, where and what to do.

use serde_json::json;

use crate::laptop::{Cloud, Laptop, MEMBER};

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let cloud = Cloud::new();
    let laptop = Laptop::new(cloud.server.url());
    let administrator = &cloud.administrator;
    let run = |arguments: &[&str]| laptop.run(administrator, arguments);

    for (arguments, code, words) in [
        (
            &["control", "check", "Inspector.9"][..],
            2,
            "choose Inspector.1",
        ),
        (
            &["control", "check", "--region", "Tokyo"],
            2,
            "not an AWS Region",
        ),
        (
            &["control", "ask", "Inspector.1", "--by", "me"],
            2,
            "ask about Inspector.3 or Inspector.4",
        ),
        (&["control", "ask", "Inspector.3", "--by", " "], 2, "--by"),
        (
            &[
                "control",
                "decide",
                "Inspector.3",
                "suppress",
                "--by",
                "x",
                "--why",
                "y",
                "--until",
                "soon",
            ],
            2,
            "neither a day",
        ),
        (
            &[
                "control",
                "decide",
                "Inspector.3",
                "suppress",
                "--by",
                "x",
                "--why",
                "y",
                "--until",
                "2020-01-01",
            ],
            2,
            "before its beginning",
        ),
        (
            &[
                "control",
                "decide",
                "Inspector.3",
                "enable",
                "--by",
                "x",
                "--why",
                "y",
                "--until",
                "2030-01-01",
            ],
            2,
            "--until says nothing",
        ),
        (
            &[
                "control",
                "decide",
                "Inspector.3",
                "lift",
                "--by",
                "x",
                "--why",
                "y",
            ],
            2,
            "begins with",
        ),
        (
            &[
                "control",
                "explain",
                "Inspector.3",
                "--prices",
                "no-such-file",
            ],
            2,
            "no-such-file",
        ),
        (&["cost", "--month", "yesterday"], 2, "2026-10"),
        (
            &["security-hub", "--account", "42", "--dry-run"],
            2,
            "12 digits",
        ),
    ] {
        let said = run(arguments).ends(code);
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    }

    // A Region without code scanning: the control is not there, and standard scanning is all there is to enable.
    let elsewhere = run(&[
        "control",
        "check",
        "Inspector.3",
        "--region",
        "us-west-1",
        "--format",
        "json",
    ])
    .ends(0);
    assert_eq!(
        elsewhere.json()["controls"][0]["absent"]["because"],
        "REGION"
    );
    let planned = run(&[
        "control",
        "enable",
        "Inspector.3",
        "--region",
        "us-west-1",
        "--dry-run",
    ])
    .ends(1);
    assert!(
        planned.out.contains("no Lambda code scanning in us-west-1"),
        "{}",
        planned.out
    );

    // A key that nobody knows.
    let mut stranger = administrator.clone();
    "AKIAEXAMPLEEXAMPLE00".clone_into(&mut stranger.access_key_id);
    let refused = laptop.run(&stranger, &["control", "check"]).ends(2);
    assert!(
        refused.err.contains("credentials are not accepted"),
        "{}",
        refused.err
    );

    // No server at all.
    let nowhere = Laptop::new("http://127.0.0.1:1".to_owned());
    let refused = nowhere.run(administrator, &["control", "check"]).ends(2);
    assert!(refused.err.contains("cannot be reached"), "{}", refused.err);

    // A member that leaves while nobody looks takes no part any more, and is not passed over in silence either.
    cloud.ask(
        administrator,
        "/members/disassociate",
        &json!({ "accountId": MEMBER }),
    );
    let checked = run(&["control", "check", "Inspector.3", "--format", "json"])
        .ends(1)
        .json();
    let causes = checked["controls"][0]["accounts"]
        .as_array()
        .expect("accounts");
    assert!(
        causes.iter().all(|cause| cause["account"] != MEMBER),
        "{checked}"
    );
}
