//! JSON that is safe to print: characters that could deceive a reader leave only as `\u` escapes.
//!
//! The value stays exactly what it was; only its spelling differs. [`clean`](crate::clean) says which characters.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::clean::is_hostile;

/// Writes JSON without blanks.
pub(crate) fn write_compact<T: Serialize>(value: &T, out: &mut impl Write) -> io::Result<()> {
    write(value, out, CompactFormatter)
}

/// Writes indented JSON.
pub(crate) fn write_pretty<T: Serialize>(value: &T, out: &mut impl Write) -> io::Result<()> {
    write(value, out, PrettyFormatter::new())
}

fn write<T: Serialize>(value: &T, out: &mut impl Write, layout: impl Formatter) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(&mut *out, Escaping(layout)))
        .map_err(io::Error::from)?;
    out.write_all(b"\n")
}

struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|b| b < 0x7f) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_hostile(c)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_the_value_stays() {
        let value = vec!["a\u{202e}b\u{9b}\x1b\u{e0041}\u{7f}é", "plain \"quoted\"\n"];
        let mut out = Vec::new();
        write_compact(&value, &mut out).expect("writing to memory");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text,
            "[\"a\\u202eb\\u009b\\u001b\\udb40\\udc41\\u007fé\",\"plain \\\"quoted\\\"\\n\"]\n"
        );
        assert_eq!(
            serde_json::from_str::<Vec<String>>(&text).expect("JSON"),
            value
        );
    }
}
