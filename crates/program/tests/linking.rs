//! What imports mean, and how files are grouped.

use shindan_base::{FileId, Interner};
use shindan_program::Resolution::{self, External, File, FileItem};
use shindan_program::{Linker, lower};
use shindan_source::Language;

fn linker(paths: &[&str], roots: &[&str]) -> Linker {
    let files: Vec<_> = paths
        .iter()
        .zip(0..)
        .map(|(&path, i)| {
            (
                FileId(i),
                path,
                Language::of_path(path).expect("the file has a known extension"),
            )
        })
        .collect();
    Linker::new(
        &files,
        &roots
            .iter()
            .map(|&root| root.to_owned())
            .collect::<Vec<_>>(),
    )
}

/// What an import in the first file means.
fn resolve(linker: &Linker, module: &str, level: u32, item: Option<&str>) -> Resolution {
    linker.resolve(FileId(0), module, level, item)
}

#[test]
fn python_names_are_looked_up_from_each_root() {
    let linker = linker(
        &[
            "app.py",
            "pkg/__init__.py",
            "pkg/mod.py",
            "python/layered.py",
            "pkg.py",
        ],
        &["", "python"],
    );
    assert_eq!(resolve(&linker, "pkg.mod", 0, None), File(FileId(2)));
    assert_eq!(
        resolve(&linker, "pkg", 0, None),
        File(FileId(1)),
        "a package hides a module of its name"
    );
    assert_eq!(resolve(&linker, "layered", 0, None), File(FileId(3)));
    assert_eq!(resolve(&linker, "requests", 0, None), External);
    assert_eq!(resolve(&linker, "pkg.absent", 0, None), External);
}

#[test]
fn an_imported_item_may_be_a_submodule() {
    let linker = linker(
        &[
            "app.py",
            "pkg/__init__.py",
            "pkg/mod.py",
            "names/space/leaf.py",
        ],
        &[""],
    );
    assert_eq!(resolve(&linker, "pkg", 0, Some("mod")), File(FileId(2)));
    assert_eq!(
        resolve(&linker, "pkg", 0, Some("value")),
        FileItem(FileId(1))
    );
    assert_eq!(
        resolve(&linker, "pkg.mod", 0, Some("value")),
        FileItem(FileId(2))
    );
    assert_eq!(
        resolve(&linker, "names.space", 0, Some("leaf")),
        File(FileId(3))
    );
    assert_eq!(resolve(&linker, "names.space", 0, Some("value")), External);
}

#[test]
fn python_levels_climb_from_the_importing_package() {
    let linker = linker(&["a/b/c.py", "a/b/d.py", "a/e.py", "a/__init__.py"], &[""]);
    assert_eq!(resolve(&linker, "", 1, Some("d")), File(FileId(1)));
    assert_eq!(resolve(&linker, "e", 2, None), File(FileId(2)));
    assert_eq!(resolve(&linker, "", 2, Some("x")), FileItem(FileId(3)));
    assert_eq!(resolve(&linker, "e", 9, None), External);
}

#[test]
fn a_script_sees_its_own_directory_but_a_package_does_not() {
    let script = linker(
        &["src/fn/app.py", "src/fn/json.py", "src/common/util.py"],
        &[""],
    );
    assert_eq!(resolve(&script, "json", 0, None), File(FileId(1)));
    assert_eq!(resolve(&script, "common.util", 0, None), File(FileId(2)));
    let package = linker(
        &["src/fn/app.py", "src/fn/json.py", "src/fn/__init__.py"],
        &[""],
    );
    assert_eq!(resolve(&package, "json", 0, None), External);
}

#[test]
fn relative_specifiers_find_extensions_and_index_files() {
    let linker = linker(
        &[
            "src/app.js",
            "src/a.js",
            "src/lib/index.mjs",
            "b.cjs",
            "src/c.ts",
            "src/d.ts",
            "src/d.js",
        ],
        &[""],
    );
    assert_eq!(resolve(&linker, "./a", 0, None), File(FileId(1)));
    assert_eq!(
        resolve(&linker, "./a.js", 0, Some("x")),
        FileItem(FileId(1))
    );
    assert_eq!(resolve(&linker, "./lib", 0, None), File(FileId(2)));
    assert_eq!(resolve(&linker, "./lib/", 0, None), File(FileId(2)));
    assert_eq!(resolve(&linker, "../b", 0, None), File(FileId(3)));
    assert_eq!(
        resolve(&linker, "./c.js", 0, None),
        File(FileId(4)),
        "TypeScript is imported by its compiled name"
    );
    assert_eq!(
        resolve(&linker, "./d", 0, None),
        File(FileId(6)),
        "JavaScript prefers JavaScript"
    );
    assert_eq!(
        linker.resolve(FileId(4), "./d", 0, None),
        File(FileId(5)),
        "TypeScript prefers TypeScript"
    );
    assert_eq!(resolve(&linker, "./absent", 0, None), External);
}

#[test]
fn bare_specifiers_mean_listed_packages_only() {
    let linker = linker(
        &[
            "app.js",
            "nodejs/node_modules/own/index.js",
            "layer/nodejs/shared.js",
            "fs.js",
        ],
        &["", "layer"],
    );
    assert_eq!(resolve(&linker, "own", 0, None), File(FileId(1)));
    assert_eq!(
        resolve(&linker, "/opt/nodejs/shared", 0, None),
        File(FileId(2))
    );
    assert_eq!(resolve(&linker, "fs", 0, None), External);
    assert_eq!(resolve(&linker, "node:fs", 0, None), External);
}

