//! The load balancer: haproxy in front of the masters' API servers.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::name::NodeName;

/// The path of haproxy's configuration, without the leading slash.
pub const CONFIG: &str = "etc/mok/haproxy.cfg";
/// The first program in the load balancer's container.
pub const ENTRYPOINT: &str = "/usr/local/bin/mok-balancer";

/// How long an API server may take to answer a health check. A busy one answers late, and would
/// lose its clients if it counted as dead.
pub const CHECK: Duration = Duration::from_secs(3);

/// Returns haproxy's configuration. Connections are passed through unchanged, because TLS ends at
/// the API server. A master gets connections while its `/healthz` answers within `check`.
/// Connections to `NodePort`s, which every node serves, go to the masters as well: they are the
/// nodes that haproxy knows.
#[must_use]
pub fn config<'a>(
    masters: impl IntoIterator<Item = &'a NodeName>,
    node_ports: &BTreeSet<u16>,
    layout: Layout,
    check: Duration,
) -> String {
    let server =
        |master: &NodeName, port| SocketAddr::new(layout.addresses(master).primary(), port);
    // Without an address, haproxy listens on IPv4 alone.
    let (any, both) = if layout.ipv6().is_some() { ("[::]", " v4v6") } else { ("", "") };
    let masters: Vec<_> = masters.into_iter().collect();
    let check = check.as_millis();
    let mut text = format!(
        "global
  log stdout format raw local0 notice
  maxconn 4000

defaults
  mode tcp
  log global
  timeout connect 1s
  # By default it tries a master that is gone four times, until the client gives up.
  option redispatch 1
  # A connection to a master that went away is worth nothing: the client must
  # notice and come again. With on-marked-down shutdown-sessions, haproxy 3.0.11
  # keeps a client for ever whose connection was just being made.
  option srvtcpka
  srvtcpka-idle 1s
  srvtcpka-intvl 1s
  srvtcpka-cnt 3
  timeout check {check}ms
  # Watches are quiet for minutes.
  timeout client 1h
  timeout server 1h

frontend api
  bind {any}:{API_PORT}{both}
  default_backend masters

backend masters
  option httpchk GET /healthz
  http-check expect status 200
  default-server check check-ssl verify none inter 500ms fall 3 rise 1 tcp-ut 3s
"
    );
    for master in &masters {
        let _ = writeln!(text, "  server {master} {}", server(master, API_PORT));
    }
    for port in node_ports {
        let _ = write!(text, "\nlisten node-port-{port}\n  bind {any}:{port}{both}\n");
        for master in &masters {
            let server = server(master, *port);
            let _ = writeln!(text, "  server {master} {server} track masters/{master}");
        }
    }
    text
}
