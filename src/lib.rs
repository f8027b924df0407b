//! mokctl, "My Own Kind", creates real multi-node Kubernetes clusters in Docker containers with
//! one command.
//!
//! The words of a command line go through the state machine in [`cli`] and become a checked
//! command. [`commands`] turns the command into a [`plan`], which is plain data. [`mod@run`]
//! carries out the plan with calls of [`docker`].

pub mod cli;
pub mod cluster;
pub mod commands;
pub mod docker;
pub mod env;
pub mod error;
pub mod export;
pub mod image;
pub mod interrupt;
pub mod inventory;
pub mod kubeconfig;
pub mod node;
pub mod plan;
pub mod preflight;
pub mod run;
pub mod snapshot;
pub mod ui;
pub mod version;
pub mod yaml;

use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use cli::{Candidates, Command, Detail, Format, Globals, Live, Parsed};
use cluster::name::ClusterName;
use commands::Context;
use docker::{DeadlineScale, Docker};
use env::Env;
use error::{Error, report};
use interrupt::{Interrupt, Signal};
use ui::{ErrorReport, Mode, Ui};

/// Runs mokctl with the words after the program's name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    let env = Env::read();
    let ui = Ui::new(env.mode(), false);
    let code = dispatch(&words, env, &ui);
    let Some(error) = ui.stdout_error() else { return code };
    // A user who redirected a kubeconfig to a file must learn that the file is incomplete.
    let line = format!("failed to write to standard output: {error}");
    ui.error(&ErrorReport { line: &line, ..ErrorReport::default() });
    ExitCode::FAILURE
}

fn dispatch(words: &[OsString], env: Env, ui: &Ui) -> ExitCode {
    match cli::parse_with_files(words, &env.defaults, |file| fs::read_to_string(file)) {
        Ok(Parsed::Usage) => ui.answer(cli::usage()),
        Ok(Parsed::Help(topic)) => ui.answer(&topic.text()),
        Ok(Parsed::Answer(text)) => ui.answer(&text),
        Ok(Parsed::Complete(_, Candidates { live: Some(Live::Folders), .. })) => {
            return ExitCode::FAILURE;
        }
        Ok(Parsed::Complete(_, Candidates { live: Some(Live::Files), .. })) => {
            return ExitCode::from(2);
        }
        Ok(Parsed::Complete(shell, candidates)) => {
            let names = candidates.live.map(|live| inventory::names::names(&env, live));
            ui.answer(&candidates.lines(shell, names.unwrap_or_default()));
        }
        Ok(Parsed::Nothing(command)) => ui.note(&cli::hint(command)),
        Ok(Parsed::Run(globals, command)) => return carry_out(env, globals, command),
        Err(mistake) => {
            ui.answer(&mistake.render());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn carry_out(env: Env, globals: Globals, command: Command) -> ExitCode {
    let mode = match globals.detail {
        _ if globals.output == Some(Format::Json) && command.changes() => Mode::Json,
        Detail::Quiet => Mode::Quiet,
        Detail::Steps | Detail::Output if globals.plain => Mode::Plain,
        Detail::Steps | Detail::Output => env.mode(),
    };
    let ui = Ui::new(mode, globals.detail == Detail::Output);
    let cluster = command.cluster().cloned();
    if let Some(cluster) = &cluster {
        ui.fact("cluster", cluster.as_str());
    }
    let folder = report::folder(env.state_home.as_deref(), env.home.as_deref());
    let result = prepare(env, globals, &command, &ui).and_then(|context| context.run(command));
    match result {
        Ok(status) => {
            ui.result(None);
            ExitCode::from(status)
        }
        Err(error) => {
            let name = cluster.as_ref().map_or("mokctl", ClusterName::as_str);
            report::tell(&ui, &error, folder.as_deref(), name);
            ExitCode::from(error.exit_code())
        }
    }
}

fn prepare(env: Env, globals: Globals, command: &Command, ui: &Ui) -> Result<Context, Error> {
    let interrupt = Interrupt::default();
    let last = ui.clone();
    let advice = command.recovery_hint(&globals.hosts);
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    let line = format!("exiting immediately, without cleanup{advice}");
    let leave = move |signal: Signal| {
        last.close();
        last.warn(&line);
        last.result(Some(&ErrorReport { line: &line, ..ErrorReport::default() }));
        std::process::exit(signal.exit_code().into());
    };
    interrupt.install(env.ignored, leave).map_err(Error::Signals)?;
    let scale = DeadlineScale::parse(env.deadline_scale.as_deref())?;
    let docker = Docker::locate(env.docker.as_deref(), env.path.as_deref(), interrupt)?;
    let docker = docker.with_deadlines(scale);
    Ok(Context { env, globals, docker, ui: ui.clone() })
}
