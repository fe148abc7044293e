use std::path::Path;
use std::time::{Duration, SystemTime};

use shindan_service::source::{Directory, DirectoryDefaults, EMPTY_MARKER};

use crate::world::{World, account, region};

fn source(path: &Path) -> Directory {
    let defaults = DirectoryDefaults {
        account: account(),
        region: region(),
        runtime: "python3.12".to_owned(),
    };
    Directory::new(path.to_owned(), defaults)
}

/// Writes a file that was last changed so many seconds after the test's beginning of time.
fn write(path: &Path, text: &str, seconds: u64) {
    std::fs::write(path, text).expect("writes");
    let file = std::fs::File::options()
        .write(true)
        .open(path)
        .expect("opens");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_971_600 + seconds);
    file.set_modified(at).expect("sets the time");
}

#[tokio::test]
async fn functions_of_a_directory_come_change_and_go() {
    let world = World::new().await;
    let folder = world.folder.path().join("functions");
    std::fs::create_dir(&folder).expect("made");
    let mut source = source(&folder);
    let look = async |source: &mut Directory| source.look(&world.service).await.expect("looks");
    write(&folder.join("orders.zip"), "code a.py 1 x", 0);
    write(
        &folder.join("orders.toml"),
        "handler = \"a.h\"\n[tags]\nteam = \"p\"",
        0,
    );
    write(&folder.join("notes.txt"), "no function", 0);
    write(&folder.join("no function.zip"), "its name is not one", 0);
    // The first look only notes sizes and times.
    assert_eq!(look(&mut source).await, 0);
    assert_eq!(look(&mut source).await, 1);
    assert_eq!(look(&mut source).await, 0);
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );

    // While it is being written it waits.
    for size in 1..4 {
        write(&folder.join("orders.zip"), &"n".repeat(size), size as u64);
        assert_eq!(look(&mut source).await, 0);
    }
    assert_eq!(look(&mut source).await, 1);
    world.work().await;
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );

    // Whoever starts anew sees what is known already.
    let mut again = self::source(&folder);
    assert_eq!(look(&mut again).await, 0);
    assert_eq!(look(&mut again).await, 0);

    // What is no function keeps none of the others alive.
    std::fs::remove_file(folder.join("orders.zip")).expect("removes");
    assert_eq!(look(&mut source).await, 0);
    assert_eq!(look(&mut source).await, 1);
    assert_eq!(
        world.coverage().await[0],
        "orders PACKAGE INACTIVE RESOURCE_TERMINATED"
    );
}

#[tokio::test]
async fn a_layer_file_that_changes_concerns_the_functions_that_name_it() {
    let world = World::new().await;
    let folder = world.folder.path().join("functions");
    std::fs::create_dir_all(folder.join("layers")).expect("made");
    let mut source = source(&folder);
    write(&folder.join("layers/tools.zip"), "nothing", 0);
    write(&folder.join("a.zip"), "nothing a", 0);
    write(&folder.join("b.zip"), "nothing b", 0);
    let arn = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1";
    let sidecar = format!("[[layers]]\narn = \"{arn}\"\nfile = \"layers/tools.zip\"");
    write(&folder.join("a.toml"), &sidecar, 0);
    for _ in 0..2 {
        source.look(&world.service).await.expect("looks");
    }
    assert_eq!(world.work().await, 2);
    write(&folder.join("layers/tools.zip"), "code t.py 1 x", 5);
    for _ in 0..2 {
        source.look(&world.service).await.expect("looks");
    }
    assert_eq!(world.work().await, 1);
    assert_eq!(world.findings().await, ["a ACTIVE CWE-89 - SQL injection"]);
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_removes_nothing() {
    let world = World::new().await;
    let folder = world.folder.path().join("functions");
    std::fs::create_dir(&folder).expect("made");
    write(&folder.join("orders.zip"), "code a.py 1 x", 0);
    let mut source = source(&folder);
    for _ in 0..2 {
        source.look(&world.service).await.expect("looks");
    }
    world.work().await;
    std::fs::rename(&folder, world.folder.path().join("elsewhere")).expect("moves");
    for _ in 0..3 {
        source
            .look(&world.service)
            .await
            .expect_err("there is none");
    }
    // A broken sidecar leaves the function as it was, too.
    std::fs::rename(world.folder.path().join("elsewhere"), &folder).expect("moves");
    write(&folder.join("orders.toml"), "runtime = 12", 9);
    for _ in 0..3 {
        source.look(&world.service).await.expect("looks");
    }
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
}

#[tokio::test]
async fn folders_do_not_take_each_others_functions_for_deleted() {
    let world = World::new().await;
    let folders = ["one", "two"].map(|name| world.folder.path().join(name));
    let mut sources = Vec::new();
    for (folder, name) in folders.iter().zip(["a", "b"]) {
        std::fs::create_dir(folder).expect("made");
        write(&folder.join(format!("{name}.zip")), "code a.py 1 x", 0);
        write(&folder.join("no function.zip"), "its name is not one", 0);
        sources.push(source(folder));
    }
    for _ in 0..4 {
        for source in &mut sources {
            source.look(&world.service).await.expect("looks");
        }
    }
    world.work().await;
    assert_eq!(world.findings().await.len(), 2);
    std::fs::remove_file(folders[0].join("a.zip")).expect("removes");
    for _ in 0..4 {
        for source in &mut sources {
            source.look(&world.service).await.expect("looks");
        }
    }
    assert_eq!(
        world.findings().await,
        [
            "a CLOSED CWE-89 - SQL injection",
            "b ACTIVE CWE-89 - SQL injection"
        ]
    );
}

#[tokio::test]
async fn a_folder_that_is_not_mounted_removed_all_functions() {
    let world = World::new().await;
    let folder = world.folder.path().join("functions");
    std::fs::create_dir(&folder).expect("made");
    write(&folder.join("orders.zip"), "code a.py 1 x", 0);
    let mut source = source(&folder);
    let look = async |source: &mut Directory| source.look(&world.service).await.expect("looks");
    for _ in 0..2 {
        look(&mut source).await;
    }
    world.work().await;
    std::fs::remove_file(folder.join("orders.zip")).expect("removes");
    for _ in 0..4 {
        assert_eq!(look(&mut source).await, 0);
    }
    // A server that is started before the folder is mounted sees the same.
    let mut again = self::source(&folder);
    for _ in 0..4 {
        assert_eq!(look(&mut again).await, 0);
    }
    assert_eq!(
        world.findings().await,
        ["orders ACTIVE CWE-89 - SQL injection"]
    );
    std::fs::write(folder.join(EMPTY_MARKER), "").expect("writes");
    assert_eq!(look(&mut source).await, 0);
    assert_eq!(look(&mut source).await, 1);
    assert_eq!(
        world.findings().await,
        ["orders CLOSED CWE-89 - SQL injection"]
    );
}
