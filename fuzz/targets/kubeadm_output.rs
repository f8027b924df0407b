//! Fuzzes the parser of kubeadm's output.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mokctl_fuzz::promises;

fuzz_target!(|text: &str| promises::kubeadm_output(text));
