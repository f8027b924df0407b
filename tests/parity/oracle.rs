//! Runs the original script. Several bash processes source it once and answer many lines each,
//! one subshell a line.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::outcome::{Line, Outcome, split};

/// The number of bash processes that answer in parallel.
const PROCESSES: usize = 4;

/// A bash script that reads a number and that many words, each ended by NUL, and writes stdout,
/// the exit status and the variables, each ended by NUL.
const DRIVER: &str = r#"
source "$1"
while IFS= read -r -d '' count; do
  words=()
  for ((i = 0; i < count; i++)); do
    IFS= read -r -d '' word
    words+=("$word")
  done
  (
    trap 'printf "\0%s" "$?" "$COMMAND" "$SUBCOMMAND" \
      "$CREATE_CLUSTER_NAME$DELETE_CLUSTER_NAME" "$NUM_MASTERS" "$NUM_WORKERS" ""' EXIT
    main "${words[@]}"
  )
done
"#;

/// The original script.
pub(crate) struct Oracle {
    script: PathBuf,
    usage: String,
}

impl Oracle {
    /// Finds the original script. Returns `None` if it is not here; panics if `MOKCTL_ORACLE`
    /// names a missing file.
    pub(crate) fn find() -> Option<Self> {
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/mokctl.sh");
        let script = match env::var_os("MOKCTL_ORACLE") {
            Some(named) => fs::canonicalize(named).unwrap(),
            None => fs::canonicalize(seed).ok()?,
        };
        let help = Command::new("bash").arg(&script).arg("-h").output().unwrap();
        Some(Self { script, usage: String::from_utf8(help.stdout).unwrap() })
    }

    /// Returns the original's usage text.
    pub(crate) fn usage(&self) -> &str {
        &self.usage
    }

    /// Returns the original's answer to each line.
    pub(crate) fn answer(&self, lines: &[Line]) -> Vec<Outcome> {
        let chunk = lines.len().div_ceil(PROCESSES).max(1);
        thread::scope(|scope| {
            let chunks: Vec<_> =
                lines.chunks(chunk).map(|lines| scope.spawn(|| self.run(lines))).collect();
            chunks.into_iter().flat_map(|chunk| chunk.join().unwrap()).collect()
        })
    }

    fn run(&self, lines: &[Line]) -> Vec<Outcome> {
        // The working directory has one file, for words that the original globs.
        let dir = tempfile::tempdir().unwrap();
        let cwd = dir.path().join("cwd");
        fs::create_dir(&cwd).unwrap();
        fs::write(cwd.join("file"), "").unwrap();
        // Input is a file, because bash reads a pipe byte by byte.
        let input = dir.path().join("lines");
        fs::write(&input, encode(lines)).unwrap();
        let output = Command::new("bash")
            .args(["-c", DRIVER, "bash"])
            .arg(&self.script)
            .current_dir(cwd)
            .env_remove("BASH_ENV")
            .env("LC_ALL", "C")
            .stdin(File::open(input).unwrap())
            .output()
            .unwrap();
        let answers = self.decode(&String::from_utf8(output.stdout).unwrap());
        assert_eq!(answers.len(), lines.len(), "{}", String::from_utf8_lossy(&output.stderr));
        answers
    }

    fn decode(&self, stdout: &str) -> Vec<Outcome> {
        let fields: Vec<&str> = stdout.split_terminator('\0').collect();
        let answers = fields.chunks_exact(7).map(|fields| {
            let (usage, tail) = split(fields[0], &self.usage);
            Outcome {
                status: fields[1].parse().unwrap(),
                usage,
                tail,
                command: fields[2].to_owned(),
                subcommand: fields[3].to_owned(),
                name: fields[4].to_owned(),
                masters: fields[5].to_owned(),
                workers: fields[6].to_owned(),
            }
        });
        answers.collect()
    }
}

fn encode(lines: &[Line]) -> Vec<u8> {
    let mut input = Vec::new();
    for line in lines {
        for field in [&line.len().to_string()].into_iter().chain(line) {
            input.extend(field.as_bytes());
            input.push(0);
        }
    }
    input
}
