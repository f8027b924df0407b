//! A certificate authority.

use std::fmt;
use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, Error,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType,
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

/// The lifetime of an authority, the same as kubeadm's.
const AUTHORITY: Duration = Duration::days(3650);
const CERTIFICATE: Duration = Duration::days(365);
/// How far certificates are backdated, because the clock of a remote engine may differ.
const BACKDATED_BY: Duration = Duration::days(1);

/// The hash of an authority's public key, `sha256:HEX`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaCertHash(String);

impl fmt::Display for CaCertHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A certificate and its key, in PEM.
pub(super) struct Signed {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A certificate authority with its key.
pub(super) struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new authority.
    pub(super) fn new(name: &str) -> Result<Self, Error> {
        let mut params = params(&[(DnType::CommonName, name)], AUTHORITY)?;
        params.subject_alt_names = vec![SanType::DnsName(name.try_into()?)];
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyCertSign,
        ];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    /// Reads an existing authority in PEM. Returns `None` if its key is not on P-256.
    pub(super) fn read(name: &str, certificate: String, key: &str) -> Option<Self> {
        let key = key_pair(key)?;
        let params = params(&[(DnType::CommonName, name)], AUTHORITY).ok()?;
        Some(Self { certificate, issuer: Issuer::new(params, key) })
    }

    pub(super) fn pem(&self) -> String {
        self.certificate.clone()
    }

    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    pub(super) fn hash(&self) -> CaCertHash {
        let hash = Sha256::digest(self.issuer.key().subject_public_key_info());
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        CaCertHash(format!("sha256:{hex}"))
    }

    /// Signs the client certificate of a user `name` in `group`.
    pub(super) fn client(&self, name: &str, group: &str) -> Result<Signed, Error> {
        let subject = [(DnType::OrganizationName, group), (DnType::CommonName, name)];
        let mut params = params(&subject, CERTIFICATE)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    /// Signs the certificate of a server that is reached by `names` and `addresses`.
    pub(super) fn server(
        &self,
        subject: &str,
        names: &[&str],
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Result<Signed, Error> {
        let mut params = params(&[(DnType::CommonName, subject)], CERTIFICATE)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in names {
            params.subject_alt_names.push(SanType::DnsName((*name).try_into()?));
        }
        params.subject_alt_names.extend(addresses.into_iter().map(SanType::IpAddress));
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Signed, Error> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Signed { certificate, key: key.serialize_pem() })
    }
}

/// Returns the parameters of a certificate with this subject that is valid for `time`.
fn params(subject: &[(DnType, &str)], time: Duration) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    let now = OffsetDateTime::now_utc();
    (params.not_before, params.not_after) = (now - BACKDATED_BY, now + time);
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in subject {
        // The encoding that Go uses: names are compared byte by byte.
        let value = DnValue::PrintableString((*value).try_into()?);
        params.distinguished_name.push(kind.clone(), value);
    }
    Ok(params)
}

/// The length of an `EC PRIVATE KEY` on P-256 in bytes (RFC 5915), and, in [`PKCS8`], the bytes
/// that a `PRIVATE KEY` has before it (RFC 5958).
const PKCS8_LENGTH: usize = 0x79;
const PKCS8: [u8; 29] = [
    0x30, 0x81, 0x93, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x79,
];

/// Reads a key on P-256 in PEM, made by mokctl or by kubeadm. Returns `None` for other keys.
pub(super) fn key_pair(text: &str) -> Option<KeyPair> {
    let pem = pem::parse(text).ok()?;
    let key = pem.contents();
    if pem.tag() == "EC PRIVATE KEY" && key.len() == PKCS8_LENGTH {
        let wrapped = [PKCS8.as_slice(), key].concat();
        return KeyPair::try_from(wrapped).ok();
    }
    KeyPair::try_from(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made by: openssl ecparam -name prime256v1 -genkey -noout; openssl req -x509 -subj
    // /CN=kubernetes
    const KEY: &str = include_str!("testdata/ca.key");
    const CERTIFICATE: &str = include_str!("testdata/ca.crt");
    const HASH: &str = include_str!("testdata/ca.hash");

    #[test]
    fn a_key_that_kubeadm_has_made_is_read() {
        let authority = Authority::read("kubernetes", CERTIFICATE.into(), KEY).unwrap();
        assert_eq!(authority.hash().to_string(), HASH.trim());
        assert!(authority.client("system:node:a-worker-1", "system:nodes").is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in
            ["", CERTIFICATE, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
        {
            assert!(key_pair(text).is_none(), "{text}");
        }
    }
}
