//! Reports of the comparison: text, JSON, and the part of docs/performance.md.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::cycle::{Calls, Cycle};
use crate::figure::FIGURES;
use crate::images::Images;
use crate::program::Program;
use crate::shape::Shape;
use crate::side::Side;
use crate::statistics::Summary;

/// A shape is too noisy if the rounds of one side differ by more than this part of their median.
const SPREAD: f64 = 0.4;
/// A shape is too noisy if other processes used more than this part of the machine.
const OUTSIDE: f64 = 0.15;

const MIB: f64 = 1024.0 * 1024.0;

/// The results of all rounds of one shape. In each pair, mokctl's comes first.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) shape: Shape,
    pub(crate) calls: [Calls; 2],
    pub(crate) cycles: [Vec<Cycle>; 2],
}

impl Outcome {
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, calls: Default::default(), cycles: Default::default() }
    }

    /// Summarizes one figure of one side.
    pub(crate) fn summary(&self, side: Side, of: impl Fn(&Cycle) -> f64) -> Summary {
        Summary::of(self.cycles[side.index()].iter().map(of))
    }

    /// Returns the figures of this shape: name, end of the time, seconds of mokctl and of kind.
    pub(crate) fn figures(
        &self,
    ) -> impl Iterator<Item = (&'static str, &'static str, [Summary; 2])> + '_ {
        let has = |name| self.cycles.iter().flatten().all(|it| it.seconds.contains_key(name));
        let all = FIGURES.into_iter().filter(move |(name, _)| has(*name));
        all.map(|(name, title)| (name, title, self.both(|cycle| cycle.seconds[name])))
    }

    fn both(&self, of: impl Fn(&Cycle) -> f64) -> [Summary; 2] {
        Side::BOTH.map(|side| self.summary(side, &of))
    }

    /// Returns the reasons why this shape is too noisy.
    fn noise(&self) -> Vec<String> {
        let mut noise = Vec::new();
        for side in Side::BOTH {
            let spread = self.summary(side, |cycle| cycle.seconds["ready"]).spread();
            if spread > SPREAD {
                let percent = spread * 100.0;
                noise.push(format!("{side}'s rounds until Ready differ by {percent:.0} %"));
            }
            let outside = self.summary(side, |cycle| cycle.outside).median;
            if outside > OUTSIDE {
                let percent = outside * 100.0;
                noise.push(format!("others took {percent:.0} % of the machine beside {side}"));
            }
        }
        noise
    }

    /// Returns the figures that are no times: name, unit, and a value for each side.
    fn costs(&self) -> [(&'static str, &'static str, [f64; 2]); 5] {
        let median = |of: fn(&Cycle) -> f64| self.both(of).map(|summary| summary.median);
        let calls = |of: fn(&Calls) -> u32| [of(&self.calls[0]), of(&self.calls[1])].map(f64::from);
        [
            ("cpu", "s", median(|cycle| cycle.cpu)),
            ("own-cpu", "s", median(|cycle| cycle.own_cpu)),
            ("memory", "MiB", median(|cycle| cycle.memory / MIB)),
            ("docker-create", "", calls(|calls| calls.create)),
            ("docker-delete", "", calls(|calls| calls.delete)),
        ]
    }
}

#[derive(Debug)]
pub(crate) struct Report {
    /// The machine and the programs, as [`crate::setup::Setup::machine`] describes them.
    pub(crate) machine: Value,
    pub(crate) rounds: usize,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) program: Program,
    pub(crate) images: Images,
}

