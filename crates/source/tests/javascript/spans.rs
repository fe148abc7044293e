//! Every span of a tree lies in its text, on character boundaries.

use shindan_base::Span;
use shindan_source::Tree;

/// Panics at the first span that does not. Reads the spans off the debug form, which has them all.
pub(crate) fn check(tree: &Tree, text: &str) {
    let debug = format!("{tree:?}");
    let mut count = 0;
    for part in debug.split("Span { start: ").skip(1) {
        let (start, rest) = part
            .split_once(", end: ")
            .expect("the debug form of a span");
        let (end, _) = rest.split_once(' ').expect("the debug form of a span");
        let span = Span::new(
            start.parse().expect("an offset"),
            end.parse().expect("an offset"),
        );
        assert!(
            text.get(span.start as usize..span.end as usize).is_some(),
            "{span:?} in {text:?}"
        );
        count += 1;
    }
    assert!(count >= tree.body.len());
}
