//! The operations, one folder a service and one file a group.

pub(crate) mod hub;
pub(crate) mod inspector;
