//! The template in `deploy/cloudformation` makes a rule for the events that the crate reads, and a queue that loses none.

use std::path::Path;

use serde_json::Value;
use shindan_cloud::events::QueueOptions;

fn template() -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cloudformation/events.yaml");
    let text = std::fs::read_to_string(path).expect("the template");
    noyalib::from_str(&text).expect("YAML")
}

/// Whether a name passes a list of EventBridge's patterns.
fn passes(patterns: &Value, name: &str) -> bool {
    patterns.as_array().into_iter().flatten().any(|pattern| {
        let prefix = pattern["prefix"].as_str();
        pattern.as_str() == Some(name) || prefix.is_some_and(|prefix| name.starts_with(prefix))
    })
}

#[test]
fn the_rule_lets_through_what_is_read_and_nothing_else() {
    let rule = &template()["Resources"]["Rule"]["Properties"];
    let pattern = &rule["EventPattern"];
    assert_eq!(pattern["source"][0], "aws.lambda");
    let names = &pattern["detail"]["eventName"];
    for name in [
        "CreateFunction",
        "CreateFunction20150331",
        "DeleteFunction20150331",
        "PublishLayerVersion20181031",
        "TagResource20170331v2",
        "UntagResource20170331v2",
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration20150331v2",
        "UpdateFunctionConfiguration",
    ] {
        assert!(passes(names, name), "{name}");
        let event = event(name);
        let change = shindan_cloud::events::parse(&event).expect("an event");
        assert!(change.is_some(), "{name}");
    }
    for name in [
        "CreateFunctionUrlConfig",
        "DeleteFunctionConcurrency20171031",
        "UpdateFunctionEventInvokeConfig",
        "UpdateFunctionCodeSigningConfig",
        "GetFunction20150331v2",
        "PublishVersion20150331",
        "Invoke",
    ] {
        assert!(!passes(names, name), "{name}");
    }
}

fn event(name: &str) -> String {
    let layer = "arn:aws:lambda:us-east-1:111111111111:layer:tools:1";
    let function = "arn:aws:lambda:us-east-1:111111111111:function:orders";
    serde_json::json!({
        "source": "aws.lambda",
        "account": "111111111111",
        "region": "us-east-1",
        "time": "2026-11-29T17:00:00Z",
        "detail": {
            "eventName": name,
            "requestParameters": { "functionName": "orders", "resource": function },
            "responseElements": { "layerVersionArn": layer },
        },
    })
    .to_string()
}

#[test]
fn the_queue_is_encrypted_and_has_a_dead_letter_queue_that_shindan_is_quicker_than() {
    let template = template();
    let queue = &template["Resources"]["Events"]["Properties"];
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    let receives = queue["RedrivePolicy"]["maxReceiveCount"]
        .as_u64()
        .expect("a number");
    assert!(receives > u64::from(QueueOptions::default().malformed_receives));
    let statements =
        &template["Resources"]["SendPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(
        statements[0]["Principal"]["Service"],
        "events.amazonaws.com"
    );
    assert!(statements[0]["Condition"]["ArnEquals"].is_object());
    assert_eq!(statements[1]["Effect"], "Deny");
}

#[test]
fn the_queue_has_the_name_that_the_policy_names() {
    let name = template()["Parameters"]["QueueName"]["Default"].clone();
    let policy = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/iam/scanner.json"),
    );
    let resource = format!("arn:*:sqs:*:*:{}\"", name.as_str().expect("a name"));
    assert!(policy.expect("a policy").contains(&resource));
}
