use shindan_flow::ThreatModel;
use shindan_inventory::Inventory;

use crate::Dependencies;

/// What to do in a scan.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which sources count as untrusted.
    pub threat_model: ThreatModel,
    /// Run the code detectors.
    pub code: bool,
    /// Look for secrets.
    pub secrets: bool,
    /// What to do about the packages in the artifact.
    pub dependencies: Dependencies,
    /// Worker threads; 0 for as many as the size of the input and the processors make useful.
    pub jobs: usize,
    /// A handler (`app.handler`) and its runtime (`python3.12`), when the package declares none.
    pub handler: Option<(String, Option<String>)>,
    /// Paths to leave out, as `shindan.toml` says.
    pub exclude: Vec<shindan_finding::PathPattern>,
    /// Files not to read, and why: they made an earlier attempt fail.
    pub poisoned: Vec<(String, String)>,
    /// Key of the hashes of secrets; one installation's hashes compare only with its own.
    pub secret_key: [u8; 32],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threat_model: ThreatModel {
                local: false,
                library: false,
            },
            code: true,
            secrets: true,
            dependencies: Dependencies::Skip,
            jobs: 0,
            handler: None,
            exclude: Vec::new(),
            poisoned: Vec::new(),
            secret_key: [0; 32],
        }
    }
}

/// A part of the pipeline that is reported as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading, classifying, parsing, looking for secrets: one file at a time.
    Read,
    /// Following data: one group of files that import each other at a time.
    Analyse,
}

/// Takes notice of progress, from several threads at once.
///
/// A supervisor that knows which files were in work when the process died can leave them out the next time.
pub trait Progress: Sync {
    /// A stage begins with this many steps.
    fn begin(&self, stage: Stage, steps: usize);
    /// Work on a file (for [`Stage::Analyse`]: on each file of a group, the first named) begins.
    fn enter(&self, stage: Stage, path: &str);
    /// It ended.
    fn leave(&self, stage: Stage, path: &str);
    /// The packages are known, where the options ask for them; for those who compare them again later.
    fn packages(&self, inventory: &Inventory) {
        let _ = inventory;
    }
}

/// No notice taken.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Stage, _: usize) {}
    fn enter(&self, _: Stage, _: &str) {}
    fn leave(&self, _: Stage, _: &str) {}
}
