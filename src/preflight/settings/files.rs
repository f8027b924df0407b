//! Reads the files that settings consist of, each of them once.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SettingsError;
use crate::cluster::registry::Registry;
use crate::cluster::settings::SettingsSpec;
use crate::docker::config_file::{self, Credentials};
use crate::node::settings::{
    AuditPolicy, Authorities, ContainerdConfig, Documents, FileError, Login, MAX_FILE_BYTES,
    Patches, Settings,
};
use crate::ui::Ui;

/// The files of this machine that nodes may be given.
#[derive(Debug, Clone, Copy)]
pub struct LocalFiles<'a> {
    /// The file with the certificate authorities that this machine trusts.
    pub authorities: Option<&'a Path>,
    /// The folder with the docker client's `config.json`.
    pub docker_config: Option<&'a Path>,
}

/// Reads the files that `spec` names, and those of this machine's `own` files that it asks for. The
/// cluster pulls from `registry`. Warns of kubeadm's settings that are left out, because mokctl
/// decides them.
///
/// # Errors
/// Returns the first file that cannot be read or used, or what is missing.
pub fn read(
    spec: &SettingsSpec,
    registry: Option<&Registry>,
    own: &LocalFiles<'_>,
    ui: &Ui,
) -> Result<Settings, SettingsError> {
    let mut settings = Settings {
        feature_gates: spec.feature_gates.clone(),
        runtime_config: spec.runtime_config.clone(),
        mirrors: spec.mirrors.clone(),
        ..Settings::default()
    };
    if let Some(folder) = &spec.patches {
        settings.patches = patches(folder)?;
    }
    if let Some(path) = &spec.kubeadm_config {
        let (documents, left_out) = used(path, Documents::read(&text(path)?))?;
        for what in left_out {
            ui.warn(&format!("'{}': {what} is left out: mokctl decides it", path.display()));
        }
        settings.kubeadm_config = documents;
    }
    if let Some(path) = &spec.audit_policy {
        settings.audit_policy = Some(used(path, AuditPolicy::read(text(path)?))?);
    }
    if let Some(path) = &spec.containerd_config {
        settings.containerd_config = Some(ContainerdConfig::new(text(path)?));
    }
    if let Some(path) = &spec.registry_ca {
        settings.registry_authorities = Some(used(path, Authorities::read(&text(path)?))?);
    }
    settings.login =
        registry.filter(|_| spec.registry_auth).map(|it| login(it, own)).transpose()?;
    let bundle = || own.authorities.ok_or(SettingsError::NoBundle);
    let bundle = spec.host_ca.then(bundle).transpose()?;
    for path in spec.ca.as_deref().into_iter().chain(bundle) {
        let more = used(path, Authorities::read(&text(path)?))?;
        settings.authorities = Some(match settings.authorities.take() {
            Some(all) => all.union(&more),
            None => more,
        });
    }
    Ok(settings)
}

fn login(registry: &Registry, own: &LocalFiles<'_>) -> Result<Login, SettingsError> {
    let registry = registry.name();
    let found = own.docker_config.map(|folder| config_file::credentials(folder, &registry));
    match found.unwrap_or(Credentials::None) {
        Credentials::Basic(auth) => Ok(Login { registry, auth }),
        Credentials::Helper(helper) => Err(SettingsError::Helper { registry, helper }),
        Credentials::None => Err(SettingsError::NoCredentials(registry)),
    }
}

/// Reads all files of `folder` except hidden ones.
fn patches(folder: &Path) -> Result<Patches, SettingsError> {
    let unread = |source| SettingsError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(unread)?.collect::<io::Result<Vec<_>>>();
    let mut paths: Vec<PathBuf> = entries.map_err(unread)?.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    let mut patches = Patches::default();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            used(&path, patches.add(&name, text(&path)?))?;
        }
    }
    if patches.names().next().is_none() {
        return Err(SettingsError::NoPatches(folder.to_owned()));
    }
    Ok(patches)
}

fn text(path: &Path) -> Result<String, SettingsError> {
    let unread = |source| SettingsError::Read { path: path.to_owned(), source };
    let mut text = String::new();
    // Reads one byte more than allowed, to notice a file that is too long.
    let file = File::open(path).map_err(unread)?;
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(unread)?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return used(path, Err(FileError::Long(MAX_FILE_BYTES / 1024)));
    }
    Ok(text)
}

fn used<T>(path: &Path, result: Result<T, FileError>) -> Result<T, SettingsError> {
    result.map_err(|source| SettingsError::File { path: path.to_owned(), source })
}
