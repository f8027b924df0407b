//! The docker calls of each step, in order: what performing runs, and what a dry
//! run shows. Runs none of them. What is known only while a plan runs is missing:
//! the bytes of an input that another call prints.

use super::Run;
use super::error::StepError;
use crate::docker::{Call, args};
use crate::plan::Step;

/// What systemd gets to end everything in order before the engine kills: it ends
/// what is left itself after ten seconds.
const STOP_SECONDS: u32 = 30;

impl Run<'_> {
    /// The calls that change something, or wait, for `step`. Facts that earlier
    /// steps learn beforehand must be there.
    pub(super) fn calls(&self, step: &Step) -> Result<Vec<Call>, StepError> {
        let one = |call| Ok(vec![call]);
        match step {
            Step::CreateNetwork => one(self.network_call(self.facts.layout()?.subnet())),
            Step::Claim(node) => match self.claimed(node) {
                Some(container) => one(args::create_container(container)),
                None => one(args::create_container(&self.container(node)?)),
            },
            Step::StartLoadBalancer(node) | Step::StartNode(node) => {
                let mut calls = Vec::new();
                if self.claimed(node).is_none() {
                    calls.push(args::create_container(&self.container(node)?));
                }
                calls.extend(self.start_calls(node)?);
                Ok(calls)
            }
            Step::InitMaster(node) => one(Self::init_call(node)),
            Step::CloneMaster(node) => one(self.clone_call(node)?),
            Step::IssueCredentials(node) => Ok(self.credentials_calls(node).into()),
            Step::AskForWorkers => one(self.token_call(&[])),
            Step::AskForMasters => one(self.token_call(&["--masters"])),
            Step::JoinMaster(node) | Step::JoinWorker(node) => one(Self::join_call(node)),
            Step::SettleMaster(node) => one(Self::settle_call(node)),
            Step::WaitReady(nodes) => one(self.ready_call(nodes, 0)),
            Step::WaitReadyAgain(nodes) => one(self.ready_call(nodes, self.facts.started()?)),
            Step::SaveKubeconfig => one(self.admin_call()),
            Step::RevokeToken => one(self.revoke_call()),
            Step::Keep(nodes) => {
                let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
                let at_once = names.chunks(self.docker.client().updates_at_once());
                Ok(at_once.map(|some| args::keep(some.iter().map(String::as_str))).collect())
            }
            Step::UpdateRoutes(node) => self.update_routes(node),
            Step::UpdateLoadBalancer(node) => self.update_load_balancer(node),
            Step::Drain(node) => one(self.drain_call(node)),
            Step::LeaveControlPlane(node) => one(Self::leave_control_plane(node)),
            Step::Forget(node) => one(self.forget(node)),
            Step::RemoveContainer(node) => one(args::remove([node.to_string().as_str()])),
            Step::Stop(node) => one(args::stop([node.to_string().as_str()], STOP_SECONDS)),
            Step::Start(node) => one(args::start([node.to_string().as_str()])),
            Step::Save(node) => self.save_calls(node),
            Step::Clear => Ok(self.clear_calls()),
        }
    }
}
