//! The vocabulary and the rules of continuous scanning, as Amazon Inspector defines them.
//!
//! Everything that watches functions over time shares these words: which account and Region a request is for, what a
//! finding looks like on the wire, which states an account, a finding and a covered resource have. The rules that need
//! nothing but such facts live here too: the lifecycle of findings, eligibility, filter criteria, who may do what.
//!
//! Pure: no clock (times are parameters), no storage, no HTTP. Types that Inspector's API shows serialise in exactly the
//! API's shape, so that a stored document is the answer to a request.

pub mod access;
pub mod account;
pub mod aggregation;
mod arn;
pub mod coverage;
pub mod criteria;
pub mod eligibility;
pub mod finding;
mod id;
pub mod lifecycle;
pub mod metering;
mod operation;
pub mod organization;
pub mod runtime;
mod snippet;
mod sort;
mod status;
mod timestamp;
mod unseen;
mod wire_enum;

pub use access::{Action, Role, Target};
pub use account::{AccountError, AccountSettings, CodeScanningRegions};
pub use aggregation::{AggregationRequest, AggregationRow, AggregationType};
pub use arn::{FilterArn, FilterId, FindingArn, FindingId, FunctionArn, LayerArn};
pub use coverage::{CoverageCriteria, GroupKey};
pub use criteria::FilterCriteria;
pub use eligibility::{Eligibility, ScanSettings};
pub use finding::{FindingDocument, Observed};
pub use id::{AccountId, InvalidId, Region};
pub use lifecycle::{ClosedBecause, Retention};
pub use operation::Operation;
pub use organization::{AutoEnable, Member, Organization, Relation, Standing};
pub use runtime::RuntimePolicy;
pub use snippet::{CodeLine, CodeSnippet, SuggestedFix};
pub use sort::SortCriteria;
pub use status::{
    Architecture, DelegatedAdminStatus, ErrorCode, ExploitAvailable, FilterAction, FindingStatus,
    FindingType, FixAvailable, PackageManager, PackageType, RelationshipStatus, ResourceScanType,
    ScanStatusCode, ScanStatusReason, ScanType, Severity, SortField, SortOrder, Status,
};
pub use timestamp::Timestamp;
pub use unseen::Unseen;
pub use wire_enum::WireEnum;
