//! The crate from outside, in one program because each links all of AWS's SDK: against a scripted server that answers
//! as no real one can be made to, and against moto where a Python with it is.

mod batches;
mod credentials;
mod downloads;
mod environment;
mod events;
mod moto;
mod policies;
mod retries;
mod server;
mod template;
mod world;
