use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use shindan_advisory::Index;
use shindan_advisory::import::Import;
use shindan_inspector::{
    AccountId, Architecture, CoverageCriteria, FilterCriteria, FunctionArn, LayerArn, Region,
    ResourceScanType, Status, Timestamp,
};
use shindan_service::source::Origin;
use shindan_service::{
    Clock, Code, Deployed, DeployedLayer, Deployment, NoReports, Packages, Service, Settings,
    Workers,
};
use shindan_store::{Job, Priority, Scope, Store};

use crate::script::Script;

/// 2026-11-29T17:00:00Z.
pub(crate) const START: i64 = 1_795_971_600_000;

#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A service, everything around it, and an account that scans.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) store: Store,
    pub(crate) script: Script,
    pub(crate) workers: Workers<Script, NoReports>,
    pub(crate) folder: tempfile::TempDir,
    clock: TestClock,
}

impl World {
    pub(crate) async fn new() -> Self {
        let world = Self::switched_off().await;
        world
            .switch(ResourceScanType::Lambda, Status::Enabling)
            .await;
        world
            .switch(ResourceScanType::LambdaCode, Status::Enabling)
            .await;
        world.work().await;
        world
    }

    pub(crate) async fn switched_off() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("shindan.db").display());
        Self::on(&url, folder).await
    }

    /// On an empty database; `folder` is for files.
    pub(crate) async fn on(url: &str, folder: tempfile::TempDir) -> Self {
        let store = Store::open(url).await.expect("opens");
        let packages = Packages::in_directory(&folder.path().join("packages")).expect("made");
        let clock = TestClock(Arc::new(AtomicI64::new(START)));
        let settings = Settings {
            lease: Duration::from_secs(60),
            seal: Box::new(|function, _, plain| {
                Some([function.arn.name().as_bytes(), b" ", plain].concat())
            }),
            ..Settings::default()
        };
        let service = Service::new(store.clone(), packages, clock.clone(), settings);
        let script = Script {
            asked: Arc::default(),
            advisories: Arc::new(Mutex::new(("none".to_owned(), index(&[])))),
        };
        let none = index(&[]);
        service
            .advisories_changed(None, &none, "none")
            .await
            .expect("notes them");
        let workers = Workers::new(
            service.clone(),
            script.clone(),
            NoReports,
            "test",
            Duration::ZERO,
        );
        Self {
            service,
            store,
            script,
            workers,
            folder,
            clock,
        }
    }

    /// Switches a scan type as the API does: the status and the job in one transaction.
    pub(crate) async fn switch(&self, scan: ResourceScanType, status: Status) {
        let number = self.store.job_numbers(1).await.expect("numbers").next();
        let mut write = self.store.write().await.expect("begins");
        let now = self.service.now();
        write
            .set_scan_status(&region(), account(), scan, status, now)
            .await
            .expect("switches");
        let job = Job::Reconcile {
            region: region(),
            account: account(),
        };
        write
            .enqueue(&job, Priority::Now, now, number.expect("one"))
            .await
            .expect("enqueues");
        write.commit().await.expect("commits");
    }

    pub(crate) async fn deploy(&self, name: &str, script: &str) -> Deployed {
        self.deploy_with(name, script, |_| {}).await
    }

    pub(crate) async fn deploy_with(
        &self,
        name: &str,
        script: &str,
        change: impl FnOnce(&mut Deployment),
    ) -> Deployed {
        let mut deployment = deployment(name, script);
        change(&mut deployment);
        self.service.deploy(deployment).await.expect("deploys")
    }

    /// Does all work that can be done now; how many jobs.
    pub(crate) async fn work(&self) -> usize {
        let mut done = 0;
        while self.workers.do_next().await.expect("works") {
            done += 1;
        }
        done
    }

    pub(crate) fn pass(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// `NAME STATUS TITLE`, sorted.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let arns = self.arns().await;
        arns.into_values().map(|(said, _)| said).collect()
    }

    /// By ARN: what [`Self::findings`] says, in its order, and the document.
    pub(crate) async fn arns(&self) -> BTreeMap<String, (String, serde_json::Value)> {
        let page = self
            .store
            .findings(&scope(), &FilterCriteria::default(), None, None, 1000)
            .await
            .expect("lists");
        let mut rows: Vec<(String, String, serde_json::Value)> = page
            .rows
            .iter()
            .map(|row| {
                let json: serde_json::Value =
                    serde_json::from_str(&row.to_json()).expect("valid JSON");
                let name = json["resources"][0]["details"]["awsLambdaFunction"]["functionName"]
                    .as_str()
                    .unwrap_or_default();
                let title = json["title"].as_str().unwrap_or_default();
                let said = format!("{name} {} {title}", row.status);
                (said, row.arn.to_string(), json)
            })
            .collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows.into_iter()
            .enumerate()
            .map(|(n, (said, arn, json))| (format!("{n:04} {arn}"), (said, json)))
            .collect()
    }

    /// `NAME SCAN STATUS REASON`.
    pub(crate) async fn coverage(&self) -> Vec<String> {
        let page = self
            .store
            .coverage(&scope(), &CoverageCriteria::default(), None, 1000)
            .await
            .expect("lists");
        let said = page.rows.iter().map(|row| {
            let resource = &row.resource;
            let status = resource.scan_status;
            let name = &resource.resource_metadata.lambda_function.function_name;
            format!(
                "{name} {} {} {}",
                resource.scan_type, status.status_code, status.reason
            )
        });
        said.collect()
    }

    /// Coverage hours by kind of scanning.
    pub(crate) async fn hours(&self) -> Vec<String> {
        let usage = self
            .store
            .usage(&scope(), &[], self.service.now())
            .await
            .expect("sums");
        usage
            .iter()
            .map(|u| format!("{} {}", u.scan_type, u.coverage_hours))
            .collect()
    }
}

