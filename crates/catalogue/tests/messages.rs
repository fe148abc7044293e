//! What the author of a catalogue file reads when it is wrong: which file, what, and what to write instead.
//!
//! Each mistake is one small change of a correct file. `tests/snapshots` holds the messages, in this order.

use std::fmt::Write as _;

use shindan_catalogue::{Builder, CatalogueError};

const DETECTOR: &str = r#"id = "x"
title = "X"
severity = "high"
confidence = "high"
cwe = [1]
description = "What."
fix = "How."

[taint]
sink = "x"
message = "{source} arrives"

[[check]]
language = "python"
call = ["os.system"]
when = [{ arg = "0", literal = true }]
message = "Do not"
"#;

const MODEL: &str = r#"language = "python"

[types]
"sqlite3.connect()" = "sqlite3.Connection()"

[sources]
http = ["flask.request.args"]

[sinks]
x = ["os.system(0|command)"]

[clears]
x = ["shlex.quote"]

[flows]
"copy.copy" = "0 = ret"

[[guard]]
call = "*.isdigit"
on = "this"
clears = ["*"]

[[entry]]
names = ["event", "context"]
params = ["lambda.Event()", "_"]
"#;

fn detector(text: &str) -> Result<(), CatalogueError> {
    let mut builder = Builder::default();
    builder.add_detector("detectors/x.toml", text)?;
    builder.build().map(|_| ())
}

/// A part for one language is right or wrong together with its detector.
fn part(file: &str, text: &str) -> Result<(), CatalogueError> {
    let mut builder = Builder::default();
    let name = file
        .trim_start_matches("detectors/")
        .trim_end_matches(".toml");
    let (id, language) = name.split_once('.').expect("it names a language");
    builder.add_detector_part(file, id, language, text)?;
    builder.add_detector("detectors/x.toml", DETECTOR)?;
    builder.build().map(|_| ())
}

/// A model is right or wrong together with the detector that defines its kind of sink.
fn model(text: &str) -> Result<(), CatalogueError> {
    let mut builder = Builder::default();
    builder.add_detector("detectors/x.toml", DETECTOR)?;
    builder.add_model("models/python/m.toml", "m", text)?;
    builder.build().map(|_| ())
}

/// The messages for a file in each of whose variants one piece is replaced.
fn messages(
    correct: &str,
    changes: &[(&str, &str)],
    read: fn(&str) -> Result<(), CatalogueError>,
) -> String {
    assert_eq!(read(correct), Ok(()));
    let mut all = String::new();
    for (from, to) in changes {
        assert_eq!(
            correct.matches(from).count(),
            1,
            "`{from}` stands there once"
        );
        let told = match read(&correct.replace(from, to)) {
            Ok(()) => "nothing is wrong".to_owned(),
            Err(error) => error.to_string(),
        };
        let shown = if to.is_empty() { "(left out)" } else { to };
        writeln!(all, "### {from}  =>  {shown}\n{told}\n").expect("a string takes all");
    }
    all
}

#[test]
fn mistakes_in_detectors_are_explained() {
    let changes = [
        ("title = \"X\"", "titel = \"X\""),
        ("title = \"X\"\n", ""),
        ("title = \"X\"", "title = \"X"),
        ("id = \"x\"", "id = \"Not An Id\""),
        ("severity = \"high\"", "severity = \"urgent\""),
        ("cwe = [1]", "cwe = []"),
        ("sink = \"x\"", "sink = \"x\"\nsources = [\"internet\"]"),
        ("language = \"python\"", "language = \"cobol\""),
        ("call = [\"os.system\"]", "call = [\"os..system\"]"),
        ("call = [\"os.system\"]", "call = [\"os.system(\"]"),
        ("call = [\"os.system\"]", "call = \"a\"\nequality = true"),
        ("call = [\"os.system\"]\n", ""),
        ("call = [\"os.system\"]", "text = \"(\""),
        ("literal = true", ""),
        ("literal = true", "litteral = true"),
        ("literal = true", "tainted = \"rumour\""),
        ("literal = true", "unsettled = \"rumour\""),
        ("literal = true", "within = \"kitchen\""),
        ("literal = true", "scope = \"file\""),
        ("arg = \"0\"", "arg = \"0..a\""),
        (
            "message = \"Do not\"\n",
            "message = \"Do not\"\n[[example]]\nlanguage = \"cobol\"\nbad = \"x\"\n",
        ),
        (
            "message = \"Do not\"\n",
            "message = \"Do not\"\n[[example]]\nlanguage = \"python\"\n",
        ),
    ];
    insta::assert_snapshot!(messages(DETECTOR, &changes, detector));
}

#[test]
fn a_detector_without_any_rule_is_refused() {
    let (head, _) = DETECTOR.split_once("[taint]").expect("it has one");
    let error = detector(head).expect_err("it can find nothing");
    insta::assert_snapshot!(error);
}

#[test]
fn mistakes_in_parts_of_detectors_are_explained() {
    let good = "[[check]]\ncall = \"java.lang.Runtime.getRuntime().exec\"\nmessage = \"Do not\"\n[[example]]\nbad = \"x\"\n";
    assert_eq!(part("detectors/x.java.toml", good), Ok(()));
    let told = [
        part("detectors/x.cobol.toml", good),
        part("detectors/y.java.toml", good),
        part("detectors/x.java.toml", "title = \"x\"\n"),
    ]
    .map(|told| told.expect_err("it is wrong").to_string());
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn mistakes_in_models_are_explained() {
    let changes = [
        ("language = \"python\"", "language = \"perl\""),
        ("[types]", "[tpyes]"),
        ("\"sqlite3.connect()\" =", "\"\" ="),
        ("\"sqlite3.Connection()\"", "\"sqlite3.Connection()x\""),
        ("http = [", "web = ["),
        ("x = [\"os.system(0|command)\"]", "y = [\"os.system(0)\"]"),
        ("os.system(0|command)", "os.system"),
        ("os.system(0|command)", "os.system()"),
        ("os.system(0|command)", "os.system(0,)"),
        ("os.system(0|command)", "os.system(this[a])"),
        ("x = [\"shlex.quote\"]", "\"x, z\" = [\"shlex.quote\"]"),
        ("\"0 = ret\"", "\"0 to ret\""),
        ("\"0 = ret\"", "\"0 -> \""),
        ("call = \"*.isdigit\"\n", ""),
        ("clears = [\"*\"]", "clears = [\"everything\"]"),
        ("names = [\"event\", \"context\"]\n", ""),
        ("names = [\"event\", \"context\"]", "names = [\"(\"]"),
        ("params = [\"lambda.Event()\", \"_\"]", "params = [\"()\"]"),
    ];
    insta::assert_snapshot!(messages(MODEL, &changes, model));
}
