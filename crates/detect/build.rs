//! Compiles `catalogue/` into one table, so that the binary parses no TOML when it starts.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../catalogue");
    println!("cargo:rerun-if-changed={}", root.display());
    let catalogue = shindan_catalogue::read_folder(&root, shindan_catalogue::Builder::default())
        .unwrap_or_else(|e| panic!("the built-in catalogue is broken: {e}"));
    let out = Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join("catalogue.bin");
    fs::write(
        out,
        postcard::to_stdvec(&catalogue).expect("plain data serialises"),
    )
    .expect("the output folder is writable");
}
