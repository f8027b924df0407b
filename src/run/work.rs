//! The work of each step: its docker calls, in order, which a run makes and a dry run prints. Most
//! steps are nothing but their calls. A step that reads the output of a call, feeds one call to
//! another, or retries has a function for that.

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

/// How long `docker stop` lets systemd shut a node down before it kills it, in seconds. systemd
/// itself kills what is left after ten.
const STOP_SECONDS: u32 = 30;

/// Stands for the id of the token in a dry run, which has no token.
const TOKEN_ID: &str = "TOKEN_ID";
/// The deadline of short calls that wait for nothing.
const MOMENT: Duration = Duration::from_secs(30);

/// The function of a step that does more than make its calls one after another.
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

    /// Returns work with the same calls, which `own` makes.
    fn by(self, own: impl FnOnce(&[EngineCall<'a>]) -> Result<(), StepError> + 'a) -> Self {
        Self { own: Some(Box::new(own)), ..self }
    }

    /// Returns the calls that change something or wait. Input that is known only at run time,
    /// because another call prints it, is missing in them.
    pub(super) fn calls(&self) -> &[EngineCall<'a>] {
        &self.calls
    }

    /// Makes the calls.
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
    /// Returns the work of `step`. The outputs of earlier steps must be there. Outputs that are
    /// known before the step begins (names, ports, the time) are stored here.
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

    /// Returns the calls that mark nodes as complete: as few as the client of each engine allows.
    fn complete_calls(&self, nodes: &[NodeName]) -> Vec<EngineCall<'_>> {
        let of_engine = |engine: &Engine| {
            let here = nodes.iter().filter(|node| self.engines.host(node) == engine.host.as_ref());
            here.map(ToString::to_string).collect::<Vec<_>>()
        };
        let mut calls = Vec::new();
        for engine in self.engines.iter() {
            let docker = &engine.docker;
            for some in of_engine(engine).chunks(docker.client().updates_at_once()) {
                calls.push((docker, args::mark_complete(some.iter().map(String::as_str))));
            }
        }
        calls
    }
}
