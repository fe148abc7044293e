//! What .NET's SDK and NuGet write down, and assemblies.

pub(crate) mod assembly;
pub(crate) mod deps_json;
pub(crate) mod packages_lock;
pub(crate) mod projects;
