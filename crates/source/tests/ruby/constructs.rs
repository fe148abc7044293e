//! One snapshot a file of `files/`.

use crate::{printed, tree};

macro_rules! snapshots {
    ($($file:ident)*) => {$(
        #[test]
        fn $file() {
            let text = include_str!(concat!("files/", stringify!($file), ".rb"));
            insta::assert_snapshot!(stringify!($file), printed(text));
            crate::properties::assert_spans_fit(&tree(text), text);
        }
    )*};
}

snapshots! { literals calls control methods classes broken }

#[test]
fn valid_files_have_no_issues() {
    for text in [
        include_str!("files/literals.rb"),
        include_str!("files/calls.rb"),
        include_str!("files/methods.rb"),
        include_str!("files/classes.rb"),
    ] {
        assert_eq!(tree(text).issues, []);
    }
}
