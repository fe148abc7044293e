//! What Maven, Gradle and the tools that pack jars write down.

pub(crate) mod gradle_lockfile;
pub(crate) mod jar;
pub(crate) mod pom;
pub(crate) mod pom_properties;
mod well_known;
