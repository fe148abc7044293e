//! Every budget of the analysis, with its reason. All are counters: results never depend on time.

/// Budgets of one component.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions that one root function may cost, calls followed included. Handlers need a few hundred; the bound
    /// stops call trees that fan out.
    pub steps_per_root: u32,
    /// Calls followed inside each other.
    pub call_depth: u32,
    /// Times a block is run again in one activation before the rest of the loop is given up.
    pub block_visits: u32,
    /// Objects alive in one root before containers stop being told apart.
    pub objects: u32,
    /// Elements of a list or entries of a map that are told apart.
    pub elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps_per_root: 20_000,
            call_depth: 8,
            block_visits: 6,
            objects: 2_000,
            elements: 32,
        }
    }
}
