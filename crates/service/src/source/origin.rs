use std::fmt;
use std::path::Path;

/// Where a function is known from. Who looks after functions removes those of its own origin alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Someone gave its package to the server.
    Push,
    /// A watched folder, by its path.
    Folder(Box<str>),
    /// Its account in AWS; which one, and the Region, stand in its ARN.
    Account,
}

impl Origin {
    /// A folder's origin. It is the same folder for as long as its path is the same.
    #[must_use]
    pub fn folder(path: &Path) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self::Folder(path.to_string_lossy().into())
    }
}

/// As the database has it.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Push => f.write_str("push"),
            Self::Folder(path) => write!(f, "folder {path}"),
            Self::Account => f.write_str("account"),
        }
    }
}
