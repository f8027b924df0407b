//! Scales the deadlines of calls for slow machines. The deadlines in the code are made for an
//! ordinary machine.

use std::ffi::OsStr;
use std::time::Duration;

use thiserror::Error;

/// The factor by which every deadline is multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeadlineScale(f64);

/// The error for an invalid value of `MOKCTL_DEADLINE_SCALE`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid MOKCTL_DEADLINE_SCALE, '{0}': a number from 0.001 to 1000 is allowed, like 2.5")]
pub struct ScaleError(String);

impl Default for DeadlineScale {
    fn default() -> Self {
        Self(1.0)
    }
}

impl DeadlineScale {
    /// Parses the value of `MOKCTL_DEADLINE_SCALE`. An unset or empty variable means 1.
    ///
    /// # Errors
    /// Fails if the value is not a number or is out of range.
    pub fn parse(value: Option<&OsStr>) -> Result<Self, ScaleError> {
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            return Ok(Self::default());
        };
        let scale = value.to_str().and_then(|word| word.parse().ok());
        scale
            .filter(|scale| (0.001..=1000.0).contains(scale))
            .map(Self)
            .ok_or_else(|| ScaleError(value.to_string_lossy().into_owned()))
    }

    /// Returns `deadline`, scaled for this machine.
    #[must_use]
    pub fn apply(self, deadline: Duration) -> Duration {
        deadline.mul_f64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_number_that_makes_sense() {
        let parse = |word: &str| DeadlineScale::parse(Some(OsStr::new(word)));
        let minute = Duration::from_secs(60);
        for (word, seconds) in [("1", 60.0), ("2.5", 150.0), ("0.01", 0.6), ("", 60.0)] {
            let scaled = parse(word).unwrap().apply(minute);
            assert!((scaled.as_secs_f64() - seconds).abs() < 1e-9, "{word}");
        }
        for word in ["0", "-1", "x", "inf", "NaN", "1e9", " 1"] {
            assert_eq!(parse(word), Err(ScaleError(word.into())), "{word}");
        }
    }
}
