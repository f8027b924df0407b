//! What the programs in the nodes say: another for each engine.

use std::hash::{BuildHasher, RandomState};

/// What kubeadm and the cluster's certificates say: another for each engine, so
/// that nothing in mokctl can know it beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) endpoint: String,
    pub(crate) hash: String,
    pub(crate) ca_data: String,
    pub(crate) token: String,
    pub(crate) certificate_key: String,
    pub(crate) client_certificate_data: String,
    pub(crate) client_key_data: String,
    pub(crate) kubelet_key: String,
}

impl Words {
    pub(super) fn random() -> Self {
        let token = format!("{}.{}", hex(6), hex(16));
        let (a, b) = (random() % 256, random() % 256);
        Self {
            endpoint: format!("10.{a}.{b}.77:{}", 1025 + random() % 60000),
            hash: format!("sha256:{}", hex(64)),
            ca_data: format!("Q0Eg{}", hex(60)),
            token,
            certificate_key: hex(64),
            client_certificate_data: format!("Q2Vy{}", hex(60)),
            client_key_data: format!("S2V5{}", hex(60)),
            kubelet_key: hex(64),
        }
    }

    /// What nobody may see on a command line or a screen.
    pub(crate) fn secrets(&self) -> [&str; 5] {
        [
            &self.token,
            &self.certificate_key,
            &self.client_certificate_data,
            &self.client_key_data,
            &self.kubelet_key,
        ]
    }

    pub(super) fn fill(&self, text: &str) -> String {
        let key = &self.certificate_key;
        // kubeadm prints it at a line's end, where an editor would take it away.
        let blank = " ".to_owned();
        [
            ("@ENDPOINT@", &self.endpoint),
            ("@HASH@", &self.hash),
            ("@CA_DATA@", &self.ca_data),
            ("@BLANK@", &blank),
            ("@TOKEN@", &self.token),
            ("@CERTIFICATE_KEY@", key),
            ("@CLIENT_CERTIFICATE_DATA@", &self.client_certificate_data),
            ("@CLIENT_KEY_DATA@", &self.client_key_data),
        ]
        .iter()
        .fold(text.to_owned(), |text, (mark, word)| text.replace(mark, word))
    }
}

fn random() -> u64 {
    RandomState::new().hash_one(())
}

fn hex(length: usize) -> String {
    let digit = || char::from_digit((random() % 16).try_into().unwrap(), 16).unwrap();
    std::iter::repeat_with(digit).take(length).collect()
}
