//! Fuzzes changes to a user's kubeconfig.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mokctl_fuzz::promises;

fuzz_target!(|text: &str| promises::kubeconfig_merge(text));
