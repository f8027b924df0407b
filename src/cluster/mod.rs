//! What a cluster is: its names, its shape and the labels that hold its state.

pub mod name;
