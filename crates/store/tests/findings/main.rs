//! Findings and saved filters, on SQLite and, when `SHINDAN_TEST_POSTGRES` holds a URL, on PostgreSQL.

mod aggregations;
mod criteria;
#[path = "../runtime/database.rs"]
mod database;
mod filters;
mod lifecycle;
mod mirror;
mod older;
mod pages;
mod sample;
