//! The API over HTTP, without a network: signed requests in, answers out.

mod access;
mod accounts;
mod requests;
mod signatures;
mod support;
