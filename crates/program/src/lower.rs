//! Surface tree to IR.
