//! A server of files on the loopback interface that can be told to break off.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
    sent: BTreeMap<String, usize>,
    ranges: Vec<String>,
    /// Break off the next answer that is longer.
    cut_after: Option<usize>,
}

pub(crate) struct Server {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || answer(stream, &state));
            }
        });
        Self { state, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn put(&self, path: &str, bytes: Vec<u8>) {
        self.state
            .lock()
            .expect("no panic")
            .files
            .insert(path.to_owned(), bytes);
    }

    pub(crate) fn cut_after(&self, bytes: usize) {
        self.state.lock().expect("no panic").cut_after = Some(bytes);
    }

    pub(crate) fn asked(&self, path: &str) -> usize {
        let state = self.state.lock().expect("no panic");
        state.asked.iter().filter(|asked| *asked == path).count()
    }

    pub(crate) fn sent(&self, path: &str) -> usize {
        self.state
            .lock()
            .expect("no panic")
            .sent
            .get(path)
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn ranges(&self) -> Vec<String> {
        self.state.lock().expect("no panic").ranges.clone()
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut range = None;
    for line in lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
    {
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.to_owned());
        }
    }
    let mut state = state.lock().expect("no panic");
    state.asked.push(path.clone());
    let Some(file) = state.files.get(&path).cloned() else {
        let _ = stream
            .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let start = range
        .as_deref()
        .and_then(|range| {
            range
                .strip_prefix("bytes=")?
                .strip_suffix('-')?
                .parse()
                .ok()
        })
        .unwrap_or(0_usize);
    state.ranges.extend(range);
    let body = &file[start.min(file.len())..];
    let head = if start > 0 {
        format!(
            "206 Partial Content\r\nContent-Range: bytes {start}-{}/{}",
            file.len() - 1,
            file.len()
        )
    } else {
        "200 OK".to_owned()
    };
    let sent = match state.cut_after {
        Some(limit) if body.len() > limit => {
            state.cut_after = None;
            &body[..limit]
        }
        _ => body,
    };
    *state.sent.entry(path).or_default() += sent.len();
    let _ = stream.write_all(
        format!(
            "HTTP/1.1 {head}\r\nContent-Length: {}\r\nETag: \"a\"\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .as_bytes(),
    );
    let _ = stream.write_all(sent);
}
