//! The certificate authorities of a cluster. mokctl makes them before the nodes start; kubeadm
//! uses the files that it finds, and makes the others. So each node gets its credentials with its
//! first files, and does not wait for a signer.

mod account;
mod authority;
mod credentials;

use std::fmt;
use std::io::Read;

use rcgen::KeyPair;
use thiserror::Error;

pub use account::Account;
pub use authority::CaCertHash;
use authority::{Authority, key_pair};
pub use credentials::{DISCOVERY, SERVING};

use super::files::{Content, File};

/// The folder where kubeadm looks for authorities, without the leading slash.
pub const FOLDER: &str = "etc/kubernetes/pki";

/// The files in [`FOLDER`] that all masters share.
pub const SHARED: [&str; 8] = [
    "ca.crt",
    "ca.key",
    "etcd/ca.crt",
    "etcd/ca.key",
    "front-proxy-ca.crt",
    "front-proxy-ca.key",
    "sa.key",
    "sa.pub",
];

/// Why certificates cannot be made or read.
#[derive(Debug, Error)]
pub enum PkiError {
    /// A certificate cannot be made.
    #[error("cannot create a certificate")]
    Make(#[from] rcgen::Error),
    /// The archive of a master's files cannot be read.
    #[error("cannot read the archive of a master's certificate authorities")]
    Archive(#[from] std::io::Error),
    /// A file in the archive is missing or invalid.
    #[error("a master's {0} is missing or not readable")]
    Unreadable(&'static str),
    /// There is no randomness for a signature.
    #[error("cannot sign a service account's token")]
    Token,
}

/// The certificate authorities of a cluster, and the key for service account tokens.
pub struct Pki {
    shared: Vec<File>,
    /// The authority that signs nodes' certificates.
    authority: Authority,
}

/// Does not show the keys.
impl fmt::Debug for Pki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pki").finish_non_exhaustive()
    }
}

impl Pki {
    /// Makes the authorities of a new cluster.
    pub fn new() -> Result<Self, PkiError> {
        let authority = Authority::new("kubernetes")?;
        let others = [Authority::new("etcd-ca")?, Authority::new("front-proxy-ca")?];
        let accounts = KeyPair::generate()?;
        let [ca, etcd, proxy] = [&authority, &others[0], &others[1]].map(Authority::pem);
        let [ca_key, etcd_key, proxy_key] =
            [&authority, &others[0], &others[1]].map(Authority::key_pem);
        let contents = [
            ca,
            ca_key,
            etcd,
            etcd_key,
            proxy,
            proxy_key,
            accounts.serialize_pem(),
            accounts.public_key_pem(),
        ];
        let shared = SHARED.iter().zip(contents);
        let shared = shared.map(|(name, content)| shared_file(name, content.into_bytes()));
        Ok(Self { shared: shared.collect(), authority })
    }

    /// Reads the authorities of a master from `archive`, a tar archive of [`SHARED`].
    pub fn from_archive(archive: &[u8]) -> Result<Self, PkiError> {
        let mut found = Vec::new();
        for entry in tar::Archive::new(archive).entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            found.push((path, content));
        }
        let find = |name: &'static str| {
            let file = found.iter().find(|(path, _)| path.as_os_str() == name);
            file.map(|(_, content)| content.clone()).ok_or(PkiError::Unreadable(name))
        };
        let shared = SHARED.iter().map(|name| Ok(shared_file(name, find(name)?)));
        let shared = shared.collect::<Result<Vec<_>, PkiError>>()?;
        let text = |name| String::from_utf8(find(name)?).map_err(|_| PkiError::Unreadable(name));
        let (certificate, key) = (text("ca.crt")?, text("ca.key")?);
        let authority = Authority::read("kubernetes", certificate, &key)
            .ok_or(PkiError::Unreadable("ca.key"))?;
        Ok(Self { shared, authority })
    }

    /// Returns the hash by which `kubeadm join` identifies the cluster.
    #[must_use]
    pub fn ca_cert_hash(&self) -> CaCertHash {
        self.authority.hash()
    }

    /// Returns the certificate of the cluster's authority in PEM.
    #[must_use]
    pub fn ca(&self) -> String {
        self.authority.pem()
    }

    /// Signs a service account token for a Secret.
    pub fn token(&self, account: &Account<'_>) -> Result<String, PkiError> {
        let path = format!("{FOLDER}/sa.key");
        let file = self.shared.iter().find(|file| file.path == path);
        let key = file.and_then(|file| match &file.content {
            Content::Bytes(bytes) => key_pair(str::from_utf8(bytes).ok()?),
            Content::Link(_) => None,
        });
        account.token(&key.ok_or(PkiError::Unreadable("sa.key"))?)
    }
}

fn shared_file(name: &str, content: Vec<u8>) -> File {
    File { mode: 0o600, ..File::public(format!("{FOLDER}/{name}"), content) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::files::archive;

    fn packed(pki: &Pki) -> Vec<u8> {
        let inner = |file: &File| {
            let path = file.path.strip_prefix(&format!("{FOLDER}/")).unwrap().to_owned();
            File { path, ..file.clone() }
        };
        archive(&pki.shared.iter().map(inner).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_a_master_has_is_read_as_it_was_made() {
        let pki = Pki::new().unwrap();
        let read = Pki::from_archive(&packed(&pki)).unwrap();
        assert_eq!(read.shared, pki.shared);
        assert_eq!(read.ca_cert_hash(), pki.ca_cert_hash());
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut pki = Pki::new().unwrap();
        pki.shared.retain(|file| !file.path.ends_with("/sa.pub"));
        let error = Pki::from_archive(&packed(&pki)).unwrap_err();
        assert_eq!(error.to_string(), "a master's sa.pub is missing or not readable");
        assert!(Pki::from_archive(b"no archive").is_err());
    }

    #[test]
    fn two_clusters_have_nothing_in_common() {
        let [one, other] = [Pki::new().unwrap(), Pki::new().unwrap()];
        for (one, other) in one.shared.iter().zip(&other.shared) {
            assert_ne!(one.content, other.content, "{}", one.path);
        }
    }

    #[test]
    fn keys_are_not_shown() {
        assert_eq!(format!("{:?}", Pki::new().unwrap()), "Pki { .. }");
    }
}
