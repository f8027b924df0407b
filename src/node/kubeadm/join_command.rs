//! Extracts join commands from the output of `kubeadm init` and `kubeadm token create
//! --print-join-command`. The text around them and the line breaks in them differ between
//! versions, so only the commands themselves are looked for.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use thiserror::Error;

/// Why there is no usable join command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutputError {
    /// The output has no `kubeadm join`.
    #[error("kubeadm printed no join command")]
    NoJoinCommand,
    /// The join command has the hash of another authority than the one that kubeadm was given.
    #[error("kubeadm's join command has another cluster's CA certificate hash: {0}")]
    OtherAuthority(String),
    /// A part of the join command is missing.
    #[error("kubeadm's join command has no {0}")]
    Missing(&'static str),
}

/// A secret word, which `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The values that a node needs to join a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCommand {
    /// The `HOST:PORT` of the API.
    pub endpoint: String,
    /// The bootstrap token.
    pub token: Secret,
    /// The hash of the cluster's CA certificate, `sha256:HEX`.
    pub ca_cert_hash: String,
}

/// Matches `kubeadm join` up to the end of the first line that is not continued.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| regex(r"kubeadm join (?:\\\r?\n|[^\n])*"));
static ENDPOINT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"kubeadm join[\s\\]+([^\s\\-][^\s\\]*:[0-9]+)"));
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"--token[\s\\=]+([a-z0-9]{6}\.[a-z0-9]{16})\b"));
static CA_CERT_HASH: LazyLock<Regex> =
    LazyLock::new(|| regex(r"--discovery-token-ca-cert-hash[\s\\=]+(sha256:[0-9a-f]{64})\b"));

/// Matches tokens, even next to other letters, and keys. Because the engine's ids look like keys,
/// a key counts only after the words that kubeadm puts before it, maybe on the line above.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?x) [a-z0-9]{6}\.[a-z0-9]{16}
        | (?P<before> (?: certificate[-_\x20]?key | certificateKey | CERTIFICATE_KEY ) [\s\\:="']* ) [0-9a-f]{64}"#,
    )
});

/// Replaces the tokens and keys that kubeadm prints. Hashes of certificates are public and stay.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    SECRETS.replace_all(text, |found: &Captures<'_>| {
        let before = found.name("before").map_or("", |before| before.as_str());
        format!("{before}[secret]")
    })
}

fn regex(pattern: &str) -> Regex {
    match Regex::new(pattern) {
        Ok(regex) => regex,
        Err(error) => unreachable!("a constant pattern, tested: {error}"),
    }
}

impl JoinCommand {
    /// Returns the id of the token, which is not secret.
    #[must_use]
    pub fn token_id(&self) -> &str {
        self.token.reveal().split_once('.').map_or("", |(id, _)| id)
    }

