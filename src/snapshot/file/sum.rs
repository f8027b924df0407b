//! The checksum of an archive: over the names, kinds, link targets and contents of all entries.

use std::io;

use sha2::{Digest, Sha256};
use tar::Header;

/// The checksum of the entries so far.
#[derive(Default)]
pub(super) struct Sum(Sha256);

impl Sum {
    /// Adds an entry whose contents have this digest.
    pub(super) fn add(&mut self, header: &Header, digest: &str) {
        let link = header.link_name_bytes().unwrap_or_default();
        let path = header.path_bytes();
        for part in [&path[..], &[header.entry_type().as_byte()], &link[..], digest.as_bytes()] {
            self.0.update(part.len().to_be_bytes());
            self.0.update(part);
        }
    }

    /// Returns the checksum in hexadecimal digits.
    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Copies `from` to `to`, and returns the digest of the data in hexadecimal digits.
pub(super) fn copy(mut from: impl io::Read, to: &mut impl io::Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut buffer)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        to.write_all(part)?;
    }
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
