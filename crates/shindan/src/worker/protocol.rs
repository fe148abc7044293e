//! What parent and child say to each other: frames of a length and a `postcard` message.

use std::ffi::OsString;
use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shindan_finding::Outcome;
use shindan_inventory::Inventory;
use shindan_scan::Stage;

use crate::complaint::Complaint;

/// The largest frame. An outcome of a hundred thousand findings with their snippets stays below it.
const MAX_FRAME: usize = 256 << 20;

/// What a child is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// What to scan.
    pub(crate) path: OsString,
    /// Layers to attach, in order.
    pub(crate) layers: Vec<OsString>,
    /// The user's own catalogue.
    pub(crate) catalogue: Option<OsString>,
    /// Threat model: local sources count.
    pub(crate) local: bool,
    /// Threat model: parameters of exported functions count.
    pub(crate) library: bool,
    /// Run the code detectors.
    pub(crate) code: bool,
    /// Look for secrets.
    pub(crate) secrets: bool,
    /// What to do about packages.
    pub(crate) packages: Packages,
    /// Threads, at least 1.
    pub(crate) jobs: usize,
    /// Handler and runtime.
    pub(crate) handler: Option<(String, Option<String>)>,
    /// Patterns of paths to leave out.
    pub(crate) exclude: Vec<String>,
    /// Files not to read, and why.
    pub(crate) poisoned: Vec<(String, String)>,
    /// Key of the hashes of secrets.
    pub(crate) secret_key: [u8; 32],
    /// Whether to announce every file before it is worked on, so that a death names its cause.
    pub(crate) announce: bool,
}

/// What to do about the packages in what is scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Packages {
    /// Nothing.
    Skip,
    /// Compare them with an index of advisories; `None` where there is none.
    Match(Option<OsString>),
    /// The same, and hand the inventory over too, so that it can be compared again without the package.
    Keep(Option<OsString>),
    /// Answer with the inventory and nothing else.
    List,
}

impl Packages {
    /// The file of the index.
    pub(crate) const fn index(&self) -> Option<&OsString> {
        match self {
            Self::Match(index) | Self::Keep(index) => index.as_ref(),
            Self::Skip | Self::List => None,
        }
    }
}

/// A part of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum WorkStage {
    Open,
    Read,
    Analyse,
}

impl From<Stage> for WorkStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Read => Self::Read,
            Stage::Analyse => Self::Analyse,
        }
    }
}

/// What a child tells.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Message {
    /// What it can no longer do, and what it still can because the system knows no better.
    Sandboxed(Vec<String>),
    /// A stage begins.
    Begin { stage: WorkStage, steps: u32 },
    /// So many steps of the stage are done; also a sign of life.
    Done { steps: u32 },
    /// A file is about to be worked on.
    Enter { stage: WorkStage, path: String },
    /// It was.
    Leave { stage: WorkStage, path: String },
    /// A file takes too long; the child stops.
    Stuck {
        stage: WorkStage,
        path: String,
        seconds: u32,
    },
    /// The input cannot be used.
    Refused(Complaint),
    /// The packages: before the outcome where they are to be kept, or the end where only they were asked for.
    Inventory(Box<Inventory>),
    /// The end.
    Outcome(Box<Outcome>),
}

/// Writes one frame.
pub(crate) fn send<T: Serialize>(out: &mut impl Write, message: &T) -> io::Result<()> {
    // The length is filled in afterwards, so that a frame is one write.
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = frame.len() - 4;
    if length > MAX_FRAME {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    out.write_all(&frame)?;
    out.flush()
}

/// Reads one frame; `None` at a proper end.
pub(crate) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(io::Error::from(io::ErrorKind::FileTooLarge));
    }
    let mut frame = Vec::new();
    input.take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
    }
    match postcard::take_from_bytes(&frame) {
        Ok((message, [])) => Ok(Some(message)),
        Ok(_) => Err(io::Error::other("bytes after the end of a message")),
        Err(error) => Err(io::Error::other(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(message: &Message) -> Vec<u8> {
        let mut bytes = Vec::new();
        send(&mut bytes, message).expect("written to memory");
        bytes
    }

    fn read(mut bytes: &[u8]) -> io::Result<Option<Message>> {
        receive(&mut bytes)
    }

    #[test]
    fn messages_arrive_one_after_the_other() {
        let mut bytes = frame(&Message::Done { steps: 7 });
        bytes.extend(frame(&Message::Outcome(Box::default())));
        let mut input = bytes.as_slice();
        let first: Option<Message> = receive(&mut input).expect("valid");
        assert!(matches!(first, Some(Message::Done { steps: 7 })));
        let second: Option<Message> = receive(&mut input).expect("valid");
        assert!(matches!(second, Some(Message::Outcome(_))));
        assert!(matches!(receive::<Message>(&mut input), Ok(None)));
    }

    #[test]
    fn what_is_no_message_is_an_error_and_costs_no_memory() {
        let good = frame(&Message::Stuck {
            stage: WorkStage::Read,
            path: "a.py".into(),
            seconds: 20,
        });
        assert!(read(&good[..good.len() - 1]).is_err());
        let mut long = good.clone();
        long[0] += 1;
        long.push(0);
        assert!(read(&long).is_err());
        assert!(read(&u32::MAX.to_le_bytes()).is_err());
        // Far more text announced than sent.
        assert!(read(&[6, 0, 0, 0, 5, 255, 255, 255, 255, 15]).is_err());
        assert!(read(&[1, 0, 0, 0, 99]).is_err());
    }
}
