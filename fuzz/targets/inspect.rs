//! Fuzzes the parsers of `docker inspect` output.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mokctl_fuzz::promises;

fuzz_target!(|json: &str| promises::inspect(json));
