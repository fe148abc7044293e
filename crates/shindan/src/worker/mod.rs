//! The scan itself, in a child process of the same binary.
//!
//! Hostile input can make a parser overflow its stack, fill the memory or never end; none of that can be caught in a
//! process, so it costs a child. The parent ([`supervise`]) starts the child, sends a [`Request`], reads
//! [`protocol`] messages, and starts again without the file that was in work when a child died. The child
//! ([`child`]) gives up its rights ([`sandbox`]) before it touches input, and stops itself when a file takes
//! too long ([`watchdog`]).
//!
//! Invariant: what a child says is data to be checked, never more.

mod child;
mod protocol;
mod recovery;
mod sandbox;
mod supervise;
mod watchdog;

pub(crate) use child::serve;
pub(crate) use protocol::{Packages, Request, WorkStage};
pub(crate) use supervise::{Finished, Notice, list, scan};

/// The first argument of a child.
pub(crate) const ARGUMENT: &str = "__scan-worker";

/// Stack of an analysing thread, as the pipeline sets it; the address space must have room for it.
const STACK_BYTES: u64 = 64 << 20;
