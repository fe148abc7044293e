pub(crate) mod detectors;
pub(crate) mod explain;
pub(crate) mod scan;
