//! A cluster that is put to use: an app, and a further image.

use std::time::Instant;

use crate::cycle::timed;
use crate::figure::Seconds;
use crate::setup::Setup;
use crate::shape::Shape;
use crate::side::Side;
use crate::{cluster, command};

/// Makes a cluster for it, and removes that. The first app is timed from the start of
/// `create`: nothing else is asked of the cluster before.
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

    timed(setup, &command::delete(setup, side), None)?;
    Ok(seconds)
}
