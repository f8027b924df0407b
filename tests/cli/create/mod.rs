//! `create cluster` where the engine does what it is asked for, or says politely
//! that it cannot.

mod claims;
mod containers;
mod join;
mod kubeconfig;
mod refusals;
mod stages;
