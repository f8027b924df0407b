#!/usr/bin/env bash
# The setup of the load balancer, which is left to you: adds the masters to its configuration.
set -euo pipefail

install -m 0644 /root/haproxy.cfg /etc/mok/haproxy.cfg
# mok-balancer forwards the signal to haproxy.
kill -HUP 1