fn components(sources: &[(&str, &str)]) -> Vec<Vec<u32>> {
    let names = Interner::new();
    let paths: Vec<&str> = sources.iter().map(|(path, _)| *path).collect();
    let linker = linker(&paths, &[""]);
    let modules: Vec<_> = sources
        .iter()
        .zip(0..)
        .map(|((path, text), i)| {
            let language = Language::of_path(path).expect("the file has a known extension");
            lower(
                &shindan_source::parse(language, text, &names),
                FileId(i),
                &names,
            )
        })
        .collect();
    let lists = linker.components(&modules.iter().collect::<Vec<_>>(), &names);
    lists
        .into_iter()
        .map(|list| list.into_iter().map(|file| file.0).collect())
        .collect()
}

#[test]
fn imported_files_come_before_importers() {
    let sources = [
        ("z.py", "x = 1"),
        ("a.py", "import m\nfrom z import x"),
        ("m.py", "import boto3"),
        ("lone.py", "import boto3"),
        ("b.js", "const c = require('./c')"),
        ("c.js", "exports.x = 1"),
    ];
    assert_eq!(components(&sources), [vec![2, 0, 1], vec![5, 4], vec![3]]);
}

#[test]
fn circles_are_cut_by_path_whatever_the_order_of_the_files() {
    assert_eq!(
        components(&[
            ("a.py", "import b"),
            ("b.py", "import c"),
            ("c.py", "import a")
        ]),
        [[2, 1, 0]]
    );
    assert_eq!(
        components(&[
            ("c.py", "import a"),
            ("b.py", "import c"),
            ("a.py", "import b")
        ]),
        [[0, 1, 2]]
    );
}

#[test]
fn imports_of_a_package_of_many_functions_do_not_ask_every_folder() {
    let folders: Vec<String> = (0..20_000).map(|i| format!("functions/f{i}")).collect();
    let mut paths: Vec<String> = folders.iter().map(|f| format!("{f}/app.py")).collect();
    paths.push("functions/f19999/store.py".to_owned());
    paths.push("functions/f7/web.js".to_owned());
    paths.push("functions/f19998/node_modules/socket.io/index.js".to_owned());
    let linker = linker(
        &paths.iter().map(String::as_str).collect::<Vec<_>>(),
        &folders.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let before = std::time::Instant::now();
    for i in 0..20_000 {
        let from = FileId(i);
        assert_eq!(linker.resolve(from, "requests.auth", 0, None), External);
        assert_eq!(linker.resolve(from, "store", 0, None), File(FileId(20_000)));
    }
    let web = FileId(20_001);
    for _ in 0..20_000 {
        assert_eq!(linker.resolve(web, "express", 0, None), External);
        assert_eq!(
            linker.resolve(web, "socket.io", 0, None),
            File(FileId(20_002))
        );
    }
    // Asking every folder takes minutes.
    assert!(before.elapsed().as_secs() < 10);
}

#[test]
fn the_first_folder_that_has_a_module_answers_whatever_its_extension() {
    let linker = linker(
        &[
            "app.js",
            "b/node_modules/x.y/index.js",
            "a/node_modules/x.y.js",
            "b/lib/z.ts",
            "a/lib/z.mjs",
            "c/nodejs/node_modules/w.cjs",
        ],
        &["c", "b", "a"],
    );
    let at = |specifier| resolve(&linker, specifier, 0, None);
    assert_eq!(at("x.y"), File(FileId(1)));
    assert_eq!(at("w"), File(FileId(5)));
    assert_eq!(at("/opt/lib/z"), File(FileId(3)));
    assert_eq!(at("/opt/lib/z.js"), File(FileId(3)));
    assert_eq!(at("/opt/lib/z.mjs"), File(FileId(4)));
}

#[test]
fn a_function_imports_its_own_module_and_not_one_of_that_name_in_another_function() {
    let paths = [
        "orders/app.py",
        "orders/store.py",
        "carts/app.py",
        "carts/store.py",
        "carts/deep/page.js",
        "carts/node_modules/local/index.js",
        "orders/node_modules/local/index.js",
        "store.py",
        "layer/python/shared.py",
    ];
    let linker = linker(&paths, &["", "orders", "carts", "layer/python"]);
    let from = |file, module| linker.resolve(FileId(file), module, 0, None);
    assert_eq!(from(0, "store"), File(FileId(1)));
    assert_eq!(from(2, "store"), File(FileId(3)));
    assert_eq!(from(2, "shared"), File(FileId(8)));
    assert_eq!(from(4, "local"), File(FileId(5)));
    assert_eq!(from(8, "store"), File(FileId(7)));
}

#[test]
fn of_a_thousand_classes_of_one_name_the_nearest_is_meant() {
    let names = Interner::new();
    let mut paths: Vec<String> = (0..1_000).map(|i| format!("f{i:04}/App.java")).collect();
    paths.push("f0900/Main.java".to_owned());
    let mut linker = linker(&paths.iter().map(String::as_str).collect::<Vec<_>>(), &[""]);
    let modules: Vec<_> = (0..1_000)
        .map(|i| {
            let tree = shindan_source::parse(Language::Java, "class App {}", &names);
            lower(&tree, FileId(i), &names)
        })
        .collect();
    linker.declare(&modules.iter().collect::<Vec<_>>(), &names);
    let found = linker
        .class_named(FileId(1_000), names.intern("App"))
        .expect("it is declared");
    assert_eq!(found.first().map(|(file, _)| file.0), Some(900));
}
