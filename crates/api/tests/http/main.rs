//! The API over HTTP, without a network: signed requests in, answers out.

mod access;
mod accounts;
mod hub;
mod hub_access;
mod reports;
mod requests;
#[path = "../seed/mod.rs"]
mod seed;
mod signatures;
mod support;
