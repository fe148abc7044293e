//! A stand-in for AWS with an organization, and a program with a folder of its own that speaks to it.

use std::process::Command;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use shindan_sigv4::Signer;

use crate::server::{ACCOUNT, PROGRAM, REGION, Server};

pub(crate) const MANAGEMENT: &str = "100000000001";
/// The delegated administrator.
pub(crate) const ADMINISTRATOR: &str = ACCOUNT;
pub(crate) const MEMBER: &str = "222233334444";

/// The cloud.
pub(crate) struct Cloud {
    pub(crate) server: Server,
    pub(crate) administrator: Signer,
    pub(crate) member: Signer,
}

/// Where a command runs.
pub(crate) struct Laptop {
    folder: tempfile::TempDir,
    url: String,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// Checks the exit code, with all that was said when it is another.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }
}

impl Cloud {
    /// An organization with one member, standard scanning on everywhere, and functions of the administrator.
    pub(crate) fn new() -> Self {
        let mut server = Server::new(None);
        let packages = server.folder().join("packages");
        std::fs::create_dir(&packages).expect("created");
        for name in ["orders", "payments"] {
            write_package(&packages.join(format!("{name}.zip")));
        }
        server.watch(&packages);
        server.run(&[
            "organization",
            "set",
            "--management",
            MANAGEMENT,
            "--account",
            ADMINISTRATOR,
            "--account",
            MEMBER,
            "--region",
            REGION,
        ]);
        let management = key(&server, MANAGEMENT, "administrator");
        let administrator = key(&server, ADMINISTRATOR, "delegated-administrator");
        // Whatever its key may do, the account is a member.
        let member = key(&server, MEMBER, "administrator");
        server.start();
        let cloud = Self {
            server,
            administrator,
            member,
        };
        cloud.ask(
            &management,
            "/delegatedadminaccounts/enable",
            &json!({ "delegatedAdminAccountId": ADMINISTRATOR }),
        );
        // Being appointed switches everything on; the article begins without code scanning.
        let own = json!({ "accountIds": [ADMINISTRATOR] });
        let off = json!({ "accountIds": [ADMINISTRATOR], "resourceTypes": ["LAMBDA_CODE"] });
        cloud
            .server
            .wait_for("the administrator has code scanning", || {
                let answer = cloud.ask(&cloud.administrator, "/status/batch/get", &own);
                let status = &answer["accounts"][0]["resourceState"]["lambdaCode"]["status"];
                (status == "ENABLED").then_some(())
            });
        cloud.ask(&cloud.administrator, "/disable", &off);
        cloud.ask(
            &cloud.administrator,
            "/members/associate",
            &json!({ "accountId": MEMBER }),
        );
        cloud.ask(
            &cloud.administrator,
            "/enable",
            &json!({ "accountIds": [MEMBER], "resourceTypes": ["LAMBDA"] }),
        );
        cloud.wait_for("lambda", "ENABLED");
        cloud.wait_for("lambdaCode", "DISABLED");
        for key in [&cloud.administrator, &cloud.member] {
            let hub = Signer {
                service: "securityhub".to_owned(),
                ..key.clone()
            };
            cloud.ask(
                &hub,
                "/accounts",
                &json!({ "EnableDefaultStandards": true }),
            );
        }
        cloud
    }