    /// Extracts the first join command from `output`.
    pub fn from_output(output: &str) -> Result<Self, OutputError> {
        let first = COMMAND.find(output).ok_or(OutputError::NoJoinCommand)?.as_str();
        let part = |pattern: &Regex, name| {
            let found = pattern.captures(first).and_then(|groups| groups.get(1));
            found.map(|group| group.as_str().to_owned()).ok_or(OutputError::Missing(name))
        };
        Ok(Self {
            endpoint: part(&ENDPOINT, "endpoint")?,
            token: Secret(part(&TOKEN, "token")?),
            ca_cert_hash: part(&CA_CERT_HASH, "CA certificate hash")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "sha256:a03f5df648a12a384e691739777127465335d48069a8c918c599cbde7e71b277";
    const KEY: &str = "f8902e114ef118304e561c3ecd4d0b543adc226b7a07f675f56564185ffe0c07";

    #[test]
    fn the_seeds_output_is_read() {
        // Kubernetes 1.17: two lines, and a blank before the second.
        let output = format!(
            "Then you can join any number of worker nodes by running the following on each as root:\n\n\
             kubeadm join 172.17.0.2:6443 --token b0k447.ry24d2oudzb7ryk7 \\\n    \
             --discovery-token-ca-cert-hash {HASH} \n"
        );
        let join = JoinCommand::from_output(&output);
        assert_eq!(
            join,
            Ok(JoinCommand {
                endpoint: "172.17.0.2:6443".into(),
                token: Secret("b0k447.ry24d2oudzb7ryk7".into()),
                ca_cert_hash: HASH.into(),
            })
        );
    }

    #[test]
    fn a_control_plane_command_before_the_workers_says_the_same() {
        // Kubernetes 1.20 with --upload-certs: three lines with tabs, then the command for
        // workers.
        let output = format!(
            "  kubeadm join 10.0.0.2:6443 --token abcdef.0123456789abcdef \\\n\
             \t--discovery-token-ca-cert-hash {HASH} \\\n\
             \t--control-plane --certificate-key {KEY}\n\n\
             Please note that the certificate-key gives access to cluster sensitive data\n\n\
             kubeadm join 10.0.0.2:6443 --token abcdef.0123456789abcdef \\\n\
             \t--discovery-token-ca-cert-hash {HASH} \n"
        );
        let join = JoinCommand::from_output(&output).unwrap();
        assert_eq!(join.endpoint, "10.0.0.2:6443");
        assert_eq!(join.token_id(), "abcdef");
    }

    #[test]
    fn a_command_on_one_line_and_carriage_returns_are_read() {
        // `kubeadm token create --print-join-command` with the line ends of a terminal.
        let line = format!(
            "W1122 configset.go:348] WARNING\n\
             kubeadm join lb.local:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash {HASH}"
        );
        let crlf = line.replace(" --discovery", " \\\r\n\t--discovery") + "\r\n";
        for output in [line, crlf] {
            let join = JoinCommand::from_output(&output).unwrap();
            assert_eq!(
                (join.endpoint.as_str(), join.ca_cert_hash.as_str()),
                ("lb.local:6443", HASH)
            );
        }
    }

    #[test]
    fn each_versions_output_says_the_same() {
        for output in [
            include_str!("golden/output-v1.37-upload-certs.txt"),
            // The output has a command for masters even without --upload-certs.
            include_str!("golden/output-v1.34.txt"),
            include_str!("golden/output-v1.37.txt"),
        ] {
            let want = JoinCommand {
                endpoint: "10.213.0.2:6443".into(),
                token: Secret("abcdef.0123456789abcdef".into()),
                ca_cert_hash: format!("sha256:{}", "0".repeat(64)),
            };
            assert_eq!(JoinCommand::from_output(output), Ok(want), "{output}");
            let shown = redact(output);
            assert!(!shown.contains("0123456789abcdef") && !shown.contains("1111"), "{shown}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let read = JoinCommand::from_output;
        assert_eq!(read("error execution phase preflight"), Err(OutputError::NoJoinCommand));
        assert_eq!(read("kubeadm join --token x"), Err(OutputError::Missing("endpoint")));
        let no_token = format!("kubeadm join 1.2.3.4:6443 --discovery-token-ca-cert-hash {HASH}");
        assert_eq!(read(&no_token), Err(OutputError::Missing("token")));
        let no_hash = "kubeadm join 1.2.3.4:6443 --token abcdef.0123456789abcdef";
        assert_eq!(read(no_hash), Err(OutputError::Missing("CA certificate hash")));
        // A hash in the text after the command is not part of it.
        assert_eq!(
            read(&format!("{no_hash}\n--discovery-token-ca-cert-hash {HASH}")),
            Err(OutputError::Missing("CA certificate hash"))
        );
    }

    #[test]
    fn tokens_and_keys_are_redacted_and_hashes_are_not() {
        let text = format!(
            "kubeadm join 10.0.0.2:6443 --token abcdef.0123456789abcdef \\\n\
             \t--discovery-token-ca-cert-hash {HASH} \\\n\t--certificate-key {KEY}\n\
             [upload-certs] Using certificate key:\n{KEY}\ncertificateKey: \"{KEY}\"\n"
        );
        let shown = redact(&text);
        assert!(!shown.contains("0123456789abcdef") && !shown.contains(KEY), "{shown}");
        assert!(shown.contains(HASH) && shown.contains("10.0.0.2:6443"), "{shown}");
        assert_eq!(redact("xabcdef.0123456789abcdefy"), "x[secret]y");
        // Words that only look like secrets.
        for harmless in [KEY, "docker rm 00ff", "containerd.service"] {
            assert_eq!(redact(harmless), harmless);
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret("abc".into())), "Secret(..)");
    }
}
