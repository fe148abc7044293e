//! What need not be downloaded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use shindan_inspector::LayerArn;

use super::CodeHash;

/// The zips that the caller has, by hash, and which version of a layer is which of them.
///
/// Whoever keeps results fills it from there. Calls at the same time may share it; two that want the same zip at the
/// same moment may both download it.
#[derive(Debug, Default)]
pub struct Known(Mutex<Zips>);

#[derive(Debug, Default)]
struct Zips {
    hashes: BTreeSet<CodeHash>,
    layers: BTreeMap<LayerArn, CodeHash>,
}

impl Known {
    /// Makes a zip known.
    pub fn add(&self, hash: CodeHash) {
        self.zips().hashes.insert(hash);
    }

    /// Makes a version of a layer known, and its zip.
    pub fn add_layer(&self, layer: LayerArn, hash: CodeHash) {
        let mut zips = self.zips();
        zips.hashes.insert(hash);
        zips.layers.insert(layer, hash);
    }

    /// Whether a zip is known.
    #[must_use]
    pub fn has(&self, hash: &CodeHash) -> bool {
        self.zips().hashes.contains(hash)
    }

    /// The hash of a layer's version, if that is known.
    #[must_use]
    pub fn layer(&self, layer: &LayerArn) -> Option<CodeHash> {
        self.zips().layers.get(layer).copied()
    }

    fn zips(&self) -> MutexGuard<'_, Zips> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
