//! Security Hub: hubs, members, findings and checks of the controls, on SQLite and, when SHINDAN_TEST_POSTGRES names a
//! server, on PostgreSQL.

mod accounts;
mod controls;
mod decisions;
mod findings;
mod pages;
mod world;
