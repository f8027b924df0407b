//! The output of programs in nodes, which differs for each engine.

use std::hash::{BuildHasher, RandomState};

/// The output of kubeadm and the data of the cluster's certificates. They differ for each engine,
/// so that nothing in mokctl can know them in advance.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) endpoint: String,
    pub(crate) ca_data: String,
    pub(crate) token: String,
    pub(crate) client_certificate_data: String,
    pub(crate) client_key_data: String,
}

impl Words {
    pub(super) fn random() -> Self {
        let token = format!("{}.{}", hex(6), hex(16));
        let (a, b) = (random() % 256, random() % 256);
        Self {
            endpoint: format!("10.{a}.{b}.77:{}", 1025 + random() % 60000),
            ca_data: format!("Q0Eg{}", hex(60)),
            token,
            client_certificate_data: format!("Q2Vy{}", hex(60)),
            client_key_data: format!("S2V5{}", hex(60)),
        }
    }

    /// Returns the words that must not appear on a command line or in output.
    pub(crate) fn secrets(&self) -> [&str; 3] {
        [&self.token, &self.client_certificate_data, &self.client_key_data]
    }

    pub(super) fn fill(&self, text: &str) -> String {
        // kubeadm prints a blank at the end of a line, which an editor would remove here.
        let blank = " ".to_owned();
        [
            ("@ENDPOINT@", &self.endpoint),
            ("@CA_DATA@", &self.ca_data),
            ("@BLANK@", &blank),
            ("@TOKEN@", &self.token),
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
