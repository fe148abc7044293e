//! .NET assemblies without a `deps.json`: the version resource that compilers put into a DLL.
//!
//! The resource (<https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo>) holds pairs of UTF-16 texts. Only
//! compilers of .NET write `Assembly Version`, which tells an assembly from other DLLs. The file's name is the
//! package's by custom only, and an assembly's version is often that of its API, so confidence is low.

use memchr::memmem;
use object::{Object, ObjectSection};
use shindan_package::Ecosystem;

use crate::package::{Confidence, Evidence, PackageManager};
use crate::reading::{Found, Reading};

/// Reads one DLL; nothing is found in one that is no assembly.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    if !bytes.starts_with(b"MZ") {
        return reading;
    }
    let Ok(file) = object::File::parse(bytes) else {
        return Reading::failed("is no valid DLL");
    };
    let Some(resources) = file
        .section_by_name(".rsrc")
        .and_then(|section| section.data().ok())
    else {
        return reading;
    };
    let Some(assembly) = value(resources, "Assembly Version") else {
        return reading;
    };
    let product = value(resources, "ProductVersion").unwrap_or_default();
    // Builds append `+COMMIT`.
    let product = product.split(['+', ' ']).next().unwrap_or_default();
    let is_version = product.starts_with(|c: char| c.is_ascii_digit());
    let version = if is_version { product } else { &assembly };
    let file_name = path.rsplit('/').next().unwrap_or(path);
    let name = file_name
        .rsplit_once('.')
        .map_or(file_name, |(stem, _)| stem);
    if !name.ends_with(".resources") {
        reading.add(
            Found::new(
                Ecosystem::NuGet,
                PackageManager::DotnetCore,
                Evidence::Installed,
                name,
            )
            .version(version)
            .confidence(Confidence::Low),
        );
    }
    reading
}

/// The text behind the first place of `key`.
fn value(resources: &[u8], key: &str) -> Option<String> {
    let wanted: Vec<u8> = key
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect();
    let at = memmem::find(resources, &wanted)? + wanted.len();
    let units = resources[at..]
        .as_chunks::<2>()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit));
    // The value is aligned, so that zeros may stand before it.
    let text: Vec<u16> = units
        .skip_while(|unit| *unit == 0)
        .take_while(|unit| *unit != 0)
        .take(LONGEST)
        .collect();
    String::from_utf16(&text)
        .ok()
        .filter(|text| !text.is_empty())
}

const LONGEST: usize = 200;
