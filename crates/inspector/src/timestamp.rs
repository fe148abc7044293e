use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z. On the wire it is a number of seconds, as Inspector sends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Milliseconds of a day.
    pub const DAY: i64 = 24 * 60 * 60 * 1000;

    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later; stops at the last moment instead of overflowing.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds since an earlier moment; 0 when that is not earlier.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        let passed = self.0.saturating_sub(earlier.0);
        if passed > 0 { passed } else { 0 }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            #[expect(
                clippy::cast_precision_loss,
                reason = "milliseconds of this era need 41 of 52 bits"
            )]
            serializer.serialize_f64(self.0 as f64 / 1000.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        // Seconds of the years 0000 to 9999, which also keeps the product exact enough.
        if !(-62_167_219_200.0..=253_402_300_799.0).contains(&seconds) {
            return Err(serde::de::Error::custom(
                "a time outside the years 0 to 9999",
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        Ok(Self((seconds * 1000.0).round() as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_seconds_on_the_wire() {
        let moment = Timestamp::from_millis(1_704_067_200_250);
        let text = serde_json::to_string(&moment).expect("serialises");
        assert_eq!(text, "1704067200.25");
        assert_eq!(
            serde_json::from_str::<Timestamp>(&text).expect("reads"),
            moment
        );
        let whole = serde_json::to_string(&Timestamp::from_millis(1_704_067_200_000));
        assert_eq!(whole.expect("serialises"), "1704067200");
    }

    #[test]
    fn a_moment_no_calendar_has_is_refused() {
        assert!(serde_json::from_str::<Timestamp>("1e300").is_err());
    }
}
