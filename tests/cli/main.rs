//! Runs the program itself against a fake docker: what it says, what it asks the
//! engine for and in which order, and what is left when something goes wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod addons;
mod argument_file;
mod budget;
mod build_image;
mod by_hand;
mod certificates;
mod client_settings;
mod clones;
mod cni;
mod completion;
mod create;
mod delete;
mod docs;
mod dry_run;
mod engine;
mod errors;
mod failure;
mod fake_docker;
mod faults;
mod from_kind;
mod get;
mod get_command;
mod harness;
mod hostile;
mod hosts;
mod if_not_exists;
mod install;
mod ip_family;
mod json;
mod killed;
mod layers;
mod limits;
mod load_image;
mod marks;
mod messages;
mod missing;
mod node_image;
mod options;
mod podman;
mod preflight;
mod races;
mod ranges;
mod registries;
mod registry;
mod remote;
mod settings;
mod signals;
mod snapshot_files;
mod snapshots;
mod terminal;
mod upgrade;
mod usage;
mod wait;
