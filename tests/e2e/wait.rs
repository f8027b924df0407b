//! Waits for states that a cluster reaches by itself.

use std::env;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Scales a duration for slow machines: by `MOKCTL_DEADLINE_SCALE`, as mokctl scales its own.
fn scaled(duration: Duration) -> Duration {
    let scale = env::var("MOKCTL_DEADLINE_SCALE").ok().and_then(|text| text.parse().ok());
    duration.mul_f64(scale.unwrap_or(1.0_f64).max(1.0))
}

/// Calls `attempt` until it succeeds. Returns its value and how long that took. Panics with the
/// last error after `patience`. Pauses as long as the last attempt took, between 0.3 and 3 s, to
/// leave the processor to what is waited for.
pub(crate) fn until<T>(
    what: &str,
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> (T, Duration) {
    let (begun, patience) = (Instant::now(), scaled(patience));
    loop {
        let tried = Instant::now();
        match attempt() {
            Ok(value) => return (value, begun.elapsed()),
            Err(why) if begun.elapsed() > patience => {
                panic!("waited {} s for {what}: {why}", patience.as_secs())
            }
            Err(_) => {
                let [least, most] = [300, 3000].map(Duration::from_millis);
                sleep(tried.elapsed().clamp(least, most));
            }
        }
    }
}
