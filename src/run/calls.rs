//! The docker calls of each step, in order: what performing runs, and what a dry
//! run shows. Runs none of them. What is known only while a plan runs is missing:
//! the bytes of an input that another call prints.

use std::time::Duration;

use super::control_plane::JOIN;
use super::error::StepError;
use super::{Run, script};
use crate::cluster::name::NodeName;
use crate::docker::{Call, Docker, Engine, args};
use crate::node::scripts;
use crate::plan::Step;

/// What systemd gets to end everything in order before the engine kills: it ends
/// what is left itself after ten seconds.
const STOP_SECONDS: u32 = 30;

/// In a dry run, where there is no token yet.
const TOKEN_ID: &str = "TOKEN_ID";
/// For what no one waits for.
const MOMENT: Duration = Duration::from_secs(30);

/// Calls, each with the engine that it is for.
type Work<'a> = Vec<(&'a Docker, Call)>;

impl Run<'_> {
    /// The calls that change something, or wait, for `step`. Facts that earlier
    /// steps learn beforehand must be there.
    pub(super) fn calls(&self, step: &Step) -> Result<Work<'_>, StepError> {
        let on = |node: &NodeName, calls: Vec<Call>| -> Result<Work<'_>, StepError> {
            let docker = self.engines.of(node);
            Ok(calls.into_iter().map(|call| (docker, call)).collect())
        };
        let one = |node: &NodeName, call| on(node, vec![call]);
        let speaker = |call| one(&self.speaker, call);
        match step {
            Step::CreateNetwork => {
                let call = self.network_call(self.facts.layout()?.subnet());
                Ok(vec![(self.engines.manager(), call)])
            }
            Step::BringImage(host) => Ok(self.bring_image_calls(host)?.into()),
            Step::Claim(node) => match self.claimed(node) {
                Some(container) => one(node, args::create_container(container)),
                None => one(node, args::create_container(&self.container(node)?)),
            },
            Step::StartLoadBalancer(node) | Step::StartNode(node) => {
                let mut calls = Vec::new();
                if self.claimed(node).is_none() {
                    calls.push(args::create_container(&self.container(node)?));
                }
                calls.extend(self.start_calls(node)?);
                on(node, calls)
            }
            Step::InitMaster(node) => one(node, self.init_call(node)?),
            Step::CloneMaster(node) => one(node, self.clone_call(node)?),
            Step::IssueCredentials(node) => {
                let put = args::put_files(&node.to_string(), Vec::new());
                Ok(vec![(self.speaks(), self.authorities_call()), (self.engines.of(node), put)])
            }
            Step::CreateToken => speaker(self.token_call()),
            Step::FinishInit(node) => one(node, script(node, &[scripts::FINISH], JOIN)),
            Step::StartAddons(node) => one(node, script(node, &[scripts::ADDONS], MOMENT)),
            Step::JoinMaster(node) | Step::JoinWorker(node) => one(node, Self::join_call(node)),
            Step::WaitReady(nodes) => speaker(self.ready_call(nodes, None)),
            Step::WaitReadyAgain(nodes) => {
                speaker(self.ready_call(nodes, Some(self.facts.started()?)))
            }
            Step::SaveKubeconfig => speaker(self.admin_call()),
            Step::RevokeToken => speaker(self.revoke_call(TOKEN_ID)),
            Step::Keep(nodes) => Ok(self.keep_calls(nodes)),
            Step::UpdateRoutes(node) => on(node, self.update_routes(node)?),
            Step::UpdateLoadBalancer(node) => on(node, self.update_load_balancer(node)?),
            Step::Drain(node) => speaker(self.drain_call(node)),
            Step::LeaveControlPlane(node) => one(node, Self::leave_control_plane(node)),
            Step::Forget(node) => speaker(self.forget(node)),
            Step::RemoveContainer(node) => one(node, args::remove([node.to_string().as_str()])),
            Step::Stop(node) => one(node, args::stop([node.to_string().as_str()], STOP_SECONDS)),
            Step::Start(node) => one(node, args::start([node.to_string().as_str()])),
            Step::Save(node) => on(node, self.save_calls(node)?),
            Step::Clear => {
                let docker = self.engines.manager();
                Ok(self.clear_calls().into_iter().map(|call| (docker, call)).collect())
            }
        }
    }

    /// As few calls as its client allows for each engine.
    fn keep_calls(&self, nodes: &[NodeName]) -> Work<'_> {
        let of_engine = |engine: &Engine| {
            let here = nodes.iter().filter(|node| self.engines.host(node) == engine.host.as_ref());
            here.map(ToString::to_string).collect::<Vec<_>>()
        };
        let mut work = Vec::new();
        for engine in self.engines.iter() {
            let docker = &engine.docker;
            for some in of_engine(engine).chunks(docker.client().updates_at_once()) {
                work.push((docker, args::keep(some.iter().map(String::as_str))));
            }
        }
        work
    }
}
