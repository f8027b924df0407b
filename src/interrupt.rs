//! The user's wish to stop. A signal sets a flag; whoever waits looks at it.
//! Knows nothing of what is running or how it is undone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Shared by the signal handler and everything that waits. Cloning shares.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicU32>);

impl Interrupt {
    /// Catches SIGINT, SIGTERM and SIGHUP for the rest of the process's life.
    /// The handler only counts: `ctrlc` calls it on a thread of its own, and
    /// undoing is the main thread's business. The second signal leaves at once,
    /// after `last_words` (what may remain and which command removes it).
    pub fn install(
        &self,
        last_words: impl Fn() + Send + 'static,
        leave: impl Fn() + Send + 'static,
    ) -> Result<(), ctrlc::Error> {
        let count = Arc::clone(&self.0);
        ctrlc::set_handler(move || {
            if count.fetch_add(1, Ordering::SeqCst) > 0 {
                last_words();
                leave();
            }
        })
    }

    /// Whether a signal has come.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    /// One that never is set: what is undone must not be stopped by the signal
    /// that asked for it.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }
}
