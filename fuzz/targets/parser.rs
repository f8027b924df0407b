//! Fuzzes the command line parser: words, each ended by a zero byte.

#![no_main]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use libfuzzer_sys::fuzz_target;
use mokctl_fuzz::promises;

fuzz_target!(|data: &[u8]| {
    let words = data.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec()));
    promises::parser(&words.collect::<Vec<_>>());
});
