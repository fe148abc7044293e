//! Numbers and texts in the index: variable-length integers, and texts with their length in front.

use super::Corrupt;

pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn put_texts<T: AsRef<str>>(out: &mut Vec<u8>, texts: &[T]) {
    put_number(out, texts.len() as u64);
    for text in texts {
        put_text(out, text.as_ref());
    }
}

/// Reads what was put, and trusts none of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn number(&mut self) -> Result<u64, Corrupt> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(Corrupt)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Corrupt)
    }

    pub(crate) fn small(&mut self) -> Result<u32, Corrupt> {
        u32::try_from(self.number()?).map_err(|_| Corrupt)
    }

    /// The length of a list whose elements take a byte each at least, so that no list claims more than there is.
    pub(crate) fn count(&mut self) -> Result<usize, Corrupt> {
        let count = usize::try_from(self.number()?).map_err(|_| Corrupt)?;
        (count <= self.0.len()).then_some(count).ok_or(Corrupt)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Corrupt> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| Corrupt)
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<&'a str>, Corrupt> {
        (0..self.count()?).map(|_| self.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Reader, put_number, put_texts};

    proptest! {
        #[test]
        fn what_was_put_is_read(number: u64, texts in proptest::collection::vec(".{0,300}", 0..5)) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            put_texts(&mut bytes, &texts);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.number().ok(), Some(number));
            prop_assert_eq!(reader.texts().expect("put"), texts);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while !reader.is_empty() && reader.texts().is_ok() && reader.number().is_ok() {}
        }
    }
}
