//! Security Hub: hubs, members, findings and checks of the controls, on SQLite and, when SHINDAN_TEST_POSTGRES names a
//! server, on PostgreSQL.

mod accounts;
mod controls;
#[path = "../runtime/database.rs"]
mod database;
mod decisions;
mod findings;
#[path = "../runtime/on_each.rs"]
mod on_each;
mod pages;
mod world;