pub(crate) fn deployment(name: &str, script: &str) -> Deployment {
    Deployment {
        arn: arn(name),
        origin: Origin::Push,
        runtime: "python3.12".to_owned(),
        handler: "app.handler".to_owned(),
        role_arn: String::new(),
        architecture: Architecture::X86_64,
        kms_key: String::new(),
        vpc: None,
        tags: BTreeMap::new(),
        layers: Vec::new(),
        last_modified: Timestamp::from_millis(START),
        last_invoked: None,
        code: Code::Package(Bytes::from(script.to_owned())),
    }
}

pub(crate) fn layer(name: &str, script: &str) -> DeployedLayer {
    DeployedLayer {
        arn: layer_arn(name),
        package: Some(Bytes::from(script.to_owned()).into()),
    }
}

pub(crate) fn layer_arn(name: &str) -> LayerArn {
    let arn = format!("arn:aws:lambda:eu-west-1:123456789012:layer:{name}:1");
    LayerArn::parse(&arn).expect("an ARN")
}

pub(crate) fn arn(name: &str) -> FunctionArn {
    FunctionArn::new(region(), account(), name).expect("a name")
}

pub(crate) fn account() -> AccountId {
    AccountId::parse("123456789012").expect("twelve digits")
}

pub(crate) fn region() -> Region {
    Region::parse("eu-west-1").expect("a Region")
}

pub(crate) fn scope() -> Scope {
    Scope::own(region(), account())
}

/// Advisories: vulnerability, package, the version that repairs it.
pub(crate) fn index(advisories: &[(&str, &str, &str)]) -> Arc<Index> {
    let mut import = Import::new().expect("memory");
    for (id, package, fixed) in advisories {
        let record = format!(
            r#"{{"id": "{id}", "modified": "2026-01-01T00:00:00Z", "affected": [{{
                "package": {{"ecosystem": "PyPI", "name": "{package}"}},
                "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        );
        import.add_record("test", record.as_bytes()).expect("small");
    }
    let (bytes, _) = import.finish().expect("small");
    Arc::new(Index::from_bytes(bytes).expect("valid"))
}
