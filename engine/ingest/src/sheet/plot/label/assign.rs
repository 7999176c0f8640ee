//! Which label belongs to which curve: the assignment of least total distance, with the margin
//! by which each pair is better than the best assignment without it.

/// What a label that goes without a curve costs, in points: it is better off at no curve than at
/// one farther away than this.
pub(crate) const ALONE: f64 = 60.0;
/// Costs are cut here, so that an impossible pair stays finite.
const MOST: f64 = 1e6;
/// Most labels or curves that are assigned together.
pub(crate) const LARGEST: usize = 40;

/// A label's curve and how sure that is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Pair {
    /// Index of the curve.
    pub curve: usize,
    /// By how many points the next best assignment is worse.
    pub margin: f64,
}

/// For each label (row of `cost`, a distance for each curve) its curve; `None` for labels that
/// belong to none.
pub(crate) fn assign(cost: &[Vec<f64>]) -> Vec<Option<Pair>> {
    let curves = cost.iter().map(Vec::len).max().unwrap_or(0);
    if cost.is_empty() || curves == 0 || cost.len() > LARGEST || curves > LARGEST {
        return vec![None; cost.len()];
    }
    // One place to stay alone for each label.
    let table: Vec<Vec<f64>> = cost
        .iter()
        .map(|row| {
            let mut row: Vec<f64> =
                (0..curves).map(|c| row.get(c).copied().unwrap_or(MOST).min(MOST)).collect();
            row.extend(std::iter::repeat_n(ALONE, cost.len()));
            row
        })
        .collect();
    let (best, total) = hungarian(&table);
    best.iter()
        .enumerate()
        .map(|(label, &curve)| {
            if curve >= curves {
                return None;
            }
            let mut without = table.clone();
            if let Some(slot) = without.get_mut(label).and_then(|row| row.get_mut(curve)) {
                *slot = MOST;
            }
            let margin = hungarian(&without).1 - total;
            Some(Pair { curve, margin })
        })
        .collect()
}

/// The Hungarian method with potentials, O(n² m) (Kuhn 1955; in the form of Jonker and Volgenant
/// 1987): the column of each row, and the total cost. There are at least as many columns as rows.
fn hungarian(cost: &[Vec<f64>]) -> (Vec<usize>, f64) {
    let (n, m) = (cost.len(), cost.first().map_or(0, Vec::len));
    let at = |i: usize, j: usize| cost.get(i).and_then(|r| r.get(j)).copied().unwrap_or(MOST);
    let mut u = vec![0.0; n + 1];
    let mut v = vec![0.0; m + 1];
    // `row_of[j]` is the row (from 1) that column j (from 1) serves; 0 is none.
    let mut row_of = vec![0_usize; m + 1];
    let get = |t: &[f64], k: usize| t.get(k).copied().unwrap_or(0.0);
    for i in 1..=n {
        let mut way = vec![0_usize; m + 1];
        let mut least = vec![f64::INFINITY; m + 1];
        let mut used = vec![false; m + 1];
        set(&mut row_of, 0, i);
        let mut j0 = 0;
        loop {
            set(&mut used, j0, true);
            let i0 = row_of.get(j0).copied().unwrap_or(0);
            let (mut delta, mut j1) = (f64::INFINITY, 0);
            for j in 1..=m {
                if used.get(j) == Some(&true) {
                    continue;
                }
                let reduced = at(i0.saturating_sub(1), j - 1) - get(&u, i0) - get(&v, j);
                if reduced < get(&least, j) {
                    set(&mut least, j, reduced);
                    set(&mut way, j, j0);
                }
                if get(&least, j) < delta {
                    delta = get(&least, j);
                    j1 = j;
                }
            }
            for j in 0..=m {
                if used.get(j) == Some(&true) {
                    let row = row_of.get(j).copied().unwrap_or(0);
                    if let Some(x) = u.get_mut(row) {
                        *x += delta;
                    }
                    if let Some(x) = v.get_mut(j) {
                        *x -= delta;
                    }
                } else if let Some(x) = least.get_mut(j) {
                    *x -= delta;
                }
            }
            j0 = j1;
            if j0 == 0 || row_of.get(j0) == Some(&0) {
                break;
            }
        }
        while j0 != 0 {
            let j1 = way.get(j0).copied().unwrap_or(0);
            let row = row_of.get(j1).copied().unwrap_or(0);
            set(&mut row_of, j0, row);
            j0 = j1;
        }
    }
    let mut columns = vec![usize::MAX; n];
    for (j, &row) in row_of.iter().enumerate().skip(1) {
        if row > 0 {
            set(&mut columns, row - 1, j - 1);
        }
    }
    let total = columns.iter().enumerate().map(|(i, &j)| at(i, j)).sum();
    (columns, total)
}

fn set<T>(table: &mut [T], at: usize, value: T) {
    if let Some(slot) = table.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_curve_yields_where_another_label_needs_it_more() {
        // Both labels are nearest to curve 0; together they are better spread.
        let pairs = assign(&[vec![3.0, 5.0], vec![1.0, 20.0]]);
        assert_eq!(pairs[0].unwrap().curve, 1);
        assert_eq!(pairs[1].unwrap().curve, 0);
        assert!((pairs[0].unwrap().margin - 17.0).abs() < 1e-9);
    }

    #[test]
    fn a_far_label_stays_alone_and_a_tie_has_no_margin() {
        let pairs = assign(&[vec![200.0, 300.0], vec![2.0, 2.0]]);
        assert_eq!(pairs[0], None);
        assert_eq!(pairs[1].unwrap().margin, 0.0);
    }

    #[test]
    fn all_assignments_of_small_tables_are_best() {
        let mut state = 7_u64;
        for _ in 0..200 {
            let mut roll = || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                f64::from((state >> 40) as u32 % 50)
            };
            let cost: Vec<Vec<f64>> = (0..3).map(|_| (0..4).map(|_| roll()).collect()).collect();
            let mut best = f64::MAX;
            for a in 0..4 {
                for b in (0..4).filter(|b| *b != a) {
                    for c in (0..4).filter(|c| *c != a && *c != b) {
                        best = best.min(cost[0][a] + cost[1][b] + cost[2][c]);
                    }
                }
            }
            let total = hungarian(&cost).1;
            assert_eq!(total, best);
        }
    }
}
