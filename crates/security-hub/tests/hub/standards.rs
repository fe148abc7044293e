//! Standards and controls in the API's shapes, and how they are set.

use serde_json::{Value, json};
use shindan_control::definition::{ControlId, Standard};
use shindan_inspector::Region;
use shindan_security_hub::standards::{
    Settings, Subscription, SubscriptionArn, association_detail, association_summary, control_of,
    control_standard, definitions, describe_standards, parse_association_ids,
    parse_association_updates, parse_standards_control_update, security_control, standard_of,
    standards_control,
};

use crate::model;
use crate::sample::{account, now, tokyo};

const FSBP: &str = "arn:aws:securityhub:ap-northeast-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const PCI: &str = "arn:aws:securityhub:ap-northeast-1::standards/pci-dss/v/4.0.1";

#[test]
fn everything_has_the_apis_shapes() {
    let (region, account) = (tokyo(), account(1));
    let mut settings = Settings::with_defaults(now());
    for standard in describe_standards(&region) {
        model::hold("Standard", &standard);
    }
    for (control, definition) in definitions(None, &region) {
        model::hold("SecurityControlDefinition", &definition);
        for enabled in [true, false] {
            let body = json!({ "ControlStatus": if enabled { "ENABLED" } else { "DISABLED" }, "DisabledReason": "accepted" });
            for standard in Standard::ALL {
                let setting = parse_standards_control_update(&body, now()).expect("a setting");
                settings.controls.insert((standard, control), setting);
                let id = (standard, control);
                model::hold(
                    "StandardsControl",
                    &standards_control(standard, control, &region, account, &settings),
                );
                model::hold(
                    "StandardsControlAssociationSummary",
                    &association_summary(id, &region, account, &settings),
                );
                model::hold(
                    "StandardsControlAssociationDetail",
                    &association_detail(id, &region, account, &settings),
                );
            }
            let shape = security_control(control, &region, account, &settings);
            model::hold("SecurityControl", &shape);
            let status = if enabled { "ENABLED" } else { "DISABLED" };
            assert_eq!(shape["SecurityControlStatus"], status);
        }
    }
    let arn = SubscriptionArn {
        region,
        account,
        standard: Standard::PciDss401,
    };
    for subscription in [
        Subscription::Pending,
        Subscription::Ready,
        Subscription::Deleting,
    ] {
        model::hold("StandardsSubscription", &subscription.to_json(&arn));
    }
}

#[test]
fn names_lead_to_standards_and_controls() {
    let region = tokyo();
    assert_eq!(
        standard_of(FSBP, &region),
        Some(Standard::FoundationalBestPractices)
    );
    assert_eq!(
        standard_of(FSBP, &Region::parse("us-east-1").expect("a Region")),
        None
    );
    let arn = "arn:aws:securityhub:ap-northeast-1:000000000001:subscription/pci-dss/v/4.0.1";
    assert_eq!(
        SubscriptionArn::parse(arn)
            .map(|arn| arn.to_string())
            .as_deref(),
        Some(arn)
    );
    for (text, control) in [
        ("Inspector.3", Some(ControlId::Inspector3)),
        (
            "arn:aws:securityhub:ap-northeast-1:000000000001:security-control/Inspector.3",
            Some(ControlId::Inspector3),
        ),
        (
            "arn:aws:securityhub:ap-northeast-1::security-control/Inspector.3",
            None,
        ),
        ("Inspector.5", None),
        ("", None),
    ] {
        assert_eq!(control_of(text), control, "{text}");
    }
    let arn = "arn:aws:securityhub:ap-northeast-1:000000000001:control/pci-dss/v/4.0.1/Inspector.4";
    assert_eq!(
        control_standard(arn, &region, account(1)),
        Some((Standard::PciDss401, ControlId::Inspector4))
    );
    assert_eq!(control_standard(arn, &region, account(2)), None);
}

#[test]
fn a_control_is_checked_for_the_standards_that_ask_for_it() {
    let control = ControlId::Inspector3;
    let mut settings = Settings::default();
    assert!(settings.standards_of(control).is_empty());
    settings
        .subscriptions
        .extend(Standard::ALL.map(|standard| (standard, now())));
    assert_eq!(settings.standards_of(control).len(), 2);
    let disable = json!({ "ControlStatus": "DISABLED", "DisabledReason": "not here" });
    let setting = parse_standards_control_update(&disable, now()).expect("a setting");
    settings
        .controls
        .insert((Standard::PciDss401, control), setting);
    assert_eq!(
        settings
            .standards_of(control)
            .into_iter()
            .collect::<Vec<_>>(),
        [Standard::FoundationalBestPractices]
    );
    assert!(
        !Settings::with_defaults(now())
            .subscriptions
            .contains_key(&Standard::PciDss401)
    );
}

#[test]
fn associations_are_set_one_by_one() {
    let entry = |standard: &str, control: &str, status: &str, reason: Value| json!({ "StandardsArn": standard, "SecurityControlId": control, "AssociationStatus": status, "UpdatedReason": reason });
    let body = json!({ "StandardsControlAssociationUpdates": [
        entry(FSBP, "Inspector.3", "DISABLED", json!("covered elsewhere")),
        entry(PCI, "Inspector.3", "ENABLED", Value::Null),
        entry(PCI, "Inspector.3", "DISABLED", Value::Null),
        entry(PCI, "Inspector.9", "ENABLED", Value::Null),
        entry("arn:x", "Inspector.3", "ENABLED", Value::Null),
        entry(PCI, "Inspector.3", "PERHAPS", Value::Null),
    ] });
    let updates = parse_association_updates(&body, &tokyo(), now()).expect("a list");
    let codes: Vec<_> = updates
        .iter()
        .map(|update| update.as_ref().err().map(|u| u.code))
        .collect();
    assert_eq!(
        codes,
        [
            None,
            None,
            Some("INVALID_INPUT"),
            Some("RESOURCE_NOT_FOUND"),
            Some("RESOURCE_NOT_FOUND"),
            Some("INVALID_INPUT")
        ]
    );
    let refused = updates[3]
        .as_ref()
        .expect_err("refused")
        .to_json("StandardsControlAssociationUpdate");
    model::hold("UnprocessedStandardsControlAssociationUpdate", &{
        let mut refused = refused;
        refused["StandardsControlAssociationUpdate"]["UpdatedReason"] = json!("x");
        refused
    });
    assert!(
        parse_association_ids(&json!({ "StandardsControlAssociationIds": [] }), &tokyo()).is_err()
    );
    for body in [
        json!({}),
        json!({ "ControlStatus": "DISABLED" }),
        json!({ "ControlStatus": "OFF" }),
    ] {
        assert!(
            parse_standards_control_update(&body, now()).is_err(),
            "{body}"
        );
    }
}
