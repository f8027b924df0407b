//! Tests of the parts that need no engine.

#![allow(dead_code, reason = "most of it needs an engine")]

mod ask;
mod cluster;
mod command;
mod cycle;
mod docs;
mod figure;
mod idle;
mod setup;
mod shape;
mod side;
mod statistics;
mod timed;
mod usage;
mod used;
mod watch;

use idle::without_particulars;
use shape::Shape;
use statistics::Summary;

#[test]
fn a_shape_is_two_numbers_with_a_master_at_least() {
    assert_eq!(Shape::parse("3+10"), Ok(Shape { masters: 3, workers: 10 }));
    for text in ["", "1", "0+1", "1+", "+1", "1+x", "1-1"] {
        assert!(Shape::parse(text).is_err(), "{text}");
    }
}

#[test]
fn the_median_is_in_the_middle() {
    let of = |values: &[f64]| Summary::of(values.iter().copied());
    assert_eq!(of(&[3.0]), Summary { min: 3.0, median: 3.0, max: 3.0 });
    assert_eq!(of(&[9.0, 1.0, 2.0]), Summary { min: 1.0, median: 2.0, max: 9.0 });
    assert_eq!(of(&[4.0, 1.0, 2.0, 8.0]), Summary { min: 1.0, median: 3.0, max: 8.0 });
}

#[test]
fn a_part_of_a_document_is_replaced_and_the_rest_stays() {
    let old = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n";
    let new = "a\n<!-- x: begin -->\nnew\n<!-- x: end -->\nb\n";
    assert_eq!(docs::between(old, "x", "new\n").as_deref(), Some(new));
    assert_eq!(docs::between(old, "y", "new\n"), None);
}

#[test]
fn lines_that_differ_in_particulars_alone_are_one() {
    let a = "kubelet[117]: E1122 15:00:01.5 117 a.go:5] no \"x\" for 12.5ms";
    let b = "kubelet[99]: E1122 15:09:07.7 99 a.go:5] no \"x\" for 13.5ms";
    assert_eq!(without_particulars(a), without_particulars(b));
    assert!(without_particulars(a).starts_with("kubelet: "));
}
