//! The article that the project starts from, as one test: a control fails, somebody finds out what it means, asks, and then
//! enables scanning, or suppresses the control.

use serde_json::{Value, json};

use crate::laptop::{ADMINISTRATOR, Cloud, Laptop, MEMBER};

/// The answer for one control in one Region.
fn control<'v>(checked: &'v Value, id: &str) -> &'v Value {
    let all = checked["controls"].as_array().expect("controls");
    all.iter()
        .find(|control| control["control"] == id)
        .unwrap_or_else(|| panic!("{id} is not in {checked}"))
}

/// The score, and Security Hub's word for the status of a control.
fn score(laptop: &Laptop, cloud: &Cloud) -> (Value, String) {
    let score = laptop
        .run(
            &cloud.administrator,
            &["control", "score", "--format", "json"],
        )
        .ends(0)
        .json();
    let status = control(&score, "Inspector.3")["status"].clone();
    (
        score["score"].clone(),
        status.as_str().expect("a status").to_owned(),
    )
}

#[test]
fn a_failed_control_is_asked_about_decided_and_enabled() {
    let cloud = Cloud::new();
    let laptop = Laptop::new(cloud.server.url());
    let administrator = &cloud.administrator;
    cloud.wait_for_finding("Inspector.3", "FAILED", "NEW");

    // It fails in the delegated administrator's account, and the accounts that cause it are named.
    let check = [
        "control",
        "check",
        "Inspector.3",
        "Inspector.4",
        "--format",
        "json",
    ];
    let checked = laptop.run(administrator, &check).ends(1).json();
    let code = control(&checked, "Inspector.3");
    assert_eq!(code["status"], "FAILED");
    assert_eq!(code["workflow"], "NEW");
    let causes: Vec<&Value> = code["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .map(|account| &account["account"])
        .collect();
    assert_eq!(causes, [ADMINISTRATOR, MEMBER]);
    assert_eq!(control(&checked, "Inspector.4")["status"], "PASSED");
    let of_member = laptop.run(&cloud.member, &check).ends(0).json();
    for id in ["Inspector.3", "Inspector.4"] {
        let absent = &control(&of_member, id)["absent"];
        assert_eq!(absent["because"], "MEMBER_ACCOUNT");
        assert_eq!(absent["administrator"], ADMINISTRATOR);
    }
    assert_eq!(score(&laptop, &cloud), (json!(25), "FAILED".to_owned()));

    // What it means is said without asking anybody.
    let explained = laptop
        .run(administrator, &["control", "explain", "Inspector.3"])
        .ends(0)
        .out;
    for part in [
        "90 days",
        "Java, .NET, Node.js, Python and Ruby",
        "0.65 USD",
    ] {
        assert!(explained.contains(part), "{part} is not in: {explained}");
    }

    // The question has the facts of this organization. Lambda cannot be asked here, so it is from coverage and says so.
    let question = laptop.path("question.md");
    let question = question.to_str().expect("UTF-8");
    let asked = laptop.run(
        administrator,
        &[
            "control",
            "ask",
            "Inspector.3",
            "--by",
            "Security team",
            "--whom",
            "shop team",
            "--language",
            "ja",
            "--answer-by",
            "2027-01-15",
            "--output",
            question,
        ],
    );
    let asked = asked.ends(3);
    assert!(asked.err.contains("coverage"), "{}", asked.err);
    let text = std::fs::read_to_string(question).expect("written");
    for part in [
        "Lambda コードスキャンの有効化について",
        ADMINISTRATOR,
        MEMBER,
        "| 111122223333 | python3.12 | 2 | 2 |",
        "2027 年 1 月 15 日",
        "1.20 USD",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }

    // What a month would cost, with prices that nobody has verified and that say so.
    let cost = laptop
        .run(
            administrator,
            &["cost", "--by", "function", "--format", "json"],
        )
        .ends(3)
        .json();
    let next = &cost["regions"][0]["nextMonth"];
    assert_eq!(
        next["functions"].as_array().map(Vec::len),
        Some(2),
        "{cost}"
    );
    assert_eq!(next["total"]["most"]["unverified"], true);

    // Nothing is enabled against a decision, and nothing without being asked.
    let decide = [
        "control",
        "decide",
        "Inspector.3",
        "enable",
        "--by",
        "Yamada (CISO)",
        "--why",
        "customers ask for it",
        "--format",
        "json",
    ];
    let decided = laptop.run(administrator, &decide).ends(0).json();
    assert_eq!(decided[0]["decision"]["decidedBy"], "Yamada (CISO)");
    assert_eq!(decided[0]["history"][0]["what"], "asked shop team");
    let refused = laptop
        .run(administrator, &["control", "enable", "Inspector.3"])
        .ends(2);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    let planned = laptop
        .run(
            administrator,
            &[
                "control",
                "enable",
                "Inspector.3",
                "--dry-run",
                "--format",
                "json",
            ],
        )
        .ends(0)
        .json();
    assert_eq!(
        planned[0]["steps"].as_array().map(Vec::len),
        Some(4),
        "{planned}"
    );
    assert_eq!(
        cloud.finding("Inspector.3").expect("one")["Compliance"]["Status"],
        "FAILED"
    );

    // A member cannot do it: not by this program, and not by the API.
    let of_member = laptop
        .run(
            &cloud.member,
            &["control", "enable", "Inspector.3", "--yes"],
        )
        .ends(1);
    assert!(of_member.out.contains(ADMINISTRATOR), "{}", of_member.out);
    let (status, answer) = cloud.server.call(
        &cloud.member,
        "/disable",
        &json!({ "accountIds": [MEMBER], "resourceTypes": ["LAMBDA"] }),
    );
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        answer["failedAccounts"][0]["errorCode"], "ACCESS_DENIED",
        "{answer}"
    );
    let (status, answer) = cloud.server.call(
        &cloud.member,
        "/organizationconfiguration/update",
        &json!({ "autoEnable": { "ec2": false, "ecr": false, "lambda": true, "lambdaCode": true } }),
    );
    assert_eq!(status, 403, "{answer}");

    // Now it is enabled, and waited for.
    let enabled = laptop
        .run(
            administrator,
            &[
                "control",
                "enable",
                "Inspector.3",
                "--yes",
                "--format",
                "json",
            ],
        )
        .ends(0)
        .json();
    assert_eq!(enabled[0]["report"]["succeeded"], true, "{enabled}");
    cloud.wait_for("lambdaCode", "ENABLED");
    let new_members = cloud.ask(
        administrator,
        "/organizationconfiguration/describe",
        &json!({}),
    );
    assert_eq!(new_members["autoEnable"]["lambdaCode"], true);
    cloud.wait_for_finding("Inspector.3", "PASSED", "RESOLVED");
    let checked = laptop.run(administrator, &check).ends(0).json();
    let code = control(&checked, "Inspector.3");
    assert_eq!(code["status"], "PASSED");
    assert_eq!(code["workflow"], "RESOLVED");
    assert_eq!(code["decision"]["state"], "applied");
    assert_eq!(score(&laptop, &cloud), (json!(50), "PASSED".to_owned()));

    // Doing it again does nothing.
    let again = laptop
        .run(
            administrator,
            &["control", "enable", "Inspector.3", "--yes"],
        )
        .ends(0);
    assert!(
        again.out.contains("everything is enabled already"),
        "{}",
        again.out
    );
}

