//! Java functions that templates declare: the class and the method are found wherever the build keeps the sources.

use shindan_artifact::{Artifact, Limits};
use shindan_finding::{FunctionStatus, Outcome};
use shindan_scan::{Options, Silent, scan};
use shindan_secret::Rules;

const SOURCE: &str = r#"package shop;

public class Orders {
    public String list(String folder) throws Exception {
        Runtime.getRuntime().exec("ls " + folder);
        return "";
    }
}
"#;

fn outcome(handler: &str) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n    \
         Properties:\n      CodeUri: orders\n      Handler: {handler}\n      Runtime: java21\n"
    );
    let sources = folder.path().join("orders/src/main/java/shop");
    std::fs::create_dir_all(&sources).expect("the temporary folder is writable");
    std::fs::write(folder.path().join("template.yaml"), template).expect("it is writable");
    std::fs::write(sources.join("Orders.java"), SOURCE).expect("it is writable");
    let artifact = Artifact::open(folder.path(), &Limits::default()).expect("it was just made");
    let catalogue = shindan_detect::builtin();
    scan(
        &artifact,
        &catalogue,
        &Rules::builtin(),
        &Options::default(),
        &Silent,
    )
}

fn finds(outcome: &Outcome) -> bool {
    let lines = outcome.findings.iter().filter(|f| {
        f.detector.to_string() == "command-injection" && f.location.region.start_line == 5
    });
    lines.count() == 1
}

#[test]
fn the_method_that_a_handler_names_is_called_from_outside() {
    let outcome = outcome("shop.Orders::list");
    let statuses: Vec<&FunctionStatus> = outcome
        .coverage
        .functions
        .iter()
        .map(|f| &f.status)
        .collect();
    assert_eq!(statuses, [&FunctionStatus::Scanned]);
    assert!(finds(&outcome), "{:?}", outcome.findings);
}

#[test]
fn a_handler_of_another_class_calls_nothing_here() {
    let outcome = outcome("shop.Invoices::list");
    assert!(matches!(
        outcome.coverage.functions[0].status,
        FunctionStatus::NotScanned(_)
    ));
    assert!(
        outcome
            .findings
            .iter()
            .all(|f| f.confidence != shindan_finding::Confidence::High)
    );
}
