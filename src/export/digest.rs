//! Digests: the names of images and their parts by content.

use sha2::{Digest, Sha256};

/// Returns the digest of `bytes`: `sha256:` and 64 hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("sha256:{digits}")
}
