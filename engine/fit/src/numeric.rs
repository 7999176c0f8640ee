//! Sums over columns in a fixed order.
//!
//! Results must not depend on the machine, so no library product is used: the eight running
//! sums let the compiler use vector instructions without changing the order of additions.

/// `Σ a[i] * b[i]` over the shorter of both.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in a8.iter().zip(b8) {
        for ((s, x), y) in sums.iter_mut().zip(x).zip(y) {
            *s += x * y;
        }
    }
    let tail: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    let [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
    (((s0 + s4) + (s1 + s5)) + ((s2 + s6) + (s3 + s7))) + tail
}

/// `y += factor * x`.
pub(crate) fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Euclidean length.
pub(crate) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Column `j` of a column-major matrix; empty when there is none.
pub(crate) fn column(matrix: &[f64], rows: usize, j: usize) -> &[f64] {
    matrix.get(j * rows..(j + 1) * rows).unwrap_or(&[])
}

/// Column `j` of a column-major matrix, to write; empty when there is none.
pub(crate) fn column_mut(matrix: &mut [f64], rows: usize, j: usize) -> &mut [f64] {
    matrix.get_mut(j * rows..(j + 1) * rows).unwrap_or(&mut [])
}

/// Whether all are finite. The product of each value with zero is zero or NaN, which sums
/// without a branch.
pub(crate) fn all_finite(values: &[f64]) -> bool {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in eights {
        for (s, v) in sums.iter_mut().zip(chunk) {
            *s += v * 0.0;
        }
    }
    sums.iter().chain(rest).map(|v| v * 0.0).sum::<f64>() == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_cover_whole_chunks_and_the_rest() {
        for n in [0usize, 1, 7, 8, 9, 31] {
            let a: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let expected: f64 = a.iter().map(|x| x * x).sum();
            assert_eq!(dot(&a, &a), expected, "{n}");
        }
    }

    #[test]
    fn one_bad_value_is_enough() {
        assert!(all_finite(&[1.0, -0.0, f64::MAX]));
        assert!(!all_finite(&[1.0, f64::NAN]));
        assert!(!all_finite(&[f64::INFINITY, 0.0]));
        for place in [0, 5, 16, 17] {
            let mut many = [1.0; 18];
            many[place] = f64::NEG_INFINITY;
            assert!(!all_finite(&many), "{place}");
        }
    }
}
