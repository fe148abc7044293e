//! An executable of any format: which of the readers for Go and Rust has something to read.

use object::{File, Object, ObjectSection, ReadRef};

use super::windows::Windows;
use super::{go_build_info, rust_audit};
use crate::limits::BUILD_INFO_BYTES;
use crate::reading::Reading;

/// Reads an executable; nothing is found in files that are none.
pub(crate) fn read(_path: &str, bytes: &[u8]) -> Reading {
    read_from(bytes)
}

/// The same of one that is too large to be read as a whole.
pub(crate) fn read_windows(windows: &Windows<'_>) -> Reading {
    read_from(windows)
}

fn read_from<'data, R: ReadRef<'data>>(data: R) -> Reading {
    if !data.read_bytes_at(0, 4).is_ok_and(is_executable) {
        return Reading::default();
    }
    let file = match File::parse(data) {
        Ok(file) => file,
        Err(error) => return Reading::failed(format!("is no valid executable: {error}")),
    };
    match file.section_by_name(".dep-v0") {
        Some(section) => {
            let is_small = section.size() <= BUILD_INFO_BYTES as u64;
            rust_audit::read(section.data().ok().filter(|_| is_small))
        }
        None => go_build_info::read(data, &file),
    }
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
