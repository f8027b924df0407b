//! Statistics over several rounds.

/// Minimum, median and maximum of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Summary {
    /// Summarizes at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            f64::midpoint(values[middle - 1], values[middle])
        } else {
            values[middle]
        };
        Self { min: values[0], median, max: values[values.len() - 1] }
    }

    /// Returns the range of the values, as a part of the median.
    pub(crate) fn spread(self) -> f64 {
        (self.max - self.min) / self.median
    }
}
