use std::process::ExitCode;

use crate::complaint::{Blame, Complaint};

/// How the command ends. The numbers are part of the interface and documented in `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing found at or above the threshold, and everything was looked at.
    Clean = 0,
    /// A finding at or above the threshold counts.
    Findings = 1,
    /// The command line, the settings or an input cannot be used.
    Unusable = 2,
    /// Nothing found, but something that could hold code was not analysed.
    Incomplete = 3,
    /// The program failed.
    Internal = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<&Complaint> for Exit {
    fn from(complaint: &Complaint) -> Self {
        match complaint.blame {
            Blame::Input => Self::Unusable,
            Blame::Program => Self::Internal,
        }
    }
}

/// The table that `--help` ends with.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  nothing found at or above --fail-on, and everything was looked at
  1  findings at or above --fail-on (also when the scan is incomplete; the report says so)
  2  the command line, the settings or an input cannot be used
  3  nothing found, but something that could hold code was not analysed or could not be read, or there are
     packages and no advisories to compare them with
  4  shindan itself failed";

/// The table that the help of `shindan db` ends with.
pub(crate) const DB_TABLE: &str = "\
Exit codes:
  0  the database is complete and can be used
  2  the command line, the source or the database cannot be used; an older database stays as it was
  3  there is no database yet (status)
  4  shindan itself failed";

/// The table that the help of `shindan serve` ends with.
pub(crate) const SERVE_TABLE: &str = "\
Exit codes:
  0  stopped by SIGTERM or SIGINT; running scans ended or wait for the next start
  2  the command line, the settings, the database or the address cannot be used
  4  shindan itself failed";

/// The table that the help of `shindan push` ends with.
pub(crate) const PUSH_TABLE: &str = "\
Exit codes:
  0  the server took the package, or has it already
  2  the command line, the package or the server's answer does not allow it
  4  shindan itself failed";

/// The table that the help of `shindan control`, `shindan cost` and `shindan security-hub` ends with.
pub(crate) const CONTROL_TABLE: &str = "\
Exit codes:
  0  done, or nothing to do; every control that was checked passes or is suppressed
  1  a control fails; something was refused, and a person has to change something first
  2  the command line, the settings, the credentials or the database cannot be used
  3  something could not be read, or is not finished: run it again
  4  shindan itself failed";
