//! `create cluster` with an engine that does what it is asked for, or refuses with a proper error.

mod claims;
mod containers;
mod join;
mod kubeconfig;
mod refusals;
mod stages;
