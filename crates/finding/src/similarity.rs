//! How alike two texts are: edit distance over characters or over tokens, with a limit and a budget.

/// The edit distance of `a` and `b` if it is at most `limit`.
pub(crate) fn edit_distance<T: PartialEq>(a: &[T], b: &[T], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // Only cells within `limit` of the diagonal can lie on a path that is short enough.
    let far = limit + 1;
    let mut row: Vec<usize> = (0..=b.len()).map(|j| j.min(far)).collect();
    for (i, x) in a.iter().enumerate() {
        let (low, high) = (i.saturating_sub(limit), (i + limit + 1).min(b.len()));
        let mut diagonal = row[low];
        row[low] = if low == 0 { (i + 1).min(far) } else { far };
        let mut best = row[low];
        for j in low..high {
            let above = if j + 1 > i + limit { far } else { row[j + 1] };
            let substituted = diagonal + usize::from(*x != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(above + 1).min(row[j] + 1).min(far);
            best = best.min(row[j + 1]);
        }
        if best > limit {
            return None;
        }
    }
    row.last().copied().filter(|&d| d <= limit)
}

/// Splits code whose white space is gone into names, numbers, string literals and single marks.
pub(crate) fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if matches!(first, '"' | '\'' | '`') {
            string_length(rest, first)
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return i + c.len_utf8(),
            _ => {}
        }
    }
    quote.len_utf8()
}

/// The candidate nearest to a misspelt `word`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(40).collect();
    let limit = (word.len() / 3).max(1);
    candidates
        .iter()
        .filter_map(|c| {
            Some((
                edit_distance(&word, &c.chars().collect::<Vec<_>>(), limit)?,
                *c,
            ))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(a: &[u8], b: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let next = (diagonal + usize::from(x != y))
                    .min(row[j] + 1)
                    .min(row[j + 1] + 1);
                diagonal = row[j + 1];
                row[j + 1] = next;
            }
        }
        row[b.len()]
    }

    #[test]
    fn the_limited_distance_agrees_with_the_plain_one() {
        let mut state = 7_u32;
        let mut text = |length: usize| -> Vec<u8> {
            (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8 % 3
                })
                .collect()
        };
        for round in 0..600 {
            let (a, b) = (text(round % 9), text(round % 7 + round % 3));
            let distance = plain(&a, &b);
            for limit in 0..9 {
                assert_eq!(
                    edit_distance(&a, &b, limit),
                    (distance <= limit).then_some(distance),
                    "{a:?} {b:?} {limit}"
                );
            }
        }
    }

    #[test]
    fn code_splits_into_tokens() {
        assert_eq!(
            tokens(r#"a.b_1("x\"y",'z')+$c"#),
            [
                "a",
                ".",
                "b_1",
                "(",
                r#""x\"y""#,
                ",",
                "'z'",
                ")",
                "+",
                "$c"
            ]
        );
        assert_eq!(tokens("\"open"), ["\"", "open"]);
        assert_eq!(tokens(" é = ü "), ["é", "=", "ü"]);
    }

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_not() {
        assert_eq!(nearest("resaon", &["detector", "reason"]), Some("reason"));
        assert_eq!(nearest("colour", &["detector", "reason"]), None);
    }
}
