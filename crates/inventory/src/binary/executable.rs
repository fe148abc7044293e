//! An executable of any format: which of the readers for Go and Rust has something to read.

use object::Object;

use super::{go_build_info, rust_audit};
use crate::reading::Reading;

/// Reads an executable; nothing is found in files that are none.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    if !is_executable(bytes) {
        return Reading::default();
    }
    let file = match object::File::parse(bytes) {
        Ok(file) => file,
        Err(error) => return Reading::failed(format!("is no valid executable: {error}")),
    };
    if let Some(section) = file.section_by_name(".dep-v0") {
        return rust_audit::read(&section);
    }
    go_build_info::read(bytes, &file)
}

/// Whether the first bytes are those of ELF, PE or Mach-O.
fn is_executable(bytes: &[u8]) -> bool {
    let magics: [&[u8]; 6] = [
        b"\x7fELF",
        b"MZ",
        b"\xcf\xfa\xed\xfe",
        b"\xce\xfa\xed\xfe",
        b"\xfe\xed\xfa\xcf",
        b"\xfe\xed\xfa\xce",
    ];
    magics.iter().any(|magic| bytes.starts_with(magic))
}
