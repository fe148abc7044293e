//! A running `shindan serve` with a folder of its own, and a client that signs requests.

use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde_json::{Value, json};
use shindan_sigv4::{Request, Signer};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "us-east-1";

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_shindan");

/// Longer than anything takes on a slow machine; only a hanging test waits this long.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Server {
    folder: tempfile::TempDir,
    port: u16,
    database: Option<String>,
    process: Option<Child>,
}

impl Server {
    /// A server that is not started yet, on SQLite or the given database.
    pub(crate) fn new(database: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            port: listener.local_addr().expect("an address").port(),
            database,
            process: None,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> PathBuf {
        self.folder().join("server.toml")
    }

    /// Writes the settings file: a watched folder, and advisories.
    pub(crate) fn watch(&self, packages: &Path) {
        let text = format!(
            "advisories = {advisories:?}\n\n[[watch]]\nfolder = {packages:?}\naccount = \"{ACCOUNT}\"\nregion = \"{REGION}\"\nruntime = \"python3.12\"\n",
            advisories = self.folder().join("advisories"),
        );
        std::fs::write(self.settings(), text).expect("writable");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env("HOME", self.folder())
            .env("SHINDAN_DATA", self.folder().join("data"))
            .env("SHINDAN_DB", self.folder().join("advisories"));
        if self.settings().exists() {
            command.env("SHINDAN_SERVER_CONFIG", self.settings());
        }
        if let Some(database) = &self.database {
            command.env("SHINDAN_DATABASE", database);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().expect("runs");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.success(),
            "{arguments:?}: {}\n{said}",
            done.status
        );
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    pub(crate) fn start(&mut self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder().join("log"))
            .expect("a log");
        let process = self
            .command(&["serve", "--listen", &format!("127.0.0.1:{}", self.port)])
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("starts");
        self.process = Some(process);
        self.wait_for("the server answers", || {
            ureq::get(format!("http://127.0.0.1:{}/readyz", self.port))
                .call()
                .is_ok()
                .then_some(())
        });
    }

    /// Ends the process without a word of warning.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("killed");
            process.wait().expect("ended");
        }
    }

    pub(crate) fn wait_for<T>(&self, what: &str, mut so: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(answer) = so() {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("waited in vain until {what}; the log ends:\n{}", self.log());
    }

    fn log(&self) -> String {
        let mut text = String::new();
        let opened = std::fs::File::open(self.folder().join("log"));
        let _ = opened.and_then(|mut file| file.read_to_string(&mut text));
        let from = text.len().saturating_sub(4000);
        text.get(from..).unwrap_or(&text).to_owned()
    }

    /// Makes an access key.
    pub(crate) fn key(&self, role: &str) -> Signer {
        let made = self.run(&[
            "access",
            "create",
            "--account",
            ACCOUNT,
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

    /// Calls an operation; the status and the body of the answer.
    pub(crate) fn call(&self, key: &Signer, path: &str, body: &Value) -> (u16, Value) {
        let host = format!("127.0.0.1:{}", self.port);
        let body = body.to_string();
        let headers: [(&str, &[u8]); 2] = [
            ("host", host.as_bytes()),
            ("content-type", b"application/json"),
        ];
        let request = Request {
            method: "POST",
            path,
            query: "",
            headers: &headers,
            body: body.as_bytes(),
        };
        let signed = key.sign(&request, jiff::Timestamp::now()).expect("signs");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut post = agent
            .post(format!("http://{host}{path}"))
            .header("content-type", "application/json");
        for (name, value) in &signed {
            post = post.header(*name, value);
        }
        let mut answer = post.send(body.as_bytes()).expect("answers");
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// All pages of a list.
    pub(crate) fn pages(&self, key: &Signer, path: &str, list: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut body = json!({ "maxResults": 100 });
        loop {
            let (status, answer) = self.call(key, path, &body);
            assert_eq!(status, 200, "{answer}");
            rows.extend(answer[list].as_array().cloned().unwrap_or_default());
            match answer.get("nextToken") {
                Some(token) => body["nextToken"] = token.clone(),
                None => return rows,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// A database of its own on the server that `SHINDAN_TEST_POSTGRES` names; `None`, said aloud, where there is none.
pub(crate) fn postgres(name: &str) -> Option<String> {
    let Ok(url) = std::env::var("SHINDAN_TEST_POSTGRES") else {
        eprintln!("SHINDAN_TEST_POSTGRES is not set: {name} was not run on PostgreSQL");
        return None;
    };
    let name = format!("shindan_{name}_{}", std::process::id());
    let done = Command::new("psql")
        .args([&url, "-q", "-c", &format!("CREATE DATABASE {name}")])
        .status()
        .expect("psql runs");
    assert!(done.success(), "no database could be made");
    let (server, _) = url.rsplit_once('/').expect("a URL with a database");
    Some(format!("{server}/{name}"))
}
