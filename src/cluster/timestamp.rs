//! A point in time and its age. Knows no calendar.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// A day, in seconds.
pub const DAY: u64 = 24 * HOUR;

impl Timestamp {
    /// Returns the current time.
    #[must_use]
    pub fn now() -> Self {
        Self(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// Parses seconds since 1970.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok().map(Self)
    }

    /// Parses the format of engines, `2021-01-31T12:00:00.5Z`, which is always in UTC.
    #[must_use]
    pub fn from_engine(text: &str) -> Option<Self> {
        let time = humantime::parse_rfc3339(text).ok()?;
        Some(Self(time.duration_since(UNIX_EPOCH).ok()?.as_secs()))
    }

    /// Returns the seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Returns the seconds from this point until `now`.
    #[must_use]
    pub fn until(self, now: Self) -> u64 {
        now.0.saturating_sub(self.0)
    }

    /// Returns the age at `now` in the largest unit that fits: `45s`, `12m`, `3h`, `9d`.
    #[must_use]
    pub fn age(self, now: Self) -> String {
        let seconds = self.until(now);
        match seconds {
            0..MINUTE => format!("{seconds}s"),
            MINUTE..HOUR => format!("{}m", seconds / MINUTE),
            HOUR..DAY => format!("{}h", seconds / HOUR),
            _ => format!("{}d", seconds / DAY),
        }
    }
}

/// Writes the form that [`Timestamp::parse`] takes.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_times_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59.999Z", 951_868_799),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2021-01-31T12:00:00.000000000Z", 1_612_094_400),
        ] {
            assert_eq!(Timestamp::from_engine(text), Some(Timestamp(seconds)), "{text}");
        }
        for text in ["", "2021", "0001-01-01T00:00:00Z", "2021-13-01T00:00:00Z", "2021-01-31 ä"] {
            assert_eq!(Timestamp::from_engine(text), None, "{text}");
        }
    }

    #[test]
    fn an_age_has_one_unit() {
        let age = |seconds| Timestamp(5).age(Timestamp(5 + seconds));
        let ages = [0, 59, 60, 3599, 3600, DAY - 1, DAY, 400 * DAY].map(age);
        assert_eq!(ages, ["0s", "59s", "1m", "59m", "1h", "23h", "1d", "400d"]);
        assert_eq!(Timestamp(5).age(Timestamp(4)), "0s");
    }
}
