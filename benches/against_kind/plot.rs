//! The comparison as a picture: a row of bars for each figure. A bar is as long as the median,
//! with a line from the minimum to the maximum.

use std::fmt::Write;

use crate::figure::FIGURES;
use crate::report::Outcome;
use crate::shape::Shape;
use crate::side::Side;
use crate::statistics::Summary;

const BAR: f64 = 14.0;
const LEFT: f64 = 60.0;
const WIDTH: f64 = 560.0;
/// The colours of both sides. They differ in brightness as well.
const COLOURS: [&str; 2] = ["#1f5fa8", "#e8a33d"];

/// Returns the picture as SVG.
pub(crate) fn svg(outcomes: &[Outcome]) -> String {
    let mut body = String::new();
    let mut y = 24.0;
    for (figure, title) in FIGURES {
        let of = |outcome: &'_ Outcome| outcome.figures().find(|(name, ..)| *name == figure);
        let rows: Vec<(Shape, [Summary; 2])> = outcomes
            .iter()
            .filter_map(|outcome| of(outcome).map(|(_, _, both)| (outcome.shape, both)))
            .collect();
        let _ = writeln!(
            body,
            r#"<text x="8" y="{y}" font-weight="bold">Seconds until: {title}</text>"#
        );
        y += 8.0;
        let maxima = rows.iter().flat_map(|(_, both)| both.map(|summary| summary.max));
        let most = maxima.fold(f64::MIN_POSITIVE, f64::max);
        let x = |seconds: f64| LEFT + seconds / most * (WIDTH - LEFT);
        for (shape, both) in rows {
            let _ = writeln!(body, r#"<text x="8" y="{:.0}">{shape}</text>"#, y + BAR + 4.0);
            for side in Side::BOTH {
                let summary = both[side.index()];
                let (middle, width) = (y + BAR / 2.0, x(summary.median) - LEFT);
                let colour = COLOURS[side.index()];
                let _ = writeln!(
                    body,
                    r##"<rect x="{LEFT}" y="{y:.0}" width="{width:.1}" height="{:.0}" fill="{colour}"/>
<line x1="{:.1}" y1="{middle:.0}" x2="{:.1}" y2="{middle:.0}" stroke="#333"/>
<text x="{:.1}" y="{:.0}">{side} {:.1}</text>"##,
                    BAR - 2.0,
                    x(summary.min),
                    x(summary.max),
                    x(summary.max) + 6.0,
                    y + BAR - 3.0,
                    summary.median,
                );
                y += BAR;
            }
            y += 6.0;
        }
        y += 24.0;
    }
    let (width, height) = (WIDTH + 100.0, y - 16.0);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
{body}</svg>
"##
    )
}
