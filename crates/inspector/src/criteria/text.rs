use super::{StringComparison, StringFilter};

/// The values of one criterion about texts, taken apart by how they are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMatch<'c> {
    /// One of these or of the prefixes must match, if there are any.
    pub equal: Vec<&'c str>,
    /// See `equal`.
    pub prefixes: Vec<&'c str>,
    /// None of these may be equal.
    pub unequal: Vec<&'c str>,
}

impl<'c> TextMatch<'c> {
    /// Takes a criterion apart.
    #[must_use]
    pub fn new(filters: impl IntoIterator<Item = &'c StringFilter>) -> Self {
        let mut parts = Self::default();
        for filter in filters {
            let list = match filter.comparison {
                StringComparison::Equals => &mut parts.equal,
                StringComparison::Prefix => &mut parts.prefixes,
                StringComparison::NotEquals => &mut parts.unequal,
            };
            list.push(&filter.value);
        }
        parts
    }

    /// Whether some value has to be equal or begin in some way: whether a finding without the value cannot match.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.equal.is_empty() || !self.prefixes.is_empty()
    }

    /// Whether something that has these values matches: none, one, or several such as tags.
    #[must_use]
    pub fn holds(&self, values: &[&str]) -> bool {
        let wanted = |value: &&str| {
            self.equal.contains(value)
                || self.prefixes.iter().any(|prefix| value.starts_with(prefix))
        };
        (!self.is_positive() || values.iter().any(wanted))
            && !values.iter().any(|value| self.unequal.contains(value))
    }
}

/// The first text, in the order of Unicode code points, that is behind all texts with a prefix. None when there is none.
#[must_use]
pub fn after_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The code points between these two are no characters.
        let next = if last == '\u{d7ff}' {
            Some('\u{e000}')
        } else {
            char::from_u32(u32::from(last) + 1)
        };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_with_a_prefix_lie_between_it_and_what_is_after_it(prefix in "[a-c\u{d7ff}\u{e000}\u{10ffff}]{1,3}", text in "[a-c\u{d7ff}\u{e000}\u{10ffff}]{0,4}") {
            let below = after_prefix(&prefix).is_none_or(|after| text < after);
            prop_assert_eq!(text.starts_with(&prefix), text >= prefix && below);
        }
    }
}