    /// Calls an operation that has to succeed.
    #[track_caller]
    pub(crate) fn ask(&self, key: &Signer, path: &str, body: &Value) -> Value {
        // A call that is signed like the one before, within the same second, is taken for a copy of it.
        for _ in 0..50 {
            let (status, answer) = self.server.call(key, path, body);
            if status != 429 {
                assert_eq!(status, 200, "{path}: {answer}");
                return answer;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("{path}: too many calls");
    }

    /// Waits until a scan type is so in both accounts.
    pub(crate) fn wait_for(&self, scan: &str, wanted: &str) {
        let body = json!({ "accountIds": [ADMINISTRATOR, MEMBER] });
        self.server.wait_for(&format!("{scan} is {wanted}"), || {
            let answer = self.ask(&self.administrator, "/status/batch/get", &body);
            let accounts = answer["accounts"].as_array().expect("accounts");
            (accounts.len() == 2
                && accounts
                    .iter()
                    .all(|account| account["resourceState"][scan]["status"] == wanted))
            .then_some(())
        });
    }

    /// Calls an operation of Security Hub as the administrator.
    #[track_caller]
    pub(crate) fn hub(&self, path: &str, body: &Value) -> Value {
        let hub = Signer {
            service: "securityhub".to_owned(),
            ..self.administrator.clone()
        };
        self.ask(&hub, path, body)
    }

    /// The administrator's finding of a control, as Security Hub shows it.
    pub(crate) fn finding(&self, control: &str) -> Option<Value> {
        let filters = json!({ "Filters": {
            "ComplianceSecurityControlId": [{ "Value": control, "Comparison": "EQUALS" }],
            "RecordState": [{ "Value": "ACTIVE", "Comparison": "EQUALS" }],
        }});
        let answer = self.hub("/findings", &filters);
        answer["Findings"].as_array()?.first().cloned()
    }

    /// Waits until the finding of a control has a status and a workflow.
    pub(crate) fn wait_for_finding(&self, control: &str, status: &str, workflow: &str) -> Value {
        self.server
            .wait_for(&format!("{control} is {status} and {workflow}"), || {
                self.finding(control).filter(|finding| {
                    finding["Compliance"]["Status"] == status
                        && finding["Workflow"]["Status"] == workflow
                })
            })
    }
}

impl Laptop {
    pub(crate) fn new(url: String) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            url,
        }
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The program, as somebody whose key it is.
    pub(crate) fn command(&self, key: &Signer, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("USER", "tanaka")
            .env("TZ", "Asia/Tokyo")
            .env("SHINDAN_DATA", self.folder.path().join("data"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", &key.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", key.secret.expose_secret())
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", &self.url);
        command
    }

    /// The same with the keys in the profile `cloud`, because variables would come before any profile.
    pub(crate) fn run_without_keys(&self, key: &Signer, arguments: &[&str]) -> Said {
        let path = self.path(".aws/credentials");
        let mut profiles = std::fs::read_to_string(&path).unwrap_or_default();
        if !profiles.contains("[cloud]") {
            profiles.push_str(&format!(
                "[cloud]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
                key.access_key_id,
                key.secret.expose_secret()
            ));
            std::fs::write(&path, profiles).expect("writable");
        }
        let mut command = self.command(key, arguments);
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .args(["--profile", "cloud"]);
        said(&mut command)
    }

    pub(crate) fn run(&self, key: &Signer, arguments: &[&str]) -> Said {
        said(&mut self.command(key, arguments))
    }
}

pub(crate) fn said(command: &mut Command) -> Said {
    let done = command.output().expect("runs");
    Said {
        code: done.status.code(),
        out: String::from_utf8(done.stdout).expect("UTF-8"),
        err: String::from_utf8(done.stderr).expect("UTF-8"),
    }
}

/// Makes an access key.
pub(crate) fn key(server: &Server, account: &str, role: &str) -> Signer {
    let made = server.run(&[
        "access",
        "create",
        "--account",
        account,
        "--role",
        role,
        "--format",
        "json",
    ]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let text = |name: &str| made[name].as_str().expect(name).to_owned();
    Signer {
        access_key_id: text("accessKeyId"),
        secret: SecretString::from(text("secretAccessKey")),
        session_token: None,
        region: REGION.to_owned(),
        service: "inspector2".to_owned(),
    }
}

fn write_package(path: &std::path::Path) {
    use std::io::Write as _;
    let file = std::fs::File::create(path).expect("made");
    let mut zip = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("lambda_function.py", options)
        .expect("begins");
    zip.write_all(
        b"import os\n\ndef lambda_handler(event, context):\n    os.system(event['command'])\n",
    )
    .expect("written");
    zip.finish().expect("finished");
}

/// A server of one's own beside the cloud, which scans the cloud's functions, code included.
pub(crate) struct Own {
    pub(crate) server: Server,
    key: Signer,
}

impl Own {
    /// Profiles with the keys of both: `own` for this server, `cloud` is what the laptop's variables say.
    pub(crate) fn write_profile(&self, path: &std::path::Path) {
        let text = format!(
            "[own]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            self.key.access_key_id,
            self.key.secret.expose_secret()
        );
        std::fs::write(path, text).expect("writable");
    }
}

pub(crate) fn own_server(cloud: &Cloud) -> Own {
    let mut server = Server::new(None);
    server.watch(&cloud.server.folder().join("packages"));
    let key = key(&server, ADMINISTRATOR, "administrator");
    server.start();
    let (status, answer) = server.call(
        &key,
        "/enable",
        &json!({ "resourceTypes": ["LAMBDA", "LAMBDA_CODE"] }),
    );
    assert_eq!(status, 200, "{answer}");
    let successful = json!({ "filterCriteria": {
        "scanType": [{ "comparison": "EQUALS", "value": "CODE" }],
        "scanStatusReason": [{ "comparison": "EQUALS", "value": "SUCCESSFUL" }],
    }});
    server.wait_for("both functions are scanned", || {
        let (_, answer) = server.call(&key, "/coverage/statistics/list", &successful);
        (answer["totalCounts"] == 2).then_some(())
    });
    Own { server, key }
}
