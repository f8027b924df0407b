//! What the engine may say of containers, networks and images.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mokctl_fuzz::promises;

fuzz_target!(|json: &str| promises::inspect(json));
