//! Times the use of a cluster: an app, a further image, a stop and a start.

use std::time::Instant;

use crate::figure::Seconds;
use crate::setup::Setup;
use crate::shape::Shape;
use crate::side::Side;
use crate::timed::timed;
use crate::{cluster, command};

/// Creates a cluster for these figures, and deletes it. The first app is timed from the start of
/// `create`; nothing else is done in the cluster before.
pub(crate) fn seconds(setup: &Setup, side: Side, shape: Shape) -> Result<Seconds, String> {
    let mut seconds = Seconds::new();
    let words = command::create(setup, side, shape)?;
    let begun = Instant::now();
    timed(setup, &words, None)?;
    cluster::start_app(side)?;
    cluster::ask_app(side)?;
    seconds.insert("firstapp", begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    timed(setup, &command::load(setup, side), None)?;
    seconds.insert("load", begun.elapsed().as_secs_f64());

    // With several masters, kind's etcd members lose their addresses at a stop.
    if shape.masters == 1 {
        let nodes = cluster::by_address(side)?;
        let begun = Instant::now();
        timed(setup, &command::power(setup, side, "stop", &nodes), None)?;
        seconds.insert("stop", begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        timed(setup, &command::power(setup, side, "start", &nodes), None)?;
        cluster::ask_app(side)?;
        seconds.insert("start", begun.elapsed().as_secs_f64());
    }

    timed(setup, &command::delete(setup, side), None)?;
    Ok(seconds)
}
