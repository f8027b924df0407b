//! The user's certificate authorities.

use serde::{Deserialize, Serialize};

use super::error::FileError;
use crate::node::files::File;

/// The file of additional authorities. Go programs read every file in this folder.
const TRUSTED: &str = "etc/ssl/certs/mok-ca.pem";

/// Certificates in PEM, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorities(String);

impl Authorities {
    /// Extracts the certificates from `text`, which may have comments between them.
    ///
    /// # Errors
    /// Fails if there are none, or if there is another kind of PEM: a private key is not for
    /// nodes.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let parts = pem::parse_many(text).map_err(|_| FileError::Certificates)?;
        // Every certificate in DER is a sequence.
        let is_certificate =
            |part: &pem::Pem| part.tag() == "CERTIFICATE" && part.contents().first() == Some(&0x30);
        if parts.is_empty() || !parts.iter().all(is_certificate) {
            return Err(FileError::Certificates);
        }
        Ok(Self(parts.iter().map(pem::encode).collect()))
    }

    /// Returns these certificates and `others`.
    #[must_use]
    pub fn union(self, others: &Self) -> Self {
        Self(self.0 + &others.0)
    }

    /// Returns the number of certificates.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.matches("-----BEGIN ").count()
    }

    /// Returns the file that has nodes trust these authorities in all pulls.
    #[must_use]
    pub fn trusted(&self) -> File {
        self.file(TRUSTED)
    }

    /// Returns a file with the certificates.
    #[must_use]
    pub fn file(&self, path: &str) -> File {
        File::public(path, self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = include_str!("../pki/testdata/ca.crt");
    const KEY: &str = include_str!("../pki/testdata/ca.key");

    #[test]
    fn authorities_are_certificates_alone() {
        let one = Authorities::read(&format!("# of the firm\n{ONE}")).unwrap();
        let (text, kept) = (ONE.replace("\r\n", "\n"), one.0.replace("\r\n", "\n"));
        assert_eq!(kept.trim(), text.trim());
        assert_eq!(one.clone().union(&one), Authorities::read(&[ONE, ONE].concat()).unwrap());
        let no_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(one.clone().union(&one).count(), 2);
        for bad in ["", "words", KEY, &[ONE, KEY].concat(), no_der] {
            assert_eq!(Authorities::read(bad), Err(FileError::Certificates), "{bad}");
        }
    }
}
