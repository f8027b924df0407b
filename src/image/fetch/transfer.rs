//! The progress of a transfer: bytes, rate and remaining time.

use std::time::Duration;

/// Returns for example `212 of 366 MB, 54.2 MB/s, 3 s left`. Rate and remaining time are left out
/// if they are unknown.
pub(super) fn tell(done: u64, total: u64, passed: Duration) -> String {
    let sizes = sizes(done, total);
    if done == 0 || passed < RATE_AFTER {
        return sizes;
    }
    #[expect(clippy::cast_precision_loss, reason = "what is shown has three digits")]
    let (done, left) = (done as f64, total.saturating_sub(done) as f64);
    let rate = done / passed.as_secs_f64();
    let seconds = (left / rate).ceil();
    #[expect(clippy::cast_precision_loss, reason = "a constant")]
    let rate = rate / MB as f64;
    format!("{sizes}, {rate:.1} MB/s, {seconds:.0} s left")
}

/// Returns for example `212 of 366 MB`.
pub(super) fn sizes(done: u64, total: u64) -> String {
    format!("{} of {} MB", done.div_ceil(MB), total.div_ceil(MB))
}

const MB: u64 = 1_000_000;

/// The time after which the rate is meaningful.
const RATE_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_estimated_by_the_rate_so_far() {
        let tell = |done, seconds| tell(done * MB, 400 * MB, Duration::from_secs(seconds));
        assert_eq!(tell(0, 5), "0 of 400 MB");
        assert_eq!(tell(100, 0), "100 of 400 MB");
        assert_eq!(tell(100, 2), "100 of 400 MB, 50.0 MB/s, 6 s left");
        assert_eq!(tell(400, 8), "400 of 400 MB, 50.0 MB/s, 0 s left");
    }
}
