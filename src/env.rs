//! The environment of mokctl, read once and then passed on as values.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::cli::Defaults;
use crate::cluster::proxy::{Proxy, ProxyError};
use crate::docker::config_file;
use crate::docker::module_source::ModuleSource;
use crate::docker::privilege::BoundingSet;
use crate::interrupt::Ignored;
use crate::ui::Mode;

/// The environment of this process.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `PATH`.
    pub path: Option<OsString>,
    /// `MOKCTL_DOCKER`: the docker program to use.
    pub docker: Option<OsString>,
    /// `MOKCTL_DEADLINE_SCALE`: the factor for the deadlines of docker calls, for slow machines
    /// and for tests.
    pub deadline_scale: Option<OsString>,
    /// `MOKCTL_MASTERS` and the other variables with defaults of flags.
    pub defaults: Defaults,
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in upper or lower case.
    pub proxies: [OsString; 3],
    /// The folder of the docker client's configuration: `DOCKER_CONFIG`, or `.docker` in the home
    /// directory.
    pub docker_config: Option<PathBuf>,
    /// `DOCKER_HOST`.
    pub docker_host: Option<OsString>,
    /// `KUBECONFIG`.
    pub kubeconfig: Option<OsString>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_STATE_HOME`.
    pub state_home: Option<PathBuf>,
    /// Whether progress may have a spinner and colours: standard error is a terminal, and neither
    /// `NO_COLOR` nor `TERM=dumb` is set.
    pub terminal: bool,
    /// How Go modules are downloaded.
    pub modules: ModuleSource,
    /// The capability bounding set of this process, if it can be read.
    pub bounding_set: Option<BoundingSet>,
    /// The signals that this process was started to ignore.
    pub ignored: Ignored,
}

impl Env {
    /// Reads the environment of this process.
    #[must_use]
    pub fn read() -> Self {
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
        let home = env::var_os("HOME").map(PathBuf::from);
        let docker_config = env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty());
        let at_home = || Some(home.as_ref()?.join(".docker"));
        let status = fs::read_to_string("/proc/self/status").ok();
        Self {
            path: env::var_os("PATH"),
            docker: env::var_os("MOKCTL_DOCKER"),
            deadline_scale: env::var_os("MOKCTL_DEADLINE_SCALE"),
            defaults: Defaults::read(|name| env::var_os(name)),
            proxies: ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].map(either_case),
            docker_config: docker_config.map(PathBuf::from).or_else(at_home),
            docker_host: env::var_os("DOCKER_HOST"),
            kubeconfig: env::var_os("KUBECONFIG"),
            home,
            state_home: env::var_os("XDG_STATE_HOME").map(PathBuf::from),
            terminal: console::user_attended_stderr() && !no_color && !dumb,
            modules: ModuleSource::read(),
            bounding_set: status.as_deref().and_then(BoundingSet::from_status),
            ignored: status.as_deref().map(Ignored::from_status).unwrap_or_default(),
        }
    }

    /// Returns the proxies for nodes, if there are any: those of the environment, or else those
    /// that the docker client has for containers.
    ///
    /// # Errors
    /// Fails if a value has characters that nodes could not use.
    pub fn proxy(&self) -> Result<Option<Proxy>, ProxyError> {
        // A value that is not UTF-8 gets non-ASCII characters here, and is refused below.
        let [http, https, no_proxy] = self.proxies.each_ref().map(|value| value.to_string_lossy());
        let own = Proxy::new(&http, &https, &no_proxy)?;
        let Some(folder) = self.docker_config.as_ref().filter(|_| own.is_none()) else {
            return Ok(own);
        };
        let host = self.docker_host.as_ref().and_then(|host| host.to_str());
        let [http, https, no_proxy] = config_file::proxies(folder, host);
        Proxy::new(&http, &https, &no_proxy)
    }

    /// Returns how progress is shown, unless the command line says otherwise.
    #[must_use]
    pub fn mode(&self) -> Mode {
        if self.terminal { Mode::Terminal } else { Mode::Plain }
    }
}

/// Returns the value of a variable in upper case, or else in lower case: programs use both.
fn either_case(name: &str) -> OsString {
    let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    value(name).or_else(|| value(&name.to_lowercase())).unwrap_or_default()
}
