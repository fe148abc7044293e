//! Turning the pages of a list, whoever serves it: a service that never ends, or goes in a circle, is none.

use crate::error::ErrorKind;
use crate::failure::Failure;

/// Where in a list a reader is.
#[derive(Debug)]
pub(crate) struct Pages {
    left: u32,
    token: Option<String>,
}

impl Pages {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            left: limit,
            token: None,
        }
    }

    /// The token of the next page; `None` at the end.
    pub(crate) fn turn(&mut self, next: Option<String>) -> Result<Option<String>, Failure> {
        let Some(next) = next.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        if self.token.as_ref() == Some(&next) {
            let message = "the list names the same next page again";
            return Err(Failure::of(ErrorKind::NotTheService, message));
        }
        self.left = self
            .left
            .checked_sub(1)
            .filter(|left| *left > 0)
            .ok_or_else(|| Failure::of(ErrorKind::TooLarge, "the list has too many pages"))?;
        self.token = Some(next.clone());
        Ok(Some(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_goes_on_forever_is_refused() {
        let mut pages = Pages::new(3);
        assert!(pages.turn(Some("a".to_owned())).is_ok());
        assert!(pages.turn(Some("b".to_owned())).is_ok());
        let failure = pages.turn(Some("c".to_owned())).expect_err("a fourth page");
        assert_eq!(failure.kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn a_list_that_stands_still_is_refused() {
        let mut pages = Pages::new(3);
        assert!(pages.turn(Some("a".to_owned())).is_ok());
        assert!(pages.turn(Some("a".to_owned())).is_err());
    }

    #[test]
    fn an_empty_token_is_the_end() {
        assert_eq!(Pages::new(3).turn(Some(String::new())), Ok(None));
    }
}
