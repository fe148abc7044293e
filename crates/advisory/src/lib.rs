//! Advisories about packages.
