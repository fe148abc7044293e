//! Every limit the archive reader obeys, in one place.
//!
//! All input is hostile: sizes, counts and names in an archive are claims. Each field bounds one
//! way in which a small upload could cost much, and each limit that is hit leaves a
//! [`Skip`](crate::Skip) in the result, so that nothing is silently clean. The defaults sit well
//! above what AWS Lambda itself accepts (250 MB unpacked), so an honest package never meets them.

/// The limits of one opened artifact. They hold for the package and all archives inside it together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries that are listed for analysis: first-party code first, data last. Ten times what a
    /// large Node.js package holds.
    pub entries: usize,
    /// Central-directory records or directory members that are looked at before the count stops.
    /// A million names cost about a second and 170 MB; more is not a package.
    pub records: usize,
    /// Bytes read of one file. No source or manifest is larger, and one file fits in memory many times.
    pub file_bytes: u64,
    /// Size of a file of which parts are read, see [`Artifact::parts`](crate::Artifact::parts): executables, which may
    /// fill a whole package.
    pub large_bytes: u64,
    /// Such files that are listed.
    pub large_files: usize,
    /// Source files above this are generated in practice and are searched for secrets only; the
    /// decision is made by the caller, this crate merely carries the number.
    pub source_file_bytes: u64,
    /// Sum of the sizes of all listed entries: twice Lambda's limit for an unpacked package.
    pub total_bytes: u64,
    /// Unpacked to packed size of one entry, looked at above [`Limits::ratio_floor`]. Source code
    /// packs 3:1 to 10:1; deflate cannot exceed 1032:1.
    pub ratio: u64,
    /// Unpacked size below which the ratio does not matter: small files of one letter are harmless, and linkers pad
    /// native libraries with up to 2 MiB of zeros between two parts.
    pub ratio_floor: u64,
    /// How many archives deep a file may lie: a jar in a jar in a war in a layer is 4.
    pub archive_depth: usize,
    /// Bytes of nested archives held in memory at once, since they are read in place. Those that are stored and not
    /// packed stay where they are and cost nothing of it.
    pub nested_bytes: u64,
    /// Folders a path may descend, which also ends a loop made with mounts.
    pub directory_depth: usize,
    /// Bytes of a path. Longer ones cannot exist on most file systems.
    pub path_bytes: usize,
    /// Skips that are recorded one by one; further ones are counted by their kind.
    pub skips: usize,
    /// Bytes of a file that is tried as a template. CloudFormation itself accepts 1 MB.
    pub template_bytes: u64,
    /// Functions taken from the templates of one artifact.
    pub functions: usize,
    /// Variables, layers and callers taken of one function each. AWS allows 4 KB of variables and 5 layers.
    pub members: usize,
    /// Bytes of all texts taken from the templates of one artifact: defaults that hold for every
    /// function of a template multiply.
    pub declared_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 20_000,
            records: 1_000_000,
            file_bytes: 32 * MIB,
            large_bytes: 512 * MIB,
            large_files: 100,
            source_file_bytes: 2 * MIB,
            total_bytes: 512 * MIB,
            ratio: 200,
            ratio_floor: 4 * MIB,
            archive_depth: 5,
            nested_bytes: 250 * MIB,
            directory_depth: 64,
            path_bytes: 1024,
            skips: 1000,
            template_bytes: 4 * MIB,
            functions: 5000,
            members: 500,
            declared_bytes: 64 * 1024 * 1024,
        }
    }
}

const MIB: u64 = 1024 * 1024;
