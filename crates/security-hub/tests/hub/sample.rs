//! What the tests speak of.

use serde_json::{Value, json};
use shindan_inspector::{AccountId, Region, Timestamp};
use shindan_security_hub::asff::check;
use shindan_security_hub::import::{Imported, Importer, Stored, merge};
use shindan_security_hub::{Finding, parse_time};

pub(crate) fn account(number: i64) -> AccountId {
    AccountId::from_number(number).expect("an account")
}

pub(crate) fn tokyo() -> Region {
    Region::parse("ap-northeast-1").expect("a Region")
}

pub(crate) fn at(text: &str) -> Timestamp {
    parse_time(text).expect("a time")
}

pub(crate) fn now() -> Timestamp {
    at("2026-06-01T12:00:00Z")
}

/// A finding that an account imports.
pub(crate) fn finding() -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": "finding-1",
        "ProductArn": "arn:aws:securityhub:ap-northeast-1:000000000001:product/000000000001/default",
        "GeneratorId": "a-rule",
        "AwsAccountId": "000000000001",
        "CreatedAt": "2026-05-01T00:00:00Z",
        "UpdatedAt": "2026-05-01T00:00:00Z",
        "Title": "Something is wrong",
        "Description": "It is described here.",
        "Types": ["Software and Configuration Checks"],
        "Severity": { "Label": "HIGH" },
        "Resources": [{ "Type": "Other", "Id": "thing" }],
    })
}

/// The same with other members.
pub(crate) fn with(mut finding: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("members of an object");
    };
    for (name, value) in members {
        finding[name] = value;
    }
    finding
}

pub(crate) fn checked(value: Value) -> Finding {
    check(value).expect("a finding within the format")
}

/// The finding after its first import.
pub(crate) fn imported(value: Value) -> Stored {
    match merge(None, checked(value), Importer::Client(account(1)), now()) {
        Imported::New(stored) => stored,
        other => panic!("{other:?}"),
    }
}
