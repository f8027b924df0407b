//! The sum over all entries of an archive: their names, kinds and contents.

use std::io;

use sha2::{Digest, Sha256};
use tar::Header;

/// What has been added up so far.
#[derive(Default)]
pub(super) struct Sum(Sha256);

impl Sum {
    /// Adds an entry whose content has this digest.
    pub(super) fn add(&mut self, header: &Header, digest: &str) {
        let link = header.link_name_bytes().unwrap_or_default();
        let path = header.path_bytes();
        for part in [&path[..], &[header.entry_type().as_byte()], &link[..], digest.as_bytes()] {
            self.0.update(part.len().to_be_bytes());
            self.0.update(part);
        }
    }

    /// In hexadecimal digits.
    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The digest of what `from` holds, in hexadecimal digits, which goes to `to` as well.
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
