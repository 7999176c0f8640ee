//! Dense linear equations of a handful of unknowns: LU factors with row pivoting after scaling
//! the rows, because equations of voltages and of currents differ by many decades.

/// A square matrix and its factors.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrix {
    size: usize,
    rows: Vec<Vec<f64>>,
    scale: Vec<f64>,
    order: Vec<usize>,
    work: Vec<f64>,
}

impl Matrix {
    /// A matrix of zeros.
    pub(super) fn new(size: usize) -> Matrix {
        Matrix {
            size,
            rows: vec![vec![0.0; size]; size],
            scale: vec![1.0; size],
            order: (0..size).collect(),
            work: vec![0.0; size],
        }
    }

    /// Sets everything to zero.
    pub(super) fn clear(&mut self) {
        self.rows.iter_mut().for_each(|r| r.fill(0.0));
        self.order.iter_mut().enumerate().for_each(|(i, o)| *o = i);
    }

    /// Adds to an element.
    pub(super) fn add(&mut self, row: usize, column: usize, value: f64) {
        if let Some(slot) = self.rows.get_mut(row).and_then(|r| r.get_mut(column)) {
            *slot += value;
        }
    }

    /// Replaces the elements by their factors; `false` when the matrix is singular.
    pub(super) fn factor(&mut self) -> bool {
        for (row, scale) in self.rows.iter_mut().zip(&mut self.scale) {
            let largest = row.iter().fold(0.0f64, |m, v| m.max(v.abs()));
            *scale = if largest > 0.0 && largest.is_finite() { 1.0 / largest } else { 0.0 };
            row.iter_mut().for_each(|v| *v *= *scale);
        }
        for k in 0..self.size {
            let size_of = |row: &Vec<f64>| row.get(k).map_or(0.0, |v| v.abs());
            let (mut pivot, mut largest) = (k, -1.0);
            for (index, row) in self.rows.iter().enumerate().skip(k) {
                if size_of(row) > largest {
                    (pivot, largest) = (index, size_of(row));
                }
            }
            if largest.is_nan() || largest <= 1e-300 {
                return false;
            }
            self.rows.swap(k, pivot);
            self.order.swap(k, pivot);
            let (above, below) = self.rows.split_at_mut(k + 1);
            let Some(top) = above.last() else { return false };
            let Some(&diagonal) = top.get(k) else { return false };
            for row in below {
                let Some(head) = row.get_mut(k) else { continue };
                *head /= diagonal;
                let factor = *head;
                if factor == 0.0 {
                    continue;
                }
                for (v, t) in row.iter_mut().zip(top).skip(k + 1) {
                    *v -= factor * t;
                }
            }
        }
        true
    }

    /// Solves with the factors, in place.
    pub(super) fn solve(&mut self, right: &mut [f64]) {
        for (slot, &from) in self.work.iter_mut().zip(&self.order) {
            let scale = self.scale.get(from).copied().unwrap_or(0.0);
            *slot = right.get(from).copied().unwrap_or(0.0) * scale;
        }
        for k in 0..self.size {
            let Some(row) = self.rows.get(k) else { continue };
            let (done, rest) = self.work.split_at_mut(k);
            let sum: f64 = row.iter().zip(done.iter()).map(|(a, x)| a * x).sum();
            if let Some(slot) = rest.first_mut() {
                *slot -= sum;
            }
        }
        for k in (0..self.size).rev() {
            let Some(row) = self.rows.get(k) else { continue };
            let (head, done) = self.work.split_at_mut(k + 1);
            let sum: f64 = row.iter().skip(k + 1).zip(done.iter()).map(|(a, x)| a * x).sum();
            if let (Some(slot), Some(diagonal)) = (head.last_mut(), row.get(k)) {
                *slot = (*slot - sum) / diagonal;
            }
        }
        right.copy_from_slice(self.work.get(..right.len()).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_of_very_different_scale_are_solved() {
        let rows = [[0.0, 1e-12, 1.0], [1e9, 2e9, 0.0], [1.0, 1.0, 1e-6]];
        let x = [3.0, -2.0, 5.0];
        let mut matrix = Matrix::new(3);
        matrix.clear();
        let mut right = [0.0; 3];
        for (r, row) in rows.iter().enumerate() {
            for (c, v) in row.iter().enumerate() {
                matrix.add(r, c, *v);
                right[r] += v * x[c];
            }
        }
        assert!(matrix.factor());
        matrix.solve(&mut right);
        for (found, wanted) in right.iter().zip(x) {
            assert!((found - wanted).abs() < 1e-9, "{right:?}");
        }
        matrix.clear();
        matrix.add(0, 0, 1.0);
        assert!(!matrix.factor(), "a matrix with empty rows is singular");
    }
}
