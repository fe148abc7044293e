//! The APIs of Amazon Inspector and AWS Security Hub, for clients that need not know that it is not AWS.
//!
//! The unmodified AWS CLI and SDKs work against it: routes, shapes, errors, paging and signatures are those of the models:
//! Inspector's of version 2020-06-08, as far as it has to do with Lambda functions, accounts and members, and Security Hub's
//! of version 2018-10-26, as far as it has to do with findings, standards and controls, accounts and Regions. Both are served
//! on one port; which one a request is for stands in the scope of its signature. What comes in:
//!
//! ```text
//! server        connections, TLS, bounds on heads
//! service       bounds on bodies, time and rate; request ids; panics; metrics
//! authenticate  the signature, and whose key it is
//! route         the operation, of the service that the signature names
//! operation     inspector/*, hub/*: reads and validates the request, asks who may (`inspector::access`,
//!               `security_hub::members`), asks the store
//! error         what is wrong, as clients of either service expect it
//! ```
//!
//! What must stay true: an operation reaches the store with the [`shindan_store::Scope`] that the signature proved, never
//! with what a request says; whatever it changes, it changes in one transaction with the jobs that follow from it and the
//! row of the audit log; nothing that a client sends makes it panic, and a panic is an answer with status 500.
//!
//! Beside theirs there is one operation of its own, under the service name `shindan`: pushing a package ([`push`]).

mod asked;
mod authenticate;
mod call;
mod credential;
mod error;
mod limit;
mod metrics;
mod operation;
mod ports;
mod push;
pub mod report;
mod route;
pub mod seal;
mod server;
mod service;
mod token;
mod validate;
mod wire;

pub use credential::{Entropy, new_access_key};
pub use limit::Limits;
pub use ports::{
    Advisories, Clock, DeployError, Deployed, Deploying, Deployment, Deployments, Ports,
};
pub use server::{ServeError, serve, tls_from_pem};
pub use service::{Api, OpenError, Prices, Settings};
pub use wire::{CisaData, CvssMetric, Epss, Vulnerability};
