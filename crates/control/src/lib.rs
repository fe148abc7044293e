//! Security Hub's controls for Amazon Inspector as pure rules: is scanning on where it should be, and if not, what now?
//!
//! The loop of a failed control, module by module:
//!
//! 1. [`facts`] is what the APIs say about one account, its organization and one Region; [`function`] what is known of
//!    its Lambda functions.
//! 2. [`evaluate`] holds the facts against a control's [`definition`]: its compliance status and the accounts that
//!    cause it.
//! 3. [`finding`] keeps the result as Security Hub does, one finding that is updated in place, and [`score`] adds
//!    findings up to a control's status and a percentage.
//! 4. [`question`] asks the people who have to decide, with what it would [`cost`], and [`decision`] records what they
//!    said.
//! 5. [`plan`] turns a decision to enable into calls, and [`progress`] says after each answer which call is next.
//!
//! Nothing here knows HTTP, a database or the time: facts, answers and timestamps are arguments, and the same arguments
//! give the same result.

pub mod cost;
pub mod decision;
pub mod definition;
pub mod evaluate;
pub mod facts;
pub mod finding;
pub mod function;
pub mod plan;
pub mod progress;
pub mod question;
pub mod score;
mod text;

pub use text::{ShortText, ShortTextError};
