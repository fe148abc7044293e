//! Every limit of this crate, in one place. Those of opening and reading files are [`shindan_artifact::Limits`].

/// Packages taken from one file. The largest lock files in public have some ten thousand.
pub(crate) const MOST_PACKAGES: usize = 100_000;

/// Packages of one inventory, all files together.
pub(crate) const MOST_FOUND: usize = 500_000;

/// Problems told about one file; the first few say what is wrong with it.
pub(crate) const MOST_PROBLEMS: usize = 10;

/// Bytes of a name or a version. The longest real ones are Go modules with pseudo-versions, below 300.
pub(crate) const TEXT_BYTES: usize = 1024;

/// Bytes of the metadata of one installed package (METADATA, PKG-INFO, gemspec). What is wanted stands at the top;
/// the rest is a description of any length.
pub(crate) const METADATA_BYTES: usize = 1 << 20;

/// Bytes of a `package.json`.
pub(crate) const PACKAGE_JSON_BYTES: usize = 4 << 20;

/// Bytes of a `pom.properties` or of a jar's manifest.
pub(crate) const PROPERTIES_BYTES: usize = 64 << 10;

/// Nodes of one YAML file.
pub(crate) const YAML_NODES: usize = 2_000_000;

/// Levels of nesting in YAML, JSON and XML.
pub(crate) const DEPTH: usize = 100;

/// Requirements files that one may include, and POMs that one may inherit from.
pub(crate) const MOST_INCLUDES: usize = 32;

/// Bytes of the text in a binary that lists its modules. Build information of large programs has some 100 kB.
pub(crate) const BUILD_INFO_BYTES: usize = 8 << 20;

/// Bytes kept of an executable that is too large to be read as a whole: headers, and at most two texts as above.
pub(crate) const WINDOWS_BYTES: u64 = 32 << 20;

/// Bytes of a file that are held at once for its digest.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;

/// Bytes read and unpacked of all such executables, and of files for their digests. What lies before a part of a packed file has to be unpacked, so an
/// executable may cost several times its size; a package of Lambda's has 250 MB.
pub(crate) const LARGE_WORK: u64 = 4 << 30;