impl Report {
    /// Returns a table, then a line `ratio SHAPE FIGURE RATIO` for each figure, then which shapes
    /// are too noisy.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{:<6} {:<14} {:>26} {:>26} {:>6}\n",
            "shape", "figure", "mokctl min / median / max", "kind min / median / max", "ratio"
        );
        let mut ratios = String::new();
        let mut noise = String::new();
        for outcome in &self.outcomes {
            let shape = outcome.shape.to_string();
            for (figure, _, [mokctl, kind]) in outcome.figures() {
                let ratio = mokctl.median / kind.median;
                let all =
                    |of: Summary| format!("{:.1} / {:.1} / {:.1} s", of.min, of.median, of.max);
                let _ = writeln!(
                    text,
                    "{shape:<6} {figure:<14} {:>26} {:>26} {ratio:>6.2}",
                    all(mokctl),
                    all(kind)
                );
                let _ = writeln!(ratios, "ratio {shape} {figure} {ratio:.2}");
            }
            for (name, unit, [mokctl, kind]) in outcome.costs() {
                let one = |value: f64| format!("{value:.*} {unit}", usize::from(unit == "s"));
                let ratio = mokctl / kind;
                let _ = writeln!(
                    text,
                    "{shape:<6} {name:<14} {:>26} {:>26} {ratio:>6.2}",
                    one(mokctl).trim_end(),
                    one(kind).trim_end()
                );
            }
            for why in outcome.noise() {
                let _ = writeln!(noise, "too noisy {shape}: {why}");
            }
        }
        if noise.is_empty() {
            noise = "quiet: rounds agree, and the machine was otherwise idle\n".into();
        }
        text + &self.program.text() + &self.images.text() + &ratios + &noise
    }

    /// Returns every single figure as JSON.
    pub(crate) fn json(&self) -> Value {
        let cycle = |cycle: &Cycle| {
            json!({
                "seconds": cycle.seconds,
                "cpu_seconds": cycle.cpu,
                "own_cpu_seconds": cycle.own_cpu,
                "peak_memory_bytes": cycle.memory,
                "outside_share": cycle.outside,
            })
        };
        let side = |outcome: &Outcome, side: Side| {
            let calls = &outcome.calls[side.index()];
            json!({
                "docker_processes": { "create": calls.create, "delete": calls.delete },
                "rounds": outcome.cycles[side.index()].iter().map(cycle).collect::<Vec<_>>(),
            })
        };
        let shape = |outcome: &Outcome| {
            let ratio = |(figure, _, [mokctl, kind]): (&str, &str, [Summary; 2])| {
                (String::from(figure), json!(mokctl.median / kind.median))
            };
            json!({
                "shape": outcome.shape.to_string(),
                "mokctl": side(outcome, Side::Mokctl),
                "kind": side(outcome, Side::Kind),
                "ratios": outcome.figures().map(ratio).collect::<serde_json::Map<_, _>>(),
                "noise": outcome.noise(),
            })
        };
        let shapes: Vec<_> = self.outcomes.iter().map(shape).collect();
        json!({ "machine": self.machine, "shapes": shapes, "program": self.program.json(), "images": self.images.json() })
    }

    /// Returns the generated part of docs/performance.md.
    pub(crate) fn markdown(&self) -> String {
        let mut text = preamble(&self.machine);
        let _ = write!(
            text,
            "{} rounds of each, min / median / max seconds, after a warm-up round that is not counted.\n\n\
             ![Seconds of each figure, for both](performance.svg)\n\n\
             | shape | figure | mokctl | kind | ratio |\n|---|---|---|---|---|\n",
            self.rounds
        );
        let mut noise = String::new();
        for outcome in &self.outcomes {
            for (figure, _, [mokctl, kind]) in outcome.figures() {
                let all = |of: Summary| format!("{:.1} / {:.1} / {:.1}", of.min, of.median, of.max);
                let ratio = mokctl.median / kind.median;
                let (shape, mokctl, kind) = (outcome.shape, all(mokctl), all(kind));
                let _ = writeln!(text, "| {shape} | {figure} | {mokctl} | {kind} | {ratio:.2} |");
            }
            for why in outcome.noise() {
                let _ = writeln!(noise, "- too noisy, {}: {why}", outcome.shape);
            }
        }
        text.push_str("\n| shape | CPU s | of that, the program and its docker clients | peak MiB | docker processes: create, delete |\n|---|---|---|---|---|\n");
        for outcome in &self.outcomes {
            let [cpu, own, memory, create, delete] = outcome.costs().map(|(_, _, values)| values);
            let _ = writeln!(
                text,
                "| {} | {:.1} : {:.1} | {:.1} : {:.1} | {:.0} : {:.0} | {} : {}, {} : {} |",
                outcome.shape,
                cpu[0],
                cpu[1],
                own[0],
                own[1],
                memory[0],
                memory[1],
                create[0],
                create[1],
                delete[0],
                delete[1]
            );
        }
        text.push_str("\nIn each pair, the first figure is mokctl's and the second kind's.\n");
        text.push_str(&self.program.markdown());
        text.push_str(&self.images.markdown());
        if !noise.is_empty() {
            text.push('\n');
            text.push_str(&noise);
        }
        text
    }
}

/// Returns a line about machine and programs.
pub(crate) fn preamble(machine: &Value) -> String {
    let of = |name: &str| machine[name].to_string().trim_matches('"').to_owned();
    format!(
        "{}: {} cores, {} GiB, kernel {}, Docker {} on cgroup {}; {}, {}, both with the \
         Kubernetes of {}.\n",
        of("date"),
        of("cores"),
        of("memory_gib"),
        of("kernel"),
        of("engine"),
        of("cgroup"),
        of("mokctl"),
        of("kind"),
        of("image"),
    )
}