#[test]
fn a_failed_control_is_suppressed_until_the_decision_ends() {
    let cloud = Cloud::new();
    let laptop = Laptop::new(cloud.server.url());
    let administrator = &cloud.administrator;
    cloud.wait_for_finding("Inspector.3", "FAILED", "NEW");
    let suppress = [
        "control",
        "suppress",
        "Inspector.3",
        "--yes",
        "--format",
        "json",
    ];
    let undecided = laptop.run(administrator, &suppress).ends(2);
    assert!(
        undecided.err.contains("control decide Inspector.3"),
        "{}",
        undecided.err
    );

    laptop
        .run(
            administrator,
            &[
                "control",
                "decide",
                "Inspector.3",
                "suppress",
                "--by",
                "Yamada",
                "--why",
                "no budget before spring",
                "--until",
                "2027-03-31T00:00:00Z",
                "--now",
                "2026-12-01T00:00:00Z",
            ],
        )
        .ends(0);
    let against = laptop
        .run(
            administrator,
            &["control", "enable", "Inspector.3", "--yes"],
        )
        .ends(2);
    assert!(
        against.err.contains("no budget before spring"),
        "{}",
        against.err
    );

    let now = ["--now", "2026-12-01T00:00:00Z"];
    let with = |more: &[&'static str]| {
        suppress
            .iter()
            .copied()
            .chain(more.iter().copied())
            .collect::<Vec<_>>()
    };
    let dry = laptop.run(administrator, &with(&[now[0], now[1], "--dry-run"]));
    assert_eq!(dry.json()[0]["workflow"], "SUPPRESSED");
    cloud.wait_for_finding("Inspector.3", "FAILED", "NEW");
    laptop.run(administrator, &with(&now));
    let finding = cloud.wait_for_finding("Inspector.3", "FAILED", "SUPPRESSED");
    let note = finding["Note"]["Text"].as_str().expect("a note");
    for part in ["Yamada", "no budget before spring", "2027-03-31"] {
        assert!(note.contains(part), "{part} is not in: {note}");
    }
    let check = ["control", "check", "Inspector.3", "--format", "json"];
    let checked = laptop.run(administrator, &check).ends(0).json();
    assert_eq!(control(&checked, "Inspector.3")["status"], "FAILED");
    assert_eq!(score(&laptop, &cloud), (json!(33), "NO_DATA".to_owned()));
    let again = laptop.run(administrator, &with(&now));
    assert_eq!(again.json(), json!([]), "it is as was decided");

    // The day comes: the finding is to be seen again, and the history says why.
    let later = laptop
        .run(administrator, &with(&["--now", "2027-04-01T00:00:00Z"]))
        .json();
    assert_eq!(later[0]["workflow"], "NEW");
    cloud.wait_for_finding("Inspector.3", "FAILED", "NEW");
    assert_eq!(score(&laptop, &cloud), (json!(25), "FAILED".to_owned()));
    laptop.run(administrator, &check).ends(1);
    let history = laptop
        .run(
            administrator,
            &["control", "decide", "Inspector.3", "--format", "json"],
        )
        .ends(0)
        .json();
    let events: Vec<&str> = history[0]["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|entry| entry["what"].as_str().expect("a text"))
        .collect();
    assert!(events[0].starts_with("suppress until"), "{events:?}");
    assert!(
        events[1].starts_with("applied: suppressed arn:aws:securityhub"),
        "{events:?}"
    );
    assert_eq!(events[2], "the end has come");
}

/// Where shindan scans what Inspector would, the check says so and the note cites it.
#[test]
fn shindan_itself_is_the_alternative() {
    let cloud = Cloud::new();
    let laptop = Laptop::new(cloud.server.url());
    let administrator = &cloud.administrator;
    cloud.wait_for_finding("Inspector.3", "FAILED", "NEW");

    // A server of one's own, which scans the same functions with code scanning on.
    let own = crate::laptop::own_server(&cloud);
    let url = own.server.url();
    let profile = laptop.path(".aws");
    std::fs::create_dir(&profile).expect("created");
    own.write_profile(&profile.join("credentials"));
    let with_own = |arguments: &[&str]| {
        let mut all: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        all.extend([
            "--shindan-url".to_owned(),
            url.clone(),
            "--shindan-profile".to_owned(),
            "own".to_owned(),
        ]);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        laptop.run_without_keys(administrator, &all)
    };
    let checked = with_own(&["control", "check", "Inspector.3", "--format", "json"]).ends(1);
    let alternative = control(&checked.json(), "Inspector.3")["alternative"].clone();
    assert_eq!(
        alternative,
        json!({ "scanned": 2, "eligible": 2, "inPlace": true }),
        "{}",
        checked.err
    );

    laptop
        .run(
            administrator,
            &[
                "control",
                "decide",
                "Inspector.3",
                "alternative",
                "--by",
                "Yamada",
                "--why",
                "shindan does it",
            ],
        )
        .ends(0);
    with_own(&["control", "suppress", "Inspector.3", "--yes"]);
    let finding = cloud.wait_for_finding("Inspector.3", "FAILED", "SUPPRESSED");
    let note = finding["Note"]["Text"].as_str().expect("a note");
    assert!(note.contains("shindan scans 2 of 2 functions"), "{note}");
}

/// What a server found is imported into Security Hub, and importing again updates.
#[test]
fn findings_of_shindan_are_imported_once() {
    let cloud = Cloud::new();
    let laptop = Laptop::new(cloud.server.url());
    let own = crate::laptop::own_server(&cloud);
    let import = |arguments: &[&str]| {
        let all: Vec<&str> = ["security-hub", "--format", "json"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let mut command = laptop.command(&cloud.administrator, &all);
        command.env("SHINDAN_DATA", own.server.folder().join("data"));
        let said = crate::laptop::said(&mut command).ends(0).json();
        (said[0]["findings"].clone(), said[0]["imported"].clone())
    };
    let count = || {
        let filters = json!({ "Filters": {
            "GeneratorId": [{ "Value": "shindan", "Comparison": "EQUALS" }],
        }});
        cloud.hub("/findings", &filters)["Findings"]
            .as_array()
            .map(Vec::len)
    };
    let (found, imported) = import(&["--dry-run"]);
    assert_eq!((count(), imported), (Some(0), json!(0)));
    assert!(found.as_u64() >= Some(2), "one for each function at least");
    for time in ["first", "second"] {
        assert_eq!(import(&[]), (found.clone(), found.clone()), "{time} time");
        assert_eq!(
            count().map(|count| json!(count)),
            Some(found.clone()),
            "{time} time"
        );
    }
}
