//! The vocabulary of software packages: ecosystems, normal forms of names, package URLs and the orders of versions.
//!
//! Both `inventory` (what is in a function) and `advisory` (what is vulnerable) speak it, and neither may know the other.
//! Everything here is a pure function of its arguments.

mod ecosystem;
mod purl;
mod purl_type;
pub mod version;

pub use ecosystem::Ecosystem;
pub use purl::{Parts, Purl, PurlError};
