//! The vocabulary of software packages: ecosystems and the normal forms of names in them.
//!
//! Both `inventory` (what is in a function) and `advisory` (what is vulnerable) speak it, and neither may know the other.
//! Everything here is a pure function of its arguments.

mod ecosystem;

pub use ecosystem::Ecosystem;
