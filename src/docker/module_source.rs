//! How Go modules are downloaded: with the user's settings for Go and proxies, and with the
//! certificate authorities that the user's machine trusts. The containers that compile modules do
//! not have these settings unless mokctl passes them on.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The environment variables that Go reads when it downloads modules, and those for proxies.
const VARIABLES: [&str; 14] = [
    "GOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GONOPROXY",
    "GOPRIVATE",
    "GOINSECURE",
    "GOAUTH",
    "GOVCS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The files in which Debian, Fedora, `OpenSUSE`, Alpine and macOS keep the certificate
/// authorities that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The settings that a build takes over from the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleSource {
    /// The names of the environment variables that are set. The client passes on their values, so
    /// that passwords do not appear on a command line.
    pub variables: Vec<&'static str>,
    /// The file of certificate authorities, if one was found.
    pub authorities: Option<PathBuf>,
}

impl ModuleSource {
    /// Reads the environment, and looks for the file of certificate authorities.
    #[must_use]
    pub fn read() -> Self {
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let named = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let bundles = named.into_iter().chain(BUNDLES.map(PathBuf::from));
        Self {
            variables: VARIABLES.into_iter().filter(is_set).collect(),
            authorities: bundles.into_iter().find(|file| is_readable(file)),
        }
    }
}

impl ModuleSource {
    /// Returns the names of the variables that set proxies, which package managers read as well.
    #[must_use]
    pub fn proxies(&self) -> Vec<&'static str> {
        let is_proxy = |name: &&&str| name.to_uppercase().ends_with("_PROXY");
        self.variables.iter().filter(is_proxy).copied().collect()
    }
}

fn is_readable(file: &Path) -> bool {
    fs::File::open(file).and_then(|file| file.metadata()).is_ok_and(|data| data.is_file())
}
