//! Waiting for what comes by itself.

use std::env;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a duration for an ordinary machine is on this one, where it has another speed:
/// `MOKCTL_DEADLINE_SCALE`, as for the program.
fn scaled(duration: Duration) -> Duration {
    let scale = env::var("MOKCTL_DEADLINE_SCALE").ok().and_then(|text| text.parse().ok());
    duration.mul_f64(scale.unwrap_or(1.0_f64).max(1.0))
}

/// Tries `attempt` until it succeeds and says how long that took. Panics with its
/// last complaint after `patience`. Where a try takes long it pauses as long: what is waited for
/// needs the processor, too.
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
