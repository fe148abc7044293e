//! Files over HTTP: whole ones into memory, large ones to the disk, where they are gone on with after an interruption.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use thiserror::Error;
use ureq::Agent;
use ureq::http::Response;

use super::Progress;
use super::trust::trusted;
use crate::database::{DatabaseError, io_error, sync_folder};

/// Attempts to go on with one file within one update.
const ATTEMPTS: usize = 5;
const BUFFER: usize = 64 << 10;

/// Why something could not be fetched. The URL is in each message.
#[derive(Debug, Error)]
pub enum FetchError {
    #[error("{url}: {error}")]
    Http {
        url: String,
        error: Box<ureq::Error>,
    },
    #[error("{url}: answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("{url}: was cut off: {error}")]
    CutOff { url: String, error: io::Error },
    #[error("{url}: is larger than {limit} bytes")]
    TooLarge { url: String, limit: u64 },
    #[error("{url}: is damaged: {reason}")]
    Damaged { url: String, reason: String },
    #[error("{url}: has none of the ecosystems of an OSV export")]
    Empty { url: String },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

pub(super) struct Client {
    agent: Agent,
}

impl Client {
    pub(super) fn new() -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(trusted())
            .max_redirects(5)
            .timeout_connect(Some(Duration::from_secs(30)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            // For one attempt; a slow line goes on with the next.
            .timeout_recv_body(Some(Duration::from_secs(1800)))
            .user_agent(concat!("shindan/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent }
    }

    fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Response<ureq::Body>, FetchError> {
        let mut request = self.agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().map_err(|error| FetchError::Http {
            url: url.to_owned(),
            error: Box::new(error),
        })
    }

    /// The whole of a small file; `None` where there is none.
    pub(super) fn small(&self, url: &str, limit: u64) -> Result<Option<Vec<u8>>, FetchError> {
        let response = self.get(url, &[])?;
        match response.status().as_u16() {
            200 => {}
            // Buckets that may not be listed answer 403 for what is not there.
            403 | 404 => return Ok(None),
            status => return Err(status_error(url, status)),
        }
        let length = content_length(&response);
        let mut bytes = Vec::new();
        response
            .into_body()
            .into_reader()
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| cut_off(url, error))?;
        if bytes.len() as u64 > limit {
            return Err(FetchError::TooLarge {
                url: url.to_owned(),
                limit,
            });
        }
        match length {
            Some(length) if length != bytes.len() as u64 => {
                Err(cut_off(url, io::ErrorKind::UnexpectedEof.into()))
            }
            _ => Ok(Some(bytes)),
        }
    }

    /// Fetches a large file to `path`, whose content `check` must accept; false where there is none.
    ///
    /// Until it is whole it is named `path.part`, beside `path.etag`, by which the server says whether what follows
    /// still belongs to it.
    pub(super) fn large(
        &self,
        url: &str,
        path: &Path,
        limit: u64,
        check: impl Fn(&Path) -> Result<(), String>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, FetchError> {
        let part = path.with_extension("part");
        let etag = path.with_extension("etag");
        let mut attempt = 1;
        loop {
            match self.go_on(url, &part, &etag, limit, progress) {
                Ok(true) => break,
                Ok(false) => return Ok(false),
                Err(FetchError::CutOff { .. }) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
        }
        if let Err(reason) = check(&part) {
            let _ = fs::remove_file(&part);
            return Err(FetchError::Damaged {
                url: url.to_owned(),
                reason,
            });
        }
        fs::rename(&part, path).map_err(io_error(path, "written"))?;
        let _ = fs::remove_file(&etag);
        if let Some(folder) = path.parent() {
            sync_folder(folder).map_err(io_error(folder, "written"))?;
        }
        Ok(true)
    }

    fn go_on(
        &self,
        url: &str,
        part: &Path,
        etag: &Path,
        limit: u64,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<bool, FetchError> {
        let known = fs::read_to_string(etag).ok();
        let have = fs::metadata(part).map_or(0, |metadata| metadata.len());
        let range = format!("bytes={have}-");
        let response = match &known {
            Some(known) if have > 0 => self.get(url, &[("Range", &range), ("If-Range", known)])?,
            _ => self.get(url, &[])?,
        };
        let begins = match response.status().as_u16() {
            200 => 0,
            206 if range_start(&response) == Some(have) => have,
            // All of it is there already, or what is there belongs to another version.
            206 | 416 => {
                let _ = fs::remove_file(part);
                return Err(cut_off(url, io::ErrorKind::InvalidData.into()));
            }
            403 | 404 => return Ok(false),
            status => return Err(status_error(url, status)),
        };
        let total = content_length(&response).map(|length| length + begins);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(part)
            .map_err(io_error(part, "opened"))?;
        file.set_len(begins).map_err(io_error(part, "written"))?;
        if begins == 0 {
            // Only a strong tag promises the same bytes.
            let tag = response
                .headers()
                .get("etag")
                .and_then(|tag| tag.to_str().ok())
                .filter(|tag| !tag.starts_with("W/"));
            let kept = match tag {
                Some(tag) => fs::write(etag, tag),
                None => fs::remove_file(etag).or(Ok(())),
            };
            kept.map_err(io_error(etag, "written"))?;
        }
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(io_error(part, "written"))?;
        let mut reader = response.into_body().into_reader();
        let mut buffer = vec![0; BUFFER];
        let mut done = begins;
        loop {
            progress(Progress::Fetch {
                what: url,
                done,
                total,
            });
            let read = reader
                .read(&mut buffer)
                .map_err(|error| cut_off(url, error))?;
            if read == 0 {
                break;
            }
            done += read as u64;
            if done > limit {
                let _ = fs::remove_file(part);
                return Err(FetchError::TooLarge {
                    url: url.to_owned(),
                    limit,
                });
            }
            file.write_all(&buffer[..read])
                .map_err(io_error(part, "written"))?;
        }
        if total.is_some_and(|total| total != done) {
            return Err(cut_off(url, io::ErrorKind::UnexpectedEof.into()));
        }
        file.sync_all().map_err(io_error(part, "written"))?;
        Ok(true)
    }
}

fn content_length(response: &Response<ureq::Body>) -> Option<u64> {
    let text = response.headers().get("content-length")?;
    text.to_str().ok()?.parse().ok()
}

/// Where a part of a file begins (`Content-Range: bytes 5-9/10`).
fn range_start(response: &Response<ureq::Body>) -> Option<u64> {
    let text = response.headers().get("content-range")?.to_str().ok()?;
    let (start, _) = text.strip_prefix("bytes ")?.split_once('-')?;
    start.parse().ok()
}

fn status_error(url: &str, status: u16) -> FetchError {
    FetchError::Status {
        url: url.to_owned(),
        status,
    }
}

fn cut_off(url: &str, error: io::Error) -> FetchError {
    FetchError::CutOff {
        url: url.to_owned(),
        error,
    }
}
