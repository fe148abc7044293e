//! Amazon Inspector's API, for clients that need not know that it is not AWS.

pub mod seal;
