//! Registries from which the tests' clusters pull.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::engine::{docker, docker_with};
use crate::{pods, wait};

/// The credentials of a registry that requires some.
pub(crate) const USER: &str = "tester";
pub(crate) const PASSWORD: &str = "a-password-of-tests";
/// The same credentials in the registry's password file, hashed with bcrypt.
const LOGIN: &str = "tester:$2b$05$HPpVtlSSEjyQjHRAbX6bUea/GZegPn6C2hZQDHCQBBZgtJXaoBiJe\n";

/// A registry on all addresses of this host, stopped when the test ends.
pub(crate) struct Registry {
    server: Child,
    pub(crate) port: u16,
    images: Vec<String>,
}

impl Registry {
    /// Starts a registry that speaks plain HTTP.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::with(folder, "", "")
    }

    /// Starts a registry that requires credentials and speaks plain HTTP.
    pub(crate) fn with_login(folder: &Path) -> Self {
        let file = folder.join("htpasswd");
        fs::write(&file, LOGIN).unwrap();
        let auth = format!("auth: {{htpasswd: {{realm: x, path: {}}}}}\n", file.display());
        Self::with(folder, "", &auth)
    }

    /// Starts a registry with TLS and a certificate for `address`. The certificate authority is
    /// put in `folder`.
    pub(crate) fn with_tls(folder: &Path, address: Ipv4Addr) -> Self {
        fs::create_dir_all(folder).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        fs::write(folder.join("ca.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
        let ca = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![address.to_string()]).unwrap();
        fs::write(folder.join("tls.crt"), params.signed_by(&key, &ca).unwrap().pem()).unwrap();
        fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
        let path = |name| folder.join(name).display().to_string();
        let tls = format!(", tls: {{certificate: {}, key: {}}}", path("tls.crt"), path("tls.key"));
        Self::with(folder, &tls, "")
    }

    fn with(folder: &Path, tls: &str, auth: &str) -> Self {
        let port = free_port(Ipv4Addr::UNSPECIFIED);
        let config = folder.join("registry.yml");
        let images = folder.join("registry");
        let text = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}}}\n\
             http: {{addr: ':{port}'{tls}}}\n{auth}",
            images.display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.spawn().expect("docker-registry: 'make registry' installs it");
        let registry = Self { server, port, images: Vec::new() };
        wait::until("the registry", Duration::from_secs(30), || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| error.to_string())
        });
        registry
    }

    /// Writes the registry's credentials to the docker client's folder `config`.
    pub(crate) fn log_in(&self, config: &str) {
        let at = format!("localhost:{}", self.port);
        let login = ["--config", config, "login", "--username", USER, "--password-stdin", &at];
        docker_with(&login, PASSWORD.as_bytes()).unwrap();
    }

    /// Pushes the image of the tests' pods as `name`, and returns its full name on this host.
    pub(crate) fn push(&mut self, name: &str) -> String {
        self.push_with(name, &[])
    }

    /// Pushes the image with the credentials in the docker client's folder `config`.
    pub(crate) fn push_as(&mut self, name: &str, config: &str) -> String {
        self.push_with(name, &["--config", config])
    }

    fn push_with(&mut self, name: &str, options: &[&str]) -> String {
        let image = format!("localhost:{}/{name}", self.port);
        docker_with(&["load"], pods::image()).unwrap();
        docker(&["tag", pods::IMAGE, &image]).unwrap();
        self.images.push(image.clone());
        docker(&[options, &["push", "--quiet", &image]].concat()).unwrap();
        image
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        for image in &self.images {
            let _ = docker(&["image", "rm", image]);
        }
        let _ = docker(&["image", "rm", pods::IMAGE]);
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub(crate) fn free_port(address: Ipv4Addr) -> u16 {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port()
}
