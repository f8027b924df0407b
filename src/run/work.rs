//! What each step does: its docker calls, in order, which a run makes and a dry run
//! shows. Most steps are their calls and no more. Those that read what a call prints,
//! feed one call to another or try again say so here, and do it in a function of theirs.

use std::time::Duration;

use super::control_plane::{INIT, JOIN};
use super::error::StepError;
use super::{Run, script};
use crate::cluster::name::NodeName;
use crate::cluster::timestamp::Timestamp;
use crate::cluster::upgrade::former;
use crate::docker::{Call, Engine, EngineCall, args};
use crate::node::scripts;
use crate::plan::Step;

/// What systemd gets to end everything in order before the engine kills: it ends
/// what is left itself after ten seconds.
const STOP_SECONDS: u32 = 30;

/// In a dry run, where there is no token yet.
const TOKEN_ID: &str = "TOKEN_ID";
/// For what no one waits for.
const MOMENT: Duration = Duration::from_secs(30);

/// How a step makes its calls, if not one after the other.
type Own<'a> = Box<dyn FnOnce(&[EngineCall<'a>]) -> Result<(), StepError> + 'a>;

/// The work of a step.
pub(super) struct Work<'a> {
    calls: Vec<EngineCall<'a>>,
    own: Option<Own<'a>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(calls: impl IntoIterator<Item = EngineCall<'a>>) -> Self {
        Self { calls: calls.into_iter().collect(), own: None }
    }

    /// The same calls, made by `own`.
    fn by(self, own: impl FnOnce(&[EngineCall<'a>]) -> Result<(), StepError> + 'a) -> Self {
        Self { own: Some(Box::new(own)), ..self }
    }

    /// The calls that change something, or wait. What is known only while a plan runs is
    /// missing: the bytes of an input that another call prints.
    pub(super) fn calls(&self) -> &[EngineCall<'a>] {
        &self.calls
    }

    /// Does it.
    pub(super) fn perform(self) -> Result<(), StepError> {
        let Some(own) = self.own else {
            for (docker, call) in &self.calls {
                docker.capture_bytes(call)?;
            }
            return Ok(());
        };
        own(&self.calls)
    }
}

impl Run<'_> {
    /// The work of `step`. What earlier steps learn must be there; what this one knows
    /// before it begins (names, ports, the time) is learned here.
    pub(super) fn work<'a>(&'a self, step: &'a Step) -> Result<Work<'a>, StepError> {
        let on = |node: &NodeName, calls: Vec<Call>| {
            let docker = self.engines.of(node);
            Work::new(calls.into_iter().map(|call| (docker, call)))
        };
        let one = |node: &NodeName, call| on(node, vec![call]);
        let admin_node = |call| one(&self.admin_node, call);
        let network = self.roster.name().network();
        Ok(match step {
            Step::CreateNetwork => {
                let subnet = self.free_subnet(&self.network.taken)?;
                Work::new(self.network_calls(subnet)).by(move |_| self.create_network(subnet))
            }
            Step::CopyImage(host) => {
                Work::new(self.copy_image_calls(host)?).by(|_| self.copy_image(host))
            }
            Step::ReserveName(node) => one(node, self.reserve_name(node)?),
            Step::StartNode(node) => {
                let start = self.first_start(node)?;
                on(node, start.calls()).by(|_| self.start(node, start))
            }
            Step::InitMaster(node) => {
                one(node, Self::init_call(node)).by(|calls| self.init_master(node, calls))
            }
            Step::StartControlPlane(node) => {
                one(node, script(node, &[scripts::CONTROL_PLANE], INIT))
            }
            Step::CloneMaster(node) => {
                one(node, Self::clone_call(node)).by(|calls| self.init_master(node, calls))
            }
            Step::ChangeObjects(node) => {
                on(node, Self::change_calls(node)).by(|_| self.change_objects(node))
            }
            Step::IssueCredentials(node) => {
                let put = args::put_files(&node.to_string(), Vec::new());
                let calls =
                    [(self.admin_engine(), self.authorities_call()), (self.engines.of(node), put)];
                Work::new(calls).by(|_| self.issue_credentials(node))
            }
            Step::CreateToken => admin_node(self.token_call()).by(|_| self.create_token()),
            Step::FinishInit(node) => one(node, script(node, &[scripts::FINISH], JOIN)),
            Step::StartAddons(node) => one(node, script(node, &[scripts::ADDONS], MOMENT)),
            Step::Join(node) => one(node, Self::join_call(node)).by(|_| self.join_node(node)),
            Step::WaitReady(nodes, since) => {
                let report = self.begin_wait(*since)?;
                let call = self.ready_call(nodes, report);
                admin_node(call).by(move |_| self.wait_ready(nodes, report))
            }
            Step::WaitPods => {
                on(&self.admin_node, self.pods_calls().into()).by(|calls| self.wait_pods(calls))
            }
            Step::SaveKubeconfig => admin_node(self.admin_call()).by(|_| self.save_kubeconfig()),
            Step::RevokeToken => admin_node(self.revoke_call(TOKEN_ID)).by(|_| self.revoke_token()),
            Step::MarkComplete(nodes) => Work::new(self.complete_calls(nodes)),
            Step::UpdateRoutes(node) => on(node, self.update_routes(node)?),
            Step::UpdateLoadBalancer(node) => on(node, self.update_load_balancer(node)?),
            Step::Drain(node) => admin_node(self.drain_call(node)).by(|_| self.drain(node)),
            Step::LeaveControlPlane(node) => one(node, Self::leave_control_plane(node)),
            Step::RemoveEtcdMember(node) => admin_node(self.remove_etcd_member(node)),
            Step::DeleteNodeObject(node) => admin_node(self.delete_node_object(node)),
            Step::RemoveContainer(node) => one(node, args::remove([node.to_string().as_str()])),
            Step::Disconnect(node) => one(node, args::disconnect(&network, &node.to_string())),
            Step::Connect(node) => {
                let layout = self.outputs.layout()?;
                let (address, ipv6_address) = (layout.address(node), layout.ipv6_address(node));
                one(node, args::connect(&network, &node.to_string(), address, ipv6_address))
            }
            Step::Stop(node) => one(node, args::stop([node.to_string().as_str()], STOP_SECONDS)),
            Step::Start(node) => {
                self.outputs.learn_started(Timestamp::now().seconds());
                one(node, args::start([node.to_string().as_str()]))
            }
            Step::Unpause(node) => one(node, args::unpause(&node.to_string())),
            Step::Save(node) => on(node, self.save_calls(node)?),
            Step::SetAside(node) => on(node, Self::set_aside_calls(node)?),
            Step::Replace(node) => {
                self.outputs.learn_started(Timestamp::now().seconds());
                let replacement = self.replacement(node)?;
                on(node, replacement.calls()).by(|_| self.replace(node, replacement))
            }
            Step::PutBack(node) => {
                on(node, Self::put_back_calls(node)?.into()).by(|_| self.put_back(node))
            }
            Step::RemoveFormer(node) => one(node, args::remove([former(node).as_str()])),
            Step::Upgrade(node) => {
                one(node, self.upgrade_call(node)?).by(|_| self.upgrade_node(node))
            }
            Step::Uncordon(node) => admin_node(self.uncordon_call(node)),
            Step::UpgradeAddons(node) => {
                on(node, self.addon_calls(node)?.into()).by(|_| self.upgrade_addons(node))
            }
            Step::RemoveAccess => Work::new([]).by(|_| self.remove_access()),
            Step::RemoveContainers(_) => {
                Work::new(self.origin.removal()?.container_calls()).by(|_| self.remove_containers())
            }
            Step::RemoveImages => Work::new(self.origin.removal()?.image_calls()),
            Step::RemoveNetwork => {
                Work::new(self.origin.removal()?.network_calls()).by(|_| self.remove_network())
            }
        })
    }

    /// As few calls as its client allows for each engine.
    fn complete_calls(&self, nodes: &[NodeName]) -> Vec<EngineCall<'_>> {
        let of_engine = |engine: &Engine| {
            let here = nodes.iter().filter(|node| self.engines.host(node) == engine.host.as_ref());
            here.map(ToString::to_string).collect::<Vec<_>>()
        };
        let mut calls = Vec::new();
        for engine in self.engines.iter() {
            let docker = &engine.docker;
            for some in of_engine(engine).chunks(docker.client().updates_at_once()) {
                calls.push((docker, args::keep(some.iter().map(String::as_str))));
            }
        }
        calls
    }
}
