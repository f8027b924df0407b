//! The user's HTTP proxies, for the nodes' pulls. Everything in the cluster is reached without
//! them.

use std::fmt;

use thiserror::Error;

use super::layout::Layout;
use super::ranges::Ranges;
use super::roster::Roster;

/// The name of a variable whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot use {0}: only printable ASCII without blanks, quotes and backslashes is allowed")]
pub struct ProxyError(&'static str);

/// The values of the proxy variables, of which at least one of the first two is not empty. They
/// may contain a password, so `Debug` does not show them.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    http: String,
    https: String,
    exceptions: Vec<String>,
}

impl Proxy {
    /// Makes a proxy from the values of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. Returns `None`
    /// if the first two are empty.
    ///
    /// # Errors
    /// Fails if a value has characters that are special to systemd.
    pub fn new(http: &str, https: &str, no_proxy: &str) -> Result<Option<Self>, ProxyError> {
        for (name, value) in [("HTTP_PROXY", http), ("HTTPS_PROXY", https), ("NO_PROXY", no_proxy)]
        {
            if !value.bytes().all(|b| b.is_ascii_graphic() && !b"'\"\\".contains(&b)) {
                return Err(ProxyError(name));
            }
        }
        let exceptions = no_proxy.split(',').filter(|host| !host.is_empty()).map(String::from);
        let proxy =
            Self { http: http.into(), https: https.into(), exceptions: exceptions.collect() };
        Ok((!http.is_empty() || !https.is_empty()).then_some(proxy))
    }

    /// Whether a proxy is on this machine's loopback address, where nodes cannot reach it.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        [&self.http, &self.https].into_iter().any(|url| {
            let host = url.rsplit_once("//").map_or(url.as_str(), |(_, rest)| rest);
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            host.starts_with("localhost") || host.starts_with("127.")
        })
    }

    /// Returns the proxy with exceptions for everything in the cluster on `layout`, and for the
    /// `other` hosts.
    #[must_use]
    pub fn with_exceptions(
        mut self,
        roster: &Roster,
        (layout, ranges): (Layout, Ranges),
        other: impl IntoIterator<Item = String>,
    ) -> Self {
        let inside = ranges.all().map(|(_, net)| net.to_string());
        let loopback = layout.ipv6().map(|_| "::1");
        let known = ["localhost", "127.0.0.0/8"].into_iter().chain(loopback).map(String::from);
        let known = known.chain(inside).chain([".svc", ".cluster.local"].map(String::from));
        let known = known.chain(layout.subnets().map(|net| net.to_string()));
        let nodes = roster.nodes().iter().map(ToString::to_string);
        for host in known.chain(nodes).chain(other) {
            if !self.exceptions.contains(&host) {
                self.exceptions.push(host);
            }
        }
        self
    }

    /// Returns lines `NAME=VALUE` for systemd, in upper and in lower case: programs differ in
    /// which they read.
    #[must_use]
    pub fn render(&self) -> String {
        let no_proxy = self.exceptions.join(",");
        let values =
            [("HTTP_PROXY", &self.http), ("HTTPS_PROXY", &self.https), ("NO_PROXY", &no_proxy)];
        let lines = values.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
            format!("{name}=\"{value}\"\n{}=\"{value}\"\n", name.to_lowercase())
        });
        lines.collect()
    }

    /// Parses the form that [`Proxy::render`] writes.
    ///
    /// # Errors
    /// Says what is wrong, without quoting the text, which may contain a password.
    pub fn from_rendered(text: &str) -> Result<Self, &'static str> {
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("=\""));
            line.and_then(|rest| rest.strip_suffix('"')).unwrap_or_default()
        };
        let proxy = Self::new(value("HTTP_PROXY"), value("HTTPS_PROXY"), value("NO_PROXY"));
        proxy.ok().flatten().ok_or("no proxies")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::name::{ClusterName, NodeName};
    use crate::cluster::subnet::Subnet;

    fn around(proxy: Proxy, nodes: &[&str]) -> Proxy {
        let nodes = nodes.iter().map(|node| NodeName::parse(node).unwrap());
        let roster = Roster::new(ClusterName::parse("a").unwrap(), nodes);
        let layout = Layout::new(Subnet::parse("10.213.7.0/24").unwrap(), IpFamily::Ipv4);
        proxy.with_exceptions(&roster, (layout, Ranges::default()), Some("192.0.2.9".into()))
    }

    #[test]
    fn the_cluster_is_reached_without() {
        let proxy =
            Proxy::new("http://u:p@proxy:3128", "", "example.org,,localhost").unwrap().unwrap();
        let proxy = around(proxy, &["a-master-1"]);
        let no_proxy = "example.org,localhost,127.0.0.0/8,10.244.0.0/16,10.96.0.0/12,.svc,\
                      .cluster.local,10.213.7.0/24,a-master-1,192.0.2.9";
        let text = format!(
            "HTTP_PROXY=\"http://u:p@proxy:3128\"\nhttp_proxy=\"http://u:p@proxy:3128\"\n\
             NO_PROXY=\"{no_proxy}\"\nno_proxy=\"{no_proxy}\"\n"
        );
        assert_eq!(proxy.render(), text);
        assert_eq!(Proxy::from_rendered(&text), Ok(proxy.clone()));
        // A node that is added later adds only its own name.
        let later = around(proxy, &["a-master-1", "a-worker-1"]).render();
        assert_eq!(later, text.replace("192.0.2.9", "192.0.2.9,a-worker-1"));
        assert!(!format!("{:?}", Proxy::from_rendered(&text)).contains("u:p"));
    }

    #[test]
    fn loopback_is_noticed_wherever_it_stands() {
        let is_on_loopback = |url| Proxy::new(url, "", "").unwrap().unwrap().is_on_loopback();
        for url in ["http://127.0.0.1:3128", "localhost:3128", "http://u:p@localhost:3128/"] {
            assert!(is_on_loopback(url), "{url}");
        }
        assert!(!is_on_loopback("http://proxy:3128") && !is_on_loopback("http://10.127.0.1:1"));
    }

    #[test]
    fn no_proxy_is_none_and_a_strange_one_is_refused() {
        assert_eq!(Proxy::new("", "", "example.org"), Ok(None));
        assert_eq!(Proxy::from_rendered(""), Err("no proxies"));
        assert_eq!(Proxy::from_rendered("WARNING"), Err("no proxies"));
        for bad in ["a b", "a\nb", "a\"b", "a'b", "a\\b", "ä"] {
            assert_eq!(Proxy::new("", bad, ""), Err(ProxyError("HTTPS_PROXY")), "{bad:?}");
        }
    }
}
