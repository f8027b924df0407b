//! The binary: passes its arguments to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    mokctl::run(std::env::args_os().skip(1))
}
