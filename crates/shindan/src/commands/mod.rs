pub(crate) mod detectors;
pub(crate) mod explain;
pub(crate) mod sbom;
pub(crate) mod scan;
