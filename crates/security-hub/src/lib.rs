//! Security Hub as rules: what a finding is, what an import or an update makes of it, which findings a filter means, which
//! standards and controls there are, who may do what.
//!
//! ```text
//! asff        a finding: JSON within the bounds of the AWS Security Finding Format
//! import      what BatchImportFindings makes of it and of what is there
//! update      what BatchUpdateFindings makes of it
//! filters     AwsSecurityFindingFilters: which findings are meant
//! sort        in which order
//! standards   standards, subscriptions, controls and their associations, in the API's shapes
//! finding_of  a finding of Inspector as a finding here
//! imported_of the same as an account may import it
//! evaluation  checks of the controls: which control findings are to be written
//! members     the hub of an account, its organisation, and who may do what
//! aggregator  findings of other Regions
//! ```
//!
//! Pure: no clock (times are parameters), no storage, no HTTP. Findings stay JSON, because ASFF has a hundred kinds of
//! resources and clients send all of them; typed is what something is decided by. Names and bounds are those of the API's
//! model, version 2018-10-26, and of the Security Hub user guide.

pub mod aggregator;
pub mod asff;
mod error;
pub mod evaluation;
pub mod filters;
mod finding_of;
pub mod import;
mod imported_of;
pub mod members;
mod name;
mod operation;
pub mod sort;
pub mod standards;
mod time;
pub mod update;
mod vocabulary;

pub use asff::{Finding, Identifier};
pub use error::{HubError, HubErrorKind};
pub use filters::Filters;
pub use finding_of::{InspectorFinding, finding_of};
pub use import::{Imported, Importer, Stored};
pub use imported_of::imported_of;
pub use members::{Hub, HubMember, HubOrganization, HubStanding};
pub use name::{AggregatorArn, HubArn, ProductArn};
pub use operation::HubOperation;
pub use sort::Sort;
pub use time::{parse_time, write_time};
pub use vocabulary::{ControlFindingGenerator, CustomerFields, SeverityLabel, VerificationState};
