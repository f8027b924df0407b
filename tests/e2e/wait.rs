//! Waiting for what comes by itself.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Tries `attempt` until it succeeds and says how long that took. Panics with its
/// last complaint after `patience`.
pub(crate) fn until<T>(
    what: &str,
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> (T, Duration) {
    let begun = Instant::now();
    loop {
        match attempt() {
            Ok(value) => return (value, begun.elapsed()),
            Err(why) if begun.elapsed() > patience => {
                panic!("waited {} s for {what}: {why}", patience.as_secs())
            }
            Err(_) => sleep(Duration::from_millis(300)),
        }
    }
}
