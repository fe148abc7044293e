//! Which packages a function and its layers contain.
//!
//! [`take`] looks at an opened [`Artifact`](shindan_artifact::Artifact) and returns an [`Inventory`]: every package with
//! the places where it was seen, how strong the evidence is, and a package URL. [`sbom`] writes inventories as CycloneDX
//! and SPDX and reads them back. Nothing is unpacked, run, or fetched; advisories are not known here.
//!
//! Each format has one reader, a pure function of a path and bytes, in the folder of its ecosystem; [`Format`] tells
//! which file is read by which. `take` runs them, and `merge` decides what outranks what: metadata that installers
//! leave behind is stronger than any lock file under the same root. `docs/inventory.md` has the rules and their reasons.

mod binary;
mod digest;
mod dotnet;
mod files;
mod format;
mod java;
mod javascript;
mod limits;
mod merge;
mod package;
mod python;
mod reading;
mod ruby;
pub mod sbom;
mod take;
mod text;

pub use digest::Sha1;
pub use files::Files;
pub use format::Format;
pub use package::{
    Confidence, Evidence, Inventory, Note, Package, PackageManager, Place, Relation,
};
pub use reading::{Found, Reading};
pub use take::take;
