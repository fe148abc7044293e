//! Times as signatures write them: `20150830T123600Z`, always UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const LENGTH: usize = "20150830T123600Z".len();
/// Length of the date that a time begins with.
pub(crate) const DATE_LENGTH: usize = "20150830".len();

pub(crate) fn parse(text: &[u8]) -> Option<Timestamp> {
    if text.len() != LENGTH || text[DATE_LENGTH] != b'T' || text[LENGTH - 1] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| {
        text[from..to].iter().try_fold(0_i16, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
            Some(number * 10 + digit)
        })
    };
    let small = |from: usize| number(from, from + 2).and_then(|value| i8::try_from(value).ok());
    let time = DateTime::new(
        number(0, 4)?,
        small(4)?,
        small(6)?,
        small(9)?,
        small(11)?,
        small(13)?,
        0,
    );
    Offset::UTC.to_timestamp(time.ok()?).ok()
}

pub(crate) fn format(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_and_nothing_else_is_read() {
        let time = parse(b"20150830T123600Z").expect("a time");
        assert_eq!(time.as_second(), 1_440_938_160);
        assert_eq!(format(time), "20150830T123600Z");
        for wrong in [
            "",
            "20150830T123600",
            "2015-08-30T12:36:00Z",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T123660Z",
            "20150830t123600Z",
            "+0150830T123600Z",
            "2015083 T123600Z",
            "20150830T123600z",
            "20150830T250000Z",
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
