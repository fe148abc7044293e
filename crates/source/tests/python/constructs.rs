//! One snapshot a file of `files/`.

use crate::{printed, tree};

macro_rules! snapshots {
    ($($file:ident)*) => {$(
        #[test]
        fn $file() {
            let text = include_str!(concat!("files/", stringify!($file), ".py"));
            insta::assert_snapshot!(stringify!($file), printed(text));
            crate::properties::assert_spans_fit(&tree(text), text);
        }
    )*};
}

snapshots! {
    literals strings operators calls targets comprehensions functions classes control matching imports broken
}

#[test]
fn valid_files_have_no_issues() {
    for text in [
        include_str!("files/literals.py"),
        include_str!("files/strings.py"),
        include_str!("files/operators.py"),
        include_str!("files/targets.py"),
        include_str!("files/comprehensions.py"),
        include_str!("files/functions.py"),
        include_str!("files/classes.py"),
        include_str!("files/control.py"),
        include_str!("files/matching.py"),
        include_str!("files/imports.py"),
    ] {
        assert_eq!(tree(text).issues, []);
    }
}
