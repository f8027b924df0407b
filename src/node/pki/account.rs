//! Service account tokens in Secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use rcgen::{KeyPair, PublicKeyData};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::PkiError;

/// A service account and the Secret with its token.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The namespace of the account and the Secret.
    pub namespace: &'a str,
    /// The account's name.
    pub name: &'a str,
    /// The account's UID, which distinguishes it from a later account of the same name.
    pub uid: &'a str,
    /// The Secret's name.
    pub secret: &'a str,
}

impl Account<'_> {
    /// Returns the account's token, in the form that the controller manager signs: a JSON Web
    /// Token (RFC 7519) that does not expire. The API server also checks that the Secret still has
    /// it.
    pub(super) fn token(&self, key: &KeyPair) -> Result<String, PkiError> {
        // The API server finds the key by the hash of its public key.
        let id = BASE64URL.encode(Sha256::digest(key.subject_public_key_info()));
        let header = json!({"alg": "ES256", "kid": id});
        let claims = json!({
            "iss": "kubernetes/serviceaccount",
            "kubernetes.io/serviceaccount/namespace": self.namespace,
            "kubernetes.io/serviceaccount/secret.name": self.secret,
            "kubernetes.io/serviceaccount/service-account.name": self.name,
            "kubernetes.io/serviceaccount/service-account.uid": self.uid,
            "sub": format!("system:serviceaccount:{}:{}", self.namespace, self.name),
        });
        let [header, claims] = [header, claims].map(|part| BASE64URL.encode(part.to_string()));
        let text = format!("{header}.{claims}");
        // rcgen encodes signatures in ASN.1, as in certificates. A token has the plain numbers.
        let random = SystemRandom::new();
        let der = key.serialize_der();
        let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random);
        let signer = signer.map_err(|_| PkiError::Unreadable("sa.key"))?;
        let signature = signer.sign(&random, text.as_bytes()).map_err(|_| PkiError::Token)?;
        Ok(format!("{text}.{}", BASE64URL.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_token_is_of_the_account_and_signed_with_the_key() {
        let key = KeyPair::generate().unwrap();
        let account = Account { namespace: "n", name: "default", uid: "4", secret: "s" };
        let token = account.token(&key).unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let parts: Vec<Value> = text
            .split('.')
            .map(|part| serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap())
            .collect();
        assert_eq!(parts[0]["alg"], "ES256");
        // The key id, computed as the API server does from the file sa.pub.
        let public = pem::parse(key.public_key_pem()).unwrap();
        assert_eq!(parts[0]["kid"], BASE64URL.encode(Sha256::digest(public.contents())));
        // The claims of a token that Kubernetes 1.37.2 has signed.
        assert_eq!(
            parts[1].to_string(),
            "{\"iss\":\"kubernetes/serviceaccount\",\"kubernetes.io/serviceaccount/namespace\":\"n\",\
             \"kubernetes.io/serviceaccount/secret.name\":\"s\",\
             \"kubernetes.io/serviceaccount/service-account.name\":\"default\",\
             \"kubernetes.io/serviceaccount/service-account.uid\":\"4\",\
             \"sub\":\"system:serviceaccount:n:default\"}"
        );
        let signature = BASE64URL.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.der_bytes());
        public.verify(text.as_bytes(), &signature).unwrap();
        let other = KeyPair::generate().unwrap();
        let other = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, other.der_bytes());
        assert!(other.verify(text.as_bytes(), &signature).is_err());
    }
}
