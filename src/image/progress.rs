//! The progress of compiling: which program of how many, and the remaining time.

use std::time::Duration;

/// The progress of programs that are compiled one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    programs: usize,
    seconds: u32,
    begun: usize,
    done_seconds: u32,
    current_seconds: u32,
}

impl Progress {
    /// Returns the progress before the first program. `seconds` are the measured times of each.
    #[must_use]
    pub fn new(seconds: impl IntoIterator<Item = u32>) -> Self {
        let (mut programs, mut total) = (0, 0);
        for of_one in seconds {
            programs += 1;
            total += of_one;
        }
        Self { programs, seconds: total, begun: 0, done_seconds: 0, current_seconds: 0 }
    }

    /// Begins the next program, for which `seconds` were measured.
    pub fn begin(&mut self, seconds: u32) {
        self.done_seconds += self.current_seconds;
        self.current_seconds = seconds;
        self.begun += 1;
    }

    /// Returns the progress, `passed` after the first program began, such as "kubelet, 2 of 17,
    /// about 9 min left".
    #[must_use]
    pub fn tell(&self, program: &str, passed: Duration) -> String {
        let Self { programs, begun, .. } = self;
        format!("{program}, {begun} of {programs}, {} left", about(self.left(passed)))
    }

    /// Estimates the remaining time, at the pace of this machine once it is known.
    fn left(&self, passed: Duration) -> Duration {
        let left = f64::from(self.seconds.saturating_sub(self.done_seconds));
        let pace = if self.done_seconds < PACE_AFTER {
            1.0
        } else {
            passed.as_secs_f64() / f64::from(self.done_seconds)
        };
        Duration::from_secs_f64(left * pace)
    }
}

/// How much must be done before the pace of this machine counts, in measured seconds.
const PACE_AFTER: u32 = 60;

fn about(left: Duration) -> String {
    match left.as_secs().div_ceil(60) {
        0 | 1 => "about a minute".to_owned(),
        minutes => format!("about {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_estimated_by_the_pace_so_far() {
        let mut progress = Progress::new([100, 200, 300]);
        let tell = |progress: &Progress, passed| progress.tell("p", Duration::from_secs(passed));
        progress.begin(100);
        assert_eq!(tell(&progress, 0), "p, 1 of 3, about 10 min left");
        progress.begin(200);
        // This machine is half as fast.
        assert_eq!(tell(&progress, 200), "p, 2 of 3, about 17 min left");
        progress.begin(300);
        assert_eq!(tell(&progress, 300), "p, 3 of 3, about 5 min left");
        assert_eq!(Progress::new([]).tell("p", Duration::ZERO), "p, 0 of 0, about a minute left");
    }
}
