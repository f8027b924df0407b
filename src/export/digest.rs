//! How images and their parts are named by what is in them.

use sha2::{Digest, Sha256};

/// The name of `bytes`: `sha256:` and 64 digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256:{digits}")
}
