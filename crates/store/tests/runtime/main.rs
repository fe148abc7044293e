//! The queue, functions and coverage, on both databases. Every test runs on SQLite, and on PostgreSQL too when
//! `SHINDAN_TEST_POSTGRES` holds the URL of a server on which databases can be made.

mod database;
mod functions;
mod jobs;
mod sources;
mod together;
