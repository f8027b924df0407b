//! End-to-end tests: mokctl against a real engine. `make e2e` runs them one after another.
//!
//! Without an engine each test prints that it is skipped, and passes; in CI it fails.

// A helper that fails must fail its test.
#![allow(clippy::unwrap_used)]

mod addons;
mod clones;
mod cluster;
mod console;
mod create;
mod dns;
mod engine;
mod engine_settings;
mod faults;
mod host_settings;
mod hosts;
mod ip_family;
mod last_release;
mod load_image;
mod machine;
mod mirrors;
mod missing;
mod nodes;
mod offline;
mod options;
mod own_registry;
mod package;
mod podman;
mod pods;
mod races;
mod ranges;
mod recipes;
mod refuse;
mod registry;
mod release;
mod remote;
mod restart;
mod second_engine;
mod settings;
mod shell;
mod slow_link;
mod snapshots;
mod soak;
mod storage;
mod tutorial;
mod upgrade;
mod wait;
