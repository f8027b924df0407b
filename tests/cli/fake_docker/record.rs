//! The recorded calls of the client.

use std::collections::BTreeMap;
use std::fs;

use super::{Call, FakeDocker};

impl FakeDocker {
    /// Returns all calls, in order.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let events = fs::read_to_string(self.engine("events")).unwrap();
        let mut calls: BTreeMap<usize, Call> = BTreeMap::new();
        for (at, event) in events.lines().enumerate() {
            let words: Vec<_> = event.split(' ').collect();
            let number: usize = words[1].parse().unwrap();
            if words[0] == "start" {
                let folder = self.engine("calls").join(number.to_string());
                let argv = fs::read_to_string(folder.join("argv")).unwrap();
                let argv = argv.split_terminator('\0').map(String::from).collect();
                let stdin = fs::read(folder.join("stdin")).ok();
                let environment =
                    fs::read_to_string(folder.join("environment")).unwrap_or_default();
                let started = at;
                let call =
                    Call { number, argv, stdin, environment, started, ended: None, status: None };
                calls.insert(number, call);
            } else if let Some(call) = calls.get_mut(&number) {
                call.ended = Some(at);
                call.status = words[2].parse().ok();
            }
        }
        calls.into_values().collect()
    }

    /// Returns the only call whose words, joined by blanks, start with `start`.
    pub(crate) fn call(&self, start: &str) -> Call {
        let calls = self.calls();
        let mut found = calls.iter().filter(|call| call.line().starts_with(start));
        match (found.next(), found.next()) {
            (Some(call), None) => call.clone(),
            (None, _) => panic!("no call '{start}' in\n{}", self.log()),
            (Some(_), Some(_)) => panic!("several calls '{start}' in\n{}", self.log()),
        }
    }

    /// Returns the calls as lines, for the report of a failure.
    pub(crate) fn log(&self) -> String {
        let line = |call: &Call| {
            let status = call.status.map_or("killed".to_owned(), |status| status.to_string());
            format!("{:4}  {status:>6}  docker {}\n", call.number, call.line())
        };
        self.calls().iter().map(line).collect()
    }
}
