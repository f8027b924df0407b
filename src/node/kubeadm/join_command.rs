//! Reads what `kubeadm init` and `kubeadm token create --print-join-command`
//! print: the join commands. The wording around them changed between versions
//! and the lines are continued at different places, so only the commands
//! themselves are looked for.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use thiserror::Error;

/// Why there is no join command to be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OutputError {
    /// There is no `kubeadm join`.
    #[error("kubeadm printed no join command")]
    NoJoinCommand,
    /// It is for another cluster than the one whose authority was given to kubeadm.
    #[error("kubeadm's join command has another cluster's CA certificate hash: {0}")]
    OtherAuthority(String),
    /// A part of it is missing.
    #[error("kubeadm's join command has no {0}")]
    Missing(&'static str),
}

/// A secret word: shown nowhere by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The word itself, for the one who needs it.
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

/// What a node needs to join a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinCommand {
    /// `HOST:PORT` of the API.
    pub endpoint: String,
    /// The bootstrap token.
    pub token: Secret,
    /// `sha256:HEX` of the cluster's certificate authority.
    pub ca_cert_hash: String,
}

/// A `kubeadm join` up to the first line that is not continued.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| regex(r"kubeadm join (?:\\\r?\n|[^\n])*"));
static ENDPOINT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"kubeadm join[\s\\]+([^\s\\-][^\s\\]*:[0-9]+)"));
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"--token[\s\\=]+([a-z0-9]{6}\.[a-z0-9]{16})\b"));
static CA_CERT_HASH: LazyLock<Regex> =
    LazyLock::new(|| regex(r"--discovery-token-ca-cert-hash[\s\\=]+(sha256:[0-9a-f]{64})\b"));

/// Tokens, also where they are stuck to other letters, and keys after the words that kubeadm puts before them, maybe in the line above:
/// the engine's ids look like keys.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?x) [a-z0-9]{6}\.[a-z0-9]{16}
        | (?P<before> (?: certificate[-_\x20]?key | certificateKey | CERTIFICATE_KEY ) [\s\\:="']* ) [0-9a-f]{64}"#,
    )
});

/// `text` without the tokens and keys that kubeadm prints; hashes of certificates
/// stay, being public.
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
    /// The part of the token that names it in the cluster, and is no secret.
    #[must_use]
    pub fn token_id(&self) -> &str {
        self.token.reveal().split_once('.').map_or("", |(id, _)| id)
    }

    /// Takes the first join command out of `output`.
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
        // Kubernetes 1.17, two lines and a blank before the second.
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
        // Kubernetes 1.20 with --upload-certs: three lines, tabs, then the workers' command.
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
        // `kubeadm token create --print-join-command`, and a terminal's line ends.
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
            // Without --upload-certs it has a command for masters all the same.
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
        // A hash in prose after the command is not the command's.
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
        // What looks alike and is none.
        for harmless in [KEY, "docker rm 00ff", "containerd.service"] {
            assert_eq!(redact(harmless), harmless);
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret("abc".into())), "Secret(..)");
    }
}
