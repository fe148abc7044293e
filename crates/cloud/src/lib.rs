//! AWS as a client sees it: accounts whose functions are scanned, and the Inspector and Security Hub whose settings and
//! findings are read and changed.
//!
//! [`Sessions`] has credentials for accounts: the standard chain's for its own, a role's for members. A [`Session`] is
//! one account in one Region, and everything begins there:
//!
//! ```no_run
//! # use shindan_cloud::{CloudError, Effects, Known, Random, Sessions, Settings};
//! # async fn scan(random: impl Random + 'static) -> Result<(), CloudError> {
//! let sessions = Sessions::open(Settings::default(), Effects::system(random)).await?;
//! let lambda = sessions.session(sessions.home(), sessions.region()).await?.lambda();
//! let known = Known::default();
//! for function in lambda.functions().await?.functions {
//!     let fetched = lambda.fetch(&function, &known).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What must stay true:
//!
//! - Every call is in the table of `call.rs`, with what IAM has to allow for it. The policies in `deploy/iam` allow
//!   exactly that.
//! - Every error names account, Region, call and what to do ([`CloudError`]); one account's trouble is no other's.
//! - Every call is tried again in one way (`retry.rs`), every answer and download is bounded ([`Limits`]).
//! - Credentials, and presigned URLs, which are some too, get into no error and no debug output.
//! - Time, sleep and randomness are parameters ([`Effects`]). The environment is read by AWS's chain of credentials,
//!   and for proxies.
//!
//! Lambda, Organizations, SQS and STS are called with AWS's SDK, Inspector, Security Hub and CloudWatch with signed JSON
//! (`signed.rs`). Nothing is stored here.

mod call;
mod credentials;
mod discovery;
mod effects;
mod error;
pub mod events;
mod failure;
mod http;
pub mod inspector;
mod invocations;
mod lambda;
mod organization;
mod pages;
mod retry;
pub mod security_hub;
mod session;
mod settings;
mod signed;
mod word;

pub use call::{Call, Policy, Route, Service};
pub use discovery::Discovered;
pub use effects::{Effects, Random};
pub use error::{CloudError, ErrorKind};
pub use http::Timeouts;
pub use invocations::LastInvocation;
pub use lambda::{
    CodeHash, Described, Description, Fetched, FetchedLayer, Function, Known, Lambda, Listed,
    NotAHash, Package,
};
pub use organization::{Account, AccountStatus, Organization};
pub use retry::Backoff;
pub use session::{Session, Sessions};
pub use settings::{AccessKey, Limits, MemberRole, RoleName, RoleNameError, Settings};
pub use word::Word;
