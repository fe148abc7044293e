use std::sync::Arc;

use shindan_advisory::Index;

use crate::script::Asked;
use crate::world::{World, index};

impl World {
    async fn publish(&self, old: Option<&Index>, new: &Arc<Index>, name: &str) -> u64 {
        *self.script.advisories.lock().expect("no panic") = (name.to_owned(), Arc::clone(new));
        self.service
            .advisories_changed(old, new, name)
            .await
            .expect("notes them")
    }
}

#[tokio::test]
async fn new_advisories_rematch_exactly_the_functions_they_concern() {
    let world = World::new().await;
    let first = index(&[("CVE-2026-1", "flask", "2")]);
    world.publish(None, &first, "1").await;
    for (name, script) in [
        ("old-flask", "package flask 1"),
        ("new-flask", "package flask 3"),
        ("django", "package Django 1\npackage jinja2 1"),
        ("none", "nothing"),
    ] {
        world.deploy(name, script).await;
    }
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["old-flask ACTIVE CVE-2026-1 - flask"]
    );
    world.script.take_asked();

    // Django is concerned; flask 3 is not, although there is news about flask.
    let second = index(&[
        ("CVE-2026-1", "flask", "2.5"),
        ("CVE-2026-2", "django", "2"),
    ]);
    assert_eq!(world.publish(Some(&first), &second, "2").await, 2);
    assert_eq!(world.work().await, 2);
    assert_eq!(world.script.take_asked(), [Asked::Rematch, Asked::Rematch]);
    assert_eq!(
        world.findings().await,
        [
            "django ACTIVE CVE-2026-2 - Django",
            "old-flask ACTIVE CVE-2026-1 - flask"
        ]
    );
    // The same once more is no news.
    assert_eq!(world.publish(Some(&first), &second, "2").await, 0);

    // A withdrawn advisory closes what it said.
    let third = index(&[("CVE-2026-1", "flask", "2.5")]);
    assert_eq!(world.publish(Some(&second), &third, "3").await, 1);
    world.work().await;
    assert_eq!(
        world.findings().await,
        [
            "django CLOSED CVE-2026-2 - Django",
            "old-flask ACTIVE CVE-2026-1 - flask"
        ]
    );
    // Who does not know the advisories before looks at every function.
    assert_eq!(world.publish(None, &second, "4").await, 4);
}

#[tokio::test]
async fn a_vulnerability_is_shown_as_inspector_shows_it() {
    let world = World::new().await;
    let first = index(&[("CVE-2026-1", "flask", "2")]);
    world.publish(None, &first, "1").await;
    world.deploy("orders", "package flask 1").await;
    world.work().await;
    let shown = world.arns().await;
    let (_, json) = shown.values().next().expect("one");
    assert_eq!(json["type"], "PACKAGE_VULNERABILITY");
    assert_eq!(json["severity"], "CRITICAL");
    assert_eq!(json["inspectorScore"], 9.8);
    assert_eq!(json["fixAvailable"], "YES");
    let details = &json["packageVulnerabilityDetails"];
    assert_eq!(details["vulnerabilityId"], "CVE-2026-1");
    assert_eq!(details["cvss"][0]["version"], "3.1");
    assert_eq!(details["vendorCreatedAt"], 1_767_225_600);
    let package = &details["vulnerablePackages"][0];
    assert_eq!(package["packageManager"], "PYTHONPKG");
    assert_eq!(package["filePath"], "flask-1.dist-info/METADATA");
    assert_eq!(package["fixedInVersion"], "9");
    assert!(
        !json["remediation"]["recommendation"]["text"]
            .as_str()
            .expect("text")
            .is_empty()
    );
}

#[tokio::test]
async fn a_scan_that_ends_after_new_advisories_is_compared_again() {
    let world = World::new().await;
    let first = index(&[]);
    world.publish(None, &first, "1").await;
    world.deploy("orders", "package flask 1").await;
    // The scan will use the advisories that its scanner knows, which are not yet the new ones.
    let second = index(&[("CVE-2026-1", "flask", "2")]);
    let known = world.service.advisories_changed(Some(&first), &second, "2");
    assert_eq!(known.await.expect("notes them"), 0);
    assert!(world.workers.do_next().await.expect("works"));
    assert!(world.findings().await.is_empty());
    *world.script.advisories.lock().expect("no panic") = ("2".to_owned(), second);
    assert_eq!(world.work().await, 1);
    assert_eq!(world.findings().await, ["orders ACTIVE CVE-2026-1 - flask"]);
}
