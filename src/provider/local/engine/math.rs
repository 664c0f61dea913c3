//! The arithmetic between the matrix products, on plain slices.
//!
//! Written so that the compiler makes vector instructions of it; `fast` runs a piece with the best
//! set of them that the machine has. Knows no model.

use pulp::Arch;

const LANES: usize = 8;

/// Runs `piece` with the widest vectors that the machine has.
#[inline]
pub(crate) fn fast<R>(piece: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(piece)
}

/// The sum of products.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    // In pairs, so that one sum need not wait for the other.
    let four: [f32; 4] = std::array::from_fn(|lane| sums[lane] + sums[lane + 4]);
    (four[0] + four[2]) + (four[1] + four[3]) + rest
}

/// Adds up `rows`, each times its weight: `into += weight * row`. The sums stay in registers.
#[inline(always)]
pub(crate) fn add_weighted(into: &mut [f32], rows: &[f32], weights: &[f32]) {
    const WIDE: usize = 4 * LANES;
    let width = into.len().max(1);
    let whole = width / WIDE * WIDE;
    for (part, at) in into.as_chunks_mut::<WIDE>().0.iter_mut().zip((0..).step_by(WIDE)) {
        let mut sums = *part;
        for (row, weight) in rows.chunks_exact(width).zip(weights) {
            if let Some(row) = row[at..].first_chunk::<WIDE>() {
                for lane in 0..WIDE {
                    sums[lane] += weight * row[lane];
                }
            }
        }
        *part = sums;
    }
    if whole < width {
        for (row, weight) in rows.chunks_exact(width).zip(weights) {
            add_scaled(&mut into[whole..], &row[whole..], *weight);
        }
    }
}

/// `into += scale * from`.
#[inline(always)]
pub(crate) fn add_scaled(into: &mut [f32], from: &[f32], scale: f32) {
    for (into, from) in into.iter_mut().zip(from) {
        *into += scale * from;
    }
}

/// The nearest whole number of one between -128 and 127, without a branch.
#[inline(always)]
pub(crate) fn round(x: f32) -> i8 {
    // Adding this much leaves no fraction, and the whole number stands in the last bits.
    (x + 12_582_912.0).to_bits() as i8
}

/// The number that 16 bits stand for, without a branch: where those of 32 bits have theirs, they
/// mean the same times 2^-112.
#[inline(always)]
pub(crate) fn half(bits: i16) -> f32 {
    const UP: f32 = f32::from_bits((127 + 112) << 23);
    f32::from_bits((i32::from(bits) << 13) as u32 & 0x8fff_e000) * UP
}

/// e to the power of `x`, to about seven digits, without a branch.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let power = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let rest = x - power * 0.693_359_4 - power * -2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for factor in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = sum * rest + factor;
    }
    let value = sum * rest * rest + rest + 1.0;
    value * f32::from_bits(((power as i32 + 127) << 23) as u32)
}

/// Divides a row by its root mean square and multiplies it with `weight`.
#[inline(always)]
pub(crate) fn norm(row: &[f32], weight: &[f32], epsilon: f32, into: &mut [f32]) {
    let scale = (dot(row, row) / row.len() as f32 + epsilon).sqrt().recip();
    for ((into, value), weight) in into.iter_mut().zip(row).zip(weight) {
        *into = value * scale * weight;
    }
}

/// Makes weights of scores: each e to its power, together one.
#[inline(always)]
pub(crate) fn softmax(scores: &mut [f32]) {
    let mut most = [f32::NEG_INFINITY; LANES];
    let chunks = scores.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for chunk in chunks {
        for lane in 0..LANES {
            most[lane] = most[lane].max(chunk[lane]);
        }
    }
    let most = most.iter().copied().fold(rest, f32::max);
    for score in scores.iter_mut() {
        *score = exp(*score - most);
    }
    let mut sums = [0f32; LANES];
    let chunks = scores.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    let scale = (sums.iter().sum::<f32>() + rest).recip();
    for score in scores.iter_mut() {
        *score *= scale;
    }
}

/// `gate = gate / (1 + e^-gate) * up`.
#[inline(always)]
pub(crate) fn gated(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate = *gate / (1.0 + exp(-*gate)) * up;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_enough() {
        for step in -8_000..8_000 {
            let x = step as f32 / 100.0;
            let error = (exp(x) / x.exp() - 1.0).abs();
            assert!(error < 4e-6, "{x}: {error}");
        }
        assert!(exp(-1000.0) < 1e-37 && exp(1000.0).is_finite());
    }

    #[test]
    fn halves_are_those_of_the_standard() {
        for bits in (0..=u16::MAX).filter(|bits| bits >> 10 & 31 != 31) {
            let theirs = half::f16::from_bits(bits).to_f32();
            assert_eq!(half(bits as i16).to_bits(), theirs.to_bits(), "{bits:#x}");
        }
        for (x, nearest) in [(-3.4, -3), (2.6, 3), (-127.0, -127), (0.2, 0), (126.7, 127)] {
            assert_eq!(round(x), nearest);
        }
    }

    #[test]
    fn softmax_sums_to_one() {
        let mut scores: Vec<f32> = (0..21).map(|score| score as f32 / 3.0).collect();
        softmax(&mut scores);
        assert!((scores.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(scores.windows(2).all(|two| two[0] < two[1]));
    }
}
