//! Times as ASFF writes them.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use shindan_inspector::Timestamp;

/// Reads a time as the API's page "Data types, Timestamps" allows it: `2019-03-05T12:34:56Z`, with up to nine decimals, and
/// with `Z` or an offset of `+HH:MM` or `+HHMM`. What is finer than a millisecond is cut off.
#[must_use]
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    // Also keeps the slices below at borders of characters.
    if bytes.len() < 20 || bytes.len() > 35 || !text.is_ascii() {
        return None;
    }
    let separated = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')]
        .iter()
        .all(|(at, separator)| bytes[*at] == *separator);
    if !separated || !matches!(bytes[10], b'T' | b't') {
        return None;
    }
    let [year, month, day, hour, minute, second] =
        [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)]
            .map(|(from, to)| number(&text[from..to]));
    let (decimals, zone) = match text[19..].strip_prefix('.') {
        None => ("", &text[19..]),
        Some(rest) => {
            let end = rest.bytes().position(|b| !b.is_ascii_digit())?;
            (&rest[..end], &rest[end..])
        }
    };
    if text.as_bytes()[19] == b'.' && !(1..=9).contains(&decimals.len()) {
        return None;
    }
    let nanoseconds = format!("{decimals:0<9}").parse().ok()?;
    // A leap second counts as the one before.
    let second = second?.min(59);
    let small = |number: Option<u16>| number.and_then(|number| i8::try_from(number).ok());
    let civil = DateTime::new(
        i16::try_from(year?).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        i8::try_from(second).ok()?,
        nanoseconds,
    )
    .ok()?;
    let moment = offset(zone)?.to_timestamp(civil).ok()?;
    Some(Timestamp::from_millis(moment.as_millisecond()))
}

/// Writes a time as Security Hub does: with three decimals and `Z`.
#[must_use]
pub fn write_time(at: Timestamp) -> String {
    // Times outside jiff's years -9999 to 9999 are the nearest within.
    let moment =
        jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(if at.as_millis() < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
    format!("{moment:.3}")
}

/// A moment as `control` counts time.
pub(crate) fn moment(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn number(digits: &str) -> Option<u16> {
    // `parse` alone would take a sign.
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn offset(zone: &str) -> Option<Offset> {
    if matches!(zone, "Z" | "z") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.len() {
        5 if digits.as_bytes()[2] == b':' => (&digits[..2], &digits[3..]),
        4 => (&digits[..2], &digits[2..]),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    Offset::from_seconds(sign * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_documented_form_are_read() {
        for (text, written) in [
            ("2019-03-05T12:34:56Z", "2019-03-05T12:34:56.000Z"),
            ("2019-03-05T12:34:56.1Z", "2019-03-05T12:34:56.100Z"),
            ("2019-03-05T12:34:56.123456789Z", "2019-03-05T12:34:56.123Z"),
            ("2019-03-05T12:34:56+09:00", "2019-03-05T03:34:56.000Z"),
            ("2019-03-05T12:34:56-0130", "2019-03-05T14:04:56.000Z"),
            ("2019-03-05T12:34:56.5+0900", "2019-03-05T03:34:56.500Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(
                parse_time(text).map(write_time).as_deref(),
                Some(written),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2019-03-05",
            "2019-03-05T12:34:56",
            "2019-03-05 12:34:56Z",
            "2019-02-30T12:34:56Z",
            "2019-03-05T25:34:56Z",
            "2019-03-05T12:34:56.Z",
            "2019-03-05T12:34:56.1234567890Z",
            "2019-03-05T12:34:56+9",
            "2019-03-05T12:34:56+24:00",
            "+019-03-05T12:34:56Z",
            "2019-03-05T12:34:56Ｚ",
            "２０19-03-05T12:34:56Z",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn moments_that_no_calendar_has_are_written_all_the_same() {
        for millis in [i64::MIN, i64::MAX] {
            assert!(write_time(Timestamp::from_millis(millis)).ends_with('Z'));
        }
    }
}
