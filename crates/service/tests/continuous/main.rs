//! The service from end to end, with a scripted scanner: what is deployed, what follows, and what is left after kills.

mod accounts;
mod advisories;
mod directory;
mod hub;
mod kills;
mod lifecycle;
mod script;
mod server;
mod sky;
mod workers;
mod world;
